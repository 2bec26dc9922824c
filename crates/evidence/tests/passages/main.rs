//! What becomes of observations.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod classic;
mod factors;
mod knots;
mod liveness;
mod pictures;
mod properties;
mod seen_again;
mod world;

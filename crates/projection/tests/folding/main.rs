//! What follows from the log.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod alerts;
mod attendance;
mod corrections;
mod custody;
mod properties;
mod sightings;
mod visits;
mod world;

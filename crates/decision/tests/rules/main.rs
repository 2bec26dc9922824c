//! One test per row of the tables in the crate's documentation, and what holds for all evidence.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod liveness;
mod passage;
mod properties;
mod reasons;
mod rows;

//! The built binary as an operator meets it: real processes, real files, real ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod cards;
mod configuration;
mod device_http;
mod full_disk;
mod https;
mod process;
mod restart;
mod running;
mod users;
mod verifying;

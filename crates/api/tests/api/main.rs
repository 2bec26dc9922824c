//! The API over a real store. Modules mirror the addresses below `/api/v1`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod support;

mod alerts;
mod attendance;
mod cards;
mod corrections;
mod devices;
mod document;
mod faces;
mod fingers;
mod integrity;
mod live;
mod log;
mod network_cameras;
mod parts;
mod people;
mod pictures;
mod places;
mod roles;
mod roll_calls;
mod session;
mod strangers;
mod tags;
mod unresolved;
mod users;
mod visits;

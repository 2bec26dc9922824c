//! The HTTP interface of Gatebook: routes under `/api/v1` with their OpenAPI document, live push
//! over Socket.IO, and sign-in. The only place that knows HTTP errors of the API.
//!
//! [`router()`] is mounted by the server beside the pages; what the API asks of the house is in
//! [`ports`] and in the traits of `store`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod acts;
mod auth;
mod csv;
mod docs;
mod document;
mod error;
mod extract;
mod fingerprint;
mod headers;
mod jobs;
pub mod keeping;
mod limits;
mod live;
mod names;
mod passage;
mod person;
pub mod ports;
mod record;
mod router;
mod routes;
mod spoof;
mod state;
mod text;
mod upload;
mod words;

pub use auth::{Claim, Guard, behind_proxies};
pub use error::{ApiError, Problem};
pub use headers::secured;
pub use router::{mounted, openapi, router};
pub use routes::invitations::one_time_link;
pub use state::{ApiConfig, House, SessionLimits};

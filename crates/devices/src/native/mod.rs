//! Gatebook's own wire profile: devices with a name, a password and a counter of their own.
//! Described for makers of devices in `docs/ref/native-profile.md`.

mod admission;
pub(crate) mod committed;
mod fingers;
mod gateway;
mod http;
pub(crate) mod incidents;
mod keeper;
mod report;
mod retained;
pub(crate) mod topics;

pub use fingers::finger_router;
pub use gateway::Gateway;
pub use http::device_router;
pub use report::{MAX_REPORT_BYTES, MAX_SEQUENCE, Mark, Report, ReportError, Saw};
pub use topics::{is_topic_level, topic};

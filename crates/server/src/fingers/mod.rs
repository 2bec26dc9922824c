//! Fingers that the house compares itself: one desk for every picture of a finger, whoever brings it.
//!
//! [`desk`] compares and reports; [`prints`] is the gallery; [`locks`] knows what is locked after failures; [`reads`]
//! which tag was read last where; [`sessions`] are enrolments in progress; [`sensors`] hang on this host.

mod config;
mod desk;
mod image;
mod locks;
mod matching;
mod port;
mod prints;
mod reads;
mod registered;
mod sensors;
mod sessions;
mod watching;

pub use config::FingersConfig;
pub use desk::Desk;
pub use port::FingersPort;
pub use reads::Reads;
pub use sensors::Sensors;

/// What makes the templates, and their version.
pub const MODEL: &str = "gatebook-fingerprint/1";

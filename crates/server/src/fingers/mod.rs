//! Fingers that the house compares itself: one desk for every picture of a finger, whoever brings it.
//!
//! [`desk`] compares, [`handing_in`] reports, after the retry of what failed; [`prints`] is the gallery; [`locks`] knows what
//! is locked after failures; [`reads`] which tag was read last where; [`sessions`] are enrolments in progress; [`on_host`] has
//! the sensors that hang on this host.

mod config;
mod desk;
mod handing_in;
mod here;
mod image;
mod import;
mod judged;
mod keeping;
mod locks;
mod matching;
mod on_host;
mod one_finger;
mod port;
mod prints;
mod reads;
mod registered;
mod registry_csv;
mod sessions;
mod transfer;
mod waiting;
mod watching;

pub use config::{FingersConfig, SensorConfig};
pub use desk::Desk;
pub use here::EnrolledHere;
pub use import::import;
pub use matching::one_in;
pub use on_host::{PRESS_WITHIN, Sensors};
pub use port::FingersPort;
pub use reads::Reads;
pub use registry_csv::{Format, position_of};
pub use transfer::export;

/// What makes the templates, and their version.
pub const MODEL: &str = "gatebook-fingerprint/1";

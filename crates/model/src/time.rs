//! Time with its provenance: the server's time orders the log, the device's is evidence.

use alloc::string::String;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a device said about the time of an observation.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum DeviceTime {
    /// The device sent no time.
    #[default]
    Absent,
    /// The device sent a time that cannot be true (before 2020, in the future, not a date).
    /// It is kept as sent and never used.
    Impossible {
        /// The text as sent.
        text: String,
    },
    /// A possible time.
    Claimed {
        /// The instant, with the site's zone applied where the device sent local time.
        at: Timestamp,
        /// Whether the device says its clock was set from a trusted source.
        synced: bool,
    },
}

/// Whose clock the time of an event comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The server's time of receipt.
    Server,
    /// The device's time: an observation stored offline and delivered or imported later.
    Device,
}

/// Where the time of an event comes from, and what the device claimed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimeProvenance {
    /// Whose clock `occurred_at` is.
    pub source: TimeSource,
    /// What the device said.
    pub device: DeviceTime,
    /// Server receipt minus device time, in milliseconds, where the device gave a possible time.
    pub skew_ms: Option<i64>,
}

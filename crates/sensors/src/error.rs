//! What can go wrong with a sensor on this host.

use std::io;
use std::path::PathBuf;

/// Why a sensor could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device is not there, or this user may not use it.
    #[error(
        "cannot open the sensor's device {}: {source}; is it plugged in, and may this user use it (group dialout)?",
        path.display()
    )]
    Open {
        /// The device.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The device went away; the next call opens it again.
    #[error("the sensor at {} was unplugged ({source}); plug it in and try again", path.display())]
    Unplugged {
        /// The device.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The sensor, or the line to it.
    #[error("sensor at {}: {source}", path.display())]
    Sensor {
        /// The device.
        path: PathBuf,
        /// What.
        source: r30x::Error,
    },
}

impl Error {
    /// What the sensor or its line said, where that was the trouble.
    #[must_use]
    pub fn sensor(&self) -> Option<r30x::Error> {
        match self {
            Self::Sensor { source, .. } => Some(*source),
            Self::Open { .. } | Self::Unplugged { .. } => None,
        }
    }
}

//! When a frame was complete here.

use crate::clock::SystemClock;
use api::ports::Clock;
use model::Timestamp;
use std::time::Instant;

/// An instant on two clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// On the one that is set, by hand or by the network, and may go back: for the log.
    pub at: Timestamp,
    /// On the one that never goes back: for whatever is followed from frame to frame.
    pub came: Instant,
}

impl Moment {
    /// This instant.
    pub fn now() -> Self {
        Self {
            at: SystemClock.now(),
            came: Instant::now(),
        }
    }
}

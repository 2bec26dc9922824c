//! The server's clock.

use api::ports::Clock;
use model::Timestamp;

/// The system's clock, cut to microseconds: what the database keeps.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

//! Which of many pictures are wanted.

use std::time::Duration;
use tokio::time::Instant;

/// Lets through as many pictures as are wanted, evenly.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    interval: Duration,
    due: Option<Instant>,
}

impl Pace {
    pub(crate) fn every(interval: Duration) -> Self {
        Self {
            interval,
            due: None,
        }
    }

    /// Whether a picture that is there at `now` is wanted; if so the next one is wanted later.
    pub(crate) fn wants(&mut self, now: Instant) -> bool {
        let due = self.due.unwrap_or(now);
        if now < due {
            return false;
        }
        // In step with the wanted rate; after a pause there is nothing to make up for.
        let next = due + self.interval;
        self.due = Some(if next < now {
            now + self.interval
        } else {
            next
        });
        true
    }

    /// When the next one is wanted.
    pub(crate) fn due(&self, now: Instant) -> Instant {
        self.due.unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_of_twenty_five_pictures_a_second_are_wanted() {
        let mut pace = Pace::every(Duration::from_millis(200));
        let start = Instant::now();
        let wanted = (0..250).filter(|n| pace.wants(start + Duration::from_millis(40 * n)));
        assert_eq!(wanted.count(), 50);
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let mut pace = Pace::every(Duration::from_millis(100));
        let start = Instant::now();
        assert!(pace.wants(start));
        let later = start + Duration::from_secs(60);
        assert!(pace.wants(later));
        assert!(!pace.wants(later + Duration::from_millis(1)));
    }
}

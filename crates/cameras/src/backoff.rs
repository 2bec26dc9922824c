//! How long to wait before a camera is tried again.

use crate::Error;
use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);
/// The longest one.
const LONGEST: Duration = Duration::from_secs(60);
/// After a wrong password: cameras lock accounts after a few of them.
const AFTER_WRONG_PASSWORD: Duration = Duration::from_secs(300);

/// Pauses that grow: 1, 2, 4 … 60 s, each shortened by chance by up to a half, so that cameras which
/// lost power together are not asked together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// A picture came: the next pause is the first one again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// The pause after `error`; `chance` is 0..=255.
    pub fn failed(&mut self, error: &Error, chance: u8) -> Duration {
        let doubled = FIRST.saturating_mul(1_u32 << self.failures.min(6));
        self.failures = self.failures.saturating_add(1);
        if error.is_about_password() {
            return AFTER_WRONG_PASSWORD;
        }
        let pause = doubled.min(LONGEST);
        pause - pause / 2 * u32::from(chance) / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_begin_anew_after_a_picture() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u64> = (0..8)
            .map(|_| backoff.failed(&Error::Ended, 0).as_secs())
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.succeeded();
        assert_eq!(backoff.failed(&Error::Ended, 0), FIRST);
    }

    #[test]
    fn a_wrong_password_is_not_tried_again_soon() {
        let pause = Backoff::default().failed(&Error::WrongPassword, 255);
        assert_eq!(pause, AFTER_WRONG_PASSWORD);
    }

    proptest! {
        #[test]
        fn chance_takes_away_at_most_a_half(failures in 0..40_usize, chance: u8) {
            let (mut one, mut other) = (Backoff::default(), Backoff::default());
            for _ in 0..failures {
                one.failed(&Error::Ended, 0);
                other.failed(&Error::Ended, chance);
            }
            let (whole, cut) = (one.failed(&Error::Ended, 0), other.failed(&Error::Ended, chance));
            prop_assert!(cut <= whole && cut >= whole / 2);
        }
    }
}

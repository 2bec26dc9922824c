//! When fingers that fail are locked.

use jiff::SignedDuration;
use model::Timestamp;
use std::collections::VecDeque;

/// Failures that lock.
const FAILURES_THAT_LOCK: usize = 5;
/// Within how long they have to come.
pub const FAILURES_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// The failures of one access point or person that still count, the oldest first; never more than lock. After a lock was
/// lifted it is the default again: none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Failures(VecDeque<Timestamp>);

impl Failures {
    /// Another failure, at `at`; whether that locks: it is the fifth within ten minutes, both ends included.
    /// Times that come in another order count as they are.
    pub fn add(&mut self, at: Timestamp) -> bool {
        let later = self.0.partition_point(|earlier| *earlier <= at);
        self.0.insert(later, at);
        let newest = self.0.back().copied().unwrap_or(at);
        self.0
            .retain(|failure| newest.duration_since(*failure) <= FAILURES_WITHIN);
        let locks = self.0.len() >= FAILURES_THAT_LOCK;
        while self.0.len() > FAILURES_THAT_LOCK {
            self.0.pop_front();
        }
        locks
    }

    /// How many count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    /// What [`Failures`] says after each of some failures.
    fn said(times: &[i64]) -> Vec<bool> {
        let mut failures = Failures::default();
        times.iter().map(|t| failures.add(at(*t))).collect()
    }

    #[test]
    fn the_fifth_failure_within_ten_minutes_locks_and_no_other() {
        assert_eq!(
            said(&[0, 10, 20, 30, 600]),
            [false, false, false, false, true]
        );
        assert_eq!(said(&[0, 10, 20, 30, 601]), [false; 5]);
        assert_eq!(
            said(&[0, 10, 20, 30, 601, 605]),
            [false, false, false, false, false, true]
        );
    }

    #[test]
    fn after_a_lock_was_lifted_it_takes_five_again() {
        let mut failures = Failures::default();
        assert!((0..5).any(|t| failures.add(at(t))));
        failures = Failures::default();
        assert!(!(5..9).any(|t| failures.add(at(t))));
        assert!(failures.add(at(9)));
    }

    proptest! {
        #[test]
        fn it_locks_exactly_where_five_of_ten_minutes_came_before(
            mut times in proptest::collection::vec(0..7_200_i64, 0..60)
        ) {
            times.sort_unstable();
            for (n, locks) in said(&times).into_iter().enumerate() {
                let recent = times[..=n].iter().filter(|t| times[n] - **t <= 600).count();
                prop_assert_eq!(locks, recent >= 5);
            }
        }

        #[test]
        fn the_order_in_which_simultaneous_observations_are_told_does_not_matter(
            times in proptest::collection::vec(0..600_i64, 1..20)
        ) {
            let mut sorted = times.clone();
            sorted.sort_unstable();
            prop_assert_eq!(said(&times).pop(), said(&sorted).pop());
        }

        #[test]
        fn no_more_is_remembered_than_locks(times in proptest::collection::vec(0..100_i64, 0..100)) {
            let mut failures = Failures::default();
            for time in times {
                failures.add(at(time));
                prop_assert!(failures.len() <= FAILURES_THAT_LOCK);
            }
        }
    }
}

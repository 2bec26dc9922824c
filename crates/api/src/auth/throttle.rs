//! Throttled sign-in: after a few failures a name at an address has to wait, and an address that
//! fails under many names waits too, but for names that were right there before: a device that
//! was given a wrong password does not shut out its neighbours. In memory only; a restart forgets it.

use crate::error::ApiError;
use model::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Failures of one name at one address that cost no waiting.
const FREE_PER_NAME: u32 = 5;
/// Failures of one address under any names that cost no waiting.
const FREE_PER_ADDRESS: u32 = 30;
/// Waiting doubles with each further failure up to this many seconds.
const LONGEST_WAIT_S: i64 = 15 * 60;
/// Failures older than this are forgotten, in seconds.
const FORGET_AFTER_S: i64 = 60 * 60;
/// Most keys kept; beyond it the oldest go, so that an attacker cannot fill the memory.
const MOST_KEYS: usize = 10_000;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Name(String, IpAddr),
    Address(IpAddr),
    /// A name that was right at this address before; its count stays 0.
    Right(String, IpAddr),
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// Counts failed attempts.
#[derive(Clone, Default)]
pub(crate) struct Throttle {
    failures: Arc<Mutex<HashMap<Key, Failures>>>,
}

impl Throttle {
    /// Refuses when `name` at `address` has to wait still.
    pub(crate) fn check(
        &self,
        name: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let right = failures.contains_key(&Key::Right(name.to_lowercase(), address));
        let wait = keys(name, address)
            .iter()
            .filter(|(key, _)| !(right && matches!(key, Key::Address(_))))
            .filter_map(|(key, free)| Some(wait_s(failures.get(key)?, *free, now)))
            .max()
            .unwrap_or(0);
        match u64::try_from(wait) {
            Ok(retry_after_s) if retry_after_s > 0 => {
                Err(ApiError::TooManyAttempts { retry_after_s })
            }
            _ => Ok(()),
        }
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, name: &str, address: IpAddr, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_KEYS {
            shrink(&mut failures, now);
        }
        for (key, _) in keys(name, address) {
            let entry = failures.entry(key).or_insert(Failures {
                count: 0,
                last: now,
            });
            if seconds(entry.last, now) > FORGET_AFTER_S {
                entry.count = 0;
            }
            entry.count = entry.count.saturating_add(1);
            entry.last = now;
        }
    }

    /// Forgets the failures of a name at an address after it succeeded there.
    pub(crate) fn succeeded(&self, name: &str, address: IpAddr, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_KEYS {
            shrink(&mut failures, now);
        }
        let name = name.to_lowercase();
        failures.remove(&Key::Name(name.clone(), address));
        let right = Failures {
            count: 0,
            last: now,
        };
        failures.insert(Key::Right(name, address), right);
    }
}

fn keys(name: &str, address: IpAddr) -> [(Key, u32); 2] {
    [
        (Key::Name(name.to_lowercase(), address), FREE_PER_NAME),
        (Key::Address(address), FREE_PER_ADDRESS),
    ]
}

/// Whole seconds that have gone by: a wait of one second is one, wherever in a second it begins.
fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

/// Seconds that are still to be waited.
fn wait_s(failures: &Failures, free: u32, now: Timestamp) -> i64 {
    let Some(beyond) = failures.count.checked_sub(free) else {
        return 0;
    };
    let wait = (1_i64 << beyond.min(20)).min(LONGEST_WAIT_S);
    wait.saturating_sub(seconds(failures.last, now)).max(0)
}

fn shrink(failures: &mut HashMap<Key, Failures>, now: Timestamp) {
    failures.retain(|_, f| seconds(f.last, now) <= FORGET_AFTER_S);
    if failures.len() < MOST_KEYS {
        return;
    }
    let mut times: Vec<Timestamp> = failures.values().map(|f| f.last).collect();
    times.sort_unstable();
    if let Some(median) = times.get(times.len() / 2).copied() {
        failures.retain(|_, f| f.last > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn five_failures_are_free_and_the_sixth_attempt_waits() {
        let throttle = Throttle::default();
        for _ in 0..FREE_PER_NAME {
            assert!(throttle.check("ada", HERE, at(0)).is_ok());
            throttle.failed("Ada", HERE, at(0));
        }
        assert!(throttle.check("ADA", HERE, at(0)).is_err());
        assert!(throttle.check("ada", HERE, at(1)).is_ok());
    }

    #[test]
    fn waiting_doubles_and_ends_at_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for _ in 0..40 {
            throttle.failed("ada", HERE, at(0));
        }
        assert!(throttle.check("ada", HERE, at(LONGEST_WAIT_S - 1)).is_err());
        assert!(throttle.check("ada", HERE, at(LONGEST_WAIT_S)).is_ok());
    }

    #[test]
    fn another_address_is_not_punished() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            throttle.failed("ada", HERE, at(0));
        }
        let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
        assert!(throttle.check("ada", elsewhere, at(0)).is_ok());
    }

    #[test]
    fn many_names_from_one_address_wait_together() {
        let throttle = Throttle::default();
        for n in 0..=FREE_PER_ADDRESS {
            throttle.failed(&format!("name{n}"), HERE, at(0));
        }
        assert!(throttle.check("somebody else", HERE, at(0)).is_err());
    }

    #[test]
    fn a_name_that_was_right_at_an_address_does_not_wait_for_its_neighbours() {
        let throttle = Throttle::default();
        throttle.succeeded("door", HERE, at(0));
        for n in 0..=FREE_PER_ADDRESS {
            throttle.failed(&format!("name{n}"), HERE, at(1));
        }
        assert!(throttle.check("somebody else", HERE, at(1)).is_err());
        assert!(throttle.check("Door", HERE, at(1)).is_ok());
        for _ in 0..=FREE_PER_NAME {
            throttle.failed("door", HERE, at(1));
        }
        assert!(throttle.check("door", HERE, at(1)).is_err());
    }

    #[test]
    fn memory_stays_bounded() {
        let throttle = Throttle::default();
        for n in 0..30_000_u32 {
            let address = IpAddr::V4(Ipv4Addr::from(n));
            throttle.failed("ada", address, at(i64::from(n) / 100));
        }
        assert!(throttle.failures.lock().unwrap().len() <= MOST_KEYS + 2);
    }
}

//! Whose fingers are locked, and who failed lately.

use crate::clock::SystemClock;
use crate::notices;
use anyhow::Result;
use api::ports::Clock;
use decision::{FAILURES_WITHIN, Failures};
use model::{
    AccessEvent, Act, Author, FingerLock, FingerMode, FingerResult, FingerSubject, Notice, Record,
    TimeSource, Timestamp,
};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{EntryKind, LogFilter, Page, Store, StoreError, Write};

/// Entries read at once.
const PAGE: u32 = 500;

/// How long a lock waits to be written to a store that is overloaded, each time.
const WRITING_AGAIN: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// Locks, and the failures that may become one.
#[derive(Default)]
pub struct Locks(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    locked: HashMap<FingerSubject, FingerLock>,
    failures: HashMap<FingerSubject, Failures>,
}

impl Locks {
    /// The locks that stand, and the failures of the last ten minutes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &dyn Store, now: Timestamp) -> Result<Self> {
        let locks = Self::default();
        for record in recent(store, now.saturating_sub(FAILURES_WITHIN)?).await? {
            match record {
                Record::Access(event) => locks.failed_before(&event, now),
                Record::Act(Act::FingersUnlocked { subject }) => locks.lift(subject),
                _ => {}
            }
        }
        let standing = store.finger_locks().await?;
        let standing = standing.into_iter().map(|lock| (lock.subject, lock));
        locks.inner().locked = standing.collect();
        Ok(locks)
    }

    /// Whether fingers of `subject` are refused.
    pub fn holds(&self, subject: FingerSubject) -> bool {
        self.inner().locked.contains_key(&subject)
    }

    /// A verification came to nothing at `at`, and is told of at `now`: the lock, if that is one too many. What
    /// happened longer ago than failures count locks nothing any more.
    pub fn fail(
        &self,
        subject: FingerSubject,
        at: Timestamp,
        now: Timestamp,
    ) -> Option<FingerLock> {
        let mut inner = self.inner();
        if inner.locked.contains_key(&subject) || is_over(at, now) {
            return None;
        }
        let failures = inner.failures.entry(subject).or_default();
        // A device's clock may be a little ahead.
        if !failures.add(at.min(now)) {
            return None;
        }
        let lock = FingerLock {
            subject,
            since: now,
            failures: u32::try_from(failures.len()).unwrap_or(u32::MAX),
        };
        inner.locked.insert(subject, lock);
        Some(lock)
    }

    /// Writes a lock down. What cannot be written is none: nobody could lift it. The failures stay, and the next one
    /// locks.
    pub async fn write_down(&self, store: &dyn Store, lock: FingerLock) {
        let mut pauses = WRITING_AGAIN.into_iter();
        loop {
            let notice = Record::Notice(Notice::FingersLocked {
                subject: lock.subject,
                failures: lock.failures,
            });
            let writes = vec![Write::LockFingers(lock)];
            let now = SystemClock.now();
            let written = notices::write(store, (Author::System, notice), writes, now).await;
            match (written, pauses.next()) {
                (Ok(()), _) => return,
                (Err(StoreError::Overloaded), Some(pause)) => tokio::time::sleep(pause).await,
                (Err(error), _) => {
                    tracing::error!(%error, "locked fingers could not be written down");
                    break;
                }
            }
        }
        self.inner().locked.remove(&lock.subject);
    }

    /// The lock is lifted, or whoever it was about is gone.
    pub fn lift(&self, subject: FingerSubject) {
        let mut inner = self.inner();
        inner.locked.remove(&subject);
        inner.failures.remove(&subject);
    }

    fn failed_before(&self, event: &AccessEvent, now: Timestamp) {
        let at = happened_at(event);
        if is_over(at, now) {
            return;
        }
        let mut inner = self.inner();
        for subject in subjects_of(event) {
            let failures = inner.failures.entry(subject).or_default();
            failures.add(at.min(now));
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a failure at `at` counts no more.
fn is_over(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) > FAILURES_WITHIN
}

/// When a passage happened, by its device's clock where that is the one that counts.
fn happened_at(event: &AccessEvent) -> Timestamp {
    match event.evidence.time.source {
        TimeSource::Device => event.evidence.occurred_at,
        TimeSource::Server => event.evidence.received_at,
    }
}

/// Against whom a passage counts: nobody, unless its finger matched nobody.
fn subjects_of(event: &AccessEvent) -> Vec<FingerSubject> {
    let finger = event.evidence.fingerprint.as_ref();
    let Some(finger) = finger.filter(|f| f.result == FingerResult::Unmatched) else {
        return Vec::new();
    };
    let access_point = event.place.access_point;
    let claimed = event.decision.person;
    let claimed = claimed.filter(|_| finger.mode == FingerMode::Claim);
    let person = claimed.map(|person| FingerSubject::Person { person });
    let place = FingerSubject::AccessPoint { access_point };
    [Some(place), person].into_iter().flatten().collect()
}

/// What was written since `from`, the oldest first.
async fn recent(store: &dyn Store, from: Timestamp) -> Result<Vec<Record>> {
    let filter = LogFilter {
        from: Some(from),
        kinds: vec![EntryKind::Access, EntryKind::Act],
        ..LogFilter::default()
    };
    let (mut before, mut records) = (None, Vec::new());
    loop {
        let page = Page {
            before,
            limit: PAGE,
        };
        let listed = store.listed(&filter, page).await?;
        let Some(oldest) = listed.last() else { break };
        before = Some(oldest.index());
        let readable = listed.into_iter().filter_map(store::Listed::readable);
        records.extend(readable.map(|stored| stored.entry.record));
    }
    records.reverse();
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::AccessPointId;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    #[test]
    fn the_fifth_failure_locks_once_and_lifting_begins_anew() {
        let locks = Locks::default();
        let subject = FingerSubject::AccessPoint {
            access_point: AccessPointId(Uuid::from_u128(1)),
        };
        let failing = |n: i64| locks.fail(subject, at(n), at(n)).map(|lock| lock.failures);
        assert_eq!(
            [0, 1, 2, 3, 4, 5].map(failing),
            [None, None, None, None, Some(5), None]
        );
        assert!(locks.holds(subject));
        locks.lift(subject);
        assert!(!locks.holds(subject));
        assert_eq!([6, 7, 8, 9].map(failing), [None; 4]);
        assert_eq!(failing(10), Some(5));
    }
    #[test]
    fn failures_of_long_ago_lock_nothing_however_many_are_told_of_now() {
        let locks = Locks::default();
        let subject = FingerSubject::AccessPoint {
            access_point: AccessPointId(Uuid::from_u128(1)),
        };
        let told = at(10_000);
        assert!((0..9).all(|n| locks.fail(subject, at(n), told).is_none()));
        // Of a short outage, they count as what they are.
        let recent = |n: i64| locks.fail(subject, at(9_800 + n), told);
        assert_eq!([0, 1, 2, 3].map(recent), [None; 4]);
        let lock = recent(4).unwrap();
        assert_eq!((lock.failures, lock.since), (5, told));
    }
}

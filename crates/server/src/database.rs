//! Whether the database on a server answers: asked again and again, and shown like a part of the house.

use crate::clock::SystemClock;
use crate::outage;
use anyhow::Result;
use api::ports::{Clock, Part, PartRole};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// What it is called where parts are shown.
const NAME: &str = "PostgreSQL";
/// How often it is asked.
const ASK: Duration = Duration::from_secs(1);
/// How long it may take to answer: more than a busy one needs.
const ANSWER: Duration = Duration::from_secs(5);
/// Most times in which it was away that are kept to be told of.
const MOST_UNTOLD: usize = 16;

/// Whether it answers, and since when that is so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct State {
    up: bool,
    since: Timestamp,
}

/// From when until when it was away, each time that is still to be told of.
#[derive(Default)]
struct Untold(VecDeque<(Timestamp, Timestamp)>);

/// The database, as it is shown.
#[derive(Clone)]
pub struct Database(watch::Receiver<State>);

impl Database {
    /// The database behind `store`, which answered just now; and what asks it until `stop`.
    pub fn watched(
        store: Arc<dyn Store>,
        stop: CancellationToken,
    ) -> (Self, impl Future<Output = ()>) {
        let since = SystemClock.now();
        let (tell, shown) = watch::channel(State { up: true, since });
        let asking = async move {
            let mut untold = Untold::default();
            while stop
                .run_until_cancelled(tokio::time::sleep(ASK))
                .await
                .is_some()
            {
                let (up, now) = (answers(&*store).await, SystemClock.now());
                let before = *tell.borrow();
                let changed = tell.send_if_modified(|state| state.note(up, now));
                if changed && up {
                    untold.note(before.since, now);
                }
                if up {
                    let report = |from, until| outage::report_database(&*store, from, until);
                    stop.run_until_cancelled(untold.tell(report)).await;
                }
            }
        };
        (Self(shown), asking)
    }

    /// As it is now.
    pub fn part(&self) -> Part {
        let State { up, since } = *self.0.borrow();
        Part {
            name: NAME.to_owned(),
            role: PartRole::Database,
            up,
            since: Some(since),
            version: None,
            capacity: None,
        }
    }

    /// Waits until that changes; for ever, once nobody asks any more.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

impl State {
    /// Whether it is another state than before.
    fn note(&mut self, up: bool, now: Timestamp) -> bool {
        let changed = self.up != up;
        if changed {
            *self = Self { up, since: now };
            match up {
                true => tracing::info!("the database answers again"),
                false => tracing::error!("the database does not answer"),
            }
        }
        changed
    }
}

impl Untold {
    /// It was away; of too many times the first is given up.
    fn note(&mut self, from: Timestamp, until: Timestamp) {
        if self.0.len() >= MOST_UNTOLD {
            self.0.pop_front();
        }
        self.0.push_back((from, until));
    }

    /// Tells of each time, the first one first. What the database may take later is left for the next call; what it
    /// refuses is given up. One that was told of although no answer came is told of twice.
    async fn tell<F>(&mut self, report: impl Fn(Timestamp, Timestamp) -> F)
    where
        F: Future<Output = Result<()>>,
    {
        while let Some((from, until)) = self.0.front().copied() {
            match timeout(ANSWER, report(from, until)).await {
                Ok(Ok(())) => {
                    self.0.pop_front();
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "that the database was away could not be told of");
                    if error.downcast_ref().is_some_and(StoreError::may_pass) {
                        return;
                    }
                    self.0.pop_front();
                }
                Err(_) => {
                    tracing::warn!("that the database was away could not be told of in time");
                    return;
                }
            }
        }
    }
}

/// Whether a store answers in time.
async fn answers(store: &dyn Store) -> bool {
    size(store).await.is_some()
}

/// Entries of the log, unless the store fails, or takes longer than a busy one.
pub async fn size(store: &dyn Store) -> Option<u64> {
    match timeout(ANSWER, store.size()).await {
        Ok(Ok(entries)) => Some(entries),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the store does not answer");
            None
        }
        Err(_) => {
            tracing::debug!("the store does not answer in time");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::at;
    use std::cell::RefCell;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn what_could_not_be_told_is_told_the_next_time_and_what_is_refused_never() {
        let mut untold = Untold::default();
        untold.note(at(0), at(1));
        let refused = |_, _| ready(Err(StoreError::Full.into()));
        untold.tell(refused).await;
        untold.note(at(1), at(2));
        let busy = |_, _| ready(Err(StoreError::Overloaded.into()));
        untold.tell(busy).await;
        untold.note(at(3), at(4));
        let told = RefCell::new(Vec::new());
        for _ in 0..2 {
            let report = |from, until| {
                told.borrow_mut().push((from, until));
                ready(Ok(()))
            };
            untold.tell(report).await;
        }
        assert_eq!(told.into_inner(), [(at(1), at(2)), (at(3), at(4))]);
    }

    #[tokio::test]
    async fn a_report_that_is_not_answered_is_given_up_and_kept() {
        let mut untold = Untold::default();
        untold.note(at(1), at(2));
        let telling = untold.tell(|_, _| pending::<Result<()>>());
        assert!(timeout(ANSWER * 2, telling).await.is_ok());
        assert_eq!(untold.0, [(at(1), at(2))]);
    }

    #[test]
    fn a_state_is_told_once_and_since_when_it_is_so() {
        let mut state = State {
            up: true,
            since: at(0),
        };
        let told = [(true, 1), (false, 2), (false, 3), (true, 4)]
            .map(|(up, second)| (state.note(up, at(second)), state.since));
        let expected = [(false, 0), (true, 2), (false, 2), (true, 4)];
        assert_eq!(told, expected.map(|(changed, since)| (changed, at(since))));
    }
}

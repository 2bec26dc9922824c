//! How the desk hands in what it judged: at once, or after the retry of what failed.

use super::desk::Inner;
use super::judged::Judged;
use super::matching::allowed;
use crate::clock::SystemClock;
use api::ports::Clock;
use fingerprint::compare;
use model::{FingerMode, Receipt};
use std::sync::Arc;
use std::time::Duration;
use store::Pictures;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// How long a place in the queue of observations is waited for, as for other observations of devices.
const PLACE_WAIT: Duration = Duration::from_secs(5);
/// How soon a failure is handed in again to a store that was overloaded, first and at last.
const AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(10)];
/// A press that failed in a search is one's own where it is so much like one's finger, or one's next press: as seldom
/// as this, strangers' are too.
const ALIKE: f64 = 0.01;

impl Inner {
    /// A press after one that failed: its retry, or else the one that failed is handed in first.
    pub(super) async fn following(self: Arc<Self>, first: Judged, mut next: Judged) -> Judged {
        let comparing = {
            let (desk, first, next) = (self.clone(), first.clone(), next.clone());
            tokio::task::spawn_blocking(move || desk.is_retry(&first, &next))
        };
        let is_retry = comparing.await.unwrap_or_else(|error| {
            tracing::error!(%error, "comparing two presses broke down");
            false
        });
        if is_retry {
            self.discard(&first).await;
            next.sighting.presses = 2;
            return next;
        }
        self.reads.waiting.ended(&first);
        next.press = self.reads.waiting.keyed(next.press, &next.digest);
        // A store that takes nothing now is waited for aside.
        let failing = self.clone().fail(first, false);
        let _ = timeout(PLACE_WAIT, self.tasks.spawn(failing)).await;
        next
    }

    /// Whether `next` is the retry of `first`. A claim says whose verification it is; in a search only the finger does:
    /// otherwise a stranger who is followed by somebody known would leave no trace.
    fn is_retry(&self, first: &Judged, next: &Judged) -> bool {
        if !first.may_go_on_with(next) {
            return false;
        }
        if first.sighting.mode == FingerMode::Claim {
            return true;
        }
        let (Some(print), Some(later)) = (&first.print, &next.print) else {
            return false;
        };
        let Some(person) = next.sighting.person else {
            return first.has_key_of(next) || compare(print, later).is_match(ALIKE);
        };
        let own = self.prints.claim(print, person);
        let allowed = allowed(ALIKE, own.templates);
        own.best.is_some_and(|best| best.score.is_match(allowed))
    }

    /// Keeps a failed press until the retry comes, or the time for it is over.
    pub(super) async fn hold(self: Arc<Self>, failed: Judged, wait: Duration) {
        let failed = self.sealed(failed).await;
        let (reply, told) = oneshot::channel();
        let (token, other) = self.reads.waiting.put(failed.clone(), reply);
        if let Some(other) = other {
            // Two presses of one device at a time.
            self.tasks.spawn(self.clone().fail(other, false));
        }
        let waiting = self.clone().wait(failed, (token, wait), told);
        self.tasks.spawn(waiting);
    }

    /// Waits for the end of a failed press that is held.
    async fn wait(
        self: Arc<Self>,
        failed: Judged,
        (token, wait): (Uuid, Duration),
        mut told: oneshot::Receiver<Receipt>,
    ) {
        let told = tokio::select! {
            told = &mut told => told,
            _ = timeout(wait, self.closing.cancelled()) => {
                if self.reads.waiting.end(failed.press.device, token) {
                    return self.fail(failed, false).await;
                }
                // At this very moment somebody else took it.
                told.await
            }
        };
        match told {
            // Another tag was read, and it was handed in before that.
            Ok(Receipt::Overloaded) => self.fail(failed, true).await,
            Ok(receipt) => self.told(&failed, &receipt).await,
            // The next press came.
            Err(_) => {}
        }
    }

    /// Hands in a press that failed, however long the store takes nothing. `tried`: that was tried before, and the
    /// answer may have been lost.
    pub(super) async fn fail(self: Arc<Self>, failed: Judged, mut tried: bool) {
        let failed = self.sealed(failed).await;
        let [mut pause, longest] = AGAIN;
        let receipt = loop {
            match self.deliver(&failed).await {
                Receipt::Overloaded if !self.house.deliveries.is_closed() => {
                    tried = true;
                    tokio::select! {
                        () = sleep(pause) => {}
                        () = self.house.deliveries.closed() => {}
                    }
                    pause = (pause * 2).min(longest);
                }
                Receipt::Duplicate { contiguous } if tried => {
                    break Receipt::Committed { contiguous };
                }
                receipt => break receipt,
            }
        };
        if !matches!(
            receipt,
            Receipt::Committed { .. } | Receipt::Duplicate { .. }
        ) {
            let device = failed.press.device;
            tracing::error!(%device, ?receipt, "a finger that failed was not recorded");
        }
        self.told(&failed, &receipt).await;
    }

    /// Hands it in: the picture is durable before the observation that names it, and a failure counts once that
    /// is committed.
    pub(super) async fn report(&self, judged: Judged) -> Receipt {
        let judged = self.sealed(judged).await;
        let receipt = self.deliver(&judged).await;
        self.told(&judged, &receipt).await;
        receipt
    }

    async fn deliver(&self, judged: &Judged) -> Receipt {
        self.house.deliver_within(judged.draft(), PLACE_WAIT).await
    }

    /// With its picture kept.
    async fn sealed(&self, mut judged: Judged) -> Judged {
        if judged.sighting.picture.is_none() {
            match self.pictures.put(&judged.picture).await {
                Ok(picture) => judged.sighting.picture = Some(picture),
                Err(error) => tracing::warn!(%error, "the picture of a finger is lost"),
            }
        }
        judged
    }

    /// What follows from its receipt.
    async fn told(&self, judged: &Judged, receipt: &Receipt) {
        let Receipt::Committed { contiguous } = receipt else {
            return self.discard(judged).await;
        };
        self.reads.waiting.committed(judged, *contiguous);
        let Some(at) = judged.happened_at().filter(|_| judged.failed()) else {
            return;
        };
        for subject in judged.subjects() {
            if let Some(lock) = self.locks.fail(subject, at, SystemClock.now()) {
                self.locks.write_down(&*self.store, lock).await;
            }
        }
    }

    /// Nothing names its picture.
    async fn discard(&self, judged: &Judged) {
        if let Some(picture) = judged.sighting.picture {
            let _ = self.pictures.remove(picture).await;
        }
    }
}

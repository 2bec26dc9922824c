//! Observations in the order of their receipt, although they are committed in another one.

use crate::clock::SystemClock;
use api::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use model::Observation;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// A window is closed this much late: an edge needs a moment from the receipt to the delivery.
const SLACK: SignedDuration = SignedDuration::from_millis(500);

/// The earliest receipt among the deliveries that intake has not handed on; `None`: it has none.
pub type OldestPending = Option<Timestamp>;

/// What intake hands on. Everything that was received before [`OldestPending`] has been sent, so
/// an observation is let through as soon as nothing earlier can follow.
pub struct Arrivals {
    committed: mpsc::Receiver<Observation>,
    pending: watch::Receiver<OldestPending>,
    /// By time of receipt and order of commit.
    held: BTreeMap<(Timestamp, u64), Observation>,
    ended: bool,
}

impl Arrivals {
    /// Begins with what an earlier run left.
    pub fn new(
        unsettled: Vec<Observation>,
        committed: mpsc::Receiver<Observation>,
        pending: watch::Receiver<OldestPending>,
    ) -> Self {
        let mut arrivals = Self {
            committed,
            pending,
            held: BTreeMap::new(),
            ended: false,
        };
        for observation in unsettled {
            arrivals.hold(observation);
        }
        arrivals
    }

    /// The next observation; `None` when all senders are gone. Nothing is lost when the call is
    /// dropped before it ends.
    pub async fn next(&mut self) -> Option<Observation> {
        loop {
            let pending = self.look();
            if let Some(first) = self.held.first_entry()
                && pending.is_none_or(|oldest| first.key().0 <= oldest)
            {
                return Some(first.remove());
            }
            if self.ended && self.held.is_empty() {
                return None;
            }
            tokio::select! {
                seen = self.committed.recv(), if !self.ended => match seen {
                    Some(observation) => self.hold(observation),
                    None => self.ended = true,
                },
                Ok(()) = self.pending.changed() => {}
                else => {}
            }
        }
    }

    /// Whether everything received up to `at` has been given out.
    pub fn are_past(&mut self, at: Timestamp) -> bool {
        let pending = self.look();
        let first = self.held.keys().next().map(|(received_at, _)| *received_at);
        [pending, first].iter().flatten().all(|next| *next > at)
    }

    /// Waits until a window that ends at `deadline` may be closed, as far as intake knows; forever
    /// where none is open.
    pub fn passing(&self, deadline: Option<Timestamp>) -> impl Future<Output = ()> + use<> {
        let mut pending = self.pending.clone();
        async move {
            let Some(deadline) = deadline else {
                return std::future::pending().await;
            };
            let wait = deadline.duration_since(SystemClock.now());
            let wait = Duration::try_from(wait.saturating_add(SLACK));
            tokio::time::sleep(wait.unwrap_or_default()).await;
            // Without intake nothing is pending any more.
            let _ = pending
                .wait_for(|oldest| oldest.is_none_or(|oldest| oldest > deadline))
                .await;
        }
    }

    /// What is pending; everything older is held after the look. The order matters: what was sent
    /// before intake said so is received after it.
    fn look(&mut self) -> OldestPending {
        let gone = self.pending.has_changed().is_err();
        let pending = *self.pending.borrow_and_update();
        while let Ok(observation) = self.committed.try_recv() {
            self.hold(observation);
        }
        pending.filter(|_| !gone)
    }

    fn hold(&mut self, observation: Observation) {
        let place = (observation.received_at, observation.order);
        self.held.insert(place, observation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AccessPointId, DeviceId, DeviceTime, ObservationId, Sighting};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + ms).unwrap()
    }

    fn seen(order: u64, ms: i64) -> Observation {
        Observation {
            id: ObservationId(Uuid::now_v7()),
            order,
            device: DeviceId(Uuid::nil()),
            access_point: AccessPointId(Uuid::nil()),
            device_time: DeviceTime::Absent,
            received_at: at(ms),
            deferred: false,
            sighting: Sighting::PictureRequested,
        }
    }

    /// Intake as far as arrivals know it.
    struct Intake {
        committed: mpsc::Sender<Observation>,
        pending: watch::Sender<OldestPending>,
    }

    fn begin(left: Vec<Observation>) -> (Intake, Arrivals) {
        let (committed, observations) = mpsc::channel(100);
        let (pending, oldest) = watch::channel(None);
        let arrivals = Arrivals::new(left, observations, oldest);
        (Intake { committed, pending }, arrivals)
    }

    /// What comes without waiting.
    fn now(arrivals: &mut Arrivals) -> Option<u64> {
        let next = futures::FutureExt::now_or_never(arrivals.next());
        next.flatten().map(|observation| observation.order)
    }

    #[tokio::test]
    async fn an_observation_waits_for_one_that_was_received_before_it_and_is_still_in_intake() {
        let (intake, mut arrivals) = begin(Vec::new());
        intake.pending.send_replace(Some(at(5)));
        intake.committed.send(seen(1, 10)).await.unwrap();
        assert_eq!(now(&mut arrivals), None);
        intake.committed.send(seen(2, 5)).await.unwrap();
        intake.pending.send_replace(None);
        assert_eq!(now(&mut arrivals), Some(2));
        assert_eq!(now(&mut arrivals), Some(1));
    }

    #[tokio::test]
    async fn a_window_stays_open_while_something_that_may_belong_to_it_is_in_intake() {
        let (intake, mut arrivals) = begin(Vec::new());
        let waiting = |arrivals: &Arrivals| {
            futures::FutureExt::now_or_never(arrivals.passing(Some(at(10)))).is_none()
        };
        intake.pending.send_replace(Some(at(9)));
        assert!(waiting(&arrivals) && !arrivals.are_past(at(10)));
        intake.committed.send(seen(1, 9)).await.unwrap();
        intake.pending.send_replace(Some(at(11)));
        assert!(!arrivals.are_past(at(10)));
        assert_eq!(now(&mut arrivals), Some(1));
        arrivals.passing(Some(at(10))).await;
        assert!(arrivals.are_past(at(10)));
    }

    #[tokio::test]
    async fn what_an_earlier_run_left_comes_first() {
        let (intake, mut arrivals) = begin(vec![seen(2, 7), seen(3, 6)]);
        intake.committed.send(seen(9, 8)).await.unwrap();
        drop(intake);
        let mut orders = Vec::new();
        while let Some(observation) = arrivals.next().await {
            orders.push(observation.order);
        }
        assert_eq!(orders, [3, 2, 9]);
    }

    proptest! {
        #[test]
        fn whatever_is_in_intake_at_once_comes_in_the_order_of_its_receipt(
            receipts in proptest::collection::vec(0..1_000_i64, 1..40), looks in any::<u64>()
        ) {
            let (intake, mut arrivals) = begin(Vec::new());
            let mut came = Vec::new();
            for (n, ms) in receipts.iter().enumerate() {
                let pending = receipts.iter().skip(n).min().map(|ms| at(*ms));
                intake.pending.send_replace(pending);
                intake.committed.try_send(seen(u64::try_from(n).unwrap(), *ms)).unwrap();
                if (looks >> (n % 64)) & 1 == 1 {
                    came.extend(now(&mut arrivals));
                }
            }
            intake.pending.send_replace(None);
            while let Some(order) = now(&mut arrivals) {
                came.push(order);
            }
            let times: Vec<_> = came.iter().map(|n| receipts[usize::try_from(*n).unwrap()]).collect();
            prop_assert_eq!(times.len(), receipts.len());
            prop_assert!(times.is_sorted());
        }
    }
}

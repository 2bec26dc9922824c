//! Durable first, acknowledged second.

use super::arrivals::OldestPending;
use crate::fingers::Reads;
use devices::Delivery;
use futures::stream::{FuturesOrdered, StreamExt};
use model::{Observation, Receipt, Refusal};
use std::collections::VecDeque;
use std::sync::Arc;
use store::{Ingest, StoreError};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Commits under way at once: what one group commit can take together.
const UNDER_WAY: usize = 512;

/// Commits deliveries in their order, answers each, hands the new ones on, and tells what is still
/// pending. Ends when all senders are gone, or at `closing` with what was delivered until then: a
/// library may keep a sender for as long as the process lives. Where the bookkeeper is behind, this
/// waits, and so do the devices.
pub async fn run(
    (store, reads): (Arc<dyn Ingest>, Arc<Reads>),
    mut deliveries: mpsc::Receiver<Delivery>,
    committed: mpsc::Sender<Observation>,
    pending: watch::Sender<OldestPending>,
    closing: CancellationToken,
) {
    let mut under_way = FuturesOrdered::new();
    let mut received = VecDeque::new();
    let mut open = true;
    while open || !under_way.is_empty() {
        tokio::select! {
            () = closing.cancelled(), if !deliveries.is_closed() => deliveries.close(),
            delivery = deliveries.recv(), if open && under_way.len() < UNDER_WAY => match delivery {
                Some(delivery) => {
                    for delivery in reads.due_before(&delivery.draft).into_iter().chain([delivery]) {
                        received.push_back(delivery.draft.received_at);
                        under_way.push_back(commit(store.clone(), reads.clone(), delivery));
                    }
                }
                None => open = false,
            },
            Some(new) = under_way.next(), if !under_way.is_empty() => {
                if let Some(observation) = new
                    && committed.send(observation).await.is_err()
                {
                    return;
                }
                received.pop_front();
            }
        }
        let oldest: OldestPending = received.iter().min().copied();
        // What waits in the queue may be as old as what was pending last.
        if oldest.is_some() || deliveries.is_empty() {
            pending.send_if_modified(|told| std::mem::replace(told, oldest) != oldest);
        }
    }
}

/// Commits one delivery and answers it; the observation when it is new.
async fn commit(
    store: Arc<dyn Ingest>,
    reads: Arc<Reads>,
    delivery: Delivery,
) -> Option<Observation> {
    let result = store.commit(delivery.draft).await;
    let (receipt, observation) = match result {
        Ok(commit) if commit.duplicate => {
            metrics::counter!("gatebook_observations_duplicate_total").increment(1);
            (
                Receipt::Duplicate {
                    contiguous: commit.contiguous,
                },
                None,
            )
        }
        Ok(commit) => {
            metrics::counter!("gatebook_observations_total").increment(1);
            // Before its device goes on: the finger that follows is held against this tag.
            reads.note(&commit.observation);
            (
                Receipt::Committed {
                    contiguous: commit.contiguous,
                },
                Some(commit.observation),
            )
        }
        Err(error) => (refused(&error), None),
    };
    // A device that went away hears nothing; its observation is kept all the same.
    let _ = delivery.reply.send(receipt);
    observation
}

fn refused(error: &StoreError) -> Receipt {
    metrics::counter!("gatebook_observations_refused_total").increment(1);
    match error {
        StoreError::NotFound { .. } => Receipt::Refused(Refusal::UnknownDevice),
        error => {
            tracing::warn!(%error, "an observation could not be committed");
            Receipt::Overloaded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use model::{
        AccessPointId, DeviceId, DeviceTime, EventId, ObservationDraft, ObservationId, Sighting,
        SourceKey, Timestamp,
    };
    use store::{Commit, Result, StoredUnresolved, Unsettled};
    use tokio::sync::{Semaphore, oneshot};
    use uuid::Uuid;

    /// A store that takes one observation for each permit.
    struct Slow(Semaphore);

    #[async_trait]
    impl Ingest for Slow {
        async fn commit(&self, draft: ObservationDraft) -> Result<Commit> {
            self.0.acquire().await.unwrap().forget();
            let observation = Observation {
                id: ObservationId(Uuid::now_v7()),
                order: 1,
                device: draft.device,
                access_point: draft.access_point,
                device_time: draft.device_time,
                received_at: draft.received_at,
                deferred: draft.deferred,
                sighting: draft.sighting,
            };
            Ok(Commit {
                observation,
                duplicate: false,
                contiguous: None,
            })
        }

        async fn is_known(&self, _: &ObservationDraft) -> Result<bool> {
            Ok(false)
        }

        async fn unsettled(&self) -> Result<Unsettled> {
            Ok(Unsettled::default())
        }

        async fn ended(&self, _: Option<u64>, _: u32) -> Result<Vec<(Observation, EventId)>> {
            Ok(Vec::new())
        }

        async fn observation(&self, _: ObservationId) -> Result<Option<(Observation, Vec<u8>)>> {
            Ok(None)
        }

        async fn unresolved(&self, _: Option<u64>, _: u32) -> Result<Vec<StoredUnresolved>> {
            Ok(Vec::new())
        }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + ms).unwrap()
    }

    fn delivery(ms: i64) -> Delivery {
        let (reply, _) = oneshot::channel();
        let draft = ObservationDraft {
            device: DeviceId(Uuid::nil()),
            access_point: AccessPointId(Uuid::nil()),
            key: SourceKey::Sequence {
                boot_id: "boot".to_owned(),
                sequence: 1,
            },
            device_time: DeviceTime::Absent,
            received_at: at(ms),
            deferred: false,
            sighting: Sighting::PictureRequested,
            raw: Vec::new(),
        };
        Delivery { draft, reply }
    }

    #[tokio::test]
    async fn the_oldest_that_is_not_handed_on_is_pending() {
        let (deliver, deliveries) = mpsc::channel(10);
        let (committed, mut observations) = mpsc::channel(10);
        let (tell, mut pending) = watch::channel(None);
        let slow = Arc::new(Slow(Semaphore::new(0)));
        for ms in [7, 5, 9] {
            deliver.send(delivery(ms)).await.unwrap();
        }
        let closing = CancellationToken::new();
        let task = tokio::spawn(run(
            (slow.clone(), Arc::default()),
            deliveries,
            committed,
            tell,
            closing,
        ));
        for (ms, left) in [(7, Some(at(5))), (5, Some(at(9))), (9, None)] {
            slow.0.add_permits(1);
            assert_eq!(observations.recv().await.unwrap().received_at, at(ms));
            pending.wait_for(|oldest| *oldest == left).await.unwrap();
        }
        drop(deliver);
        task.await.unwrap();
    }
}

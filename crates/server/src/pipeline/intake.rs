//! Durable first, acknowledged second.

use devices::Delivery;
use futures::stream::{FuturesOrdered, StreamExt};
use model::{Observation, Receipt, Refusal};
use std::sync::Arc;
use store::{Store, StoreError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Commits under way at once: what one group commit can take together.
const UNDER_WAY: usize = 512;

/// Commits deliveries in their order, answers each, and hands the new ones on. Ends when all senders
/// are gone, or at `closing` with what was delivered until then: a library may keep a sender for
/// as long as the process lives. Where the bookkeeper is behind, this waits, and so do the devices.
pub async fn run(
    store: Arc<dyn Store>,
    mut deliveries: mpsc::Receiver<Delivery>,
    committed: mpsc::Sender<Observation>,
    closing: CancellationToken,
) {
    let mut under_way = FuturesOrdered::new();
    let mut open = true;
    while open || !under_way.is_empty() {
        tokio::select! {
            () = closing.cancelled(), if !deliveries.is_closed() => deliveries.close(),
            delivery = deliveries.recv(), if open && under_way.len() < UNDER_WAY => match delivery {
                Some(delivery) => under_way.push_back(commit(store.clone(), delivery)),
                None => open = false,
            },
            Some(new) = under_way.next(), if !under_way.is_empty() => {
                let Some(observation) = new else { continue };
                if committed.send(observation).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Commits one delivery and answers it; the observation when it is new.
async fn commit(store: Arc<dyn Store>, delivery: Delivery) -> Option<Observation> {
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

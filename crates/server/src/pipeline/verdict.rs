//! One passage: compare its picture, look up the facts, decide, append.

use super::compare::Comparer;
use super::facts;
use crate::clock::SystemClock;
use api::ports::Clock;
use decision::decide;
use model::{
    AccessEvent, AccessPoint, Author, Entry, EventId, Evidence, Outcome, Record, Unresolved,
    UnresolvedReason,
};
use std::time::Duration;
use store::{Append, Result, Settlement, Store, StoreError};
use uuid::Uuid;

/// How soon the store is asked again when it could not write.
const AGAIN: Duration = Duration::from_millis(500);

/// Decides on a passage and appends it, however long the store takes: a full disk holds the pipeline
/// up, and through it the devices, until there is room.
pub async fn enter(
    store: &dyn Store,
    comparer: &Comparer,
    points: &[AccessPoint],
    mut evidence: Evidence,
) {
    while !ended(attempt(store, comparer, points, &mut evidence).await) {
        tokio::time::sleep(AGAIN).await;
    }
}

/// Settles without an entry, however long the store takes: nothing else may happen to the
/// observations before.
pub async fn settle(store: &dyn Store, settlement: Settlement) {
    while !ended(store.settle(settlement.clone()).await) {
        tokio::time::sleep(AGAIN).await;
    }
}

/// Whether nothing more has to be done. A conflict says that the observations have their end
/// already: an earlier attempt was durable although it was reported as failed.
fn ended(result: Result<()>) -> bool {
    match result {
        Ok(()) => true,
        Err(StoreError::Conflict { what }) => {
            tracing::warn!(%what, "settled already");
            true
        }
        Err(error) => {
            tracing::error!(%error, "the store could not take a passage; trying again");
            false
        }
    }
}

async fn attempt(
    store: &dyn Store,
    comparer: &Comparer,
    points: &[AccessPoint],
    evidence: &mut Evidence,
) -> Result<()> {
    let facts = match facts::of(store, evidence, points).await {
        Err(StoreError::NotFound { .. }) => {
            return store.settle(Settlement::Unresolved(orphan(evidence))).await;
        }
        facts => facts?,
    };
    comparer.fill(evidence, &facts).await;
    let now = SystemClock.now();
    let decision = decide(evidence, &facts, now);
    let place = facts::place(&facts.access_point, points);
    let outcome = match decision.outcome {
        Outcome::Granted => "granted",
        Outcome::Denied => "denied",
    };
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: now,
        author: Author::System,
        record: Record::Access(AccessEvent {
            place,
            evidence: evidence.clone(),
            decision,
        }),
    };
    let settles = evidence.observations.clone();
    store
        .append(Append {
            entry,
            settles,
            writes: Vec::new(),
        })
        .await?;
    metrics::counter!("gatebook_passages_total", "outcome" => outcome).increment(1);
    Ok(())
}

/// A passage whose access point was removed meanwhile.
fn orphan(evidence: &Evidence) -> Unresolved {
    Unresolved {
        observations: evidence.observations.clone(),
        access_point: evidence.access_point,
        at: evidence.occurred_at,
        reason: UnresolvedReason::Orphan,
        picture: evidence.picture.as_ref().map(|p| p.picture),
    }
}

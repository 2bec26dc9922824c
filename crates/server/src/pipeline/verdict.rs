//! One passage: compare its picture, look up the facts, decide, append.

use super::compare::Comparer;
use super::facts;
use crate::clock::SystemClock;
use crate::notices;
use api::ports::Clock;
use decision::decide;
use model::{
    AccessEvent, AccessPoint, AlertKind, Author, Entry, EventId, Evidence, Notice, Outcome, Record,
    Unresolved, UnresolvedReason,
};
use std::time::Duration;
use store::{Append, Result, Settlement, Store, StoreError};
use uuid::Uuid;

/// How soon the store is asked again when it could not write.
const AGAIN: Duration = Duration::from_millis(500);
/// Open alerts looked at before another one is raised.
const OPEN_ALERTS: u32 = 500;

/// Decides on a passage and appends it, however long the store takes: a full disk holds the pipeline
/// up, and through it the devices, until there is room. A passage that the store refuses for what
/// stands in it is listed as unresolved: asking again would change nothing. Answers with what was
/// appended.
pub async fn enter(
    store: &dyn Store,
    comparer: &Comparer,
    points: &[AccessPoint],
    mut evidence: Evidence,
) -> Option<AccessEvent> {
    loop {
        match attempt(store, comparer, points, &mut evidence).await {
            Ok(event) => return event,
            Err(error) if is_hopeless(&error) => {
                let group = listed(&evidence, UnresolvedReason::Damaged);
                alarm(store, &error).await;
                settle(store, Settlement::Unresolved(group)).await;
                return None;
            }
            Err(error) if stands(&error) => return None,
            Err(error) => again(&error).await,
        }
    }
}

/// Settles without an entry, however long the store takes: nothing else may happen to the
/// observations before.
pub async fn settle(store: &dyn Store, settlement: Settlement) {
    loop {
        match store.settle(settlement.clone()).await {
            // They stay as they are, and are looked at again after the next start.
            Err(error) if is_hopeless(&error) => return alarm(store, &error).await,
            Err(error) if !stands(&error) => again(&error).await,
            _ => return,
        }
    }
}

/// Lists observations that cannot be read any more.
pub async fn set_aside(store: &dyn Store, unreadable: Unresolved) {
    let finding = "an observation that had no end yet cannot be read".to_owned();
    alarm(store, &StoreError::Damaged(finding)).await;
    settle(store, Settlement::Unresolved(unreadable)).await;
}

/// Whether the store would refuse the same for ever: for what stands in it, or does not any more.
const fn is_hopeless(error: &StoreError) -> bool {
    error.is_damage() || matches!(error, StoreError::NotFound { .. })
}

/// A conflict says that the observations have their end already: an earlier attempt was durable
/// although it was reported as failed.
fn stands(error: &StoreError) -> bool {
    let StoreError::Conflict { what } = error else {
        return false;
    };
    tracing::warn!(%what, "settled already");
    true
}

async fn again(error: &StoreError) {
    match error {
        // The journal says once that the database is away.
        StoreError::Unreachable(_) => tracing::debug!(%error, "a passage waits for the store"),
        _ => tracing::error!(%error, "the store could not take a passage; trying again"),
    }
    tokio::time::sleep(AGAIN).await;
}

/// Writes down that the store is damaged, which raises an alert, unless an alert says so already.
async fn alarm(store: &dyn Store, error: &StoreError) {
    tracing::error!(%error, "the store cannot take a passage; it is listed as unresolved");
    if let Err(error) = note(store, error).await {
        tracing::error!(%error, "and no notice of it could be written");
    }
}

async fn note(store: &dyn Store, error: &StoreError) -> Result<()> {
    let open = store.alerts(true, &[], OPEN_ALERTS).await?;
    if open.iter().any(|a| a.kind == AlertKind::VerificationFailed) {
        return Ok(());
    }
    let finding = error.to_string();
    let notice = Notice::VerificationFailed { finding };
    notices::append(store, notice, SystemClock.now()).await
}

async fn attempt(
    store: &dyn Store,
    comparer: &Comparer,
    points: &[AccessPoint],
    evidence: &mut Evidence,
) -> Result<Option<AccessEvent>> {
    let facts = match facts::of(store, evidence, points).await {
        Err(StoreError::NotFound { .. }) => {
            let orphan = listed(evidence, UnresolvedReason::Orphan);
            store.settle(Settlement::Unresolved(orphan)).await?;
            return Ok(None);
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
    let event = AccessEvent {
        place,
        evidence: evidence.clone(),
        decision,
    };
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: now,
        author: Author::System,
        record: Record::Access(event.clone()),
    };
    let settles = evidence.observations.clone();
    store
        .append(Append {
            settles,
            ..Append::entry(entry)
        })
        .await?;
    metrics::counter!("gatebook_passages_total", "outcome" => outcome).increment(1);
    Ok(Some(event))
}

/// The group under which the observations of a passage are listed.
fn listed(evidence: &Evidence, reason: UnresolvedReason) -> Unresolved {
    Unresolved {
        observations: evidence.observations.clone(),
        access_point: evidence.access_point,
        at: evidence.occurred_at,
        reason,
        picture: evidence.picture.as_ref().map(|p| p.picture),
    }
}

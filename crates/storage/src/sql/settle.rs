//! How observations end: each exactly once.

use model::{EventId, ObservationId, Unresolved, UnresolvedReason};
use store::{Result, Settlement, StoreError};

use super::writer::{Tx, Work};
use super::{ingest, unreadable};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, json, signed};
use crate::engine::{Db, query};

/// Ends an observation in an entry, or in none.
pub(super) async fn end(
    db: &mut Db,
    observation: ObservationId,
    event: Option<EventId>,
) -> Result<()> {
    let done = query("UPDATE observations SET settled = 1, event = ? WHERE id = ? AND settled = 0")
        .bind(event.map(|event| event.0.as_bytes().to_vec()))
        .bind(observation.0.as_bytes().as_slice())
        .send_for_one(db)
        .await
        .map_err(fault)?;
    if done {
        return Ok(());
    }
    Err(match find(db, observation).await? {
        Some(_) => StoreError::Conflict {
            what: format!("the end of observation {observation}"),
        },
        None => missing(observation),
    })
}

/// The event an observation ended in, if it did; nothing when there is no such observation.
async fn find(db: &mut Db, observation: ObservationId) -> Result<Option<Option<EventId>>> {
    let row = query("SELECT event FROM observations WHERE id = ?")
        .bind(observation.0.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.map(|row| row.maybe_id("event")).transpose()
}

fn missing(observation: ObservationId) -> StoreError {
    StoreError::NotFound {
        what: format!("observation {observation}"),
    }
}

pub(super) struct Settling(pub(super) Settlement);

impl Work for Settling {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        match &self.0 {
            Settlement::Joined { observation, joins } => join(tx, *observation, *joins).await,
            Settlement::Unresolved(group) => list(tx.db, group).await,
        }
    }
}

async fn join(tx: &mut Tx<'_>, observation: ObservationId, joins: ObservationId) -> Result<()> {
    if let Some(event) = find(tx.db, joins).await?.flatten() {
        return end(tx.db, observation, Some(event)).await;
    }
    let found = match ingest::load(tx.db, tx.keys, observation).await {
        Err(error) if error.is_damage() => {
            let group = unreadable::group(tx.db, observation).await?;
            return list(tx.db, &group).await;
        }
        found => found?,
    };
    let (seen, _) = found.ok_or_else(|| missing(observation))?;
    let orphan = Unresolved {
        observations: vec![observation],
        access_point: seen.access_point,
        at: seen.received_at,
        reason: UnresolvedReason::Orphan,
        picture: seen.sighting.picture(),
    };
    list(tx.db, &orphan).await
}

async fn list(db: &mut Db, group: &Unresolved) -> Result<()> {
    for observation in &group.observations {
        end(db, *observation, None).await?;
    }
    let done = query(
        "INSERT INTO unresolved (number, record) \
         SELECT coalesce(max(number), 0) + 1, CAST(? AS TEXT) FROM unresolved",
    )
    .bind(json(group)?)
    .execute(db)
    .await;
    done.map(drop).map_err(fault)
}

/// Sets a listed group aside, once.
pub(super) async fn dismiss(db: &mut Db, number: u64) -> Result<()> {
    let what = format!("unresolved group {number}");
    let row = query("SELECT dismissed FROM unresolved WHERE number = ?")
        .bind(signed(number)?)
        .fetch_optional(&mut *db)
        .await
        .map_err(fault)?;
    let Some(row) = row else {
        return Err(StoreError::NotFound { what });
    };
    if row.flag("dismissed")? {
        let what = format!("the end of {what}");
        return Err(StoreError::Conflict { what });
    }
    let done = query("UPDATE unresolved SET dismissed = 1 WHERE number = ?")
        .bind(signed(number)?)
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

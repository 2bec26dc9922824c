//! Observations: made durable, recognised when they come again.

use async_trait::async_trait;
use model::{EventId, Observation, ObservationDraft, ObservationId, SourceKey, Timestamp};
use store::{Commit, Ingest, Result, StoreError, StoredUnresolved, Unsettled};
use uuid::Uuid;

use super::SqlStore;
use super::keys::Keys;
use super::writer::{Tx, Work};
use super::{picture_names, sequence, unreadable};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, from_json, json, nanos, signed};
use crate::engine::{Db, Query, Row, query};

#[async_trait]
impl Ingest for SqlStore {
    async fn commit(&self, draft: ObservationDraft) -> Result<Commit> {
        self.write(Committing(draft)).await
    }

    async fn is_known(&self, draft: &ObservationDraft) -> Result<bool> {
        let mut db = self.read().await?;
        let first = match &draft.key {
            SourceKey::Content { digest, window_s } => {
                first_with_content(&mut db, draft, digest, *window_s).await?
            }
            SourceKey::Sequence { boot_id, sequence } => {
                with_sequence(&mut db, draft, boot_id, *sequence).await?
            }
        };
        Ok(first.is_some())
    }

    async fn unsettled(&self) -> Result<Unsettled> {
        let sql = "SELECT ord, id, sealed FROM observations WHERE settled = 0 ORDER BY ord";
        let mut db = self.read().await?;
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        let mut all = Unsettled::default();
        for row in &rows {
            match read(self.keys(), row) {
                Ok((observation, _)) => all.observations.push(observation),
                Err(error) if error.is_damage() => {
                    let group = unreadable::group(&mut db, row.id("id")?).await?;
                    all.unreadable.push(group);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn ended(&self, before: Option<u64>, limit: u32) -> Result<Vec<(Observation, EventId)>> {
        let sql = "SELECT ord, id, sealed, event FROM observations \
                   WHERE event IS NOT NULL AND ord < ? ORDER BY ord DESC LIMIT ?";
        let mut db = self.read().await?;
        let rows = query(sql)
            .bind(before.map_or(Ok(i64::MAX), signed)?)
            .bind(limit)
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        let ended = |row| Ok((read(self.keys(), row)?.0, row.id("event")?));
        let damaged = |ended: &Result<_>| ended.as_ref().is_err_and(StoreError::is_damage);
        let all = rows.iter().map(ended);
        all.filter(|ended| !damaged(ended)).collect()
    }

    async fn observation(&self, id: ObservationId) -> Result<Option<(Observation, Vec<u8>)>> {
        let mut db = self.read().await?;
        load(&mut db, self.keys(), id).await
    }

    async fn unresolved(&self, before: Option<u64>, limit: u32) -> Result<Vec<StoredUnresolved>> {
        let sql = "SELECT number, record, dismissed FROM unresolved \
                   WHERE number < ? ORDER BY number DESC LIMIT ?";
        let mut db = self.read().await?;
        let rows = query(sql)
            .bind(before.map_or(Ok(i64::MAX), signed)?)
            .bind(limit)
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        rows.iter().map(read_unresolved).collect()
    }
}

fn read_unresolved(row: &Row) -> Result<StoredUnresolved> {
    Ok(StoredUnresolved {
        number: row.count("number")?,
        unresolved: row.record("record")?,
        dismissed: row.flag("dismissed")?,
    })
}

struct Committing(ObservationDraft);

impl Work for Committing {
    type Output = Commit;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Commit> {
        let draft = &self.0;
        if let Some(first) = repeated_content(tx, draft).await? {
            return Ok(Commit {
                observation: first,
                duplicate: true,
                contiguous: None,
            });
        }
        let mut observation = observed(draft);
        observation.order = tx.memory.order + 1;
        let expected = tx.memory.runs.follows(draft);
        let row = row_of(tx.keys, draft, &observation)?;
        let new = if expected {
            row.send_for_one(tx.db).await
        } else {
            row.execute(tx.db).await.map(|rows| rows == 1)
        };
        if !new.map_err(fault)? {
            return repeated_sequence(tx, draft).await;
        }
        tx.memory.order = observation.order;
        if let Some(picture) = draft.sighting.picture() {
            picture_names::add(tx.db, picture, observation.id.0).await?;
        }
        let contiguous = sequence::advance(tx, draft, expected).await?;
        Ok(Commit {
            observation,
            duplicate: false,
            contiguous,
        })
    }
}

/// The observation a draft becomes. Its order is given by the row it is kept in.
fn observed(draft: &ObservationDraft) -> Observation {
    Observation {
        id: ObservationId(Uuid::now_v7()),
        order: 0,
        device: draft.device,
        access_point: draft.access_point,
        device_time: draft.device_time.clone(),
        received_at: draft.received_at,
        deferred: draft.deferred,
        sighting: draft.sighting.clone(),
    }
}

/// Adds the row, unless the device's sequence number is there already.
fn row_of(keys: &Keys, draft: &ObservationDraft, observation: &Observation) -> Result<Query> {
    let (boot, sequence, digest) = match &draft.key {
        SourceKey::Sequence { boot_id, sequence } => {
            (Some(boot_id.as_str()), Some(signed(*sequence)?), None)
        }
        SourceKey::Content { digest, .. } => (None, None, Some(digest.as_slice())),
    };
    let id = observation.id.0.as_bytes().as_slice();
    let sealed = keys
        .observations
        .seal(id, &packed(observation, &draft.raw)?)?;
    let sql = "INSERT INTO observations \
                   (ord, id, device, boot_id, sequence, digest, received_at, sealed) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
               ON CONFLICT (device, boot_id, sequence) WHERE boot_id IS NOT NULL DO NOTHING";
    Ok(query(sql)
        .bind(signed(observation.order)?)
        .bind(id)
        .bind(draft.device.0.as_bytes().as_slice())
        .bind(boot)
        .bind(sequence)
        .bind(digest)
        .bind(nanos(draft.received_at))
        .bind(sealed))
}

/// The order of the newest observation; 0 while there is none.
pub(super) async fn newest(db: &mut Db) -> Result<u64> {
    let sql = "SELECT coalesce(max(ord), 0) AS newest FROM observations";
    let row = query(sql).fetch_one(db).await.map_err(fault)?;
    row.count("newest")
}

async fn repeated_sequence(tx: &mut Tx<'_>, draft: &ObservationDraft) -> Result<Commit> {
    let SourceKey::Sequence { boot_id, sequence } = &draft.key else {
        return Err(StoreError::Damaged(
            "an observation id came twice".to_owned(),
        ));
    };
    let first = with_sequence(tx.db, draft, boot_id, *sequence).await?;
    let first = first
        .ok_or_else(|| StoreError::Damaged("an observation that stands is not found".to_owned()))?;
    let device = draft.device.0.as_bytes().as_slice();
    Ok(Commit {
        observation: first_of(tx.keys, &first, draft)?,
        duplicate: true,
        contiguous: sequence::contiguous(tx.db, device, boot_id).await?,
    })
}

/// The first observation with the same content in the window, where content is the key.
async fn repeated_content(
    tx: &mut Tx<'_>,
    draft: &ObservationDraft,
) -> Result<Option<Observation>> {
    let SourceKey::Content { digest, window_s } = &draft.key else {
        return Ok(None);
    };
    let first = first_with_content(tx.db, draft, digest, *window_s).await?;
    first.map(|row| first_of(tx.keys, &row, draft)).transpose()
}

/// The observation that `draft` repeats. One that cannot be read any more is as the draft says: a
/// device that is answered with an error would send it for ever.
fn first_of(keys: &Keys, row: &Row, draft: &ObservationDraft) -> Result<Observation> {
    match read(keys, row) {
        Err(error) if error.is_damage() => Ok(Observation {
            id: row.id("id")?,
            order: row.count("ord")?,
            ..observed(draft)
        }),
        found => Ok(found?.0),
    }
}

async fn with_sequence(
    db: &mut Db,
    draft: &ObservationDraft,
    boot_id: &str,
    sequence: u64,
) -> Result<Option<Row>> {
    let sql = "SELECT ord, id, sealed FROM observations \
               WHERE device = ? AND boot_id = ? AND sequence = ?";
    query(sql)
        .bind(draft.device.0.as_bytes().as_slice())
        .bind(boot_id)
        .bind(signed(sequence)?)
        .fetch_optional(db)
        .await
        .map_err(fault)
}

async fn first_with_content(
    db: &mut Db,
    draft: &ObservationDraft,
    digest: &[u8],
    window_s: Option<u32>,
) -> Result<Option<Row>> {
    query(
        "SELECT ord, id, sealed FROM observations \
         WHERE device = ? AND digest = ? AND received_at >= ? ORDER BY received_at LIMIT 1",
    )
    .bind(draft.device.0.as_bytes().as_slice())
    .bind(digest)
    .bind(window_start(draft.received_at, window_s))
    .fetch_optional(db)
    .await
    .map_err(fault)
}

fn window_start(received_at: Timestamp, window_s: Option<u32>) -> i64 {
    window_s.map_or(i64::MIN, |seconds| {
        nanos(received_at).saturating_sub(i64::from(seconds) * 1_000_000_000)
    })
}

/// One observation and its message.
pub(super) async fn load(
    db: &mut Db,
    keys: &Keys,
    id: ObservationId,
) -> Result<Option<(Observation, Vec<u8>)>> {
    let row = query("SELECT ord, id, sealed FROM observations WHERE id = ?")
        .bind(id.0.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.map(|row| read(keys, &row)).transpose()
}

fn read(keys: &Keys, row: &Row) -> Result<(Observation, Vec<u8>)> {
    let id: &[u8] = row.col("id")?;
    let content = keys.observations.open(id, row.col("sealed")?)?;
    let (mut observation, raw) = unpacked(&content)?;
    observation.order = row.count("ord")?;
    Ok((observation, raw))
}

/// Length of the record, the record, the message.
fn packed(observation: &Observation, raw: &[u8]) -> Result<Vec<u8>> {
    let record = json(observation)?;
    let length = u32::try_from(record.len())
        .map_err(|_| StoreError::Unfit("an observation of 4 GiB".to_owned()))?;
    Ok([&length.to_be_bytes(), record.as_bytes(), raw].concat())
}

fn unpacked(content: &[u8]) -> Result<(Observation, Vec<u8>)> {
    let damaged = || StoreError::Damaged("an observation is cut short".to_owned());
    let (length, rest) = content.split_first_chunk().ok_or_else(damaged)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (record, raw) = rest.split_at_checked(length).ok_or_else(damaged)?;
    Ok((from_json(record)?, raw.to_vec()))
}

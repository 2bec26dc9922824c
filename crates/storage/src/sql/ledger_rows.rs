//! The rows of the Merkle log.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ledger::{Frontier, Hash, NodeId};
use model::{EventId, PersonId, Record};
use store::{LedgerRows, RawEntry, Result, StoreError, StoredCheckpoint};

use super::columns::{Searchable, person_of};
use super::keys::Keys;
use super::stretches::Stretch;
use super::writer::{Tx, Work};
use super::{SqlStore, append, stretches};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, nanos, signed};
use crate::engine::{Db, Row, query};

#[async_trait]
impl LedgerRows for SqlStore {
    async fn tree_head(&self) -> Result<(u64, Hash)> {
        let mut db = self.read().await?;
        let size = size(&mut db).await?;
        Ok((size, root(&mut db, size).await?))
    }

    async fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Hash>> {
        let mut db = self.read().await?;
        nodes(&mut db, ids).await
    }

    async fn leaf(&self, id: EventId) -> Result<Option<(u64, Vec<u8>)>> {
        let mut db = self.read().await?;
        let row = query("SELECT idx, leaf FROM entries WHERE id = ?")
            .bind(id.0.as_bytes().as_slice())
            .fetch_optional(&mut db)
            .await
            .map_err(fault)?;
        row.map(|row| Ok((row.count("idx")?, row.col("leaf")?)))
            .transpose()
    }

    async fn raw_entries(&self, from: u64, limit: u32) -> Result<Vec<RawEntry>> {
        let mut db = self.read().await?;
        let rows = query("SELECT * FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?")
            .bind(signed(from)?)
            .bind(limit)
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let (first, last) = (first.col("idx")?, last.col("idx")?);
        let people = people(&mut db, first, last).await?;
        let stretches = stretches::over(&mut db, first, last).await?;
        let raw = |row| raw_entry(self.keys(), row, &people, &stretches);
        rows.iter().map(raw).collect()
    }

    async fn put_checkpoint(&self, checkpoint: StoredCheckpoint) -> Result<()> {
        self.write(Keeping(checkpoint)).await
    }

    async fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>> {
        Ok(self.checkpoints(1).await?.pop())
    }

    async fn checkpoints(&self, limit: u32) -> Result<Vec<StoredCheckpoint>> {
        let mut db = self.read().await?;
        checkpoints(&mut db, limit).await
    }
}

/// Number of entries.
pub(super) async fn size(db: &mut Db) -> Result<u64> {
    let row = query("SELECT coalesce(max(idx) + 1, 0) AS size FROM entries")
        .fetch_one(db)
        .await;
    row.map_err(fault)?.count("size")
}

/// The tree as it stands.
pub(super) async fn frontier(db: &mut Db) -> Result<Frontier> {
    let size = size(db).await?;
    let needed = Frontier::needed(size).map_err(|error| damaged(&error))?;
    Frontier::from_nodes(size, nodes(db, &needed).await?).map_err(|error| damaged(&error))
}

/// Nodes asked for in one query.
const CHUNK: usize = 500;

async fn nodes(db: &mut Db, ids: &[NodeId]) -> Result<Vec<Hash>> {
    let mut hashes = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found = find_nodes(db, chunk).await?;
        for id in chunk {
            let hash = found.get(id).copied();
            hashes.push(hash.ok_or_else(|| damaged(&ledger::Error::MissingNode(*id)))?);
        }
    }
    Ok(hashes)
}

async fn find_nodes(db: &mut Db, ids: &[NodeId]) -> Result<BTreeMap<NodeId, Hash>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = query("SELECT * FROM nodes WHERE (level, idx) IN (VALUES ");
    for (place, id) in ids.iter().enumerate() {
        sql.push(if place == 0 { "(" } else { ", (" });
        sql.push_bind(u32::from(id.level))
            .push(", ")
            .push_bind(signed(id.index)?)
            .push(")");
    }
    sql.push(")");
    let rows = sql.fetch_all(db).await.map_err(fault)?;
    let read = |row: &Row| {
        let id = NodeId {
            level: level(row.count("level")?)?,
            index: row.count("idx")?,
        };
        Ok((id, Hash::from(row.digest("hash")?)))
    };
    rows.iter().map(read).collect()
}

fn level(number: u64) -> Result<u8> {
    u8::try_from(number).map_err(|_| StoreError::Damaged(format!("a node at level {number}")))
}

pub(super) async fn root(db: &mut Db, size: u64) -> Result<Hash> {
    let ids = ledger::root_nodes(size).map_err(|error| damaged(&error))?;
    let hashes: BTreeMap<NodeId, Hash> = {
        let hashes = nodes(db, &ids).await?;
        ids.into_iter().zip(hashes).collect()
    };
    ledger::root(size, |id| hashes.get(&id).copied()).map_err(|error| damaged(&error))
}

fn damaged(error: &ledger::Error) -> StoreError {
    StoreError::Damaged(error.to_string())
}

/// Whom the entries of a range are about.
async fn people(db: &mut Db, first: i64, last: i64) -> Result<BTreeMap<u64, BTreeSet<PersonId>>> {
    let rows = query("SELECT idx, person FROM entry_people WHERE idx BETWEEN ? AND ?")
        .bind(first)
        .bind(last)
        .fetch_all(db)
        .await
        .map_err(fault)?;
    let mut people: BTreeMap<u64, BTreeSet<PersonId>> = BTreeMap::new();
    for row in &rows {
        people
            .entry(row.count("idx")?)
            .or_default()
            .insert(row.id("person")?);
    }
    Ok(people)
}

fn raw_entry(
    keys: &Keys,
    row: &Row,
    people: &BTreeMap<u64, BTreeSet<PersonId>>,
    stretches: &[Stretch],
) -> Result<RawEntry> {
    let index = row.count("idx")?;
    let payload = append::open(keys, row.col("id")?, row.col("sealed")?);
    let nobody = BTreeSet::new();
    let columns_agree = match &payload {
        Ok((entry, _)) => {
            let named = people.get(&index).unwrap_or(&nobody);
            let id: &[u8] = row.col("id")?;
            id == entry.id.0.as_bytes().as_slice()
                && Searchable::of(entry).agrees(row)?
                && names_agree(entry, named)
                && lies_within(row, stretches)?
        }
        Err(_) => false,
    };
    Ok(RawEntry {
        index,
        leaf: row.col("leaf")?,
        payload: payload.map_err(|error| error.to_string()),
        columns_agree,
    })
}

/// A search by time looks for the entry where it is.
fn lies_within(row: &Row, stretches: &[Stretch]) -> Result<bool> {
    let (index, at) = (row.col("idx")?, row.col("occurred_at")?);
    Ok(stretches.iter().any(|stretch| stretch.holds(index, at)))
}

/// A correction is also listed under whom the corrected entry was about; every other entry under
/// whom it names and nobody else.
fn names_agree(entry: &model::Entry, listed: &BTreeSet<PersonId>) -> bool {
    let named: BTreeSet<PersonId> = person_of(entry).into_iter().collect();
    match entry.record {
        Record::Correction(_) => named.is_subset(listed),
        _ => named == *listed,
    }
}

/// Checkpoints, newest first.
pub(super) async fn checkpoints(db: &mut Db, limit: u32) -> Result<Vec<StoredCheckpoint>> {
    let rows = query("SELECT * FROM checkpoints ORDER BY size DESC LIMIT ?")
        .bind(limit)
        .fetch_all(db)
        .await
        .map_err(fault)?;
    let read = |row: &Row| {
        Ok(StoredCheckpoint {
            size: row.count("size")?,
            root: Hash::from(row.digest("root")?),
            note: row.col("note")?,
            signed_at: row.time("signed_at")?,
        })
    };
    rows.iter().map(read).collect()
}

struct Keeping(StoredCheckpoint);

impl Work for Keeping {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let new = &self.0;
        self.stands_on_the_tree(tx, new).await?;
        if let Some(last) = checkpoints(tx.db, 1).await?.first() {
            self.stands_on_the_tree(tx, last).await?;
            if last.size > new.size {
                return Err(refused("an older one than the last"));
            }
        }
        let sql = "INSERT INTO checkpoints (size, root, note, signed_at) \
                   VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let done = query(sql)
            .bind(signed(new.size)?)
            .bind(new.root.as_bytes().as_slice())
            .bind(&new.note)
            .bind(nanos(new.signed_at))
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(fault)
    }
}

impl Keeping {
    /// The tree only grows, so two checkpoints that both stand on it cannot contradict each other.
    async fn stands_on_the_tree(
        &self,
        tx: &mut Tx<'_>,
        checkpoint: &StoredCheckpoint,
    ) -> Result<()> {
        if checkpoint.size > tx.memory.tree.size() {
            return Err(refused("one of more entries than there are"));
        }
        if root(tx.db, checkpoint.size).await? != checkpoint.root {
            return Err(refused("one that contradicts the stored tree"));
        }
        Ok(())
    }
}

fn refused(why: &str) -> StoreError {
    StoreError::Conflict {
        what: format!("the checkpoint (this is {why})"),
    }
}

//! Appending: the entry, its leaf, what it changes, in one transaction.

use std::sync::Arc;

use ledger::{NewNode, NodeId, leaf_hash};
use model::{Act, Entry, PersonId, Record, canonical_json};
use store::{Append, Committed, Result, StoreError, commitment};

use super::columns::{Searchable, person_of};
use super::keys::Keys;
use super::writer::{Tx, Work};
use super::{finger_passages, picture_names, project, settle, stretches, written};
use crate::engine::fault::fault;
use crate::engine::rows::{nanos, signed, word};
use crate::engine::{Db, query};

/// Length of an event's own key.
const EVENT_KEY: usize = 32;

pub(super) struct Appending(pub(super) Append);

impl Work for Appending {
    type Output = Arc<Committed>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Arc<Committed>> {
        let Append {
            entry,
            settles,
            writes,
            first,
        } = &self.0;
        let index = tx.memory.tree.size();
        if *first {
            uncorrected(tx.db, entry).await?;
        }
        if let Record::Act(Act::AlertAcknowledged { alert, .. }) = &entry.record {
            project::unacknowledged(tx.db, *alert).await?;
        }
        write_entry(tx, index, entry).await?;
        for write in writes {
            written::apply(tx, write).await?;
        }
        for observation in settles {
            settle::end(tx.db, *observation, Some(entry.id)).await?;
        }
        let changes = project::fold(tx, entry).await?;
        Ok(Arc::new(Committed {
            index,
            entry: entry.clone(),
            changes,
        }))
    }

    fn news(committed: &Arc<Committed>) -> Option<Arc<Committed>> {
        Some(Arc::clone(committed))
    }
}

async fn write_entry(tx: &mut Tx<'_>, index: u64, entry: &Entry) -> Result<()> {
    let (leaf, sealed) = sealed(tx.keys, entry)?;
    insert(tx.db, index, entry, &leaf, &sealed).await?;
    stretches::widen(tx, signed(index)?, nanos(entry.occurred_at())).await?;
    insert_people(tx.db, index, entry).await?;
    finger_passages::keep(tx.db, index, entry).await?;
    if let Record::Access(event) = &entry.record
        && let Some(picture) = &event.evidence.picture
    {
        picture_names::add(tx.db, picture.picture, entry.id.0).await?;
    }
    let new = tx.memory.tree.append(leaf_hash(&leaf));
    let new = new.map_err(|error| StoreError::Engine(error.to_string()))?;
    insert_nodes(tx.db, &new).await
}

/// Refuses a correction of what was corrected already.
async fn uncorrected(db: &mut Db, entry: &Entry) -> Result<()> {
    let Some(corrected) = Searchable::of(entry).refers else {
        return Ok(());
    };
    let before = query("SELECT id FROM entries WHERE refers = ? LIMIT 1")
        .bind(corrected.0.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    match before {
        Some(_) => Err(StoreError::Conflict {
            what: format!("the first correction of {corrected}"),
        }),
        None => Ok(()),
    }
}

/// The leaf, which tells nothing without the event's key, and the sealed payload with that key.
fn sealed(keys: &Keys, entry: &Entry) -> Result<(Vec<u8>, Vec<u8>)> {
    let content = canonical_json(entry).map_err(|error| StoreError::Unfit(error.to_string()))?;
    let mut key = [0; EVENT_KEY];
    getrandom::fill(&mut key).map_err(|error| StoreError::Engine(error.to_string()))?;
    let id = entry.id.0.as_bytes().as_slice();
    let sealed = keys
        .entries
        .seal(id, &[&key, content.as_slice()].concat())?;
    Ok((commitment::leaf(entry, &key)?.to_vec(), sealed))
}

/// The entry and its key, from a sealed payload.
pub(super) fn open(keys: &Keys, id: &[u8], sealed: &[u8]) -> Result<(Entry, [u8; EVENT_KEY])> {
    let content = keys.entries.open(id, sealed)?;
    let Some((key, content)) = content.split_first_chunk() else {
        return Err(StoreError::Damaged("an entry is cut short".to_owned()));
    };
    Ok((crate::engine::rows::from_json(content)?, *key))
}

async fn insert(db: &mut Db, index: u64, entry: &Entry, leaf: &[u8], sealed: &[u8]) -> Result<()> {
    let columns = Searchable::of(entry);
    let done = query(
        "INSERT INTO entries (idx, id, leaf, sealed, kind, occurred_at, access_point, direction, \
             outcome, taken, tag, refers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(signed(index)?)
    .bind(entry.id.0.as_bytes().as_slice())
    .bind(leaf)
    .bind(sealed)
    .bind(columns.kind)
    .bind(columns.occurred_at)
    .bind(columns.access_point.map(|id| id.0.as_bytes().to_vec()))
    .bind(columns.direction.as_ref().map(word).transpose()?)
    .bind(columns.outcome.as_ref().map(word).transpose()?)
    .bind(columns.taken.as_ref().map(word).transpose()?)
    .bind(columns.tag.as_ref().map(|tag| tag.as_str().to_owned()))
    .bind(columns.refers.map(|id| id.0.as_bytes().to_vec()))
    .send_for_one(db)
    .await
    .map_err(fault)?;
    if !done {
        return Err(StoreError::Conflict {
            what: format!("the log's entry {}", entry.id),
        });
    }
    Ok(())
}

/// A correction is about whom the corrected entry is about, too.
async fn insert_people(db: &mut Db, index: u64, entry: &Entry) -> Result<()> {
    if let Some(person) = person_of(entry) {
        insert_person(db, index, person).await?;
    }
    if let Some(corrected) = Searchable::of(entry).refers {
        let done = query(
            "INSERT INTO entry_people (person, idx) \
             SELECT p.person, CAST(? AS BIGINT) FROM entry_people p JOIN entries e USING (idx) \
             WHERE e.id = ? ON CONFLICT DO NOTHING",
        )
        .bind(signed(index)?)
        .bind(corrected.0.as_bytes().as_slice())
        .send(db)
        .await;
        done.map_err(fault)?;
    }
    Ok(())
}

async fn insert_person(db: &mut Db, index: u64, person: PersonId) -> Result<()> {
    let done = query("INSERT INTO entry_people (person, idx) VALUES (?, ?)")
        .bind(person.0.as_bytes().as_slice())
        .bind(signed(index)?)
        .send(db)
        .await;
    done.map_err(fault)
}

async fn insert_nodes(db: &mut Db, nodes: &[NewNode]) -> Result<()> {
    for node in nodes {
        query("INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)")
            .bind(u32::from(node.id.level))
            .bind(signed(node.id.index)?)
            .bind(node.hash.as_bytes().as_slice())
            .send(db)
            .await
            .map_err(|error| standing_already(fault(error), node.id))?;
    }
    Ok(())
}

/// Nodes are written once: one that stands already belongs to an entry that was there before.
fn standing_already(error: StoreError, id: NodeId) -> StoreError {
    match error {
        StoreError::Damaged(_) => StoreError::Damaged(format!(
            "the tree has node {id} already: entries were removed from the end of the log"
        )),
        other => other,
    }
}

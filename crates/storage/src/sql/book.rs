//! The log as people read it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use model::{EventId, PersonId};
use store::{Append, Book, Committed, Listed, LogFilter, Page, Result, Settlement, StoredEntry};
use tokio::sync::broadcast;

use super::append::{self, Appending};
use super::keys::Keys;
use super::rebuild::Rebuilding;
use super::settle::Settling;
use super::{SqlStore, finger_passages, search};
use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, Row, query};

/// Entries asked for in one statement.
const TOGETHER: usize = 256;

#[async_trait]
impl Book for SqlStore {
    async fn append(&self, append: Append) -> Result<Arc<Committed>> {
        self.write(Appending(append)).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<()> {
        self.write(Settling(settlement)).await
    }

    fn commits(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.0.news.subscribe()
    }

    async fn size(&self) -> Result<u64> {
        let mut db = self.read().await?;
        super::ledger_rows::size(&mut db).await
    }

    async fn entry(&self, id: EventId) -> Result<Option<StoredEntry>> {
        let mut db = self.read().await?;
        let rows = query("SELECT idx, id, sealed, occurred_at FROM entries WHERE id = ?")
            .bind(id.0.as_bytes().as_slice())
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        // Whoever asks for this one hears why it cannot be had.
        append::open(self.keys(), row.col("id")?, row.col("sealed")?)?;
        let listed = listed(&mut db, self.keys(), &rows).await?.pop();
        Ok(listed.and_then(Listed::readable))
    }

    async fn entries_of(&self, ids: &[EventId]) -> Result<Vec<StoredEntry>> {
        let mut db = self.read().await?;
        let mut rows = Vec::with_capacity(ids.len());
        for ids in ids.chunks(TOGETHER) {
            let mut sql = query("SELECT idx, id, sealed, occurred_at FROM entries WHERE id IN (");
            let ids = ids.iter().map(|id| id.0.as_bytes().to_vec());
            sql.push_set(&ids.collect::<Vec<_>>());
            sql.push(")");
            rows.extend(sql.fetch_all(&mut db).await.map_err(fault)?);
        }
        let listed = listed(&mut db, self.keys(), &rows).await?;
        Ok(listed.into_iter().filter_map(Listed::readable).collect())
    }

    async fn listed(&self, filter: &LogFilter, page: Page) -> Result<Vec<Listed>> {
        let mut db = self.read().await?;
        let rows = search::page(&mut db, filter, page).await?;
        listed(&mut db, self.keys(), &rows).await
    }

    async fn finger_passages(&self, person: PersonId, page: Page) -> Result<Vec<Listed>> {
        let mut db = self.read().await?;
        let rows = finger_passages::page(&mut db, person, page).await?;
        listed(&mut db, self.keys(), &rows).await
    }

    async fn rebuild_projections(&self) -> Result<()> {
        self.write(Rebuilding).await
    }
}

/// Opens the entries and looks up what corrects them.
async fn listed(db: &mut Db, keys: &Keys, rows: &[Row]) -> Result<Vec<Listed>> {
    let mut corrections = corrections(db, rows).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let (index, event) = (row.count("idx")?, row.id("id")?);
        entries.push(
            match append::open(keys, row.col("id")?, row.col("sealed")?) {
                Ok((entry, _)) => Listed::Entry(Box::new(StoredEntry {
                    index,
                    entry,
                    corrected_by: corrections.remove(&event).unwrap_or_default(),
                })),
                Err(error) if error.is_damage() => Listed::Unreadable {
                    index,
                    event,
                    occurred_at: row.time("occurred_at")?,
                },
                Err(error) => return Err(error),
            },
        );
    }
    Ok(entries)
}

async fn corrections(db: &mut Db, rows: &[Row]) -> Result<HashMap<EventId, Vec<EventId>>> {
    let ids = rows.iter().map(|row| row.col::<Vec<u8>>("id"));
    let ids: Result<Vec<Vec<u8>>> = ids.collect();
    let ids = ids?;
    let mut found: HashMap<EventId, Vec<EventId>> = HashMap::new();
    for ids in ids.chunks(TOGETHER) {
        let mut sql = query("SELECT id, refers FROM entries WHERE refers IN (");
        sql.push_set(ids);
        sql.push(") ORDER BY idx");
        for row in sql.fetch_all(db).await.map_err(fault)? {
            let corrections = found.entry(row.id("refers")?).or_default();
            corrections.push(row.id("id")?);
        }
    }
    Ok(found)
}

//! The log as people read it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use model::EventId;
use store::{Append, Book, Committed, EntryKind, LogFilter, Page, Result, Settlement, StoredEntry};
use tokio::sync::broadcast;

use super::SqlStore;
use super::append::{self, Appending};
use super::columns::{bound, kind_word};
use super::keys::Keys;
use super::rebuild::Rebuilding;
use super::settle::Settling;
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, signed, word};
use crate::engine::{Db, Query, Row, query};

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
        let rows = query("SELECT idx, id, sealed FROM entries WHERE id = ?")
            .bind(id.0.as_bytes().as_slice())
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        Ok(stored(&mut db, self.keys(), &rows).await?.pop())
    }

    async fn entries(&self, filter: &LogFilter, page: Page) -> Result<Vec<StoredEntry>> {
        let sql = wanted(filter, page)?;
        let mut db = self.read().await?;
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        stored(&mut db, self.keys(), &rows).await
    }

    async fn rebuild_projections(&self) -> Result<()> {
        self.write(Rebuilding).await
    }
}

fn wanted(filter: &LogFilter, page: Page) -> Result<Query> {
    let mut sql = query("SELECT idx, id, sealed FROM entries e WHERE idx < ");
    sql.push_bind(page.before.map_or(Ok(i64::MAX), signed)?);
    if filter.from.is_some() || filter.until.is_some() {
        sql.push(" AND occurred_at >= ")
            .push_bind(bound(filter.from, i64::MIN));
        sql.push(" AND occurred_at < ")
            .push_bind(bound(filter.until, i64::MAX));
    }
    if let Some(access_point) = filter.access_point {
        sql.push(" AND access_point = ")
            .push_bind(access_point.0.as_bytes().to_vec());
    }
    if let Some(person) = filter.person {
        sql.push(" AND idx IN (SELECT idx FROM entry_people WHERE person = ");
        sql.push_bind(person.0.as_bytes().to_vec()).push(")");
    }
    if let Some(outcome) = &filter.outcome {
        sql.push(" AND outcome = ").push_bind(word(outcome)?);
    }
    if let Some(tag) = &filter.tag {
        sql.push(" AND tag = ").push_bind(tag.as_str().to_owned());
    }
    push_kinds(&mut sql, &filter.kinds);
    sql.push(" ORDER BY idx DESC LIMIT ").push_bind(page.limit);
    Ok(sql)
}

fn push_kinds(sql: &mut Query, kinds: &[EntryKind]) {
    if kinds.is_empty() {
        return;
    }
    sql.push(" AND kind IN (");
    sql.push_list(kinds.iter().map(|kind| kind_word(*kind)));
    sql.push(")");
}

/// Opens the entries and looks up what corrects them.
async fn stored(db: &mut Db, keys: &Keys, rows: &[Row]) -> Result<Vec<StoredEntry>> {
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let (entry, _) = append::open(keys, row.col("id")?, row.col("sealed")?)?;
        entries.push(StoredEntry {
            index: row.count("idx")?,
            entry,
            corrected_by: Vec::new(),
        });
    }
    let mut corrections = corrections(db, &entries).await?;
    for stored in &mut entries {
        stored.corrected_by = corrections.remove(&stored.entry.id).unwrap_or_default();
    }
    Ok(entries)
}

async fn corrections(
    db: &mut Db,
    entries: &[StoredEntry],
) -> Result<HashMap<EventId, Vec<EventId>>> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = query("SELECT id, refers FROM entries WHERE refers IN (");
    sql.push_list(
        entries
            .iter()
            .map(|stored| stored.entry.id.0.as_bytes().to_vec()),
    );
    sql.push(") ORDER BY idx");
    let mut found: HashMap<EventId, Vec<EventId>> = HashMap::new();
    for row in sql.fetch_all(db).await.map_err(fault)? {
        found
            .entry(row.id("refers")?)
            .or_default()
            .push(row.id("id")?);
    }
    Ok(found)
}

//! The log as people read it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use model::EventId;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::{Append, Book, Committed, EntryKind, LogFilter, Page, Result, Settlement, StoredEntry};
use tokio::sync::broadcast;

use super::SqliteStore;
use super::append::{self, Appending};
use super::columns::{bound, kind_word};
use super::fault::fault;
use super::keys::Keys;
use super::rebuild::Rebuilding;
use super::rows::{Columns, signed, word};
use super::settle::Settling;

#[async_trait]
impl Book for SqliteStore {
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
        let rows = sqlx::query("SELECT idx, id, sealed FROM entries WHERE id = ?")
            .bind(id.0.as_bytes().as_slice())
            .fetch_all(&mut *db)
            .await
            .map_err(fault)?;
        Ok(stored(&mut db, self.keys(), &rows).await?.pop())
    }

    async fn entries(&self, filter: &LogFilter, page: Page) -> Result<Vec<StoredEntry>> {
        let mut sql = query(filter, page)?;
        let mut db = self.read().await?;
        let rows = sql.build().fetch_all(&mut *db).await.map_err(fault)?;
        stored(&mut db, self.keys(), &rows).await
    }

    async fn rebuild_projections(&self) -> Result<()> {
        self.write(Rebuilding).await
    }
}

fn query(filter: &LogFilter, page: Page) -> Result<QueryBuilder<Sqlite>> {
    let mut sql = QueryBuilder::new("SELECT idx, id, sealed FROM entries e WHERE idx < ");
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

fn push_kinds(sql: &mut QueryBuilder<Sqlite>, kinds: &[EntryKind]) {
    if kinds.is_empty() {
        return;
    }
    sql.push(" AND kind IN (");
    let mut list = sql.separated(", ");
    for kind in kinds {
        list.push_bind(kind_word(*kind));
    }
    list.push_unseparated(")");
}

/// Opens the entries and looks up what corrects them.
async fn stored(
    db: &mut SqliteConnection,
    keys: &Keys,
    rows: &[SqliteRow],
) -> Result<Vec<StoredEntry>> {
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
    db: &mut SqliteConnection,
    entries: &[StoredEntry],
) -> Result<HashMap<EventId, Vec<EventId>>> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT id, refers FROM entries WHERE refers IN (");
    let mut list = sql.separated(", ");
    for stored in entries {
        list.push_bind(stored.entry.id.0.as_bytes().to_vec());
    }
    list.push_unseparated(") ORDER BY idx");
    let mut found: HashMap<EventId, Vec<EventId>> = HashMap::new();
    for row in sql.build().fetch_all(db).await.map_err(fault)? {
        found
            .entry(row.id("refers")?)
            .or_default()
            .push(row.id("id")?);
    }
    Ok(found)
}

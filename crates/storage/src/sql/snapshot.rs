//! The database as it stands at one moment, read beside the process that writes: nothing is held up, and
//! nothing is changed.

use std::path::Path;

use futures::TryStreamExt;
use ledger::Hash;
use model::{Device, PictureId};
use sqlx::AssertSqlSafe;
use store::{Result, StoreError, StoredCheckpoint};

use super::copying::{count, names};
use super::keys::Keys;
use super::opening::CHECK;
use super::{copying, ledger_rows, lines, places};
use crate::engine::fault::fault;
use crate::engine::postgres::{self, ServerAddress};
use crate::engine::rows::Columns;
use crate::engine::{Db, query, sqlite};
use crate::{DataDir, SiteKey};

/// The newest migration that this program knows; both engines have the same ones.
pub(crate) fn schema() -> i64 {
    let known = sqlx::migrate!("migrations/sqlite");
    known.iter().map(|one| one.version).max().unwrap_or(0)
}

/// Pictures named in one page.
const PAGE: u32 = 500;

/// Takes a part of what is written.
pub(crate) type Take<'a> = dyn FnMut(&[u8]) -> Result<()> + Send + 'a;

/// A table that was written as lines.
pub(crate) struct Written {
    /// Its columns.
    pub(crate) columns: Vec<String>,
    /// What the first column of rows holds whose text had a NUL in it, which became U+FFFD.
    pub(crate) replaced: Vec<String>,
}

/// One moment of a database.
pub(crate) struct Snapshot(Db);

impl Snapshot {
    /// Begins to look at the database file of the data directory `site`, or at the one on `server`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no site was begun there, [`StoreError::Unsealable`] if `key` is another
    /// site's, [`StoreError::Damaged`] if another version of Gatebook made the tables, and as the engine.
    pub(crate) async fn begin(
        site: &Path,
        server: Option<&ServerAddress>,
        key: &SiteKey,
    ) -> Result<Self> {
        let mut db = moment(site, server).await?;
        let kept = query("SELECT value FROM meta WHERE name = ?")
            .bind(CHECK)
            .fetch_one(&mut db)
            .await
            .map_err(fault)?;
        Keys::new(key)
            .meta
            .open(CHECK.as_bytes(), kept.col("value")?)?;
        Ok(Self(db))
    }

    /// Size and root of the log.
    pub(crate) async fn head(&mut self) -> Result<(u64, Hash)> {
        let size = ledger_rows::size(&mut self.0).await?;
        Ok((size, ledger_rows::root(&mut self.0, size).await?))
    }

    /// The leaf of the first entry.
    pub(crate) async fn first_leaf(&mut self) -> Result<Vec<u8>> {
        let first = query("SELECT leaf FROM entries WHERE idx = 0");
        let first = first.fetch_optional(&mut self.0).await.map_err(fault)?;
        let empty = || StoreError::NotFound {
            what: "the first entry of the log".to_owned(),
        };
        first.ok_or_else(empty)?.col("leaf")
    }

    /// The newest checkpoint.
    pub(crate) async fn newest_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        Ok(ledger_rows::checkpoints(&mut self.0, 1).await?.pop())
    }

    /// Rows of all tables.
    pub(crate) async fn rows(&mut self) -> Result<u64> {
        let mut rows = 0;
        for (table, _) in copying::TABLES {
            rows += count(&mut self.0, table).await?;
        }
        Ok(rows)
    }

    /// Tables that would be left behind; there are none unless the program is wrong.
    pub(crate) async fn nothing_else(&mut self) -> Result<()> {
        match self.0 {
            Db::Sqlite(_) => copying::only_tables_there_are(&mut self.0).await,
            Db::Postgres(_) => Ok(()),
        }
    }

    /// Writes a table as lines (see [`super::lines`]).
    pub(crate) async fn write(
        &mut self,
        table: &str,
        order: &str,
        to: &mut Take<'_>,
    ) -> Result<Written> {
        let columns = names(&mut self.0, table).await?;
        let mut replaced = Vec::new();
        let sql = format!("SELECT {} FROM {table}{order}", copying::listed(&columns));
        match &mut self.0 {
            Db::Sqlite(file) => {
                let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **file);
                let mut line = bytes::BytesMut::new();
                while let Some(row) = rows.try_next().await.map_err(fault)? {
                    let as_it_was = lines::write(&row, &mut line).map_err(fault)?;
                    let line = line.split();
                    if !as_it_was {
                        replaced.push(lines::first(&line));
                    }
                    to(&line)?;
                }
            }
            Db::Postgres(session) => {
                let sql = format!("COPY ({sql}) TO STDOUT");
                let mut rows = Box::pin(session.copy_out(&sql).await.map_err(fault)?);
                while let Some(line) = rows.try_next().await.map_err(fault)? {
                    to(&line)?;
                }
            }
        }
        Ok(Written { columns, replaced })
    }

    /// The next pictures that rows name, in the order of their identities, after `last`.
    pub(crate) async fn pictures(&mut self, last: Option<PictureId>) -> Result<Vec<PictureId>> {
        let mut sql = query("SELECT DISTINCT picture FROM pictures_named");
        if let Some(last) = last {
            sql.push(" WHERE picture > ")
                .push_bind(last.0.as_bytes().to_vec());
        }
        sql.push(" ORDER BY picture LIMIT ").push_bind(PAGE);
        let rows = sql.fetch_all(&mut self.0).await.map_err(fault)?;
        rows.iter().map(|row| row.id("picture")).collect()
    }
}

/// Begins to read the database file of the data directory `site`, or the one on `server`, as it stands now.
async fn moment(site: &Path, server: Option<&ServerAddress>) -> Result<Db> {
    let (mut db, begin) = match server {
        None => {
            let file = DataDir::database_in(site);
            if !file.exists() {
                let what = format!("the database {}", file.display());
                return Err(StoreError::NotFound { what });
            }
            (sqlite::reader(&file).await?, "BEGIN")
        }
        Some(server) => {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            (postgres::reader(server).await?, begin)
        }
    };
    db.run(begin).await.map_err(fault)?;
    is_of_this_version(&mut db).await?;
    Ok(db)
}

/// The devices of a site, read beside a process that may be running it. It needs no key.
///
/// # Errors
/// [`StoreError::NotFound`] if no site was begun there, [`StoreError::Damaged`] if another version of Gatebook made
/// the tables, and as the engine.
pub async fn devices_beside(site: &Path, server: Option<&ServerAddress>) -> Result<Vec<Device>> {
    let mut db = moment(site, server).await?;
    places::records(&mut db, "SELECT record FROM devices ORDER BY name").await
}

/// Tables of another version are not known here.
async fn is_of_this_version(db: &mut Db) -> Result<()> {
    let sql = match db {
        Db::Sqlite(_) => "SELECT max(version) AS newest FROM _sqlx_migrations",
        Db::Postgres(_) => "SELECT max(version) AS newest FROM gatebook_migrations",
    };
    let row = query(sql).fetch_one(db).await.map_err(fault)?;
    if row.col::<Option<i64>>("newest")? == Some(schema()) {
        return Ok(());
    }
    Err(StoreError::Damaged(
        "another version of Gatebook made these tables: use the one that serves this site"
            .to_owned(),
    ))
}

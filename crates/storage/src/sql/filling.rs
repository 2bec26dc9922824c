//! Rows of a backup on their way into an empty database, all of them in one transaction.

use std::io::{BufRead, Read};
use std::path::Path;

use bytes::Bytes;
use futures::SinkExt;
use ledger::Hash;
use store::{Result, StoreError};

use super::copying::{self, count, listed};
use super::ledger_rows;
use super::lines::{Kind, values};
use crate::engine::fault::fault;
use crate::engine::postgres::ServerAddress;
use crate::engine::rows::Columns;
use crate::engine::{Db, Engine, query};
use crate::{DataDir, backup};

/// Bytes sent to a server at once.
const CHUNK: usize = 1 << 18;

/// An empty database that is being filled. Dropped before it is done, it stays empty.
pub(crate) struct Filling(Db);

impl Filling {
    /// Makes the tables in the data directory, or on the server.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there are rows already, and as opening a store.
    pub(crate) async fn begin(dir: &DataDir, server: Option<&ServerAddress>) -> Result<Self> {
        let engine = match server {
            None => Engine::file(dir, 1),
            Some(server) => Engine::server(server.clone(), 1),
        };
        let mut db = engine.writer().await?;
        db.prepare().await?;
        for (table, _) in copying::TABLES {
            if count(&mut db, table).await? > 0 {
                let what = format!("the database (it holds a site already: {table} has rows)");
                return Err(StoreError::Conflict { what });
            }
        }
        db.run(engine.begin()).await.map_err(fault)?;
        Ok(Self(db))
    }

    /// Fills `table` from a file of lines; how many rows arrived.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a line is no row of this table, and as the engine.
    pub(crate) async fn fill(
        &mut self,
        table: &'static str,
        columns: &[String],
        file: &Path,
    ) -> Result<u64> {
        let known = copying::names(&mut self.0, table).await?;
        if columns != known {
            let why = format!("the columns of {table} are {}", columns.join(", "));
            return Err(StoreError::Damaged(why));
        }
        match &self.0 {
            Db::Sqlite(_) => self.by_rows(table, columns, file).await?,
            Db::Postgres(_) => self.by_chunks(table, columns, file).await?,
        }
        count(&mut self.0, table).await
    }

    async fn by_rows(&mut self, table: &str, columns: &[String], file: &Path) -> Result<()> {
        let kinds = self.kinds(table).await?;
        let places = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({places})",
            listed(columns)
        );
        let mut lines = backup::reading(file)?;
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = lines.read_until(b'\n', &mut line);
            if read.map_err(|error| backup::explain(file, &error))? == 0 {
                return Ok(());
            }
            let mut insert = query(sql.clone());
            for value in values(line.strip_suffix(b"\n").unwrap_or(&line), &kinds)? {
                insert = insert.bind(value);
            }
            insert.execute(&mut self.0).await.map_err(fault)?;
        }
    }

    async fn by_chunks(&mut self, table: &str, columns: &[String], file: &Path) -> Result<()> {
        let Db::Postgres(session) = &mut self.0 else {
            return Ok(());
        };
        let sql = format!("COPY {table} ({}) FROM STDIN", listed(columns));
        let mut sink = Box::pin(session.copy_in(&sql).await.map_err(fault)?);
        let mut lines = backup::reading(file)?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = lines.read(&mut chunk);
            let read = read.map_err(|error| backup::explain(file, &error))?;
            let Some(part) = chunk.get(..read).filter(|part| !part.is_empty()) else {
                break;
            };
            let part = Bytes::copy_from_slice(part);
            sink.send(part).await.map_err(fault)?;
        }
        sink.as_mut().finish().await.map(drop).map_err(fault)
    }

    /// What the columns of a table of SQLite hold.
    async fn kinds(&mut self, table: &str) -> Result<Vec<Kind>> {
        let sql = "SELECT type FROM pragma_table_info(?)";
        let rows = query(sql).bind(table).fetch_all(&mut self.0).await;
        let kind = |row| Kind::named(crate::engine::Row::col::<&str>(row, "type")?);
        rows.map_err(fault)?.iter().map(kind).collect()
    }

    /// Size and root of the log as it arrived.
    pub(crate) async fn head(&mut self) -> Result<(u64, Hash)> {
        let size = ledger_rows::size(&mut self.0).await?;
        Ok((size, ledger_rows::root(&mut self.0, size).await?))
    }

    /// Makes it durable.
    pub(crate) async fn done(mut self) -> Result<()> {
        self.0.run("COMMIT").await.map_err(fault)?;
        // Plans follow what is known of the tables, which is nothing yet.
        self.0.run("ANALYZE").await.map_err(fault)?;
        self.0.close().await.map_err(fault)
    }
}

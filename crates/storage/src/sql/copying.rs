//! Moving a site from its file to a server: every row as it is, sealed values included.

use bytes::BytesMut;
use futures::{SinkExt, TryStreamExt};
use ledger::Hash;
use sqlx::AssertSqlSafe;
use store::{Result, StoreError};

use super::ledger_rows::{root, size};
use super::lines;
use super::sameness::Rows;
use crate::DataDir;
use crate::engine::fault::fault;
use crate::engine::postgres::{ServerAddress, Session, writer};
use crate::engine::rows::Columns;
use crate::engine::{Db, Engine, File, query};

/// Every table, those before that others refer to, with what its rows are ordered by where the order
/// of insertion counts.
pub(crate) const TABLES: [(&str, &str); 33] = [
    ("meta", ""),
    ("entries", " ORDER BY idx"),
    ("entry_people", ""),
    ("finger_passages", ""),
    ("stretches", ""),
    ("nodes", ""),
    ("checkpoints", " ORDER BY size"),
    ("observations", " ORDER BY ord"),
    ("runs", ""),
    ("gaps", ""),
    ("unresolved", " ORDER BY number"),
    ("pictures_named", ""),
    ("people", ""),
    ("credentials", " ORDER BY rowid"),
    ("templates", " ORDER BY rowid"),
    ("finger_templates", ""),
    ("finger_locks", ""),
    ("strangers", ""),
    ("areas", ""),
    ("access_points", ""),
    ("devices", ""),
    ("network_cameras", ""),
    ("gates", ""),
    ("settings", ""),
    ("incidents", " ORDER BY rowid"),
    ("users", ""),
    ("sessions", ""),
    ("invitations", ""),
    ("tokens", ""),
    ("visits", ""),
    ("passages", ""),
    ("custody", ""),
    ("alerts", " ORDER BY rowid"),
];

/// Bytes sent at once.
const CHUNK: usize = 1 << 18;

/// A row that could not be copied as it was: a NUL in its text, which PostgreSQL keeps in none, became U+FFFD.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// The table.
    pub table: String,
    /// The row: what its first column holds, bytes as hexadecimal digits.
    pub row: String,
}

/// What was moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Rows of all tables.
    pub rows: u64,
    /// Entries of the log.
    pub entries: u64,
    /// The root of the tree over them, the same on both sides.
    pub root: Hash,
    /// Rows that are not as they were.
    pub replaced: Vec<Replaced>,
}

/// Copies the database file of a data directory into an empty database on a server, in one transaction:
/// until it is committed the database stays empty. What arrived is read back and held against what was sent, table
/// by table. The file is left as it is. `progress` hears the table, and (rows done, rows in all) of it.
///
/// # Errors
/// [`StoreError::InUseElsewhere`] if a process holds the database, [`StoreError::Conflict`] if it is not
/// empty, [`StoreError::Damaged`] if the copy is not the same as the file, and as the engines.
pub async fn move_to_server(
    dir: &DataDir,
    server: &ServerAddress,
    progress: &(dyn Fn(&str, u64, u64) + Send + Sync),
) -> Result<Moved> {
    let mut from = Engine::file(dir, 1).writer().await?;
    from.prepare().await?;
    let mut to = writer(server).await?;
    to.prepare().await?;
    only_tables_there_are(&mut from).await?;
    to.run("BEGIN").await.map_err(fault)?;
    let (mut rows, mut replaced) = (0, Vec::new());
    for (table, order) in TABLES {
        if count(&mut to, table).await? > 0 {
            let what = format!("{server} (it holds a site already: {table} has rows)");
            return Err(StoreError::Conflict { what });
        }
        let table = (table, order);
        rows += copy((&mut from, &mut to), table, &mut replaced, progress).await?;
    }
    let (entries, root) = same_log(&mut from, &mut to).await?;
    to.run("COMMIT").await.map_err(fault)?;
    // Plans follow what is known of the tables, which is nothing yet.
    to.run("ANALYZE").await.map_err(fault)?;
    to.close().await.map_err(fault)?;
    from.close().await.map_err(fault)?;
    Ok(Moved {
        rows,
        entries,
        root,
        replaced,
    })
}

/// A table that is not listed here would be left behind.
pub(super) async fn only_tables_there_are(from: &mut Db) -> Result<()> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' \
               AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '_sqlx_migrations'";
    for row in query(sql).fetch_all(from).await.map_err(fault)? {
        let name: &str = row.col("name")?;
        if !TABLES.iter().any(|(table, _)| *table == name) {
            return Err(StoreError::Engine(format!("table {name} is not known")));
        }
    }
    Ok(())
}

pub(super) async fn count(db: &mut Db, table: &str) -> Result<u64> {
    let row = query(format!("SELECT count(*) AS rows FROM {table}"))
        .fetch_one(db)
        .await;
    row.map_err(fault)?.count("rows")
}

async fn copy(
    (from, to): (&mut Db, &mut Db),
    (table, order): (&str, &str),
    replaced: &mut Vec<Replaced>,
    progress: &(dyn Fn(&str, u64, u64) + Send + Sync),
) -> Result<u64> {
    let all = count(from, table).await?;
    let columns = listed(&names(from, table).await?);
    let (Db::Sqlite(file), Db::Postgres(session)) = (from, to) else {
        return Err(StoreError::Engine("not from a file to a server".to_owned()));
    };
    let told = |done| progress(table, done, all);
    told(0);
    let mut sent = Rows::default();
    let told_of = &mut |line: &[u8], as_it_was: bool| {
        sent.take(line);
        if !as_it_was {
            let (table, row) = (table.to_owned(), lines::first(line));
            replaced.push(Replaced { table, row });
        }
    };
    stream(file, session, (table, order, &columns), told_of, &told).await?;
    let arrived = arrived(session, table, &columns).await?;
    if sent.count() != all || arrived != sent {
        let there = arrived.count();
        let why = format!("{there} of {all} rows of {table} arrived, or others than were sent");
        return Err(StoreError::Damaged(why));
    }
    Ok(all)
}

/// The rows of a table as the server has them now.
async fn arrived(session: &mut Session, table: &str, columns: &str) -> Result<Rows> {
    let sql = format!("COPY (SELECT {columns} FROM {table}) TO STDOUT");
    let mut lines = Box::pin(session.copy_out(&sql).await.map_err(fault)?);
    let mut rows = Rows::default();
    while let Some(line) = lines.try_next().await.map_err(fault)? {
        rows.take(&line);
    }
    Ok(rows)
}

/// The columns that are kept; those generated from others are generated again.
pub(super) async fn names(db: &mut Db, table: &str) -> Result<Vec<String>> {
    let sql = match db {
        Db::Sqlite(_) => "SELECT name FROM pragma_table_info(?)",
        Db::Postgres(_) => {
            "SELECT column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = ? \
             AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position"
        }
    };
    let rows = query(sql).bind(table).fetch_all(db).await.map_err(fault)?;
    rows.iter().map(|row| row.col("name")).collect()
}

/// Columns as a statement names them; some are words of the language.
pub(super) fn listed(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// Sends the rows of a table; `heard` of each line and whether it is as the row was, `told` how many were sent.
async fn stream(
    file: &mut File,
    session: &mut Session,
    (table, order, columns): (&str, &str, &str),
    heard: &mut (dyn FnMut(&[u8], bool) + Send),
    told: &(dyn Fn(u64) + Send + Sync),
) -> Result<()> {
    let sql = format!("COPY {table} ({columns}) FROM STDIN");
    let mut sink = Box::pin(session.copy_in(&sql).await.map_err(fault)?);
    let sql = format!("SELECT {columns} FROM {table}{order}");
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **file);
    let mut chunk = BytesMut::with_capacity(2 * CHUNK);
    let mut done = 0;
    while let Some(row) = rows.try_next().await.map_err(fault)? {
        let begin = chunk.len();
        let as_it_was = lines::write(&row, &mut chunk).map_err(fault)?;
        heard(chunk.get(begin..).unwrap_or_default(), as_it_was);
        done += 1;
        if chunk.len() >= CHUNK {
            sink.send(chunk.split().freeze()).await.map_err(fault)?;
            told(done);
        }
    }
    sink.send(chunk.freeze()).await.map_err(fault)?;
    sink.as_mut().finish().await.map_err(fault)?;
    told(done);
    Ok(())
}

/// The tree on both sides, over as many entries: how many, and its root.
async fn same_log(from: &mut Db, to: &mut Db) -> Result<(u64, Hash)> {
    let entries = size(from).await?;
    let kept = root(from, entries).await?;
    if size(to).await? != entries || root(to, entries).await? != kept {
        return Err(StoreError::Damaged(
            "the copied log has another root".to_owned(),
        ));
    }
    Ok((entries, kept))
}

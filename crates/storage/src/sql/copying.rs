//! Moving a site from its file to a server: every row as it is, sealed values included.

use bytes::{BufMut, BytesMut};
use futures::{SinkExt, TryStreamExt};
use ledger::Hash;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, TypeInfo, ValueRef};
use store::{Result, StoreError};

use super::ledger_rows::{root, size};
use crate::DataDir;
use crate::engine::fault::{Fault, fault};
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

/// What was moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Rows of all tables.
    pub rows: u64,
    /// Entries of the log.
    pub entries: u64,
    /// The root of the tree over them, the same on both sides.
    pub root: Hash,
}

/// Copies the database file of a data directory into an empty database on a server, in one transaction:
/// until it is committed the database stays empty. The file is left as it is. `progress` hears
/// the table, and (rows done, rows in all) of it.
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
    let mut rows = 0;
    for (table, order) in TABLES {
        if count(&mut to, table).await? > 0 {
            let what = format!("{server} (it holds a site already: {table} has rows)");
            return Err(StoreError::Conflict { what });
        }
        rows += copy(&mut from, &mut to, table, order, progress).await?;
    }
    let moved = same_log(&mut from, &mut to, rows).await?;
    to.run("COMMIT").await.map_err(fault)?;
    // Plans follow what is known of the tables, which is nothing yet.
    to.run("ANALYZE").await.map_err(fault)?;
    to.close().await.map_err(fault)?;
    from.close().await.map_err(fault)?;
    Ok(moved)
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
    from: &mut Db,
    to: &mut Db,
    table: &str,
    order: &str,
    progress: &(dyn Fn(&str, u64, u64) + Send + Sync),
) -> Result<u64> {
    let all = count(from, table).await?;
    let columns = listed(&names(from, table).await?);
    let (Db::Sqlite(file), Db::Postgres(session)) = (&mut *from, &mut *to) else {
        return Err(StoreError::Engine("not from a file to a server".to_owned()));
    };
    let told = |done| progress(table, done, all);
    told(0);
    let copied = stream(file, session, table, order, &columns, &told).await?;
    if copied != all || count(to, table).await? != all {
        let why = format!("{copied} of {all} rows of {table} arrived");
        return Err(StoreError::Damaged(why));
    }
    Ok(copied)
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

async fn stream(
    file: &mut File,
    session: &mut Session,
    table: &str,
    order: &str,
    columns: &str,
    told: &(dyn Fn(u64) + Send + Sync),
) -> Result<u64> {
    let sql = format!("COPY {table} ({columns}) FROM STDIN");
    let mut sink = Box::pin(session.copy_in(&sql).await.map_err(fault)?);
    let sql = format!("SELECT {columns} FROM {table}{order}");
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **file);
    let mut chunk = BytesMut::with_capacity(2 * CHUNK);
    let mut done = 0;
    while let Some(row) = rows.try_next().await.map_err(fault)? {
        write(&row, &mut chunk).map_err(fault)?;
        done += 1;
        if chunk.len() >= CHUNK {
            sink.send(chunk.split().freeze()).await.map_err(fault)?;
            told(done);
        }
    }
    sink.send(chunk.freeze()).await.map_err(fault)?;
    let arrived = sink.as_mut().finish().await.map_err(fault)?;
    told(done);
    Ok(arrived)
}

/// A row in the text form of COPY.
pub(super) fn write(row: &SqliteRow, out: &mut BytesMut) -> std::result::Result<(), Fault> {
    for place in 0..row.len() {
        if place > 0 {
            out.put_u8(b'\t');
        }
        let value = row.try_get_raw(place)?;
        if value.is_null() {
            out.put_slice(b"\\N");
            continue;
        }
        match value.type_info().name() {
            "INTEGER" => out.put_slice(row.try_get::<i64, _>(place)?.to_string().as_bytes()),
            "BLOB" => write_bytes(row.try_get(place)?, out),
            _ => write_text(row.try_get(place)?, out),
        }
    }
    out.put_u8(b'\n');
    Ok(())
}

fn write_bytes(bytes: &[u8], out: &mut BytesMut) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.put_slice(b"\\\\x");
    for byte in bytes {
        out.put_u8(DIGITS[usize::from(byte >> 4)]);
        out.put_u8(DIGITS[usize::from(byte & 15)]);
    }
}

fn write_text(text: &str, out: &mut BytesMut) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.put_slice(b"\\\\"),
            b'\n' => out.put_slice(b"\\n"),
            b'\r' => out.put_slice(b"\\r"),
            b'\t' => out.put_slice(b"\\t"),
            0 => out.put_slice("\u{fffd}".as_bytes()),
            byte => out.put_u8(byte),
        }
    }
}

/// The tree on both sides, over as many entries.
async fn same_log(from: &mut Db, to: &mut Db, rows: u64) -> Result<Moved> {
    let entries = size(from).await?;
    let kept = root(from, entries).await?;
    if size(to).await? != entries || root(to, entries).await? != kept {
        return Err(StoreError::Damaged(
            "the copied log has another root".to_owned(),
        ));
    }
    Ok(Moved {
        rows,
        entries,
        root: kept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_are_written_so_that_no_row_is_broken() {
        let mut out = BytesMut::new();
        write_text("a\tb\\c\nd\0", &mut out);
        write_bytes(&[0, 255], &mut out);
        assert_eq!(&out[..], "a\\tb\\\\c\\nd\u{fffd}\\\\x00ff".as_bytes());
    }
}

//! SQLite: one file, WAL between one writer and many readers, `synchronous=FULL` under both.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqliteConnection};
use store::{Result, StoreError};

use super::Db;
use super::fault::fault;
use crate::DataDir;

/// Earlier versions can damage a database whose write-ahead log is reset while it is read.
const OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Pages that a reader keeps, as SQLite takes it: 16 MiB. With its default of 2 a page of the house is read anew each time.
const KEPT_PAGES: &str = "-16384";

/// How the database of a data directory is opened.
pub(crate) fn connect_options(dir: &DataDir) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(dir.database())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(200)
        // Rows cross from the engine's thread one by one; a day's 2,500 visits should not wait 50 times.
        .row_buffer_size(1_024)
        .disable_statement_logging()
}

/// The writer's connection; the file is made if need be.
///
/// # Errors
/// [`StoreError::Corrupt`] if the file is no database, [`StoreError::Full`] or
/// [`StoreError::Engine`] if it cannot be opened.
pub(crate) async fn writer(connect: &SqliteConnectOptions) -> Result<Db> {
    let db = connect.connect().await.map_err(fault)?;
    Ok(Db::Sqlite(db.into()))
}

/// A connection that reads a file which another process may be writing.
///
/// # Errors
/// As [`writer`]; the file is not made.
pub(crate) async fn reader(file: &Path) -> Result<Db> {
    let connect = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::from_secs(5))
        .pragma("query_only", "ON")
        .disable_statement_logging();
    writer(&connect).await
}

/// Connections for reading; they open when they are needed first.
pub(crate) fn readers(connect: SqliteConnectOptions, most: u32) -> SqlitePool {
    // A file does not hang up: asking each connection whether it is there costs as much as a query.
    let readers = SqlitePoolOptions::new()
        .max_connections(most)
        .test_before_acquire(false);
    let connect = connect.pragma("query_only", "ON");
    readers.connect_lazy_with(connect.pragma("cache_size", KEPT_PAGES))
}

/// Checks the library and brings the tables up to date.
///
/// # Errors
/// [`StoreError::Damaged`] if a newer Gatebook wrote to this file, and as the engine.
pub(crate) async fn prepare(db: &mut SqliteConnection) -> Result<()> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut *db)
        .await
        .map_err(fault)?;
    check_version(&version)?;
    migrate(db).await
}

fn check_version(text: &str) -> Result<()> {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found < OLDEST {
        return Err(StoreError::Engine(format!(
            "SQLite {text} can damage a database under load; 3.51.3 or later is needed"
        )));
    }
    Ok(())
}

async fn migrate(db: &mut SqliteConnection) -> Result<()> {
    use sqlx::migrate::MigrateError;
    sqlx::migrate!("migrations/sqlite")
        .run(db)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => fault(error),
            MigrateError::VersionMissing(_) => StoreError::Damaged(
                "this database was written by a newer Gatebook; use that one".to_owned(),
            ),
            other => StoreError::Damaged(other.to_string()),
        })
}

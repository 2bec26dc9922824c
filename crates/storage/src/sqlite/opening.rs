//! Opening a database: pragmas, migrations, the check that the site key is its own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};
use store::{Result, StoreError};
use tokio::sync::broadcast;

use super::fault::fault;
use super::keys::Keys;
use super::rebuild::KeepingUp;
use super::writer::{Writer, remembered};
use super::{Inner, Options, SqliteStore};
use crate::DataDir;

/// Earlier versions can damage a database whose write-ahead log is reset while it is read.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

const CHECK: &str = "site key check";

impl SqliteStore {
    /// Opens the database of a data directory, which is made or migrated if need be.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] if the site key is not the one the database was made with,
    /// [`StoreError::Corrupt`] if the file is no database, [`StoreError::Damaged`] if it was made by a
    /// newer Gatebook,
    /// [`StoreError::Full`] or [`StoreError::Engine`] if it cannot be opened.
    pub async fn open(dir: &DataDir, options: Options) -> Result<Self> {
        let connect = connect_options(dir);
        let mut db = connect.connect().await.map_err(fault)?;
        check_version(&mut db).await?;
        migrate(&mut db).await?;
        let keys = Arc::new(Keys::new(dir.site_key()));
        check_key(&mut db, &keys).await?;
        let memory = remembered(&mut db).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers)
            .connect_with(connect.pragma("query_only", "ON"))
            .await
            .map_err(fault)?;
        let (news, _) = broadcast::channel(options.backlog);
        let writer = Writer {
            db,
            memory,
            stale: false,
            keys: Arc::clone(&keys),
            news: news.clone(),
        };
        let (queue, writer) = writer.start(options.queue);
        let store = Self(Arc::new(Inner {
            queue: Mutex::new(Some(queue)),
            writer: Mutex::new(Some(writer)),
            readers,
            keys,
            news,
            _lock: dir.lock(),
        }));
        store.keep_up().await?;
        Ok(store)
    }

    /// A log that does not fold keeps the projections it has: verification names what is wrong.
    async fn keep_up(&self) -> Result<()> {
        match self.write(KeepingUp).await {
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the projections stay as an earlier Gatebook left them");
                Ok(())
            }
            done => done,
        }
    }
}

fn connect_options(dir: &DataDir) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(dir.database())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(200)
        .disable_statement_logging()
}

async fn check_version(db: &mut SqliteConnection) -> Result<()> {
    let text: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(db)
        .await
        .map_err(fault)?;
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found < OLDEST_SQLITE {
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

/// A database keeps a value that only its own site key opens.
async fn check_key(db: &mut SqliteConnection, keys: &Keys) -> Result<()> {
    let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM meta WHERE name = ?")
        .bind(CHECK)
        .fetch_optional(&mut *db)
        .await
        .map_err(fault)?;
    if let Some(sealed) = kept {
        return keys.meta.open(CHECK.as_bytes(), &sealed).map(drop);
    }
    sqlx::query("INSERT INTO meta (name, value) VALUES (?, ?)")
        .bind(CHECK)
        .bind(keys.meta.seal(CHECK.as_bytes(), CHECK.as_bytes())?)
        .execute(db)
        .await
        .map_err(fault)?;
    Ok(())
}

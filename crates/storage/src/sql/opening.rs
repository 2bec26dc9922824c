//! Opening a site's database: the lock, the tables, the check that the site key is its own.

use std::sync::{Arc, Mutex};

use store::Result;
#[cfg(doc)]
use store::StoreError;
use tokio::sync::broadcast;

use super::keys::Keys;
use super::rebuild::KeepingUp;
use super::writer::{Writer, remembered};
use super::{Inner, Options, SqlStore, surrogates};
use crate::DataDir;
use crate::engine::fault::fault;
use crate::engine::postgres::ServerAddress;
use crate::engine::rows::Columns;
use crate::engine::{Db, Engine, query};

/// The name of the value that only the site key opens.
pub(super) const CHECK: &str = "site key check";

impl SqlStore {
    /// Opens the database file of a data directory, which is made or migrated if need be.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] if the site key is not the one the database was made with,
    /// [`StoreError::Corrupt`] if the file is no database, [`StoreError::Damaged`] if it was made by a
    /// newer Gatebook,
    /// [`StoreError::Full`] or [`StoreError::Engine`] if it cannot be opened.
    pub async fn open(dir: &DataDir, options: Options) -> Result<Self> {
        Self::start(dir, Engine::file(dir, options.readers), options).await
    }

    /// Opens a database on a PostgreSQL server for the site of a data directory, which keeps keys and
    /// pictures. Its tables are made or migrated if need be.
    ///
    /// # Errors
    /// [`StoreError::InUseElsewhere`] if another process writes to this database; otherwise as
    /// [`SqlStore::open`].
    pub async fn connect(dir: &DataDir, server: &ServerAddress, options: Options) -> Result<Self> {
        let engine = Engine::server(server.clone(), options.readers);
        Self::start(dir, engine, options).await
    }

    async fn start(dir: &DataDir, engine: Engine, options: Options) -> Result<Self> {
        let mut db = engine.writer().await?;
        db.prepare().await?;
        let keys = Arc::new(Keys::new(dir.site_key()));
        check_key(&mut db, &keys).await?;
        surrogates::bring_up(&mut db, &engine, &keys).await?;
        let memory = remembered(&mut db).await?;
        let known = Arc::default();
        let (news, _) = broadcast::channel(options.backlog);
        let writer = Writer {
            engine: engine.clone(),
            db,
            memory,
            stale: false,
            keys: Arc::clone(&keys),
            known: Arc::clone(&known),
            news: news.clone(),
        };
        let (queue, writer) = writer.start(options.queue);
        let store = Self(Arc::new(Inner {
            queue: Mutex::new(Some(queue)),
            writer: Mutex::new(Some(writer)),
            engine,
            keys,
            known,
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

/// A database keeps a value that only its own site key opens.
async fn check_key(db: &mut Db, keys: &Keys) -> Result<()> {
    let kept = query("SELECT value FROM meta WHERE name = ?")
        .bind(CHECK)
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    if let Some(kept) = kept {
        let sealed: &[u8] = kept.col("value")?;
        return keys.meta.open(CHECK.as_bytes(), sealed).map(drop);
    }
    let done = query("INSERT INTO meta (name, value) VALUES (?, ?)")
        .bind(CHECK)
        .bind(keys.meta.seal(CHECK.as_bytes(), CHECK.as_bytes())?)
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

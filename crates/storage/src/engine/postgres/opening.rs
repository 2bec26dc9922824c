//! What a site needs of a server, checked at the start; the lock by which one process writes.

use std::time::{Duration, Instant};

use store::{Result, StoreError};

use super::{ServerAddress, Session};
use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, query};

/// `server_version_num` of the oldest PostgreSQL that is tested.
const OLDEST: i64 = 150_000;

/// How long the lock of a process that has ended may last.
const PATIENCE: Duration = Duration::from_secs(2);

/// Durable when the server says so, whatever the server's default; never stopped by a time limit that
/// is meant for other programs.
const SETTINGS: &str = "SET client_min_messages = warning; \
     SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') IN ('off', 'local'); \
     SET statement_timeout = 0; SET lock_timeout = 0; \
     SET idle_in_transaction_session_timeout = 0";

/// The writer's session. It holds the lock of the site, which ends with it.
///
/// # Errors
/// [`StoreError::InUseElsewhere`] if another process writes to this database,
/// [`StoreError::Engine`] if the server cannot be reached.
pub(crate) async fn writer(address: &ServerAddress) -> Result<Db> {
    let mut db = Db::Postgres(Session::begin(address, SETTINGS).await?);
    // The schema is part of it, so that two sites may share a database.
    let sql = "SELECT CASE WHEN pg_try_advisory_lock(hashtext('gatebook'), \
                   hashtext(current_schema())) THEN 1 ELSE 0 END::bigint AS held";
    let began = Instant::now();
    loop {
        let row = query(sql).fetch_one(&mut db).await.map_err(fault)?;
        if row.flag("held")? {
            return Ok(db);
        }
        // The server may not have noticed yet that the last holder is gone.
        if began.elapsed() > PATIENCE {
            return Err(StoreError::InUseElsewhere);
        }
        tokio::time::sleep(PATIENCE / 20).await;
    }
}

/// Checks the server and brings the tables up to date.
///
/// # Errors
/// [`StoreError::Engine`] if the server is too old or keeps text otherwise than as UTF-8,
/// [`StoreError::Damaged`] if a newer Gatebook wrote to this database.
pub(crate) async fn prepare(session: &mut Session) -> Result<()> {
    let db = &mut Db::Postgres(session.clone());
    let sql = "SELECT current_setting('server_version_num')::bigint AS version, \
                   current_setting('server_version') AS shown, \
                   current_setting('server_encoding') AS encoding";
    let row = query(sql).fetch_one(db).await.map_err(fault)?;
    if row.col::<i64>("version")? < OLDEST {
        let shown: &str = row.col("shown")?;
        let why = format!("PostgreSQL {shown} is too old: 15 or later is needed");
        return Err(StoreError::Engine(why));
    }
    let encoding: &str = row.col("encoding")?;
    if encoding != "UTF8" {
        let why = format!("the database keeps text as {encoding}: make one with ENCODING 'UTF8'");
        return Err(StoreError::Engine(why));
    }
    migrate(session).await
}

/// Each migration in a transaction of its own.
async fn migrate(session: &mut Session) -> Result<()> {
    let db = &mut Db::Postgres(session.clone());
    let table = "CREATE TABLE IF NOT EXISTS gatebook_migrations \
                     (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum BYTEA NOT NULL)";
    query(table).execute(db).await.map_err(fault)?;
    let sql = "SELECT version, checksum FROM gatebook_migrations ORDER BY version";
    let applied = query(sql).fetch_all(db).await.map_err(fault)?;
    let migrations = sqlx::migrate!("migrations/postgres");
    for row in &applied {
        let version: i64 = row.col("version")?;
        let known = migrations.iter().find(|one| one.version == version);
        let known = known.ok_or_else(|| {
            let why = "this database was written by a newer Gatebook; use that one";
            StoreError::Damaged(why.to_owned())
        })?;
        if row.col::<&[u8]>("checksum")? != &*known.checksum {
            let why = format!("migration {version} was another one when it was applied");
            return Err(StoreError::Damaged(why));
        }
    }
    for migration in migrations.iter().skip(applied.len()) {
        apply(session, migration).await?;
    }
    Ok(())
}

async fn apply(session: &mut Session, migration: &sqlx::migrate::Migration) -> Result<()> {
    let db = &mut Db::Postgres(session.clone());
    session.run("BEGIN").await.map_err(fault)?;
    session.run(migration.sql.as_str()).await.map_err(fault)?;
    query("INSERT INTO gatebook_migrations (version, name, checksum) VALUES (?, ?, ?)")
        .bind(migration.version)
        .bind(&*migration.description)
        .bind(&*migration.checksum)
        .execute(db)
        .await
        .map_err(fault)?;
    session.run("COMMIT").await.map_err(fault)
}

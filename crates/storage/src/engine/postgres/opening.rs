//! What a site needs of a server, checked at the start; the lock by which one process writes.

use std::time::{Duration, Instant};

use store::{Result, StoreError};

use super::inspection::Inspection;
use super::{ServerAddress, Session, migrations};
use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, query};

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
    let mut session = Session::begin(address, SETTINGS).await?;
    let began = Instant::now();
    while !locked(&mut session).await? {
        // The server may not have noticed yet that the last holder is gone.
        if began.elapsed() > PATIENCE {
            return Err(StoreError::InUseElsewhere);
        }
        tokio::time::sleep(PATIENCE / 20).await;
    }
    Ok(Db::Postgres(session))
}

/// Takes the lock, unless another session has it. The schema is part of it, so that two sites may share
/// a database.
pub(super) async fn locked(session: &mut Session) -> Result<bool> {
    let sql = "SELECT pg_try_advisory_lock(hashtext('gatebook'), \
                   hashtext(coalesce(current_schema(), '')))::int::bigint AS held";
    let row = query(sql)
        .fetch_one(&mut Db::Postgres(session.clone()))
        .await;
    row.map_err(fault)?.flag("held")
}

/// A session that reads a database which another process may be writing, for as long as it takes.
///
/// # Errors
/// [`StoreError::Engine`] if the server cannot be reached.
pub(crate) async fn reader(address: &ServerAddress) -> Result<Db> {
    Ok(Db::Postgres(Session::begin(address, SETTINGS).await?))
}

/// Checks the server and brings the tables up to date.
///
/// # Errors
/// [`StoreError::Engine`] if the server is too old or keeps text otherwise than as UTF-8,
/// [`StoreError::Damaged`] if a newer Gatebook wrote to this database.
pub(crate) async fn prepare(session: &mut Session) -> Result<()> {
    let found = Inspection::of(session).await?;
    if !found.new_enough {
        let version = found.version;
        let why = format!("PostgreSQL {version} is too old: 15 or later is needed");
        return Err(StoreError::Engine(why));
    }
    if found.encoding != "UTF8" {
        let kept = found.encoding;
        let why = format!("the database keeps text as {kept}: make one with ENCODING 'UTF8'");
        return Err(StoreError::Engine(why));
    }
    migrations::apply(session).await
}

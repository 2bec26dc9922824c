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
    suits(&Inspection::of(session).await?)?;
    migrations::apply(session).await
}

/// Whether a site can be kept there. Nothing is written before that is known.
fn suits(found: &Inspection) -> Result<()> {
    let Inspection {
        version, encoding, ..
    } = found;
    if !found.new_enough {
        let why = format!("PostgreSQL {version} is too old: 15 or later is needed");
        return Err(StoreError::Engine(why));
    }
    if encoding != "UTF8" {
        let why = format!("the database keeps text as {encoding}: make one with ENCODING 'UTF8'");
        return Err(StoreError::Engine(why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(version: &str, new_enough: bool) -> Inspection {
        Inspection {
            version: version.to_owned(),
            new_enough,
            encoding: "UTF8".to_owned(),
            may_create: true,
            durable: true,
            migrations: 0,
        }
    }

    #[test]
    fn a_server_that_is_too_old_is_refused_with_the_version_that_is_needed() {
        let refused = suits(&found("14.22", false)).unwrap_err().to_string();
        assert!(
            refused.contains("PostgreSQL 14.22 is too old: 15"),
            "{refused}"
        );
        suits(&found("15.0", true)).unwrap();
    }
}

//! Bringing the tables of a database up to date.

use std::collections::HashSet;

use sqlx::migrate::{Migration, Migrator};
use store::{Result, StoreError};

use super::Session;
use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, query};

static ALL: Migrator = sqlx::migrate!("migrations/postgres");

/// The migrations that a database has not had yet; changes nothing.
///
/// # Errors
/// [`StoreError::Damaged`] if it had one that is not known here.
pub(super) async fn missing(
    session: &mut Session,
) -> Result<impl Iterator<Item = &'static Migration> + use<>> {
    let db = &mut Db::Postgres(session.clone());
    let sql = "SELECT count(*) AS tables FROM pg_tables \
               WHERE schemaname = current_schema() AND tablename = 'gatebook_migrations'";
    let table = query(sql).fetch_one(db).await.map_err(fault)?;
    let mut applied = HashSet::new();
    if table.flag("tables")? {
        let sql = "SELECT version, checksum FROM gatebook_migrations ORDER BY version";
        for row in query(sql).fetch_all(db).await.map_err(fault)? {
            let version = row.col("version")?;
            known(version, row.col("checksum")?)?;
            applied.insert(version);
        }
    }
    // One with a lower number may have come later.
    let missing = move |one: &&Migration| !applied.contains(&one.version);
    Ok(ALL.iter().filter(missing))
}

fn known(version: i64, checksum: &[u8]) -> Result<()> {
    let known = ALL.iter().find(|one| one.version == version);
    let Some(known) = known else {
        let why = "this database was written by a newer Gatebook; use that one";
        return Err(StoreError::Damaged(why.to_owned()));
    };
    if *known.checksum != *checksum {
        let why = format!("migration {version} was another one when it was applied");
        return Err(StoreError::Damaged(why));
    }
    Ok(())
}

/// Applies those that are missing, each in a transaction of its own.
pub(super) async fn apply(session: &mut Session) -> Result<()> {
    let table = "CREATE TABLE IF NOT EXISTS gatebook_migrations \
                     (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum BYTEA NOT NULL)";
    session.run(table).await.map_err(fault)?;
    for migration in missing(session).await? {
        session.run("BEGIN").await.map_err(fault)?;
        session.run(migration.sql.as_str()).await.map_err(fault)?;
        query("INSERT INTO gatebook_migrations (version, name, checksum) VALUES (?, ?, ?)")
            .bind(migration.version)
            .bind(&*migration.description)
            .bind(&*migration.checksum)
            .execute(&mut Db::Postgres(session.clone()))
            .await
            .map_err(fault)?;
        session.run("COMMIT").await.map_err(fault)?;
    }
    Ok(())
}

//! Surrogates of identity numbers that an earlier Gatebook made in another way.
//!
//! They are made with a key, so no statement of a migration can make them: they are made again when a
//! database that does not say which way they were made is opened, or was restored from such a backup.

use model::PersonDetails;
use store::Result;

use super::keys::Keys;
use super::people_written::surrogate;
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, from_json};
use crate::engine::{Db, Engine, Row, query};

/// The name of the value that says which way they were made.
const NAME: &str = "identity number surrogates";
/// Of the number without blanks and dashes.
const WAY: &[u8] = b"bare";
/// People read at once.
const PAGE: i64 = 500;

/// Makes them again where that is needed, all in one transaction.
pub(super) async fn bring_up(db: &mut Db, engine: &Engine, keys: &Keys) -> Result<()> {
    if way(db).await?.as_deref() == Some(WAY) {
        return Ok(());
    }
    db.run(engine.begin()).await.map_err(fault)?;
    match make_again(db, keys).await {
        Ok(()) => db.run("COMMIT").await.map_err(fault),
        Err(error) => {
            db.run("ROLLBACK").await.map_err(fault)?;
            Err(error)
        }
    }
}

async fn way(db: &mut Db) -> Result<Option<Vec<u8>>> {
    let kept = query("SELECT value FROM meta WHERE name = ?")
        .bind(NAME)
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    kept.map(|row| row.col::<&[u8]>("value").map(<[u8]>::to_vec))
        .transpose()
}

async fn make_again(db: &mut Db, keys: &Keys) -> Result<()> {
    let mut after: Vec<u8> = Vec::new();
    loop {
        let rows = query("SELECT id, details FROM people WHERE id > ? ORDER BY id LIMIT ?")
            .bind(after.as_slice())
            .bind(PAGE)
            .fetch_all(db)
            .await
            .map_err(fault)?;
        for row in &rows {
            after = one(db, keys, row).await?;
        }
        if rows.is_empty() {
            break;
        }
    }
    let done = query("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(NAME)
        .bind(WAY)
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

/// Makes one person's again; gives the person's id.
async fn one(db: &mut Db, keys: &Keys, row: &Row) -> Result<Vec<u8>> {
    let id: &[u8] = row.col("id")?;
    let details: PersonDetails = from_json(&keys.details.open(id, row.col("details")?)?)?;
    let done = query("UPDATE people SET identity_number = ? WHERE id = ?")
        .bind(surrogate(keys, &details))
        .bind(id)
        .execute(db)
        .await;
    done.map_err(fault)?;
    Ok(id.to_vec())
}

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
use crate::hex;

/// The name of the value that says which way they were made.
const NAME: &str = "identity number surrogates";
/// Of the number without blanks and dashes.
const WAY: &[u8] = b"bare";
/// People read at once.
const PAGE: i64 = 500;

/// Makes them again where that is needed, all in one transaction; when that fails, so does the opening, and the
/// connection goes with its transaction.
pub(super) async fn bring_up(db: &mut Db, engine: &Engine, keys: &Keys) -> Result<()> {
    if way(db).await?.as_deref() == Some(WAY) {
        return Ok(());
    }
    db.run(engine.begin()).await.map_err(fault)?;
    make_again(db, keys).await?;
    db.run("COMMIT").await.map_err(fault)
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
            after = row.col::<&[u8]>("id")?.to_vec();
            one(db, keys, row).await?;
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

/// Makes one person's again. That of a person who cannot be read stays: the site starts without it.
async fn one(db: &mut Db, keys: &Keys, row: &Row) -> Result<()> {
    let id: &[u8] = row.col("id")?;
    let details = match details(keys, row) {
        Err(error) if error.is_damage() => {
            let person = hex::of(id);
            tracing::error!(%person, %error, "a person is not found by the identity number any more");
            return Ok(());
        }
        details => details?,
    };
    let done = query("UPDATE people SET identity_number = ? WHERE id = ?")
        .bind(surrogate(keys, &details))
        .bind(id)
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

fn details(keys: &Keys, row: &Row) -> Result<PersonDetails> {
    let sealed = row.col("details")?;
    from_json(&keys.details.open(row.col("id")?, sealed)?)
}

//! Throwing the projections away and folding the log again.

use store::Result;

use super::writer::{Tx, Work};
use super::{append, finger_passages, project, stretches};
use crate::engine::fault::fault;
use crate::engine::query;
use crate::engine::rows::Columns;

/// Entries read at a time.
const CHUNK: i64 = 500;

/// Counts up when an entry folds to other rows than before, or to more columns.
const FOLDED_BY: &[u8] = b"4";
const FOLDED: &str = "projections folded by";

pub(super) struct Rebuilding;

impl Work for Rebuilding {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        fold_again(tx).await
    }
}

/// Folds the log again if an earlier Gatebook folded it otherwise.
pub(super) struct KeepingUp;

impl Work for KeepingUp {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let found = query("SELECT value FROM meta WHERE name = ?")
            .bind(FOLDED)
            .fetch_optional(&mut *tx.db)
            .await
            .map_err(fault)?;
        if let Some(found) = found
            && found.col::<&[u8]>("value")? == FOLDED_BY
        {
            return Ok(());
        }
        fold_again(tx).await?;
        let sql = "INSERT INTO meta (name, value) VALUES (?, ?) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let done = query(sql)
            .bind(FOLDED)
            .bind(FOLDED_BY)
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(fault)
    }
}

async fn fold_again(tx: &mut Tx<'_>) -> Result<()> {
    stretches::again(tx).await?;
    finger_passages::forget(tx.db).await?;
    for table in [
        "DELETE FROM visits",
        "DELETE FROM custody",
        "DELETE FROM alerts",
        "DELETE FROM passages",
    ] {
        let emptied = query(table).execute(&mut *tx.db).await;
        emptied.map_err(fault)?;
    }
    let mut from = 0;
    while let Some(next) = fold_chunk(tx, from).await? {
        from = next;
    }
    Ok(())
}

/// Folds some entries from an index on; the index after them, while there are any.
async fn fold_chunk(tx: &mut Tx<'_>, from: i64) -> Result<Option<i64>> {
    let rows = query("SELECT idx, id, sealed FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?")
        .bind(from)
        .bind(CHUNK)
        .fetch_all(&mut *tx.db)
        .await
        .map_err(fault)?;
    let mut next = None;
    for row in &rows {
        let index = row.count("idx")?;
        let opened = append::open(tx.keys, row.col("id")?, row.col("sealed")?);
        let (entry, _) = opened.map_err(|error| project::unfoldable(&error, index))?;
        finger_passages::keep(tx.db, index, &entry).await?;
        project::fold(tx, &entry).await?;
        next = Some(row.col::<i64>("idx")? + 1);
    }
    Ok(next)
}

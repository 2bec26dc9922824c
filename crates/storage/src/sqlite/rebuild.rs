//! Throwing the projections away and folding the log again.

use store::Result;

use super::fault::fault;
use super::rows::Columns;
use super::writer::{Tx, Work};
use super::{append, project};

/// Entries read at a time.
const CHUNK: i64 = 500;

pub(super) struct Rebuilding;

impl Work for Rebuilding {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        for table in [
            "DELETE FROM visits",
            "DELETE FROM custody",
            "DELETE FROM alerts",
            "DELETE FROM passages",
        ] {
            sqlx::query(table)
                .execute(&mut *tx.db)
                .await
                .map_err(fault)?;
        }
        let mut from = 0;
        while let Some(next) = fold_chunk(tx, from).await? {
            from = next;
        }
        Ok(())
    }
}

/// Folds some entries from an index on; the index after them, while there are any.
async fn fold_chunk(tx: &mut Tx<'_>, from: i64) -> Result<Option<i64>> {
    let rows =
        sqlx::query("SELECT idx, id, sealed FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?")
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
        project::fold(tx, &entry).await?;
        next = Some(row.col::<i64>("idx")? + 1);
    }
    Ok(next)
}

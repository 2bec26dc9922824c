//! Throwing the projections away and folding the log again.

use model::Entry;
use store::Result;

use super::writer::{Tx, Work};
use super::{append, finger_passages, project, stretches};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, signed};
use crate::engine::{Row, query};

/// Entries read at a time.
const CHUNK: i64 = 500;

/// Entries between two lines in the journal; a multiple of the chunk.
const TOLD: u64 = 100_000;

/// What is made of the log, with the way it is made: that counts up when an entry comes to other rows than before, or to
/// more columns.
const PROJECTIONS: Made = Made {
    name: "projections folded by",
    way: b"3",
};
const FINGER_PASSAGES: Made = Made {
    name: "finger passages found by",
    way: b"1",
};

struct Made {
    name: &'static str,
    way: &'static [u8],
}

pub(super) struct Rebuilding;

impl Work for Rebuilding {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        fold_again(tx).await
    }
}

/// Makes again what an earlier Gatebook made otherwise, or not at all.
pub(super) struct KeepingUp;

impl Work for KeepingUp {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        if !PROJECTIONS.is_current(tx).await? {
            fold_again(tx).await?;
        } else if !FINGER_PASSAGES.is_current(tx).await? {
            find_finger_passages(tx).await?;
        } else {
            return Ok(());
        }
        PROJECTIONS.keep(tx).await?;
        FINGER_PASSAGES.keep(tx).await
    }
}

impl Made {
    async fn is_current(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let found = query("SELECT value FROM meta WHERE name = ?")
            .bind(self.name)
            .fetch_optional(&mut *tx.db)
            .await
            .map_err(fault)?;
        match found {
            Some(found) => Ok(found.col::<&[u8]>("value")? == self.way),
            None => Ok(false),
        }
    }

    async fn keep(&self, tx: &mut Tx<'_>) -> Result<()> {
        let sql = "INSERT INTO meta (name, value) VALUES (?, ?) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let done = query(sql)
            .bind(self.name)
            .bind(self.way)
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
    while let Some(chunk) = opened(tx, from).await? {
        for (index, entry) in &chunk {
            finger_passages::keep(tx.db, *index, entry).await?;
            project::fold(tx, entry).await?;
        }
        from = after(&chunk, "folded again");
    }
    Ok(())
}

async fn find_finger_passages(tx: &mut Tx<'_>) -> Result<()> {
    finger_passages::forget(tx.db).await?;
    let mut from = 0;
    while let Some(chunk) = opened(tx, from).await? {
        for (index, entry) in &chunk {
            finger_passages::keep(tx.db, *index, entry).await?;
        }
        from = after(&chunk, "looked through for fingers");
    }
    Ok(())
}

/// Some entries from an index on, while there are any.
async fn opened(tx: &mut Tx<'_>, from: u64) -> Result<Option<Vec<(u64, Entry)>>> {
    let rows = query("SELECT idx, id, sealed FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?")
        .bind(signed(from)?)
        .bind(CHUNK)
        .fetch_all(&mut *tx.db)
        .await
        .map_err(fault)?;
    let one = |row: &Row| {
        let index = row.count("idx")?;
        let opened = append::open(tx.keys, row.col("id")?, row.col("sealed")?);
        let (entry, _) = opened.map_err(|error| project::unfoldable(&error, index))?;
        Ok((index, entry))
    };
    let entries: Vec<(u64, Entry)> = rows.iter().map(one).collect::<Result<_>>()?;
    Ok((!entries.is_empty()).then_some(entries))
}

/// The index after a chunk; of a large log the journal hears how far it is.
fn after(chunk: &[(u64, Entry)], what: &str) -> u64 {
    let next = chunk.last().map_or(u64::MAX, |(last, _)| last + 1);
    if next.is_multiple_of(TOLD) {
        tracing::info!(entries = next, "the log is {what}");
    }
    next
}

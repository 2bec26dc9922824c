//! Which passages had a finger that the house compared, by person: what is shown of a person's fingers costs what it
//! shows and not what the log holds of the person.

use model::{Entry, PersonId, Record};
use store::{Page, Result};

use crate::engine::fault::fault;
use crate::engine::rows::signed;
use crate::engine::{Db, Row, query};

/// Keeps that an entry is one, if it is.
pub(super) async fn keep(db: &mut Db, index: u64, entry: &Entry) -> Result<()> {
    let Record::Access(event) = &entry.record else {
        return Ok(());
    };
    let Some(person) = event.decision.person else {
        return Ok(());
    };
    if event.evidence.fingerprint.is_none() {
        return Ok(());
    }
    let done = query("INSERT INTO finger_passages (person, idx) VALUES (?, ?)")
        .bind(person.0.as_bytes().as_slice())
        .bind(signed(index)?)
        .send(db)
        .await;
    done.map_err(fault)
}

/// Forgets all, before the log is folded again.
pub(super) async fn forget(db: &mut Db) -> Result<()> {
    let emptied = query("DELETE FROM finger_passages").execute(db).await;
    emptied.map(drop).map_err(fault)
}

/// Those of a person, newest first.
pub(super) async fn page(db: &mut Db, person: PersonId, page: Page) -> Result<Vec<Row>> {
    let before = page.before.map_or(Ok(i64::MAX), signed)?;
    // In this order: those of the person first, then their entries.
    query(
        "SELECT e.idx, e.id, e.sealed, e.occurred_at FROM finger_passages f CROSS JOIN entries e \
         WHERE e.idx = f.idx AND f.person = ? AND f.idx < ? ORDER BY f.idx DESC LIMIT ?",
    )
    .bind(person.0.as_bytes().as_slice())
    .bind(before)
    .bind(page.limit)
    .fetch_all(db)
    .await
    .map_err(fault)
}

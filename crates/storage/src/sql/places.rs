//! Reading places and settings, which are kept as records.

use model::Settings;
use serde::de::DeserializeOwned;
use store::Result;

use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, query};

/// The records a query gives.
pub(super) async fn records<T: DeserializeOwned>(db: &mut Db, sql: &'static str) -> Result<Vec<T>> {
    let rows = query(sql).fetch_all(db).await.map_err(fault)?;
    rows.iter().map(|row| row.record("record")).collect()
}

/// The settings; the default where none were set.
pub(super) async fn settings(db: &mut Db) -> Result<Settings> {
    let mut found = records(db, "SELECT record FROM settings").await?;
    Ok(found.pop().unwrap_or_default())
}

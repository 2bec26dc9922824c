//! Reading places and settings, which are kept as records.

use model::Settings;
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;
use store::Result;

use super::fault::fault;
use super::rows::Columns;

/// The records a query gives.
pub(super) async fn records<T: DeserializeOwned>(
    db: &mut SqliteConnection,
    sql: &'static str,
) -> Result<Vec<T>> {
    let rows = sqlx::query(sql).fetch_all(db).await.map_err(fault)?;
    rows.iter().map(|row| row.record("record")).collect()
}

/// The settings; the default where none were set.
pub(super) async fn settings(db: &mut SqliteConnection) -> Result<Settings> {
    let mut found = records(db, "SELECT record FROM settings").await?;
    Ok(found.pop().unwrap_or_default())
}

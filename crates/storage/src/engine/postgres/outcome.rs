//! Whether a transaction was committed whose answer was lost with the line.

use std::time::Duration;

use super::Session;
use crate::engine::fault::Fault;
use crate::engine::{Db, query};

/// How soon the server is asked again about a transaction that it has not ended yet.
const AGAIN: Duration = Duration::from_millis(50);

/// The transaction's name, by which the server knows it for as long as anybody may ask.
pub(crate) async fn name(session: &mut Session) -> Result<String, Fault> {
    let sql = "SELECT pg_current_xact_id()::text AS name";
    let row = query(sql)
        .fetch_one(&mut Db::Postgres(session.clone()))
        .await?;
    row.get("name")
}

/// Whether it was committed, asked on another line.
pub(crate) async fn committed(session: &mut Session, name: &str) -> Result<bool, Fault> {
    loop {
        let row = query("SELECT coalesce(pg_xact_status(CAST(? AS xid8)), '') AS status")
            .bind(name)
            .fetch_one(&mut Db::Postgres(session.clone()))
            .await?;
        match row.get("status")? {
            "in progress" => tokio::time::sleep(AGAIN).await,
            status => return Ok(status == "committed"),
        }
    }
}

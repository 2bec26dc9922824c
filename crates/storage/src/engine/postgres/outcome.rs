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
        let asked = query("SELECT coalesce(pg_xact_status(CAST(? AS xid8)), '') AS status")
            .bind(name)
            .fetch_one(&mut Db::Postgres(session.clone()))
            .await;
        let row = match asked {
            Err(fault) if fault.is_never_heard_of() => return Ok(false),
            asked => asked?,
        };
        match row.get("status")? {
            "in progress" => tokio::time::sleep(AGAIN).await,
            status => return Ok(status == "committed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::engine::postgres::ServerAddress;

    #[tokio::test]
    async fn a_transaction_that_a_server_lost_with_a_crash_was_not_committed() {
        let Ok(url) = std::env::var("GATEBOOK_TEST_POSTGRES") else {
            eprintln!("skipped: GATEBOOK_TEST_POSTGRES names no server");
            return;
        };
        let server = Engine::server(url.parse::<ServerAddress>().unwrap(), 1);
        let Db::Postgres(mut session) = server.writer().await.unwrap() else {
            unreachable!("a server gives lines to a server");
        };
        let never_given = (1_u64 << 40).to_string();
        assert!(!committed(&mut session, &never_given).await.unwrap());
    }
}

//! What went wrong at the edge: counted, bounded.

use model::{Incident, IncidentId};
use store::{IncidentReport, Result, StoreError};
use uuid::Uuid;

use super::people_written::exists;
use super::writer::{Tx, Work};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, nanos, word};
use crate::engine::{Db, Row, query};

/// Characters kept of a reason or a remedy, which may quote what a device sent.
const LONGEST: usize = 500;

/// Incidents kept; the oldest go.
const KEPT: i64 = 1000;

/// Incidents, last seen first.
pub(super) async fn newest(db: &mut Db, limit: u32) -> Result<Vec<Incident>> {
    let rows = query("SELECT * FROM incidents ORDER BY last_at DESC, rowid DESC LIMIT ?")
        .bind(limit)
        .fetch_all(db)
        .await
        .map_err(fault)?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Incident> {
    let address: String = row.col("address")?;
    let device: &[u8] = row.col("device")?;
    let address = (!address.is_empty()).then(|| address.parse()).transpose();
    Ok(Incident {
        id: row.id("id")?,
        kind: row.word("kind")?,
        address: address.map_err(|_| StoreError::Damaged("an incident's address".to_owned()))?,
        device: if device.is_empty() {
            None
        } else {
            Some(row.id("device")?)
        },
        reason: row.col("reason")?,
        remedy: row.col("remedy")?,
        first_at: row.time("first_at")?,
        last_at: row.time("last_at")?,
        count: row.count("count")?,
    })
}

pub(super) struct Reporting(pub(super) IncidentReport);

impl Work for Reporting {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let report = &self.0;
        let device = report.device.map(|id| id.0.as_bytes().to_vec());
        query(
            "INSERT INTO incidents (id, kind, address, device, reason, remedy, first_at, last_at, \
                 count) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1) \
             ON CONFLICT (kind, address, device, reason, remedy) \
                 DO UPDATE SET count = incidents.count + 1, last_at = CASE \
                     WHEN excluded.last_at > incidents.last_at THEN excluded.last_at \
                     ELSE incidents.last_at END",
        )
        .bind(Uuid::now_v7().as_bytes().as_slice())
        .bind(word(&report.kind)?)
        .bind(
            report
                .address
                .map(|address| address.to_string())
                .unwrap_or_default(),
        )
        .bind(device.unwrap_or_default())
        .bind(short(&report.reason))
        .bind(short(&report.remedy))
        .bind(nanos(report.at))
        .execute(&mut *tx.db)
        .await
        .map_err(fault)?;
        let trimmed = query(
            "DELETE FROM incidents WHERE id IN \
                 (SELECT id FROM incidents ORDER BY last_at DESC, rowid DESC LIMIT ? OFFSET ?)",
        )
        .bind(i64::from(u32::MAX))
        .bind(KEPT)
        .execute(&mut *tx.db)
        .await;
        trimmed.map(drop).map_err(fault)
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

pub(super) async fn forget(db: &mut Db, id: IncidentId) -> Result<()> {
    let done = query("DELETE FROM incidents WHERE id = ?")
        .bind(id.0.as_bytes().as_slice())
        .execute(db)
        .await
        .map_err(fault)?;
    exists(done, || format!("incident {id}"))
}

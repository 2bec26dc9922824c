//! Devices as they behave.

use async_trait::async_trait;
use model::{Device, DeviceId, Incident, Timestamp};
use store::{DeviceStatus, Devices, Heard, IncidentReport, NetworkCamera, Result};

use super::incidents::{Reporting, newest};
use super::writer::{Tx, Work};
use super::{SqlStore, network_cameras, places, sequence};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, nanos};
use crate::engine::{Db, query};

/// Gaps shown for one device.
const GAPS: u32 = 20;

#[async_trait]
impl Devices for SqlStore {
    async fn devices(&self) -> Result<Vec<Device>> {
        let mut db = self.read().await?;
        places::records(&mut db, "SELECT record FROM devices ORDER BY name").await
    }

    async fn device_statuses(&self) -> Result<Vec<DeviceStatus>> {
        let mut db = self.read().await?;
        let sql = "SELECT record, last_seen FROM devices ORDER BY name";
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        let mut statuses = Vec::with_capacity(rows.len());
        for row in &rows {
            let device = row.record("record")?;
            let heard = row.maybe_time("last_seen")?;
            statuses.push(status(&mut db, device, heard).await?);
        }
        Ok(statuses)
    }

    async fn network_cameras(&self) -> Result<Vec<NetworkCamera>> {
        let mut db = self.read().await?;
        network_cameras::all(&mut db, self.keys()).await
    }

    async fn device_password(&self, name: &str) -> Result<Option<(DeviceId, String)>> {
        let sql = "SELECT record, password FROM devices WHERE name = ? AND password IS NOT NULL";
        let mut db = self.read().await?;
        let row = query(sql)
            .bind(name)
            .fetch_optional(&mut db)
            .await
            .map_err(fault)?;
        let Some(row) = row else { return Ok(None) };
        let device: Device = row.record("record")?;
        Ok(Some((device.id, row.col("password")?)))
    }

    async fn heard(&self, signs: &[Heard]) -> Result<()> {
        self.write(Hearing(signs.to_vec())).await
    }

    async fn report_incident(&self, report: IncidentReport) -> Result<()> {
        self.write(Reporting(report)).await
    }

    async fn incidents(&self, limit: u32) -> Result<Vec<Incident>> {
        let mut db = self.read().await?;
        newest(&mut db, limit).await
    }
}

/// An observation is a sign of life, too.
async fn status(db: &mut Db, device: Device, heard: Option<Timestamp>) -> Result<DeviceStatus> {
    let id = device.id.0.as_bytes().as_slice();
    let row = query(
        "SELECT CAST(coalesce(sum(observations), 0) AS BIGINT) AS observations, max(last_at) AS last_at, \
             (SELECT skew_ms FROM runs WHERE device = ?1 AND skew_ms IS NOT NULL \
              ORDER BY last_at DESC LIMIT 1) AS skew_ms \
         FROM runs WHERE device = ?1",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await
    .map_err(fault)?;
    let observed = row.maybe_time("last_at")?;
    Ok(DeviceStatus {
        last_seen: heard.max(observed),
        skew_ms: row.col("skew_ms")?,
        gaps: sequence::gaps(db, id, GAPS).await?,
        observations: row.count("observations")?,
        device,
    })
}

struct Hearing(Vec<Heard>);

impl Work for Hearing {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        for sign in &self.0 {
            let sql = "UPDATE devices SET last_seen = ?1 \
                       WHERE id = ?2 AND (last_seen IS NULL OR last_seen < ?1)";
            query(sql)
                .bind(nanos(sign.at))
                .bind(sign.device.to_string())
                .execute(&mut *tx.db)
                .await
                .map_err(fault)?;
        }
        Ok(())
    }
}

//! Observations that cannot be read any more: what the columns beside them still say.

use model::{AccessPointId, DeviceId, ObservationId, Unresolved, UnresolvedReason};
use store::{Result, StoreError};
use uuid::Uuid;

use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, query};

/// The group under which an unreadable observation is listed. It is placed where its device stands
/// now, or nowhere if that was removed.
pub(super) async fn group(db: &mut Db, id: ObservationId) -> Result<Unresolved> {
    let row = query(
        "SELECT received_at, device, (SELECT picture FROM pictures_named WHERE by = o.id LIMIT 1) \
             AS picture FROM observations o WHERE id = ?",
    )
    .bind(id.0.as_bytes().as_slice())
    .fetch_optional(&mut *db)
    .await
    .map_err(fault)?;
    let row = row.ok_or_else(|| StoreError::NotFound {
        what: format!("observation {id}"),
    })?;
    Ok(Unresolved {
        observations: vec![id],
        access_point: place_of(db, row.id("device")?).await?,
        at: row.time("received_at")?,
        reason: UnresolvedReason::Damaged,
        picture: row.maybe_id("picture")?,
    })
}

async fn place_of(db: &mut Db, device: DeviceId) -> Result<AccessPointId> {
    let row = query("SELECT access_point FROM devices WHERE id = ?")
        .bind(device.to_string())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    let Some(row) = row else {
        return Ok(AccessPointId(Uuid::nil()));
    };
    let text: String = row.col("access_point")?;
    let id = text.parse().map(AccessPointId);
    id.map_err(|_| StoreError::Damaged(format!("the access point of device {device}")))
}

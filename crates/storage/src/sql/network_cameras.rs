//! Where network cameras are: sealed, with name and password.

use store::{NetworkCamera, Result};

use super::keys::Keys;
use super::writer::Tx;
use crate::engine::fault::{fault, taken_or_dangling};
use crate::engine::rows::{Columns, from_json, json};
use crate::engine::{Db, query};

/// Adds or replaces one.
pub(super) async fn put(tx: &mut Tx<'_>, camera: &NetworkCamera) -> Result<()> {
    let id = camera.device.to_string();
    let record = json(camera)?;
    let sealed = tx
        .keys
        .network_cameras
        .seal(id.as_bytes(), record.as_bytes())?;
    let done = query(
        "INSERT INTO network_cameras (device, sealed) VALUES (?, ?) \
         ON CONFLICT (device) DO UPDATE SET sealed = excluded.sealed",
    )
    .bind(&id)
    .bind(sealed)
    .execute(&mut *tx.db)
    .await;
    let what = || format!("the network camera {id}");
    done.map(drop)
        .map_err(taken_or_dangling(what, "its device"))
}

/// All of them.
pub(super) async fn all(db: &mut Db, keys: &Keys) -> Result<Vec<NetworkCamera>> {
    let sql = "SELECT device, sealed FROM network_cameras ORDER BY device";
    let rows = query(sql).fetch_all(db).await.map_err(fault)?;
    let opened = rows.iter().map(|row| {
        let device: String = row.col("device")?;
        let record = keys
            .network_cameras
            .open(device.as_bytes(), row.col("sealed")?)?;
        from_json(&record)
    });
    opened.collect()
}

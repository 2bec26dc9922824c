//! Writing areas, access points, devices, gates and settings.
//!
//! Foreign keys hold the references; what is still referred to is looked up only to say so in
//! words.

use model::{AccessPoint, AccessPointId, Area, AreaId, Device, DeviceId, Gate, GateId, Settings};
use serde::Serialize;
use sqlx::SqliteConnection;
use store::{Result, StoreError};

use super::fault::{fault, taken_or_dangling};
use super::people_written::exists;
use super::rows::{Columns, json};

pub(super) async fn put_area(db: &mut SqliteConnection, area: &Area) -> Result<()> {
    let sql = "INSERT INTO areas (id, record) VALUES (?, ?) \
               ON CONFLICT (id) DO UPDATE SET record = excluded.record";
    let what = || format!("the area name {:?}", area.name);
    put(db, sql, area.id.to_string(), area, what, "the area").await
}

pub(super) async fn remove_area(db: &mut SqliteConnection, id: AreaId) -> Result<()> {
    let id = id.to_string();
    let sql = "SELECT 'access point ' || name AS user FROM access_points WHERE area = ?";
    unused(db, sql, &id).await?;
    remove(db, "DELETE FROM areas WHERE id = ?", &id, "area").await
}

pub(super) async fn put_access_point(db: &mut SqliteConnection, point: &AccessPoint) -> Result<()> {
    let sql = "INSERT INTO access_points (id, record) VALUES (?, ?) \
               ON CONFLICT (id) DO UPDATE SET record = excluded.record";
    let what = || format!("the access point name {:?}", point.name);
    put(
        db,
        sql,
        point.id.to_string(),
        point,
        what,
        "the area of the access point",
    )
    .await
}

pub(super) async fn remove_access_point(
    db: &mut SqliteConnection,
    id: AccessPointId,
) -> Result<()> {
    let id = id.to_string();
    let device = "SELECT 'device ' || name AS user FROM devices WHERE access_point = ?";
    unused(db, device, &id).await?;
    let gate = "SELECT 'gate ' || name AS user FROM gates WHERE ? IN (entry, exit)";
    unused(db, gate, &id).await?;
    remove(
        db,
        "DELETE FROM access_points WHERE id = ?",
        &id,
        "access point",
    )
    .await
}

pub(super) async fn put_device(db: &mut SqliteConnection, device: &Device) -> Result<()> {
    let sql = "INSERT INTO devices (id, record) VALUES (?, ?) \
               ON CONFLICT (id) DO UPDATE SET record = excluded.record";
    let what = || format!("the device name {:?}", device.name);
    put(
        db,
        sql,
        device.id.to_string(),
        device,
        what,
        "the access point of the device",
    )
    .await
}

pub(super) async fn set_device_password(
    db: &mut SqliteConnection,
    id: DeviceId,
    hash: &str,
) -> Result<()> {
    let done = sqlx::query("UPDATE devices SET password = ? WHERE id = ?")
        .bind(hash)
        .bind(id.to_string())
        .execute(db)
        .await
        .map_err(fault)?;
    exists(done.rows_affected(), || format!("device {id}"))
}

/// A camera station that is removed is signed out everywhere.
pub(super) async fn remove_device(db: &mut SqliteConnection, id: DeviceId) -> Result<()> {
    let gate = "SELECT 'gate ' || name AS user FROM gates WHERE ? IN (controller, camera)";
    unused(db, gate, &id.to_string()).await?;
    let ended = sqlx::query("DELETE FROM sessions WHERE subject = ?")
        .bind(id.0.as_bytes().as_slice())
        .execute(&mut *db)
        .await;
    ended.map_err(fault)?;
    remove(
        db,
        "DELETE FROM devices WHERE id = ?",
        &id.to_string(),
        "device",
    )
    .await
}

pub(super) async fn put_gate(db: &mut SqliteConnection, gate: &Gate) -> Result<()> {
    let sql = "INSERT INTO gates (id, record) VALUES (?, ?) \
               ON CONFLICT (id) DO UPDATE SET record = excluded.record";
    let what = || format!("the gate name {:?}", gate.name);
    put(
        db,
        sql,
        gate.id.to_string(),
        gate,
        what,
        "a device or access point of the gate",
    )
    .await
}

pub(super) async fn remove_gate(db: &mut SqliteConnection, id: GateId) -> Result<()> {
    remove(
        db,
        "DELETE FROM gates WHERE id = ?",
        &id.to_string(),
        "gate",
    )
    .await
}

pub(super) async fn put_settings(db: &mut SqliteConnection, settings: &Settings) -> Result<()> {
    let done = sqlx::query("INSERT OR REPLACE INTO settings (only, record) VALUES (1, ?)")
        .bind(json(settings)?)
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

async fn put<T: Serialize>(
    db: &mut SqliteConnection,
    sql: &'static str,
    id: String,
    record: &T,
    what: impl FnOnce() -> String,
    referred: &'static str,
) -> Result<()> {
    let done = sqlx::query(sql)
        .bind(id)
        .bind(json(record)?)
        .execute(db)
        .await;
    done.map(drop).map_err(taken_or_dangling(what, referred))
}

async fn unused(db: &mut SqliteConnection, sql: &'static str, id: &str) -> Result<()> {
    let user = sqlx::query(sql)
        .bind(id)
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    match user {
        Some(row) => Err(StoreError::InUse {
            by: row.col("user")?,
        }),
        None => Ok(()),
    }
}

async fn remove(db: &mut SqliteConnection, sql: &'static str, id: &str, kind: &str) -> Result<()> {
    let done = sqlx::query(sql).bind(id).execute(db).await.map_err(fault)?;
    exists(done.rows_affected(), || format!("{kind} {id}"))
}

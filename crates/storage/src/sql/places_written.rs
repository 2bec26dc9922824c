//! Writing areas, access points, devices, gates and settings.
//!
//! Foreign keys hold the references; what is still referred to is looked up only to say so in
//! words.

use model::{AccessPoint, AccessPointId, Area, AreaId, Device, DeviceId, Gate, GateId, Settings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Put, Result, StoreError};

use super::fingers;
use super::people_written::{exists, unchanged};
use crate::engine::fault::{fault, taken_or_dangling};
use crate::engine::rows::{Columns, json};
use crate::engine::{Db, query};

/// Something that is kept as a record in a table of its own, under its identity as text.
pub(super) trait Kept: Serialize + DeserializeOwned + PartialEq + Sync {
    /// Word for one.
    const KIND: &'static str;
    /// What its record refers to.
    const REFERS_TO: &'static str;
    /// Reads the one with an identity.
    const SELECT: &'static str;
    /// Adds one: record, identity.
    const INSERT: &'static str;
    /// Changes one: record, identity.
    const UPDATE: &'static str;

    fn id(&self) -> String;
    fn name(&self) -> &str;
}

macro_rules! kept {
    ($($what:ty: $table:literal, $kind:literal, $refers_to:literal;)+) => {$(
        impl Kept for $what {
            const KIND: &'static str = $kind;
            const REFERS_TO: &'static str = $refers_to;
            const SELECT: &'static str = concat!("SELECT record FROM ", $table, " WHERE id = ?");
            const INSERT: &'static str =
                concat!("INSERT INTO ", $table, " (record, id) VALUES (?, ?)");
            const UPDATE: &'static str =
                concat!("UPDATE ", $table, " SET record = ? WHERE id = ?");

            fn id(&self) -> String {
                self.id.to_string()
            }

            fn name(&self) -> &str {
                &self.name
            }
        }
    )+};
}

kept! {
    Area: "areas", "area", "what the area refers to";
    AccessPoint: "access_points", "access point", "the area of the access point";
    Device: "devices", "device", "the access point of the device";
    Gate: "gates", "gate", "a device or access point of the gate";
}

pub(super) async fn put<T: Kept>(db: &mut Db, put: &Put<T>) -> Result<()> {
    let (sql, row) = match put {
        Put::Add(row) => (T::INSERT, row),
        Put::Change { was, now } => {
            let stands = stored::<T>(db, now.id()).await?;
            unchanged(stands, was, || format!("{} {}", T::KIND, now.id()))?;
            (T::UPDATE, &**now)
        }
    };
    if row.name().contains('\0') {
        let why = format!("a {} name with NUL in it", T::KIND);
        return Err(StoreError::Unfit(why));
    }
    let done = query(sql).bind(json(row)?).bind(row.id()).execute(db).await;
    let what = || format!("the {} name {:?}", T::KIND, row.name());
    done.map(drop)
        .map_err(taken_or_dangling(what, T::REFERS_TO))
}

async fn stored<T: Kept>(db: &mut Db, id: String) -> Result<Option<T>> {
    let row = query(T::SELECT)
        .bind(id)
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.map(|row| row.record("record")).transpose()
}

pub(super) async fn remove_area(db: &mut Db, id: AreaId) -> Result<()> {
    let id = id.to_string();
    let sql = "SELECT 'access point ' || name AS referrer FROM access_points WHERE area = ?";
    unused(db, sql, &id).await?;
    remove(db, "DELETE FROM areas WHERE id = ?", &id, "area").await
}

pub(super) async fn remove_access_point(db: &mut Db, id: AccessPointId) -> Result<()> {
    let (uuid, id) = (id.0, id.to_string());
    let device = "SELECT 'device ' || name AS referrer FROM devices WHERE access_point = ?";
    unused(db, device, &id).await?;
    let gate = "SELECT 'gate ' || name AS referrer FROM gates WHERE ? IN (entry, exit)";
    unused(db, gate, &id).await?;
    fingers::forget(db, uuid).await?;
    remove(
        db,
        "DELETE FROM access_points WHERE id = ?",
        &id,
        "access point",
    )
    .await
}

pub(super) async fn set_device_password(db: &mut Db, id: DeviceId, hash: &str) -> Result<()> {
    let done = query("UPDATE devices SET password = ? WHERE id = ?")
        .bind(hash)
        .bind(id.to_string())
        .execute(db)
        .await
        .map_err(fault)?;
    exists(done, || format!("device {id}"))
}

/// A camera station that is removed is signed out everywhere.
pub(super) async fn remove_device(db: &mut Db, id: DeviceId) -> Result<()> {
    let gate = "SELECT 'gate ' || name AS referrer FROM gates WHERE ? IN (controller, camera)";
    unused(db, gate, &id.to_string()).await?;
    let ended = query("DELETE FROM sessions WHERE subject = ?")
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

pub(super) async fn remove_gate(db: &mut Db, id: GateId) -> Result<()> {
    remove(
        db,
        "DELETE FROM gates WHERE id = ?",
        &id.to_string(),
        "gate",
    )
    .await
}

pub(super) async fn put_settings(db: &mut Db, settings: &Settings) -> Result<()> {
    let done = query(
        "INSERT INTO settings (\"only\", record) VALUES (1, ?) \
         ON CONFLICT (\"only\") DO UPDATE SET record = excluded.record",
    )
    .bind(json(settings)?)
    .execute(db)
    .await;
    done.map(drop).map_err(fault)
}

async fn unused(db: &mut Db, sql: &'static str, id: &str) -> Result<()> {
    let user = query(sql)
        .bind(id)
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    match user {
        Some(row) => Err(StoreError::InUse {
            by: row.col("referrer")?,
        }),
        None => Ok(()),
    }
}

async fn remove(db: &mut Db, sql: &'static str, id: &str, kind: &str) -> Result<()> {
    let done = query(sql).bind(id).execute(db).await.map_err(fault)?;
    exists(done, || format!("{kind} {id}"))
}

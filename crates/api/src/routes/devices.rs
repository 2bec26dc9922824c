//! Devices: what reports to Gatebook, and how it behaves.

use crate::acts::fresh;
use crate::auth::{
    Admin, Auditor, Cookie, Operator, Passwords, Secret, begin_station, end_session, expired_cookie,
};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::names::{Named, Names};
use crate::routes::places::find_access_point;
use crate::state::House;
use crate::text::{required, wire_name};
use crate::words;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use model::{AccessPointId, Act, Device, DeviceId, DeviceKind, Gate};
use serde::{Deserialize, Serialize};
use store::{DeviceStatus, Put, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest time a device may be silent before it alerts, in seconds: 31 days.
const LONGEST_SILENCE: u32 = 31 * 24 * 3600;

/// Sequence numbers that never came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct GapView {
    /// The device's start.
    boot_id: String,
    /// First missing sequence.
    from: u64,
    /// Last missing sequence.
    to: u64,
}

/// A device and how it behaves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DeviceView {
    /// Identity.
    id: Uuid,
    /// Name, unique at the site; also the MQTT user name of a native device.
    name: String,
    /// What kind.
    kind: words::DeviceKind,
    /// The access point whose passages it sees.
    access_point: Named,
    /// The gate it belongs to, for the boards of a classic gate.
    gate: Option<Named>,
    /// Silent for longer than this many seconds alerts; 0: never.
    silent_after_s: u32,
    /// Switched off: its messages are refused.
    disabled: bool,
    /// When it was last heard.
    last_seen: Option<Timestamp>,
    /// Whether it is silent for longer than it may be.
    silent: bool,
    /// Server receipt minus device time, in milliseconds.
    skew_ms: Option<i64>,
    /// Missing sequence numbers, newest first.
    gaps: Vec<GapView>,
    /// Observations so far.
    observations: u64,
}

/// The kinds that are added by hand; boards of classic gates come with their gate.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NewDeviceKind {
    /// A device that speaks Gatebook's own profile.
    Native,
    /// A browser that opens its camera.
    CameraStation,
}

/// A new device.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct NewDevice {
    /// What kind.
    kind: NewDeviceKind,
    /// The rest.
    #[serde(flatten)]
    input: DeviceInput,
}

/// What can be changed about a device.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct DeviceInput {
    /// Name, unique at the site; for a native device letters, digits, `-`, `_` and `.` only.
    name: String,
    /// The access point whose passages it sees; a classic board's is its gate's.
    access_point: Uuid,
    /// Silent for longer than this many seconds alerts; 0: never.
    #[serde(default)]
    silent_after_s: u32,
    /// Switched off: its messages are refused.
    #[serde(default)]
    disabled: bool,
}

/// A device's password. It is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct DevicePassword {
    /// The MQTT or HTTP user name.
    name: String,
    /// The password.
    password: String,
}

/// All devices with how they behave, by name. Role: auditor.
#[utoipa::path(get, path = "/devices", tag = "devices",
    responses((status = 200, body = Vec<DeviceView>)))]
pub(crate) async fn list(
    _: Auditor,
    State(house): State<House>,
) -> Result<Json<Vec<DeviceView>>, ApiError> {
    let statuses = house.store.device_statuses().await?;
    let gates = house.store.gates().await?;
    let names = Names::load(&house).await?;
    let now = house.clock.now();
    let view = |status| view(&names, &gates, status, now);
    Ok(Json(statuses.into_iter().map(view).collect()))
}

fn view(names: &Names, gates: &[Gate], status: DeviceStatus, now: Timestamp) -> DeviceView {
    let device = &status.device;
    let gate = gates
        .iter()
        .find(|gate| gate.controller == device.id || gate.camera == device.id);
    let gaps = status.gaps.iter().map(|gap| GapView {
        boot_id: gap.boot_id.clone(),
        from: gap.from,
        to: gap.to,
    });
    DeviceView {
        id: device.id.0,
        kind: device.kind.into(),
        access_point: names.access_point(device.access_point),
        gate: gate.map(|gate| names.gate(gate.id)),
        silent_after_s: device.silent_after_s,
        disabled: device.disabled,
        last_seen: status.last_seen,
        silent: is_silent(device, status.last_seen, now),
        skew_ms: status.skew_ms,
        gaps: gaps.collect(),
        observations: status.observations,
        name: status.device.name,
    }
}

/// Whether a device that was heard once is silent for longer than it may be.
fn is_silent(device: &Device, last_seen: Option<Timestamp>, now: Timestamp) -> bool {
    let limit = SignedDuration::from_secs(device.silent_after_s.into());
    let watched = device.silent_after_s > 0 && !device.disabled;
    watched && last_seen.is_some_and(|seen| now.duration_since(seen) > limit)
}

/// Adds a native device or a camera station. Role: admin.
#[utoipa::path(post, path = "/devices", tag = "devices", request_body = NewDevice,
    responses((status = 201, body = DeviceView), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add(
    Admin(caller): Admin,
    State(house): State<House>,
    Json(new): Json<NewDevice>,
) -> Result<(StatusCode, Json<DeviceView>), ApiError> {
    let kind = match new.kind {
        NewDeviceKind::Native => DeviceKind::Native,
        NewDeviceKind::CameraStation => DeviceKind::CameraStation,
    };
    let device = new.input.checked(&house, fresh(), kind).await?;
    let act = Act::DevicePut { device: device.id };
    let writes = vec![Write::Device(Put::Add(device.clone()))];
    house.act(caller.author(), act, writes).await?;
    Ok((StatusCode::CREATED, Json(shown(&house, device.id).await?)))
}

/// Changes a device, at once. Role: admin.
#[utoipa::path(put, path = "/devices/{id}", tag = "devices", request_body = DeviceInput,
    params(("id" = Uuid, Path, description = "The device")),
    responses((status = 200, body = DeviceView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<DeviceInput>,
) -> Result<Json<DeviceView>, ApiError> {
    let before = find(&house, DeviceId(id)).await?;
    let mut device = input.checked(&house, before.id, before.kind).await?;
    if is_classic(before.kind) {
        device.access_point = before.access_point;
    }
    let id = before.id;
    let act = Act::DevicePut { device: id };
    let writes = vec![Write::Device(Put::change(before, device))];
    house.act(caller.author(), act, writes).await?;
    Ok(Json(shown(&house, id).await?))
}

/// Removes a device that belongs to no gate. Role: admin.
#[utoipa::path(delete, path = "/devices/{id}", tag = "devices",
    params(("id" = Uuid, Path, description = "The device")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let device = find(&house, DeviceId(id)).await?.id;
    let act = Act::DeviceRemoved { device };
    let writes = vec![Write::RemoveDevice(device)];
    house.act(caller.author(), act, writes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a native device a new password, shown this once. Role: admin.
#[utoipa::path(post, path = "/devices/{id}/password", tag = "devices",
    params(("id" = Uuid, Path, description = "The device")),
    responses((status = 200, body = DevicePassword), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn new_password(
    Admin(caller): Admin,
    State(house): State<House>,
    State(passwords): State<Passwords>,
    Path(id): Path<Uuid>,
) -> Result<Response, ApiError> {
    let device = find(&house, DeviceId(id)).await?;
    if device.kind != DeviceKind::Native {
        let detail = "Only native devices sign in with a password.";
        return Err(ApiError::Conflict(detail.into()));
    }
    let secret = Secret::fresh()?;
    let hash = passwords.hash(secret.text().to_owned()).await?;
    let act = Act::DevicePut { device: device.id };
    let writes = vec![Write::DevicePassword(device.id, hash)];
    house.act(caller.author(), act, writes).await?;
    let password = DevicePassword {
        name: device.name,
        password: secret.text().to_owned(),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(password)).into_response())
}

/// Makes the calling browser a camera station, by a cookie of its own. Role: operator.
#[utoipa::path(post, path = "/devices/{id}/station", tag = "devices",
    params(("id" = Uuid, Path, description = "The camera station")),
    responses((status = 204, description = "The cookie is set"),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn become_station(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Response, ApiError> {
    let device = find(&house, DeviceId(id)).await?;
    if device.kind != DeviceKind::CameraStation || device.disabled {
        let detail = "Choose a camera station that is switched on.";
        return Err(ApiError::Conflict(detail.into()));
    }
    let act = Act::DevicePut { device: device.id };
    house.act(caller.author(), act, Vec::new()).await?;
    let cookie = begin_station(&house, device.id).await?;
    Ok(([(SET_COOKIE, cookie)], StatusCode::NO_CONTENT).into_response())
}

/// Ends the calling browser's being a camera station. Role: operator.
#[utoipa::path(delete, path = "/station", tag = "devices",
    responses((status = 204, description = "The cookie is taken away")))]
pub(crate) async fn leave_station(
    _: Operator,
    State(house): State<House>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    end_session(&house, &headers, Cookie::Station).await?;
    let cookie = expired_cookie(Cookie::Station, &house.config)?;
    Ok(([(SET_COOKIE, cookie)], StatusCode::NO_CONTENT).into_response())
}

impl DeviceInput {
    pub(super) async fn checked(
        self,
        house: &House,
        id: DeviceId,
        kind: DeviceKind,
    ) -> Result<Device, ApiError> {
        let point = find_access_point(house, AccessPointId(self.access_point))
            .await
            .map_err(|_| ApiError::field("access_point", "Choose one of the site's."))?;
        if self.silent_after_s > LONGEST_SILENCE {
            let detail = format!("From 0 to {LONGEST_SILENCE} seconds.");
            return Err(ApiError::field("silent_after_s", detail));
        }
        Ok(Device {
            id,
            name: match kind {
                DeviceKind::Native => wire_name("name", &self.name)?,
                _ => required("name", &self.name)?,
            },
            kind,
            access_point: point.id,
            silent_after_s: self.silent_after_s,
            disabled: self.disabled,
        })
    }
}

fn is_classic(kind: DeviceKind) -> bool {
    matches!(
        kind,
        DeviceKind::ClassicController | DeviceKind::ClassicCamera
    )
}

pub(super) async fn find(house: &House, id: DeviceId) -> Result<Device, ApiError> {
    let devices = house.store.devices().await?;
    let device = devices.into_iter().find(|device| device.id == id);
    device.ok_or_else(|| ApiError::not_found("this device"))
}

pub(super) async fn shown(house: &House, id: DeviceId) -> Result<DeviceView, ApiError> {
    let statuses = house.store.device_statuses().await?;
    let status = statuses.into_iter().find(|status| status.device.id == id);
    let status = status.ok_or_else(|| ApiError::not_found("this device"))?;
    let gates = house.store.gates().await?;
    let names = Names::load(house).await?;
    Ok(view(&names, &gates, status, house.clock.now()))
}

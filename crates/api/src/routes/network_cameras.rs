//! Network cameras: where they are, how it goes with them, and those that nobody added yet.

use super::devices::{self, DeviceInput, DeviceView};
use crate::acts::fresh;
use crate::auth::Admin;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::ports::{CameraAddress, CameraState, CameraStatus};
use crate::state::House;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use model::{Act, DeviceId, DeviceKind};
use serde::{Deserialize, Serialize};
use store::{NetworkCamera, Put, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// Pictures each second, unless something else is wanted.
const USUAL_RATE: u8 = 5;
/// Most pictures each second.
const HIGHEST_RATE: u8 = 15;
/// Longest user name and password, in bytes.
const LONGEST: usize = 200;

/// A network camera and how it goes with it. The password is never told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NetworkCameraView {
    /// The device.
    device: Uuid,
    /// Where it is.
    address: String,
    /// The user's name; empty: none.
    user: String,
    /// Whether a password is kept.
    has_password: bool,
    /// Pictures wanted each second.
    frames_per_second: u8,
    /// Its main stream, which the kept pictures are taken from; `None`: they are taken from `address`.
    main_address: Option<String>,
    /// How it goes; `None`: it is switched off.
    status: Option<CameraStatusView>,
    /// How it goes with the main stream; `None`: there is none, or it is switched off.
    main_status: Option<CameraStatusView>,
}

/// How it goes with a network camera.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CameraStatusView {
    /// How it goes.
    state: CameraState,
    /// Pictures each second, over the last seconds.
    frames_per_second: f32,
    /// What the connection is, e.g. `MJPEG`; `None`: not known yet.
    kind: Option<String>,
    /// Why there is no picture, in words; `None`: there is, or nothing failed yet.
    error: Option<String>,
}

/// A new or changed network camera.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct NetworkCameraInput {
    /// Name, place and silence, as of every device.
    #[serde(flatten)]
    device: DeviceInput,
    /// Where it is and how it is asked.
    #[serde(flatten)]
    asked: AskedInput,
    /// Pictures wanted each second, 1..=15.
    #[serde(default = "usual_rate")]
    frames_per_second: u8,
    /// `rtsp://…`, the camera's main stream: the kept pictures are taken from it, and faces are looked for in `address`.
    /// `None` or empty: pictures are taken from `address` too.
    #[serde(default)]
    main_address: Option<String>,
}

/// Where a camera is and how it is asked.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct AskedInput {
    /// `http://…` or `rtsp://…`, without name and password.
    address: String,
    /// The user's name; empty: none.
    #[serde(default)]
    user: String,
    /// The password; `None`: the one that is kept, if the camera's host stays the same.
    #[serde(default)]
    password: Option<String>,
}

/// A camera to try.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct TryInput {
    /// Where it is and how it is asked.
    #[serde(flatten)]
    asked: AskedInput,
    /// The camera whose password is kept already, if it is one.
    #[serde(default)]
    device: Option<Uuid>,
}

/// A camera on the network that answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FoundCameraView {
    /// What it calls itself.
    name: String,
    /// Its model.
    hardware: String,
    /// The address of its ONVIF service.
    service: String,
}

/// A camera that is asked where its streams are: its ONVIF service as `address`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CameraStreamsView {
    /// The largest stream.
    main: String,
    /// The smallest stream that is enough to find faces in, where there is a smaller one.
    detection: Option<String>,
}

fn usual_rate() -> u8 {
    USUAL_RATE
}

/// All network cameras. Role: admin.
#[utoipa::path(get, path = "/network-cameras", tag = "devices",
    responses((status = 200, body = Vec<NetworkCameraView>)))]
pub(crate) async fn list(
    _: Admin,
    State(house): State<House>,
) -> Result<Json<Vec<NetworkCameraView>>, ApiError> {
    let cameras = house.store.network_cameras().await?;
    Ok(Json(
        cameras
            .into_iter()
            .map(|camera| view(&house, camera))
            .collect(),
    ))
}

fn view(house: &House, camera: NetworkCamera) -> NetworkCameraView {
    let shown = |status: CameraStatus| CameraStatusView {
        state: status.state,
        frames_per_second: status.frames_per_second,
        kind: status.kind,
        error: status.error,
    };
    NetworkCameraView {
        device: camera.device.0,
        address: camera.address,
        user: camera.user,
        has_password: !camera.password.is_empty(),
        frames_per_second: camera.frames_per_second,
        main_address: camera.main_address,
        status: house.network_cameras.status(camera.device).map(shown),
        main_status: house.network_cameras.main_status(camera.device).map(shown),
    }
}

/// Adds a network camera, which is connected to at once. Role: admin.
#[utoipa::path(post, path = "/network-cameras", tag = "devices", request_body = NetworkCameraInput,
    responses((status = 201, body = DeviceView), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add(
    Admin(caller): Admin,
    State(house): State<House>,
    Json(input): Json<NetworkCameraInput>,
) -> Result<(StatusCode, Json<DeviceView>), ApiError> {
    let id = fresh();
    let wanted = (input.frames_per_second, input.main_address);
    let camera = input.asked.checked(&house, id, None, wanted)?;
    let device = input
        .device
        .checked(&house, id, DeviceKind::NetworkCamera)
        .await?;
    let act = Act::DevicePut { device: id };
    let writes = vec![
        Write::Device(Put::Add(device)),
        Write::NetworkCamera(camera),
    ];
    house.act(caller.author(), act, writes).await?;
    Ok((StatusCode::CREATED, Json(devices::shown(&house, id).await?)))
}

/// Changes a network camera, at once. Role: admin.
#[utoipa::path(put, path = "/network-cameras/{id}", tag = "devices",
    request_body = NetworkCameraInput,
    params(("id" = Uuid, Path, description = "The device")),
    responses((status = 200, body = DeviceView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<NetworkCameraInput>,
) -> Result<Json<DeviceView>, ApiError> {
    let id = DeviceId(id);
    let kept = kept(&house, id).await?;
    let kept = kept.ok_or_else(|| ApiError::not_found("this network camera"))?;
    let before = devices::find(&house, id).await?;
    let wanted = (input.frames_per_second, input.main_address);
    let camera = input.asked.checked(&house, id, Some(kept), wanted)?;
    let device = input.device.checked(&house, id, before.kind).await?;
    let act = Act::DevicePut { device: id };
    let writes = vec![
        Write::Device(Put::change(before, device)),
        Write::NetworkCamera(camera),
    ];
    house.act(caller.author(), act, writes).await?;
    Ok(Json(devices::shown(&house, id).await?))
}

/// The first picture of a camera, without adding it; why there is none is told in words. Role: admin.
#[utoipa::path(post, path = "/network-cameras/test", tag = "devices", request_body = TryInput,
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn test(
    _: Admin,
    State(house): State<House>,
    Json(input): Json<TryInput>,
) -> Result<Response, ApiError> {
    let asked = input.asked(&house).await?;
    let tried = house.network_cameras.first_picture(asked).await;
    let picture = tried.map_err(ApiError::Conflict)?;
    Ok(([(CONTENT_TYPE, "image/jpeg")], picture).into_response())
}

/// Asks the network which cameras are there; takes a few seconds. Role: admin.
#[utoipa::path(post, path = "/network-cameras/discover", tag = "devices",
    responses((status = 200, body = Vec<FoundCameraView>), (status = 409, body = Problem)))]
pub(crate) async fn discover(
    _: Admin,
    State(house): State<House>,
) -> Result<Json<Vec<FoundCameraView>>, ApiError> {
    let found = house.network_cameras.discover().await;
    let found = found.map_err(ApiError::Conflict)?;
    let one = |found: crate::ports::FoundCamera| FoundCameraView {
        name: found.name,
        hardware: found.hardware,
        service: found.service,
    };
    Ok(Json(found.into_iter().map(one).collect()))
}

/// Asks a camera's ONVIF service where its streams are. Role: admin.
#[utoipa::path(post, path = "/network-cameras/streams", tag = "devices",
    request_body = AskedInput,
    responses((status = 200, body = CameraStreamsView), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn streams(
    _: Admin,
    State(house): State<House>,
    Json(input): Json<AskedInput>,
) -> Result<Json<CameraStreamsView>, ApiError> {
    let input = TryInput {
        asked: input,
        device: None,
    };
    let asked = input.asked(&house).await?;
    let told = house.network_cameras.streams(asked).await;
    let (main, detection) = told.map_err(ApiError::Conflict)?;
    Ok(Json(CameraStreamsView { main, detection }))
}

impl TryInput {
    async fn asked(self, house: &House) -> Result<CameraAddress, ApiError> {
        let kept = match self.device {
            Some(device) => kept(house, DeviceId(device)).await?,
            None => None,
        };
        let camera = self
            .asked
            .checked(house, fresh(), kept, (USUAL_RATE, None))?;
        Ok(CameraAddress {
            address: camera.address,
            user: camera.user,
            password: camera.password,
        })
    }
}

impl AskedInput {
    fn checked(
        self,
        house: &House,
        device: DeviceId,
        kept: Option<NetworkCamera>,
        (frames_per_second, main_address): (u8, Option<String>),
    ) -> Result<NetworkCamera, ApiError> {
        let address = self.address.trim().to_owned();
        let host = |field, address: &str| {
            let host = house.network_cameras.host(address);
            host.map_err(|why| ApiError::field(field, why))
        };
        let mut hosts = vec![host("address", &address)?];
        let main_address = main_address.map(|main| main.trim().to_owned());
        let main_address = main_address.filter(|main| !main.is_empty());
        if let Some(main) = &main_address {
            if !main.starts_with("rtsp://") {
                let detail = "A main stream comes over RTSP: rtsp://…";
                return Err(ApiError::field("main_address", detail));
            }
            hosts.push(host("main_address", main)?);
        }
        if !(1..=HIGHEST_RATE).contains(&frames_per_second) {
            let detail = format!("From 1 to {HIGHEST_RATE} pictures a second.");
            return Err(ApiError::field("frames_per_second", detail));
        }
        let password = match (self.password, kept) {
            (Some(password), _) => password,
            (None, None) => String::new(),
            (None, Some(kept)) if kept.password.is_empty() => kept.password,
            // Else whoever may edit a camera could have its password sent to a host of his own.
            (None, Some(kept)) if hosts.iter().all(|host| was_given(house, &kept, host)) => {
                kept.password
            }
            (None, Some(_)) => {
                let detail =
                    "Give the password again: the address leads to another host, port or protocol.";
                return Err(ApiError::field("password", detail));
            }
        };
        let fits = |text: &str| text.len() <= LONGEST && !text.chars().any(char::is_control);
        if !fits(&self.user) || !fits(&password) {
            let detail = format!("At most {LONGEST} bytes, on one line.");
            return Err(ApiError::field("user", detail));
        }
        Ok(NetworkCamera {
            device,
            address,
            user: self.user,
            password,
            frames_per_second,
            main_address,
        })
    }
}

/// Whether the password of `camera` was given for `host`.
fn was_given(house: &House, camera: &NetworkCamera, host: &str) -> bool {
    let addresses = [Some(&camera.address), camera.main_address.as_ref()];
    let mut hosts = addresses
        .into_iter()
        .flatten()
        .map(|address| house.network_cameras.host(address));
    hosts.any(|known| known.is_ok_and(|known| known == host))
}

async fn kept(house: &House, id: DeviceId) -> Result<Option<NetworkCamera>, ApiError> {
    let cameras = house.store.network_cameras().await?;
    Ok(cameras.into_iter().find(|camera| camera.device == id))
}

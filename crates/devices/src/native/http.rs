//! The native profile over HTTP, for devices that rather make requests.

use super::admission::admitted;
use super::incidents;
use super::report::{MAX_REPORT_BYTES, Mark, Report};
use crate::body::{self, BodyFault};
use crate::classic::{MAX_UPLOAD_BYTES, UPLOAD_PATIENCE, is_jpeg, refusal_words};
use crate::house::{HeardKind, House, NotAdmitted, PictureError};
use axum::body::Body;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use model::{Device, DeviceId, ObservationDraft, Receipt};
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How long a request waits for a place in the house before the device is told to come again.
const HOUSE_PATIENCE: Duration = Duration::from_secs(5);

/// How long a report may take to arrive.
const REPORT_PATIENCE: Duration = Duration::from_secs(10);

/// `POST /api/v1/devices/observations` and `POST /api/v1/devices/pictures`, both with the
/// device's name and password (HTTP Basic, RFC 7617).
pub fn device_router(house: House) -> Router {
    Router::new()
        .route("/api/v1/devices/observations", post(observation))
        .route("/api/v1/devices/pictures", post(picture))
        .with_state(house)
}

pub(super) type Peer = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

async fn observation(
    State(house): State<House>,
    peer: Peer,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let address = ip(peer);
    let read = told(
        &house,
        address,
        &headers,
        body,
        (MAX_REPORT_BYTES, REPORT_PATIENCE),
    );
    let (device, body) = match read.await {
        Ok(told) => told,
        Err(why) => return why.into_response(),
    };
    let draft =
        Report::read(&body).and_then(|report| report.draft(&device, Timestamp::now(), &body));
    match draft {
        Ok(draft) => deliver(&house, address, draft).await,
        Err(error) => {
            incidents::bad_report(&house, address, device.id, &error.to_string());
            refused(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string())
        }
    }
}

async fn picture(
    State(house): State<House>,
    peer: Peer,
    Query(mark): Query<Mark>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let address = ip(peer);
    let read = told(
        &house,
        address,
        &headers,
        body,
        (MAX_UPLOAD_BYTES, UPLOAD_PATIENCE),
    );
    let (device, body) = match read.await {
        Ok(told) => told,
        Err(why) => return why.into_response(),
    };
    let fault = match mark.check() {
        Err(error) => Some(error.to_string()),
        Ok(()) => (!is_jpeg(&body)).then(|| "the body is not a JPEG picture".to_owned()),
    };
    if let Some(why) = fault {
        incidents::bad_picture(&house, address, device.id, &why);
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &why);
    }
    let received_at = Timestamp::now();
    match house.pictures.put(body).await {
        Ok(id) => deliver(&house, address, mark.picture(&device, id, received_at)).await,
        Err(PictureError::Unavailable) => busy(),
        Err(error @ PictureError::Unusable(_)) => {
            incidents::bad_picture(&house, address, device.id, &error.to_string());
            refused(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string())
        }
    }
}

async fn deliver(house: &House, address: Option<IpAddr>, draft: ObservationDraft) -> Response {
    let device = draft.device;
    let observed = house.deliver_within(draft, HOUSE_PATIENCE).await;
    receipt(house, address, device, observed)
}

/// What a device is told of its observation.
pub(super) fn receipt(
    house: &House,
    address: Option<IpAddr>,
    device: DeviceId,
    observed: Receipt,
) -> Response {
    match observed {
        Receipt::Committed { contiguous } => committed("committed", contiguous),
        Receipt::Duplicate { contiguous } => committed("duplicate", contiguous),
        Receipt::Overloaded => busy(),
        Receipt::Refused(why) => {
            let why = refusal_words(&why);
            incidents::bad_report(house, address, device, &why);
            refused(StatusCode::UNPROCESSABLE_ENTITY, &why)
        }
    }
}

/// Why nothing was heard of a device.
pub(super) enum Unheard {
    NotAdmitted(NotAdmitted),
    Body(BodyFault),
}

impl IntoResponse for Unheard {
    fn into_response(self) -> Response {
        match self {
            Self::NotAdmitted(why) => not_admitted(why),
            Self::Body(fault) => refused(fault.status(), &fault.to_string()),
        }
    }
}

/// The device that calls, and its body, which is read only once the device is admitted: at most so many bytes, each
/// part of which may be waited for so long.
pub(super) async fn told(
    house: &House,
    address: Option<IpAddr>,
    headers: &HeaderMap,
    body: Body,
    (most, patience): (usize, Duration),
) -> Result<(Device, Bytes), Unheard> {
    let (name, password) = basic(headers).ok_or(Unheard::NotAdmitted(NotAdmitted::Wrong))?;
    let admitting = admitted(house, address, &name, &password).await;
    let device = admitting.map_err(Unheard::NotAdmitted)?;
    house.heard(device.id, HeardKind::Message);
    let body = body::read(body, most, patience).await;
    Ok((device, body.map_err(Unheard::Body)?))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

pub(super) fn ip(peer: Peer) -> Option<IpAddr> {
    peer.map(|axum::Extension(ConnectInfo(peer))| peer.ip().to_canonical())
}

fn committed(status: &str, contiguous: Option<u64>) -> Response {
    Json(json!({ "status": status, "committed": contiguous })).into_response()
}

pub(super) fn refused(code: StatusCode, why: &str) -> Response {
    (code, Json(json!({ "status": "refused", "reason": why }))).into_response()
}

fn not_admitted(why: NotAdmitted) -> Response {
    match why {
        NotAdmitted::Wrong => unauthorized(),
        NotAdmitted::Busy => busy(),
        NotAdmitted::TooManyAttempts { retry_after_s } => {
            let again = [(header::RETRY_AFTER, retry_after_s.to_string())];
            let body = Json(json!({ "status": "wait" }));
            (StatusCode::TOO_MANY_REQUESTS, again, body).into_response()
        }
    }
}

fn unauthorized() -> Response {
    let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"Gatebook devices\"")];
    (StatusCode::UNAUTHORIZED, challenge).into_response()
}

fn busy() -> Response {
    let again = [(header::RETRY_AFTER, "2")];
    (
        StatusCode::SERVICE_UNAVAILABLE,
        again,
        Json(json!({ "status": "busy" })),
    )
        .into_response()
}

//! `POST /api/v1/devices/fingerprints`: pictures of fingers, compared by the house.

use super::http::{Peer, authenticated, busy, ip, not_admitted, receipt, refused};
use super::incidents;
use super::report::Mark;
use crate::body;
use crate::classic::UPLOAD_PATIENCE;
use crate::fingers::{FingerDesk, MAX_PRINT_BYTES, Pressed, PrintImage};
use crate::house::House;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::Timestamp;
use model::{DeviceId, Receipt};
use serde::Deserialize;
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;

/// Pixels an inch where nothing is said.
const USUAL_DPI: u16 = 500;
/// What whoever pressed is told before the retry.
const AGAIN: &str = "Not recognised: lift the finger and press once more.";

/// What a picture is, beside its mark.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Format {
    /// Pixels in a row, of grey bytes.
    width: Option<u32>,
    /// Rows, of grey bytes.
    height: Option<u32>,
    /// Pixels an inch.
    dpi: Option<u16>,
}

#[derive(Clone)]
struct Rooms {
    house: House,
    desk: Arc<dyn FingerDesk>,
}

/// `POST /api/v1/devices/fingerprints`, with the device's name and password as its pictures.
pub fn finger_router(house: House, desk: Arc<dyn FingerDesk>) -> Router {
    Router::new()
        .route("/api/v1/devices/fingerprints", post(fingerprint))
        .with_state(Rooms { house, desk })
}

async fn fingerprint(
    State(Rooms { house, desk }): State<Rooms>,
    peer: Peer,
    Query(mark): Query<Mark>,
    Query(format): Query<Format>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let address = ip(peer);
    let device = match authenticated(&house, address, &headers).await {
        Ok(device) => device,
        Err(why) => return not_admitted(why),
    };
    let bytes = match body::read(body, MAX_PRINT_BYTES, UPLOAD_PATIENCE).await {
        Ok(body) => body,
        Err(fault) => return refused(fault.status(), &fault.to_string()),
    };
    let raw = match (format.width, format.height) {
        (Some(width), Some(height)) => Ok(Some((width, height))),
        (None, None) => Ok(None),
        _ => Err("give both width and height, or neither for a PNG, TIFF or PGM".to_owned()),
    };
    let raw = match mark.check() {
        Ok(()) => raw,
        Err(error) => Err(error.to_string()),
    };
    let raw = match raw {
        Ok(raw) => raw,
        Err(why) => return unusable(&house, address, device.id, &why),
    };
    let dpi = format.dpi.unwrap_or(USUAL_DPI);
    let image = PrintImage { bytes, raw, dpi };
    match desk
        .press(mark.press(&device, Timestamp::now()), image)
        .await
    {
        Pressed::Observed(Receipt::Overloaded) => busy(),
        Pressed::Observed(observed) => receipt(&house, address, device.id, observed),
        Pressed::Again => Json(json!({ "status": "again", "advice": AGAIN })).into_response(),
        Pressed::Unusable(why) => unusable(&house, address, device.id, &why),
    }
}

fn unusable(house: &House, address: Option<IpAddr>, device: DeviceId, why: &str) -> Response {
    incidents::bad_picture(house, address, device, why);
    refused(StatusCode::UNPROCESSABLE_ENTITY, why)
}

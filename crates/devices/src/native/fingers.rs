//! `POST /api/v1/devices/fingerprints`: pictures of fingers, compared by the house.

use super::http::{Peer, ip, receipt, refused, told};
use super::incidents;
use super::report::Mark;
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
use model::DeviceId;
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

impl Format {
    /// Width and height of grey bytes; nothing for a file that says so itself.
    fn raw(&self) -> Result<Option<(u32, u32)>, String> {
        match (self.width, self.height) {
            (Some(width), Some(height)) => Ok(Some((width, height))),
            (None, None) => Ok(None),
            _ => Err("give both width and height, or neither for a PNG, TIFF or PGM".to_owned()),
        }
    }
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
    let limits = (MAX_PRINT_BYTES, UPLOAD_PATIENCE);
    let (device, bytes) = match told(&house, address, &headers, body, limits).await {
        Ok(told) => told,
        Err(why) => return why.into_response(),
    };
    let marked = mark.check().map_err(|error| error.to_string());
    let raw = match marked.and_then(|()| format.raw()) {
        Ok(raw) => raw,
        Err(why) => return unusable(&house, address, device.id, &why),
    };
    let dpi = format.dpi.unwrap_or(USUAL_DPI);
    let image = PrintImage { bytes, raw, dpi };
    match desk
        .press(mark.press(&device, Timestamp::now()), image)
        .await
    {
        Pressed::Observed(observed) => receipt(&house, address, device.id, observed),
        Pressed::Again => Json(json!({ "status": "again", "advice": AGAIN })).into_response(),
        Pressed::Unusable(why) => unusable(&house, address, device.id, &why),
    }
}

fn unusable(house: &House, address: Option<IpAddr>, device: DeviceId, why: &str) -> Response {
    incidents::bad_print(house, address, device, why);
    refused(StatusCode::UNPROCESSABLE_ENTITY, why)
}

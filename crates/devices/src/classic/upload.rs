//! The plain HTTP port of classic cameras: `POST /upload` and nothing else.
//!
//! A gate is known by the address of the connection alone. `X-Forwarded-For` is never believed
//! here, trusted proxies or not: whoever reaches the port could write one.

use super::message::Board;
use super::places::{Place, place_of};
use super::switchboard::Switchboard;
use super::{key, refusal};
use crate::body::{self, BodyFault};
use crate::house::{HeardKind, House, PictureError};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use jiff::Timestamp;
use model::{DeviceTime, ObservationDraft, Receipt, Sighting};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The largest picture taken, in bytes; boards send 20 to 80 KB.
pub const MAX_UPLOAD_BYTES: usize = 2 * 1024 * 1024;

/// How long a picture may take to arrive.
pub(crate) const UPLOAD_PATIENCE: Duration = Duration::from_secs(20);

/// How long an upload waits for a place in the house before the board is told to come again.
const HOUSE_PATIENCE: Duration = Duration::from_secs(5);

/// Uploads served at once.
const MAX_UPLOADS: usize = 32;

/// The boards expect the word on `camera/ack` after the HTTP answer.
const ACK_AFTER_ANSWER: Duration = Duration::from_millis(50);

#[derive(Clone)]
struct Uploads {
    house: House,
    switchboard: Switchboard,
    places: Arc<Semaphore>,
}

/// The router of the classic upload port; serve it with connection info (`SocketAddr`).
pub fn upload_router(house: House, switchboard: Switchboard) -> Router {
    let places = Arc::new(Semaphore::new(MAX_UPLOADS));
    Router::new()
        .route("/upload", post(upload))
        .with_state(Uploads {
            house,
            switchboard,
            places,
        })
}

/// Whether the bytes begin as a JPEG file does (SOI marker and the next marker's first byte).
#[must_use]
pub fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xD8, 0xFF])
}

enum Outcome {
    Taken,
    NoPicture(&'static str),
    NotNow,
}

async fn upload(
    State(uploads): State<Uploads>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    body: Body,
) -> Response {
    let address = peer.ip().to_canonical();
    let place = place_of(&uploads.house.directory(), address)
        .filter(|place| place.boards.contains(&Board::Camera));
    let Some(place) = place else {
        refusal::unknown_address(&uploads.house, address, "A picture upload");
        return (
            StatusCode::FORBIDDEN,
            "this address is not a camera of a gate\n",
        )
            .into_response();
    };
    let outcome = uploads.take(&place, address, body).await;
    uploads.tell_gate(&place, matches!(outcome, Outcome::Taken));
    match outcome {
        Outcome::Taken => (StatusCode::OK, "image received\n").into_response(),
        Outcome::NoPicture(why) => {
            refusal::picture(&uploads.house, address, place.gate.camera, why);
            (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response()
        }
        Outcome::NotNow => {
            let again = [(header::RETRY_AFTER, "2")];
            (StatusCode::SERVICE_UNAVAILABLE, again, "busy, send again\n").into_response()
        }
    }
}

impl Uploads {
    async fn take(&self, place: &Place, address: IpAddr, body: Body) -> Outcome {
        let Ok(_permit) = self.places.try_acquire() else {
            return Outcome::NotNow;
        };
        self.house.heard(place.gate.camera, HeardKind::Message);
        let jpeg = match read(body).await {
            Ok(jpeg) => jpeg,
            Err(why) => return Outcome::NoPicture(why),
        };
        let received_at = Timestamp::now();
        let picture = match self.house.pictures.put(jpeg.clone()).await {
            Ok(picture) => picture,
            Err(PictureError::Unusable(_)) => {
                return Outcome::NoPicture("the picture cannot be read");
            }
            Err(PictureError::Unavailable) => return Outcome::NotNow,
        };
        let draft = ObservationDraft {
            device: place.gate.camera,
            access_point: place.gate.entry,
            key: key::picture(&jpeg),
            device_time: DeviceTime::Absent,
            received_at,
            deferred: false,
            sighting: Sighting::Picture { picture },
            raw: Vec::new(),
        };
        match self.house.deliver_within(draft, HOUSE_PATIENCE).await {
            Receipt::Committed { .. } | Receipt::Duplicate { .. } => Outcome::Taken,
            Receipt::Overloaded => Outcome::NotNow,
            Receipt::Refused(why) => {
                let why = refusal::words(&why);
                refusal::refused(&self.house, address, place.gate.camera, &why);
                Outcome::NoPicture("the picture was refused")
            }
        }
    }

    fn tell_gate(&self, place: &Place, taken: bool) {
        let (switchboard, gate) = (self.switchboard.clone(), place.gate.id);
        tokio::spawn(async move {
            tokio::time::sleep(ACK_AFTER_ANSWER).await;
            switchboard.picture_outcome(gate, taken);
        });
    }
}

async fn read(body: Body) -> Result<Bytes, &'static str> {
    let jpeg = body::read(body, MAX_UPLOAD_BYTES, UPLOAD_PATIENCE)
        .await
        .map_err(|fault| match fault {
            BodyFault::TooSlow => "the picture did not arrive in time",
            BodyFault::TooLarge => "the picture is too large or the connection broke",
        })?;
    match jpeg.is_empty() {
        true => Err("the request has no body"),
        false if !is_jpeg(&jpeg) => Err("the body is not a JPEG picture"),
        false => Ok(jpeg),
    }
}

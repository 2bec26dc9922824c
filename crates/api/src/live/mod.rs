//! Live push over Socket.IO (path `/socket.io`).
//!
//! Namespace `/live`, for viewers and above: the server emits `committed` for each entry in the
//! order of the log, `resync` when a client has to fetch the snapshot again, `device`, `parts`,
//! `job`, and `frame` to those who `watch` a camera. Namespace `/station`, for camera
//! stations: the client emits `frame` and is told what was seen; `database` says whether that answers.
//!
//! Whoever connects is known by the same cookie or token as over HTTP, and is looked up again
//! each minute and after every change to users, tokens and devices.

mod door;
pub(crate) mod messages;
mod overlays;
mod parts;
mod push;
mod recheck;
mod station;
mod stations;
pub(crate) mod view;
mod viewer;

use crate::state::House;
use messages::{DevicePush, JobView};
use socketioxide::SocketIo;
use socketioxide::layer::SocketIoLayer;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::AbortHandle;

pub(crate) use stations::Stations;

/// Largest frame of a camera station, in bytes.
const FRAME_LIMIT: usize = 1024 * 1024;
/// Largest message in all: a frame and its envelope; polling sends it as base64.
const MESSAGE_LIMIT: usize = FRAME_LIMIT / 2 * 3;

/// The namespaces.
const LIVE: &str = "/live";
const STATION: &str = "/station";

/// What the handlers of sockets can reach.
#[derive(Clone)]
pub(crate) struct Hub {
    house: House,
    stations: Stations,
}

/// The live push as routes use it.
#[derive(Clone)]
pub(crate) struct Live {
    io: SocketIo,
    stations: Stations,
    /// Ends the background work with the last clone.
    _background: Arc<Background>,
}

struct Background(Vec<AbortHandle>);

impl Drop for Background {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// Opens both namespaces and begins to push. Must be called within a Tokio runtime.
pub(crate) fn open(house: &House) -> (SocketIoLayer, Live) {
    let stations = Stations::default();
    let hub = Hub {
        house: house.clone(),
        stations: stations.clone(),
    };
    let (layer, io) = SocketIo::builder()
        .max_payload(MESSAGE_LIMIT as u64)
        .ws_max_message_size(MESSAGE_LIMIT)
        .ws_max_frame_size(MESSAGE_LIMIT)
        .connect_timeout(Duration::from_secs(10))
        .ping_interval(Duration::from_secs(10))
        .ping_timeout(Duration::from_secs(10))
        .with_state(hub)
        .build_layer();
    viewer::open(&io);
    station::open(&io);
    let tasks = vec![
        tokio::spawn(push::run(house.clone(), io.clone())).abort_handle(),
        tokio::spawn(recheck::run(house.clone(), io.clone())).abort_handle(),
        tokio::spawn(parts::run(house.clone(), io.clone())).abort_handle(),
    ];
    let live = Live {
        io,
        stations,
        _background: Arc::new(Background(tasks)),
    };
    (layer, live)
}

impl Live {
    /// The camera stations that are connected.
    pub(crate) fn stations(&self) -> &Stations {
        &self.stations
    }

    /// Tells everybody how far a job is.
    pub(crate) async fn job(&self, job: &JobView) {
        emit(&self.io, "job", job).await;
    }
}

/// Tells everybody that a device came or went.
async fn device_changed(io: &SocketIo, push: DevicePush) {
    emit(io, "device", &push).await;
}

/// Emits to everybody on `/live`. A client whose buffer is full misses it; it finds out by the
/// gap in the indexes, or with the next status.
async fn emit<T: serde::Serialize>(io: &SocketIo, event: &'static str, data: &T) {
    if let Some(live) = io.of(LIVE)
        && let Err(error) = live.emit(event, data).await
    {
        tracing::debug!(event, %error, "some clients missed a push");
    }
}

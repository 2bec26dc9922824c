//! Namespace `/station`: browsers that open their camera for Gatebook.

use super::door::admit_station;
use super::messages::{DevicePush, FrameRefusal, StationReply, StationWelcome};
use super::overlays::NameCache;
use super::parts::database;
use super::{FRAME_LIMIT, Hub, STATION, device_changed};
use crate::ports::FrameRefused;
use bytes::Bytes;
use model::{Device, DeviceId};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Extension, SocketRef, State, TryData};
use socketioxide::handler::ConnectHandler as _;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Taken while a frame of this connection is worked on: one in flight.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<NameCache>>);

pub(super) fn open(io: &SocketIo) {
    io.ns(STATION, connected.with(admit_station));
}

async fn connected(
    socket: SocketRef,
    io: SocketIo,
    State(hub): State<Hub>,
    Extension(device): Extension<Device>,
) {
    socket.extensions.insert(Desk::default());
    socket.on("frame", frame);
    socket.on_disconnect(gone);
    let welcome = StationWelcome {
        device: device.id.0,
        name: device.name,
    };
    // A client that is gone again needs no welcome.
    let _ = socket.emit("welcome", &welcome);
    if let Some(database) = database(&hub.house) {
        let _ = socket.emit("database", &database);
    }
    if hub.stations.came(device.id) {
        changed(&hub, &io, device.id, true).await;
    }
}

async fn gone(io: SocketIo, State(hub): State<Hub>, Extension(device): Extension<Device>) {
    if hub.stations.went(device.id) {
        changed(&hub, &io, device.id, false).await;
    }
}

async fn changed(hub: &Hub, io: &SocketIo, device: DeviceId, connected: bool) {
    hub.house.cameras.presence(device, connected);
    let push = DevicePush {
        device: device.0,
        connected,
        at: hub.house.clock.now(),
    };
    device_changed(io, push).await;
}

async fn frame(
    TryData(jpeg): TryData<Bytes>,
    ack: AckSender,
    State(hub): State<Hub>,
    Extension(device): Extension<Device>,
    Extension(desk): Extension<Desk>,
) {
    let reply = match jpeg {
        Ok(jpeg) => seen(&hub, device.id, &desk, jpeg).await,
        Err(_) => Err(FrameRefusal::Unreadable),
    };
    let reply = reply.unwrap_or_else(|why| StationReply::Refused { why });
    // A client that is gone needs no answer.
    let _ = ack.send(&reply);
}

async fn seen(
    hub: &Hub,
    camera: DeviceId,
    desk: &Desk,
    jpeg: Bytes,
) -> Result<StationReply, FrameRefusal> {
    if jpeg.len() > FRAME_LIMIT {
        return Err(FrameRefusal::TooLarge);
    }
    let Ok(mut names) = desk.0.try_lock() else {
        return Err(FrameRefusal::Busy);
    };
    let frame = hub.house.cameras.frame(camera, jpeg).await?;
    Ok(StationReply::Seen {
        width: frame.size.0,
        height: frame.size.1,
        overlays: names.named(&hub.house, &frame.overlays).await,
        challenge: match frame.challenge {
            Some(challenge) => Some(names.challenge(&hub.house, challenge).await),
            None => None,
        },
    })
}

impl From<FrameRefused> for FrameRefusal {
    fn from(refused: FrameRefused) -> Self {
        match refused {
            FrameRefused::Busy => Self::Busy,
            FrameRefused::Unreadable => Self::Unreadable,
            FrameRefused::UnknownCamera => Self::UnknownCamera,
        }
    }
}

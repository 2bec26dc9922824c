//! Namespace `/live`: clients that look.

use super::door::admit_viewer;
use super::messages::{FramePush, Watch, WatchAnswer};
use super::overlays::NameCache;
use super::{Hub, LIVE};
use crate::auth::Caller;
use crate::ports::LiveFrame;
use crate::state::House;
use model::DeviceId;
use serde::de::IgnoredAny;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, Extension, SocketRef, State};
use socketioxide::handler::ConnectHandler as _;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Role;
use tokio::sync::watch::Receiver;
use tokio::task::AbortHandle;

/// Most cameras that one client watches.
const MOST_CAMERAS: usize = 16;
/// How long a client may take over one frame before it gets the next one.
const FRAME_WAIT: Duration = Duration::from_secs(5);

/// Clients that may see personal details, and those that may not.
pub(super) const DETAILED: &str = "detailed";
pub(super) const PLAIN: &str = "plain";

/// The cameras that a client watches.
#[derive(Clone, Default)]
struct Watches(Arc<Mutex<HashMap<DeviceId, AbortHandle>>>);

pub(super) fn open(io: &SocketIo) {
    io.ns(LIVE, connected.with(admit_viewer));
}

/// Which room a caller belongs in.
pub(super) fn room(caller: &Caller) -> &'static str {
    if caller.role >= Role::Operator {
        DETAILED
    } else {
        PLAIN
    }
}

async fn connected(socket: SocketRef, Extension(caller): Extension<Caller>) {
    socket.join(room(&caller));
    socket.extensions.insert(Watches::default());
    socket.on("watch", watch);
    socket.on("unwatch", unwatch);
    socket.on_disconnect(async |Extension(watches): Extension<Watches>| watches.end_all());
}

async fn watch(
    socket: SocketRef,
    Data(Watch { camera }): Data<Watch>,
    ack: AckSender,
    State(hub): State<Hub>,
    Extension(watches): Extension<Watches>,
) {
    let answer = watches.begin(socket, hub.house, DeviceId(camera));
    // A client that is gone needs no answer.
    let _ = ack.send(&answer);
}

async fn unwatch(Data(Watch { camera }): Data<Watch>, Extension(watches): Extension<Watches>) {
    watches.end(DeviceId(camera));
}

impl Watches {
    fn begin(&self, socket: SocketRef, house: House, camera: DeviceId) -> WatchAnswer {
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watches.len() >= MOST_CAMERAS && !watches.contains_key(&camera) {
            return WatchAnswer::TooMany;
        }
        let Some(frames) = house.cameras.watch(camera) else {
            return WatchAnswer::UnknownCamera;
        };
        let task = tokio::spawn(send_frames(socket, house, camera, frames));
        if let Some(before) = watches.insert(camera, task.abort_handle()) {
            before.abort();
        }
        WatchAnswer::Watching
    }

    fn end(&self, camera: DeviceId) {
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = watches.remove(&camera) {
            task.abort();
        }
    }

    fn end_all(&self) {
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, task) in watches.drain() {
            task.abort();
        }
    }
}

/// Sends the newest frame, waits until the client has shown it, and takes the newest one again:
/// what came in between is never sent.
async fn send_frames(
    socket: SocketRef,
    house: House,
    camera: DeviceId,
    mut frames: Receiver<Option<Arc<LiveFrame>>>,
) {
    let mut names = NameCache::default();
    frames.mark_changed();
    while frames.changed().await.is_ok() && socket.connected() {
        let Some(frame) = frames.borrow_and_update().clone() else {
            continue;
        };
        let push = FramePush {
            camera: camera.0,
            at: frame.at,
            width: frame.size.0,
            height: frame.size.1,
            overlays: names.named(&house, &frame.overlays).await,
        };
        let message = (push, frame.jpeg.clone());
        let sent = socket.timeout(FRAME_WAIT).emit_with_ack("frame", &message);
        match sent {
            // Whatever the answer, or without one in time: the next frame is due.
            Ok(shown) => drop::<Result<IgnoredAny, _>>(shown.await),
            // The client's buffer is full: give it time.
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

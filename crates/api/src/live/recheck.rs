//! Looks again whether those who are connected still may be.

use super::door::{Papers, station, viewer};
use super::{LIVE, STATION};
use crate::auth::Caller;
use crate::state::House;
use model::{Act, Record};
use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use std::time::Duration;
use store::Committed;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};

/// Sessions end by time and by signing out, which is no entry of the log.
const EVERY: Duration = Duration::from_secs(60);

/// Looks again each minute, and at once after a change to users, tokens or devices.
pub(super) async fn run(house: House, io: SocketIo) {
    let mut commits = house.store.commits();
    let mut minute = interval(EVERY);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = minute.tick() => recheck(&house, &io).await,
            committed = commits.recv() => match committed {
                Ok(committed) if matters(&committed) => recheck(&house, &io).await,
                Ok(_) => {}
                // Something was missed, which may have mattered.
                Err(RecvError::Lagged(_)) => recheck(&house, &io).await,
                Err(RecvError::Closed) => return,
            },
        }
    }
}

fn matters(committed: &Committed) -> bool {
    matches!(
        &committed.entry.record,
        Record::Act(
            Act::UserPut { .. }
                | Act::TokenRevoked { .. }
                | Act::DevicePut { .. }
                | Act::DeviceRemoved { .. }
        )
    )
}

async fn recheck(house: &House, io: &SocketIo) {
    for socket in sockets(io, LIVE) {
        let Some(Papers(headers)) = socket.extensions.get::<Papers>() else {
            continue;
        };
        let before = socket.extensions.get::<Caller>();
        let now = viewer(house, &headers).await.ok();
        // A changed role shows other things: the client connects again and fetches them.
        if now.is_none() || now != before {
            dismiss(socket);
        }
    }
    for socket in sockets(io, STATION) {
        let Some(Papers(headers)) = socket.extensions.get::<Papers>() else {
            continue;
        };
        if station(house, &headers).await.is_err() {
            dismiss(socket);
        }
    }
}

fn sockets(io: &SocketIo, namespace: &str) -> Vec<SocketRef> {
    io.of(namespace).map(|n| n.sockets()).unwrap_or_default()
}

fn dismiss(socket: SocketRef) {
    // Already gone is as good.
    let _ = socket.disconnect();
}

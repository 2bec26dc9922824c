//! Looks again whether those who are connected still may be.

use super::door::{Papers, station, viewer};
use super::{LIVE, STATION};
use crate::auth::Caller;
use crate::error::ApiError;
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
        // A changed role shows other things: the client connects again and fetches them.
        if has_changed(&viewer(house, &headers).await, before.as_ref()) {
            dismiss(socket);
        }
    }
    for socket in sockets(io, STATION) {
        let Some(Papers(headers)) = socket.extensions.get::<Papers>() else {
            continue;
        };
        if ends(&station(house, &headers).await) {
            dismiss(socket);
        }
    }
}

/// Whether a caller is another one than before, or none any more.
fn has_changed(now: &Result<Caller, ApiError>, before: Option<&Caller>) -> bool {
    match now {
        Ok(now) => Some(now) != before,
        Err(_) => ends(now),
    }
}

/// Whether somebody may not be connected any more. A store that does not answer says nothing about that, and can be
/// changed by nobody meanwhile: whoever is connected hears from here when it is back.
const fn ends<T>(looked: &Result<T, ApiError>) -> bool {
    match looked {
        Ok(_) => false,
        Err(ApiError::Store(error)) => !error.may_pass(),
        Err(_) => true,
    }
}

fn sockets(io: &SocketIo, namespace: &str) -> Vec<SocketRef> {
    io.of(namespace).map(|n| n.sockets()).unwrap_or_default()
}

fn dismiss(socket: SocketRef) {
    // Already gone is as good.
    let _ = socket.disconnect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::StoreError;

    #[test]
    fn a_database_that_does_not_answer_dismisses_nobody_and_an_ended_session_does() {
        let away = || ApiError::from(StoreError::Unreachable("closed".to_owned()));
        assert!(!ends::<()>(&Err(away())));
        assert!(!has_changed(&Err(away()), None));
        assert!(!ends(&Ok(())));
        assert!(ends::<()>(&Err(ApiError::NotSignedIn)));
        assert!(has_changed(&Err(ApiError::NotSignedIn), None));
        assert!(ends::<()>(&Err(
            StoreError::Damaged("row".to_owned()).into()
        )));
    }
}

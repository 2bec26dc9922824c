//! Whether the broker is there.

use jiff::Timestamp;
use tokio::sync::watch;

/// How it stands with the broker.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// Whether Gatebook is connected to it and subscribed.
    pub up: bool,
    /// Since when it is so; `None`: it was not reached since the start.
    pub since: Option<Timestamp>,
}

/// It is there now.
pub(super) fn up(state: &watch::Sender<State>) {
    metrics::gauge!("gatebook_broker_up").set(1.0);
    turn(state, true);
}

/// It is not there any more.
pub(super) fn down(state: &watch::Sender<State>) {
    metrics::gauge!("gatebook_broker_up").set(0.0);
    turn(state, false);
}

fn turn(state: &watch::Sender<State>, up: bool) {
    state.send_if_modified(|state| {
        let turned = state.up != up;
        if turned {
            state.up = up;
            state.since = Some(Timestamp::now());
        }
        turned
    });
}

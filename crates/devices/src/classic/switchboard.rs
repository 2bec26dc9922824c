//! Who of a gate listens to what. A message never leaves its gate: topics and client ids mean
//! something only within it.

use super::message::{Board, CAMERA_ACK, CAMERA_TRIGGER};
use bytes::Bytes;
use model::GateId;
use rmqtt_codec::types::QoS;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// The buffer of a controller's MQTT client, in bytes: a packet longer than this is lost
/// together with the connection, so none is sent.
pub const CONTROLLER_BUFFER: usize = 2048;

/// Messages that may wait for one board. Boards read at once or are gone.
const QUEUE: usize = 16;

/// Fixed header, topic length and packet id of a small PUBLISH.
const PUBLISH_OVERHEAD: usize = 9;

/// A message for a board.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outgoing {
    pub topic: &'static str,
    pub qos: QoS,
    pub payload: Bytes,
}

/// A message for boards of a gate that may be behind a broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Beyond {
    pub gate: GateId,
    pub topic: &'static str,
    pub payload: Bytes,
}

/// What the switchboard tells a connection.
#[derive(Debug)]
pub(super) enum Notice {
    Send(Outgoing),
    /// The same client connected again (MQTT 3.1.1, section 3.1.4): this connection ends.
    TakenOver,
}

/// Identity of a session: equal client ids at other gates or addresses are other sessions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct SessionId {
    pub gate: GateId,
    pub address: IpAddr,
    pub client: String,
}

#[derive(Debug)]
struct Line {
    /// Tells a connection from one that took it over.
    connection: u64,
    notices: mpsc::Sender<Notice>,
    topics: HashMap<&'static str, QoS>,
}

#[derive(Debug, Default)]
struct Lines {
    next_connection: u64,
    by_session: HashMap<SessionId, Line>,
    /// Where messages for boards behind a broker go, while there is one.
    beyond: Option<mpsc::Sender<Beyond>>,
}

/// Connections and their subscriptions, by gate. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Switchboard {
    lines: Arc<Mutex<Lines>>,
}

impl Switchboard {
    /// A switchboard without connections.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells the controller of a gate what became of the picture its camera sent.
    pub fn picture_outcome(&self, gate: GateId, taken: bool) {
        let word = if taken {
            "image_uploaded"
        } else {
            "upload_error"
        };
        self.publish(
            gate,
            CAMERA_ACK,
            QoS::AtMostOnce,
            &Bytes::from_static(word.as_bytes()),
        );
    }

    /// From now on messages for boards are given to a broker, too.
    pub(crate) fn beyond(&self) -> mpsc::Receiver<Beyond> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        self.lock().beyond = Some(sender);
        receiver
    }

    /// Sends a message to the listeners of one gate, here and behind a broker; a board that does not
    /// read loses it.
    pub(super) fn publish(&self, gate: GateId, topic: &'static str, qos: QoS, payload: &Bytes) {
        if let Some(beyond) = &self.lock().beyond {
            let message = Beyond {
                gate,
                topic,
                payload: payload.clone(),
            };
            if beyond.try_send(message).is_err() {
                tracing::debug!(topic, "the broker takes nothing; message dropped");
            }
        }
        self.publish_here(gate, topic, qos, payload);
    }

    /// Sends a message to the listeners of one gate that are connected here.
    pub(crate) fn publish_here(
        &self,
        gate: GateId,
        topic: &'static str,
        qos: QoS,
        payload: &Bytes,
    ) {
        if payload.len() + topic.len() + PUBLISH_OVERHEAD > CONTROLLER_BUFFER {
            tracing::warn!(
                topic,
                bytes = payload.len(),
                "too long for a board; not sent"
            );
            return;
        }
        for (session, line) in &self.lock().by_session {
            let Some(granted) = line.topics.get(topic).filter(|_| session.gate == gate) else {
                continue;
            };
            let message = Outgoing {
                topic,
                qos: qos.less_value(*granted),
                payload: payload.clone(),
            };
            if line.notices.try_send(Notice::Send(message)).is_err() {
                tracing::warn!(topic, "a board does not read; message dropped");
            }
        }
    }

    /// Adds a connection; an older one of the same session is told to end.
    pub(super) fn connect(&self, session: SessionId) -> (u64, mpsc::Receiver<Notice>) {
        let (notices, receiver) = mpsc::channel(QUEUE);
        let mut lines = self.lock();
        lines.next_connection += 1;
        let connection = lines.next_connection;
        let line = Line {
            connection,
            notices,
            topics: HashMap::new(),
        };
        if let Some(old) = lines.by_session.insert(session, line) {
            // When its queue is full, dropping the sender below ends it just as well.
            let _ = old.notices.try_send(Notice::TakenOver);
        }
        (connection, receiver)
    }

    /// Subscribes to the one topic a board of this address listens to.
    /// Returns the granted quality of service, or `None` when it may not.
    pub(super) fn subscribe(
        &self,
        session: &SessionId,
        boards: &[Board],
        filter: &str,
        qos: QoS,
    ) -> Option<QoS> {
        let topic = [CAMERA_ACK, CAMERA_TRIGGER]
            .into_iter()
            .find(|topic| *topic == filter)?;
        boards.iter().find(|board| board.listens_to() == topic)?;
        let granted = qos.less_value(QoS::AtLeastOnce);
        self.lock()
            .by_session
            .get_mut(session)?
            .topics
            .insert(topic, granted);
        Some(granted)
    }

    pub(super) fn unsubscribe(&self, session: &SessionId, filter: &str) {
        if let Some(line) = self.lock().by_session.get_mut(session) {
            line.topics.remove(filter);
        }
    }

    /// Removes a connection, unless another took its session over.
    pub(super) fn disconnect(&self, session: &SessionId, connection: u64) {
        let mut lines = self.lock();
        if lines
            .by_session
            .get(session)
            .is_some_and(|line| line.connection == connection)
        {
            lines.by_session.remove(session);
        }
    }

    /// Nothing inside panics while it holds the lock, so a poisoned one is still sound.
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

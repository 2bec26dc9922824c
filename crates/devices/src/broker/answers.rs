//! What Gatebook publishes: up to where native devices are committed, until the broker has it; and
//! words for boards of classic gates, at once or never.

use super::topics::Topics;
use crate::native::committed::{Answers, Committed};
use crate::native::topics::COMMITTED;
use bytes::Bytes;
use rmqtt_codec::types::{Publish, QoS};
use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU16;
use std::sync::Arc;

/// Answers that the broker has not acknowledged, at most.
const UNACKNOWLEDGED: usize = 16;

/// Answers on their way to the broker. Dropped with the connection, it tells again what did not
/// arrive.
pub(super) struct Outbox {
    answers: Arc<Answers>,
    most: usize,
    waiting: VecDeque<(String, Committed)>,
    /// In the order of sending.
    sent: Vec<(NonZeroU16, String, Committed)>,
}

impl Outbox {
    /// For a broker that takes `receive_maximum` publications without acknowledging them.
    pub fn new(answers: Arc<Answers>, receive_maximum: NonZeroU16) -> Self {
        Self {
            answers,
            most: UNACKNOWLEDGED.min(usize::from(receive_maximum.get())),
            waiting: VecDeque::new(),
            sent: Vec::new(),
        }
    }

    /// Whether everything was sent, so that more may be fetched.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn add(&mut self, answers: HashMap<String, Committed>) {
        self.waiting.extend(answers);
    }

    /// Whether a packet id is in use.
    pub fn uses(&self, packet_id: NonZeroU16) -> bool {
        self.sent.iter().any(|(used, ..)| *used == packet_id)
    }

    /// The next answer to be sent, if one may be.
    pub fn next(&mut self, packet_id: NonZeroU16, topics: &Topics) -> Option<Publish> {
        if self.sent.len() >= self.most {
            return None;
        }
        let (device, committed) = self.waiting.pop_front()?;
        let publish = Publish {
            dup: false,
            retain: true,
            qos: QoS::AtLeastOnce,
            topic: topics.native(&device, COMMITTED).into(),
            packet_id: Some(packet_id),
            payload: committed.payload(),
            properties: None,
        };
        self.sent.push((packet_id, device, committed));
        Some(publish)
    }

    /// The broker has it, or will not take it; whose it was.
    pub fn arrived(&mut self, packet_id: NonZeroU16) -> Option<String> {
        let at = self.sent.iter().position(|(sent, ..)| *sent == packet_id)?;
        Some(self.sent.remove(at).1)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // Of each device the newest counts, so it comes first.
        for (device, committed) in self.waiting.drain(..).rev() {
            self.answers.tell_again(device, committed);
        }
        for (_, device, committed) in self.sent.drain(..).rev() {
            self.answers.tell_again(device, committed);
        }
    }
}

/// A word for a board: lost when nobody listens.
pub(super) fn word(topic: String, payload: Bytes) -> Publish {
    Publish {
        dup: false,
        retain: false,
        qos: QoS::AtMostOnce,
        topic: topic.into(),
        packet_id: None,
        payload,
        properties: None,
    }
}

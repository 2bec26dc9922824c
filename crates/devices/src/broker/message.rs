//! What a message that a broker delivered means. Pure: bytes, the site as it is, and times in.

use super::topics::{Owner, Topics};
use crate::classic::message::{self, Board, CAMERA_ACK, Message, MessageError};
use crate::classic::{device_time, key};
use crate::house::Directory;
use crate::native::Report;
use jiff::{SignedDuration, Timestamp};
use model::{Device, DeviceId, DeviceTime, Gate, GateId, ObservationDraft, Sighting};
use std::collections::HashSet;

/// How long after a broker resumed a session what it kept meanwhile may still be coming.
const CATCHING_UP: SignedDuration = SignedDuration::from_mins(2);

/// A message as the broker delivered it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delivered<'m> {
    /// Its topic.
    pub topic: &'m str,
    /// Its payload.
    pub payload: &'m [u8],
    /// Packet id, where the broker delivers it until it is acknowledged.
    pub packet_id: Option<u16>,
    /// Whether the broker may have delivered it before.
    pub again: bool,
    /// Whether it was kept for later listeners: the state of something, and no event.
    pub retained: bool,
}

/// When and in which session messages are delivered.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'s> {
    /// The session at the broker.
    pub session: &'s str,
    /// When it was connected to.
    pub connected_at: Timestamp,
    /// Whether the broker had kept it, and messages with it.
    pub resumed: bool,
    /// When the message was received.
    pub received_at: Timestamp,
    /// Controllers whose last finger had waited at the broker: so have the requests that follow it.
    pub late: &'s HashSet<DeviceId>,
}

/// What a message means.
#[derive(Clone, PartialEq, Debug)]
pub struct Meaning {
    /// Who is heard.
    pub device: DeviceId,
    /// What it saw; `None`: a mere sign of life.
    pub draft: Option<Box<ObservationDraft>>,
    /// The native device to be told once it is committed.
    pub answer: Option<String>,
    /// The gate whose camera board is wanted now, where it is connected to Gatebook itself.
    pub trigger: Option<GateId>,
}

/// Why a message is set aside for good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// A topic that nobody uses.
    #[error("no gate or device uses this topic")]
    Nobodys,
    /// A native device that is not known, or no native device.
    #[error("no native device has this name")]
    UnknownDevice,
    /// The device is switched off.
    #[error("the device is switched off")]
    SwitchedOff(DeviceId),
    /// A message that was kept for later listeners.
    #[error("the message is retained: it tells of something earlier")]
    Retained(Option<DeviceId>),
    /// A report that is not understood.
    #[error("{1}")]
    Report(DeviceId, String),
    /// A classic line that is not understood.
    #[error("{1}")]
    Line(DeviceId, MessageError),
}

/// Understands a message.
///
/// # Errors
/// When it will never be acceptable: it is reported, and acknowledged all the same.
pub fn understand(
    message: &Delivered<'_>,
    delivery: &Delivery<'_>,
    topics: &Topics,
    directory: &Directory,
) -> Result<Meaning, Unfit> {
    match topics.owner(directory, message.topic) {
        Some(Owner::Native(name)) => {
            let device = directory.native(name).ok_or(Unfit::UnknownDevice)?;
            native(message, delivery, device)
        }
        Some(Owner::Classic(gate, topic)) => classic(message, delivery, (gate, topic), directory),
        None => Err(Unfit::Nobodys),
    }
}

fn native(
    message: &Delivered<'_>,
    delivery: &Delivery<'_>,
    device: &Device,
) -> Result<Meaning, Unfit> {
    if device.disabled {
        return Err(Unfit::SwitchedOff(device.id));
    }
    if message.retained {
        return Err(Unfit::Retained(Some(device.id)));
    }
    let raw = message.payload;
    let mut draft = Report::read(raw)
        .and_then(|report| report.draft(device, delivery.received_at, raw))
        .map_err(|error| Unfit::Report(device.id, error.to_string()))?;
    draft.deferred |= delivery.kept_since(claimed(&draft.device_time));
    Ok(Meaning {
        device: device.id,
        draft: Some(Box::new(draft)),
        answer: Some(device.name.clone()),
        trigger: None,
    })
}

fn classic(
    message: &Delivered<'_>,
    delivery: &Delivery<'_>,
    (gate, topic): (&Gate, &'static str),
    directory: &Directory,
) -> Result<Meaning, Unfit> {
    let board = message::publisher(topic).unwrap_or(Board::Controller);
    let device = board.device(gate);
    let heard = |draft| Meaning {
        device,
        draft,
        answer: None,
        trigger: None,
    };
    if !directory.is_active(device) {
        return Err(Unfit::SwitchedOff(device));
    }
    if message.retained {
        return Err(Unfit::Retained(Some(device)));
    }
    if topic == CAMERA_ACK && is_own_word(message.payload) {
        return Ok(heard(None));
    }
    let understood = message::parse(topic, message.payload).map_err(|e| Unfit::Line(device, e))?;
    let zone = &directory.time_zone;
    let received_at = delivery.received_at;
    let draft = message::draft(&understood, gate, zone, received_at, message.payload);
    let mut meaning = heard(draft.map(Box::new));
    if understood == Message::PictureRequested && !message.again {
        meaning.trigger = Some(gate.id);
    }
    if let Some(draft) = &mut meaning.draft {
        as_delivered(draft, message, delivery, directory);
    }
    Ok(meaning)
}

/// A bridge may bring back what Gatebook tells a controller itself.
fn is_own_word(payload: &[u8]) -> bool {
    matches!(payload.trim_ascii(), b"image_uploaded" | b"upload_error")
}

/// What the way through a broker changes: what is delivered again is recognised for longer, and what
/// waited there happened when its device says.
fn as_delivered(
    draft: &mut ObservationDraft,
    message: &Delivered<'_>,
    delivery: &Delivery<'_>,
    directory: &Directory,
) {
    let mut happened = claimed(&draft.device_time);
    match (&draft.sighting, message.packet_id) {
        (Sighting::Finger { stamp, .. }, packet_id) => {
            let time = stamp.rsplit('_').next().unwrap_or_default();
            happened = device_time::last_at(time, &directory.time_zone, delivery.received_at);
            if packet_id.is_some() {
                draft.key = key::delivered_finger(stamp, happened.is_some());
            }
        }
        (Sighting::PictureRequested, Some(packet_id)) => {
            draft.key = key::delivery(delivery.session, message.topic, packet_id);
        }
        _ => {}
    }
    let requested_late =
        draft.sighting == Sighting::PictureRequested && delivery.late.contains(&draft.device);
    draft.deferred |= requested_late || delivery.kept_since(happened);
}

fn claimed(time: &DeviceTime) -> Option<Timestamp> {
    match time {
        DeviceTime::Claimed { at, .. } => Some(*at),
        DeviceTime::Absent | DeviceTime::Impossible { .. } => None,
    }
}

impl Delivery<'_> {
    /// Whether the broker is still delivering what it kept while nobody was connected.
    fn is_catching_up(&self) -> bool {
        self.resumed && self.received_at.duration_since(self.connected_at) < CATCHING_UP
    }

    /// Whether something that happened then was kept by the broker. A clock that is slow by a while
    /// makes it seem so for that while after a connection, and then its own time is told.
    fn kept_since(&self, happened: Option<Timestamp>) -> bool {
        self.is_catching_up() && happened.is_some_and(|at| at < self.connected_at)
    }
}

#[cfg(test)]
mod tests;

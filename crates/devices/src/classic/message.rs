//! The messages of classic boards: topic and payload in, a sighting out.

use super::device_time::claimed;
use super::key;
use super::line::{EntryLine, ExitLine, LineError, entry_line, exit_line};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{
    AccessPointId, ClassicEntry, ClassicExit, DeviceId, DeviceTime, Gate, ObservationDraft,
    Sighting, SourceKey, TagText,
};

/// An entry, from the controller.
pub const NEW_ENTRY: &str = "esp32/new_entry";
/// An exit, from the controller.
pub const COURT_ACCESS: &str = "court/access";
/// A matched finger, from the controller.
pub const CAMERA_METADATA: &str = "camera/metadata";
/// The controller's request for a picture; the camera listens to it.
pub const CAMERA_TRIGGER: &str = "camera/trigger";
/// From the camera (`cam_ready`) and from the server; the controller listens to it.
pub const CAMERA_ACK: &str = "camera/ack";

/// A message of a board, understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// A finger was matched.
    Finger {
        /// The person number.
        number: String,
        /// Stem of the picture's file name in the entry that follows.
        stamp: String,
    },
    /// The camera is to take a picture.
    PictureRequested,
    /// Somebody entered.
    Entry(Box<EntryLine>),
    /// Somebody left.
    Exit(ExitLine),
    /// The camera says that it is there.
    CameraReady,
}

/// Why a message was refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MessageError {
    /// The line could not be read.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Not the one word that this topic carries.
    #[error("the message is not the word \"{0}\"")]
    UnexpectedWord(&'static str),
    /// A topic that classic boards do not publish.
    #[error("classic boards do not publish this topic")]
    UnknownTopic,
}

/// Which board of a gate publishes a topic, or `None` for an unknown topic.
#[must_use]
pub fn publisher(topic: &str) -> Option<Board> {
    match topic {
        NEW_ENTRY | COURT_ACCESS | CAMERA_METADATA | CAMERA_TRIGGER => Some(Board::Controller),
        CAMERA_ACK => Some(Board::Camera),
        _ => None,
    }
}

/// A board of a gate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Board {
    /// The controller.
    Controller,
    /// The camera board.
    Camera,
}

impl Board {
    /// The device that this board of `gate` is.
    #[must_use]
    pub fn device(self, gate: &Gate) -> DeviceId {
        match self {
            Self::Controller => gate.controller,
            Self::Camera => gate.camera,
        }
    }

    /// The topic this board listens to.
    #[must_use]
    pub fn listens_to(self) -> &'static str {
        match self {
            Self::Controller => CAMERA_ACK,
            Self::Camera => CAMERA_TRIGGER,
        }
    }
}

/// Understands a message.
///
/// # Errors
/// When the topic is unknown or the payload is not what it carries.
pub fn parse(topic: &str, payload: &[u8]) -> Result<Message, MessageError> {
    match topic {
        NEW_ENTRY => Ok(Message::Entry(Box::new(entry_line(payload)?))),
        COURT_ACCESS => Ok(Message::Exit(exit_line(payload)?)),
        CAMERA_METADATA => finger(payload),
        CAMERA_TRIGGER if word(payload)? == "capture" => Ok(Message::PictureRequested),
        CAMERA_TRIGGER => Err(MessageError::UnexpectedWord("capture")),
        CAMERA_ACK if word(payload)? == "cam_ready" => Ok(Message::CameraReady),
        CAMERA_ACK => Err(MessageError::UnexpectedWord("cam_ready")),
        _ => Err(MessageError::UnknownTopic),
    }
}

/// What a message means as an observation; `None` for a mere sign of life.
#[must_use]
pub fn draft(
    message: &Message,
    gate: &Gate,
    zone: &TimeZone,
    received_at: Timestamp,
    raw: &[u8],
) -> Option<ObservationDraft> {
    let (access_point, key, device_time, sighting) = match message {
        Message::Finger { number, stamp } => (
            gate.entry,
            key::finger(stamp),
            DeviceTime::Absent,
            Sighting::Finger {
                number: number.clone(),
                stamp: stamp.clone(),
            },
        ),
        Message::PictureRequested => (
            gate.entry,
            key::never_repeated(),
            DeviceTime::Absent,
            Sighting::PictureRequested,
        ),
        Message::Entry(line) => entry(line, gate, zone, received_at),
        Message::Exit(line) => exit(line, gate, zone, received_at)?,
        Message::CameraReady => return None,
    };
    Some(ObservationDraft {
        device: gate.controller,
        access_point,
        key,
        device_time,
        received_at,
        deferred: false,
        sighting,
        raw: raw.to_vec(),
    })
}

/// What an entry line says, without the personal fields that the registry holds.
#[must_use]
pub fn classic_entry(line: &EntryLine) -> ClassicEntry {
    ClassicEntry {
        number: line.person.number.clone(),
        name: line.person.name.clone(),
        tag: TagText::new(&line.tag),
        picture_file: line.picture_file.clone(),
        picture: None,
    }
}

type Parts = (AccessPointId, SourceKey, DeviceTime, Sighting);

fn entry(line: &EntryLine, gate: &Gate, zone: &TimeZone, received_at: Timestamp) -> Parts {
    let time = claimed(&line.date, &line.entry_time, zone, received_at);
    let key = key::entry(line, &time);
    (
        gate.entry,
        key,
        time,
        Sighting::ClassicEntry(classic_entry(line)),
    )
}

fn exit(line: &ExitLine, gate: &Gate, zone: &TimeZone, received_at: Timestamp) -> Option<Parts> {
    let tag = TagText::new(&line.tag)?;
    let time = claimed(&line.date, &line.time, zone, received_at);
    let key = key::exit(line, &time);
    Some((
        gate.exit,
        key,
        time,
        Sighting::ClassicExit(ClassicExit { tag }),
    ))
}

/// `F_ID,HH:MM:SS`; the time may be missing while the clock is not set.
fn finger(payload: &[u8]) -> Result<Message, MessageError> {
    let text = word(payload)?;
    let number = text.split(',').next().unwrap_or_default().trim();
    if number.is_empty() {
        return Err(LineError::NoNumber.into());
    }
    Ok(Message::Finger {
        number: number.to_owned(),
        stamp: text.replace(',', "_"),
    })
}

fn word(payload: &[u8]) -> Result<&str, LineError> {
    let text = std::str::from_utf8(payload)
        .map_err(|_| LineError::NotText)?
        .trim();
    if text.chars().any(char::is_control) {
        return Err(LineError::ControlCharacter);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fingers_stamp_is_the_stem_of_the_pictures_name_in_the_entry_line() {
        let message = parse(CAMERA_METADATA, b"7,09:15:30").unwrap();
        assert_eq!(
            message,
            Message::Finger {
                number: "7".into(),
                stamp: "7_09:15:30".into()
            }
        );
    }

    #[test]
    fn a_topic_carries_its_own_word_and_no_other() {
        assert_eq!(
            parse(CAMERA_TRIGGER, b"capture"),
            Ok(Message::PictureRequested)
        );
        assert_eq!(
            parse(CAMERA_TRIGGER, b"reboot"),
            Err(MessageError::UnexpectedWord("capture"))
        );
        assert_eq!(parse(CAMERA_ACK, b"cam_ready"), Ok(Message::CameraReady));
        assert_eq!(parse("door/open", b"1"), Err(MessageError::UnknownTopic));
    }

    proptest! {
        #[test]
        fn any_payload_on_any_topic_is_answered(bytes: Vec<u8>, topic in 0..6_usize) {
            let topics = [NEW_ENTRY, COURT_ACCESS, CAMERA_METADATA, CAMERA_TRIGGER, CAMERA_ACK, "x"];
            let _ = parse(topics[topic], &bytes);
        }
    }
}

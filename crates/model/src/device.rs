//! Devices, the gates they form, and what went wrong with them.

use crate::ids::{AccessPointId, DeviceId, GateId, IncidentId};
use alloc::string::String;
use core::net::IpAddr;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What kind of device.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// The controller of a classic gate, known by its address alone.
    ClassicController,
    /// The camera board of a classic gate, known by its address alone.
    ClassicCamera,
    /// A device that speaks Gatebook's own profile, with a password of its own.
    Native,
    /// A browser that opens its camera for Gatebook, signed in as a device.
    CameraStation,
    /// A camera with an address, which Gatebook connects to by itself.
    NetworkCamera,
    /// A fingerprint sensor on the server itself, named in its configuration.
    FingerSensor,
}

/// Something that reports to Gatebook.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Device {
    /// Identity.
    pub id: DeviceId,
    /// Name people use; also the MQTT user name of a native device. Unique at the site.
    pub name: String,
    /// What kind.
    pub kind: DeviceKind,
    /// The access point whose passages it sees.
    pub access_point: AccessPointId,
    /// Silent for longer than this many seconds raises an alert; 0: never.
    pub silent_after_s: u32,
    /// Switched off by an administrator: its messages are refused.
    pub disabled: bool,
}

/// Levels of MQTT topics under which a broker has the messages of one classic gate, such as
/// `gates/north`. No wildcard, no empty level, nothing at its end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicPrefix(String);

impl TopicPrefix {
    /// The longest, in bytes: with the longest topic of a board it stays far below a topic's limit.
    pub const LONGEST: usize = 200;

    /// Takes a prefix as it was typed, with or without a slash at its end. `None` where no broker
    /// would have messages under it.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_suffix('/').unwrap_or(text);
        let wrong = |letter: char| letter.is_control() || matches!(letter, '+' | '#');
        let fits = text.len() <= Self::LONGEST
            && !text.starts_with('$')
            && !text.contains(wrong)
            && text.split('/').all(|level| !level.is_empty());
        fits.then(|| Self(String::from(text)))
    }

    /// The prefix, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The topic `under` the prefix.
    #[must_use]
    pub fn topic(&self, under: &str) -> String {
        let mut topic = String::with_capacity(self.0.len() + 1 + under.len());
        topic.push_str(&self.0);
        topic.push('/');
        topic.push_str(under);
        topic
    }
}

/// A classic gate: a controller and its camera board at one place.
///
/// Its messages come to the gateway inside, where source addresses tell gates apart, or through a
/// broker, where topics do, or both ways. An address is not authentication: whoever can take it can
/// speak for the board.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gate {
    /// Identity.
    pub id: GateId,
    /// Name, unique at the site.
    pub name: String,
    /// The controller's source address; `None` where its messages come through a broker alone.
    pub controller_address: Option<IpAddr>,
    /// The camera board's source address; may equal the controller's. Pictures are taken from it
    /// alone, whichever way the messages come.
    pub camera_address: Option<IpAddr>,
    /// Where a broker has its messages; `None`: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_prefix: Option<TopicPrefix>,
    /// The controller.
    pub controller: DeviceId,
    /// The camera board.
    pub camera: DeviceId,
    /// Where its entries happen.
    pub entry: AccessPointId,
    /// Where its exits happen; may equal `entry`.
    pub exit: AccessPointId,
}

/// What kind of thing went wrong at the edge.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A connection from an address that belongs to no gate.
    AddressNotAllowed,
    /// A wrong user name or password.
    BadCredentials,
    /// A publish or subscribe that the device may not do.
    TopicNotAllowed,
    /// A line that could not be parsed.
    BadLine,
    /// A picture that could not be accepted.
    BadPicture,
    /// Boards were away while the server was down or unreachable.
    Outage,
}

/// A refused connection, bad line or failed upload. Equal ones are counted, not repeated.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Incident {
    /// Identity.
    pub id: IncidentId,
    /// What kind.
    pub kind: IncidentKind,
    /// Source address.
    pub address: Option<IpAddr>,
    /// The device, where it is known.
    pub device: Option<DeviceId>,
    /// Why, in words for an installer; no personal data.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// First seen.
    pub first_at: Timestamp,
    /// Last seen.
    pub last_at: Timestamp,
    /// How often.
    pub count: u64,
}

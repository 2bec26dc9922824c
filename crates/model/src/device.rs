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

/// A classic gate: a controller and its camera board at one place.
///
/// Source addresses tell gates apart. That is not authentication: whoever can take the
/// address can speak for the board.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gate {
    /// Identity.
    pub id: GateId,
    /// Name, unique at the site.
    pub name: String,
    /// The controller's source address.
    pub controller_address: IpAddr,
    /// The camera board's source address; may equal the controller's.
    pub camera_address: IpAddr,
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

//! Alerts: what a guard has to look at, kept until somebody by name acknowledges it.

use crate::ids::{AccessPointId, AlertId, DeviceId, EventId, PersonId, UserId, VisitId};
use alloc::string::String;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What an alert is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A stranger's face where people come in; one per track.
    Stranger,
    /// A passage was denied.
    Denied,
    /// A tag that belongs to nobody.
    UnknownTag,
    /// The picture does not show the finger's owner; or better views of a face show that the passage before was
    /// somebody else's.
    PictureDisagrees,
    /// Finger and picture, and no tag taken.
    NotTaken,
    /// An exit without an entry.
    ExitWithoutEntry,
    /// An entry of somebody who is inside already.
    SecondEntry,
    /// Somebody is inside for longer than the site's limit.
    MissingExit,
    /// A device or camera is silent for longer than its stated time.
    DeviceSilent,
    /// A part of the house on another host is not connected.
    PartLost,
    /// An imported card tells of passages that Gatebook would have denied; one alert for all of them.
    CardImported,
    /// The log does not verify.
    VerificationFailed,
    /// A finger that is marked for duress was pressed; only operators are told.
    Duress,
    /// Fingers are locked after failures.
    FingersLocked,
    /// A face looks like a picture of one, at an access point that asks for liveness.
    LooksLikeAPicture,
}

/// Who acknowledged an alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The operator.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What the operator wrote; may be empty.
    pub note: String,
}

/// An alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alert {
    /// Identity.
    pub id: AlertId,
    /// What it is about.
    pub kind: AlertKind,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// The log entry that raised it.
    pub event: EventId,
    /// Where.
    pub access_point: Option<AccessPointId>,
    /// Which device.
    pub device: Option<DeviceId>,
    /// Who.
    pub person: Option<PersonId>,
    /// Which visit, of an alert about one that does not end.
    pub visit: Option<VisitId>,
    /// Who acknowledged it, once somebody has.
    pub acknowledged: Option<Acknowledgement>,
}

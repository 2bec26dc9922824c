//! Evidence: the observations that belong to one passage of one person.

use crate::finger::FingerSighting;
use crate::ids::{AccessPointId, DeviceId, ObservationId, PictureId};
use crate::observation::{ClassicEntry, ClassicExit, FaceSighting, Score};
use crate::tag::TagText;
use crate::time::TimeProvenance;
use alloc::{string::String, vec::Vec};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A finger, matched by the device to a person number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FingerEvidence {
    /// The person number.
    pub number: String,
    /// What a classic controller told its camera ([`crate::Sighting::Finger`]); empty from other devices.
    /// A classic finger without an entry line is a passage that was not completed.
    #[serde(default)]
    pub stamp: String,
}

/// A tag that was read or issued.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TagEvidence {
    /// The tag.
    pub tag: TagText,
    /// Whether this passage issued it (classic entry) rather than presented it.
    pub issued: bool,
}

/// A face found among everybody (1:N).
pub type FaceEvidence = FaceSighting;

/// How the face in a picture compares with the registered person (1:1).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum Comparison {
    /// The picture shows the person.
    Agrees {
        /// Similarity.
        score: Score,
        /// Threshold for 1:1.
        threshold: Score,
    },
    /// The picture shows somebody else.
    Disagrees {
        /// Similarity.
        score: Score,
        /// Threshold for 1:1.
        threshold: Score,
    },
    /// No face was found in the picture.
    NoFace,
    /// Not compared: the person has no face template, or nobody is named.
    NotCompared,
    /// The picture could not be read.
    Unreadable,
}

/// The picture taken at the passage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PictureEvidence {
    /// The sealed picture.
    pub picture: PictureId,
    /// What comparing it said.
    pub comparison: Comparison,
}

/// Everything that was seen of one passage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Where.
    pub access_point: AccessPointId,
    /// The observations, in order of receipt.
    pub observations: Vec<ObservationId>,
    /// The devices that contributed.
    pub devices: Vec<DeviceId>,
    /// A finger.
    pub finger: Option<FingerEvidence>,
    /// A tag.
    pub tag: Option<TagEvidence>,
    /// A face found among everybody.
    pub face: Option<FaceEvidence>,
    /// A finger that the house compared with its own registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<FingerSighting>,
    /// The picture of the passage.
    pub picture: Option<PictureEvidence>,
    /// What a classic controller reported of an entry it let happen.
    pub classic_entry: Option<ClassicEntry>,
    /// What a classic controller reported of an exit it let happen.
    pub classic_exit: Option<ClassicExit>,
    /// When the passage happened.
    pub occurred_at: Timestamp,
    /// When the last of its observations was received.
    pub received_at: Timestamp,
    /// Where `occurred_at` comes from.
    pub time: TimeProvenance,
}

//! Observations: what one device saw.

use crate::finger::{FingerSighting, MatchRate};
use crate::ids::{AccessPointId, DeviceId, ObservationId, PersonId, PictureId};
use crate::liveness::{FaceLiveness, SpoofCheck, combined_liveness};
use crate::tag::TagText;
use crate::time::DeviceTime;
use alloc::{string::String, vec::Vec};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A similarity or a probability in millionths: cosine 0.947 is `Score(947_000)`. Integers keep the canonical
/// encoding free of floating-point text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(pub i32);

impl Score {
    /// From a cosine in -1..=1; out of range is clamped, not-a-number is 0.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn from_cosine(cosine: f32) -> Self {
        Self((f64::from(cosine.clamp(-1.0, 1.0)) * 1_000_000.0) as i32)
    }

    /// From a probability in 0..=1; out of range is clamped, not-a-number is 0.
    #[must_use]
    pub fn from_probability(probability: f32) -> Self {
        Self::from_cosine(probability.max(0.0))
    }

    /// As a cosine, or a probability.
    #[must_use]
    pub fn as_cosine(self) -> f64 {
        f64::from(self.0) / 1_000_000.0
    }
}

/// How a repeated observation is recognised.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum SourceKey {
    /// The device counts: unique per device for good.
    Sequence {
        /// Chosen anew by the device at each start.
        boot_id: String,
        /// Counts up from 1 within one `boot_id`.
        sequence: u64,
    },
    /// The device does not count: the same content within the window is the same observation.
    Content {
        /// Digest of the content that identifies the observation.
        digest: [u8; 32],
        /// Window in seconds before receipt; `None`: for good (the content holds date and time).
        window_s: Option<u32>,
    },
}

/// A part of a face that was not to be seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoveredPart {
    /// Something covered both eyes, as dark glasses do.
    Eyes,
    /// Something covered mouth or nose, as a mask or a scarf does.
    Mouth,
    /// Something covered one half of the face, or one eye.
    Side,
    /// The frame ended within the face.
    BeyondFrame,
}

/// How seldom a stranger is as like somebody of a gallery of the same size, in one look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FaceRarity {
    /// One in how many.
    pub rate: MatchRate,
    /// One in how many was allowed.
    pub allowed_one_in: u64,
}

/// What a face recogniser saw: one track, after it agreed with itself over several frames.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FaceSighting {
    /// The track, unique per camera and start.
    pub track: u64,
    /// Who it is; `None` for a stranger, and where two cannot be told apart.
    pub person: Option<PersonId>,
    /// The two who cannot be told apart: the face is like enough to both, and clearly more like neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<[PersonId; 2]>,
    /// Whom the track was held to be before, in a passage of its own that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<PersonId>,
    /// Best similarity found in the gallery.
    pub score: Score,
    /// Threshold in force for the gallery's size.
    pub threshold: Score,
    /// How seldom a stranger is so alike; `None` where nobody is enrolled, or it was not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rarity: Option<FaceRarity>,
    /// Similarity of the runner-up person.
    pub runner_up: Option<Score>,
    /// Frames that agreed.
    pub frames: u16,
    /// People in the gallery.
    pub gallery: u32,
    /// The best frame of the track.
    pub picture: Option<PictureId>,
    /// Whether it answered prompts, where the access point asks; [`Self::known_liveness`] is what is known in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness: Option<FaceLiveness>,
    /// What the site's spoof models said of it, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoof: Option<SpoofCheck>,
    /// What was not to be seen of it, where fewer than half of its good frames showed the whole face: the part that was hidden most
    /// often, and any other that was in half of them. Else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covered: Vec<CoveredPart>,
}

impl FaceSighting {
    /// What is known of the face being alive, by prompts and by how it looks; see [`combined_liveness`].
    #[must_use]
    pub fn known_liveness(&self) -> Option<FaceLiveness> {
        combined_liveness(self.liveness, self.spoof.as_ref())
    }
}

/// A classic controller's entry line (`esp32/new_entry`, or a row of the card's `/log.csv`),
/// without the personal fields that the registry holds anyway.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClassicEntry {
    /// `F_ID`: the person number.
    pub number: String,
    /// `Name` as the card has it, for "the card says, the registry says".
    pub name: String,
    /// `RFID`: the tag issued; `None` when the field is empty.
    pub tag: Option<TagText>,
    /// `RTI`: the real-time image's file name; its stem is the payload of `camera/metadata`.
    pub picture_file: String,
    /// That image, where it was imported beside the card's row. A live line never has one: its
    /// picture arrives by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureId>,
}

/// A classic controller's exit line (`court/access`, or `Ex_Time` of a card's row).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClassicExit {
    /// `RFID`: the tag that was read.
    pub tag: TagText,
}

/// What was seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "saw")]
pub enum Sighting {
    /// A finger that the device matched itself to a person number.
    Finger {
        /// The person number.
        number: String,
        /// `camera/metadata` as sent (`F_ID,HH:MM:SS`), with the comma turned into `_`: the stem of
        /// the picture's file name in the entry line. Empty where the device sends none.
        stamp: String,
    },
    /// A tag that was read.
    Tag {
        /// The tag.
        tag: TagText,
    },
    /// A face that was recognised, or a stranger's.
    Face(FaceSighting),
    /// A finger that the house compared with its own registry.
    Fingerprint(FingerSighting),
    /// The controller asked its camera for a picture.
    PictureRequested,
    /// A picture that arrived.
    Picture {
        /// The sealed picture.
        picture: PictureId,
    },
    /// A classic entry: the door was opened already.
    ClassicEntry(ClassicEntry),
    /// A classic exit: the door was opened already.
    ClassicExit(ClassicExit),
}

impl Sighting {
    /// The picture it brought.
    #[must_use]
    pub const fn picture(&self) -> Option<PictureId> {
        match self {
            Self::Picture { picture } => Some(*picture),
            Self::Face(face) => face.picture,
            Self::Fingerprint(finger) => finger.picture,
            Self::ClassicEntry(line) => line.picture,
            _ => None,
        }
    }
}

/// An observation as an edge hands it in, before it is committed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ObservationDraft {
    /// The device that saw it.
    pub device: DeviceId,
    /// The access point it belongs to.
    pub access_point: AccessPointId,
    /// How a repetition is recognised.
    pub key: SourceKey,
    /// What the device says about the time.
    pub device_time: DeviceTime,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Whether it was stored offline and delivered or imported later: then its own time counts.
    pub deferred: bool,
    /// What was seen.
    pub sighting: Sighting,
    /// The message as received, for the auditor; sealed at rest.
    pub raw: Vec<u8>,
}

/// A committed observation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// Identity, given at commit.
    pub id: ObservationId,
    /// Order of commit, from 1.
    pub order: u64,
    /// The device that saw it.
    pub device: DeviceId,
    /// The access point it belongs to.
    pub access_point: AccessPointId,
    /// What the device says about the time.
    pub device_time: DeviceTime,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Whether it was stored offline and delivered or imported later.
    pub deferred: bool,
    /// What was seen.
    pub sighting: Sighting,
}

/// The answer to a delivered observation: nothing is acknowledged to a device before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Receipt {
    /// Durable, new.
    Committed {
        /// Highest sequence without a gap, where the device counts.
        contiguous: Option<u64>,
    },
    /// Durable already: the same observation was committed before. Acknowledge it.
    Duplicate {
        /// Highest sequence without a gap, where the device counts.
        contiguous: Option<u64>,
    },
    /// Never acceptable; do not send it again.
    Refused(Refusal),
    /// Not now; send it again later.
    Overloaded,
}

/// Why an observation was refused for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The device is not known, or was removed.
    UnknownDevice,
    /// The content could not be understood; the text says why.
    BadContent(String),
}

/// Observations that did not become an event: shown to an operator instead of a guess.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unresolved {
    /// The observations.
    pub observations: Vec<ObservationId>,
    /// Where.
    pub access_point: AccessPointId,
    /// When the first was received.
    pub at: Timestamp,
    /// Why.
    pub reason: UnresolvedReason,
    /// A picture among them, so that an operator can look.
    pub picture: Option<PictureId>,
}

/// Why observations stayed without an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnresolvedReason {
    /// Two or more passages waited for a picture and the number of pictures does not tell whose it is.
    PictureOfSeveral,
    /// A picture at a classic gate that nobody asked for.
    PictureOfNobody,
    /// A picture that came with no tag, finger or face to tell whose it is.
    PictureAlone,
    /// A picture was asked for and never came, and no passage followed.
    RequestWithoutPicture,
    /// A repetition or joined re-sighting whose first event is gone.
    Orphan,
    /// What the store keeps of them, or of what a decision needs, cannot be read any more.
    Damaged,
}

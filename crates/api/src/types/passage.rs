//! A passage: an access event as people read it.

use super::{Directory, PersonCard};
use crate::error::ApiError;
use crate::state::House;
use crate::words::{Direction, Liveness, Outcome, Reason, Rule, Taken, TimeSource};
use model::{AccessEvent, DeviceId, EventId, Evidence, Record, Timestamp};
use serde::Serialize;
use store::{Role, StoredEntry};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a passage happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassagePlace {
    /// The access point.
    id: Uuid,
    /// Its name now; absent once it was removed.
    name: Option<String>,
    /// Its direction at the time.
    direction: Direction,
}

/// A device that contributed to a passage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassageDevice {
    /// The device.
    id: Uuid,
    /// Its name now; absent once it was removed.
    name: Option<String>,
}

/// A tag of a passage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassageTag {
    /// The tag's text.
    tag: String,
    /// Whether the passage issued it (classic entry) rather than presented it.
    issued: bool,
}

/// How a face was found among everybody. Similarities are cosines in -1..=1.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FaceScores {
    /// Best similarity.
    score: f64,
    /// Threshold in force for the size of the gallery.
    threshold: f64,
    /// Similarity of the runner-up person.
    runner_up: Option<f64>,
    /// Frames that agreed.
    frames: u16,
    /// People in the gallery.
    gallery: u32,
}

/// How the picture compares with the registered person (1:1).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "result")]
pub(crate) enum ComparisonView {
    /// It shows the person.
    Agrees {
        /// Similarity, a cosine.
        score: f64,
        /// Threshold for 1:1.
        threshold: f64,
    },
    /// It shows somebody else.
    Disagrees {
        /// Similarity, a cosine.
        score: f64,
        /// Threshold for 1:1.
        threshold: f64,
    },
    /// No face was found in it.
    NoFace,
    /// Not compared: the person has no face template, or nobody is named.
    NotCompared,
    /// It could not be read.
    Unreadable,
}

/// What the device said about the time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub(crate) enum DeviceTimeView {
    /// It sent no time.
    Absent,
    /// It sent a time that cannot be true, which was set aside.
    Impossible {
        /// As sent.
        text: String,
    },
    /// It sent a possible time.
    Claimed {
        /// The instant.
        at: Timestamp,
        /// Whether the device says its clock was set from a trusted source.
        synced: bool,
    },
}

/// Where the time of a passage comes from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassageTime {
    /// Whose clock `at` is.
    source: TimeSource,
    /// Server receipt minus device time, in milliseconds.
    skew_ms: Option<i64>,
    /// What the device said.
    device: DeviceTimeView,
    /// When the last observation was received.
    received_at: Timestamp,
}

/// An access event with names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassageView {
    /// Index in the log.
    pub(crate) index: u64,
    /// The entry of the log.
    pub(crate) event: Uuid,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// Where.
    pub(crate) access_point: PassagePlace,
    /// Whom the evidence names, as the registry has the person now.
    pub(crate) person: Option<PersonCard>,
    /// Whom the evidence names, also when the registry no longer has the person.
    pub(crate) person_id: Option<Uuid>,
    /// The picture of the passage.
    pub(crate) picture: Option<Uuid>,
    /// Gatebook's own verdict.
    pub(crate) outcome: Outcome,
    /// Whether the passage happened.
    pub(crate) taken: Taken,
    /// A device had granted already, whatever the outcome here.
    pub(crate) reported: bool,
    /// The rule that settled it.
    pub(crate) rule: Rule,
    /// Why; empty for a plain grant.
    pub(crate) reasons: Vec<Reason>,
    /// How the face was found among everybody.
    pub(crate) scores: Option<FaceScores>,
    /// How the picture compares with the registered person.
    pub(crate) comparison: Option<ComparisonView>,
    /// What is known of liveness.
    pub(crate) liveness: Liveness,
    /// The finger's person number, as the device matched it.
    pub(crate) finger: Option<String>,
    /// The tag.
    pub(crate) tag: Option<PassageTag>,
    /// The name on a classic controller's card, to hold against the registry's.
    pub(crate) name_on_card: Option<String>,
    /// The devices that contributed.
    pub(crate) devices: Vec<PassageDevice>,
    /// Where `at` comes from.
    pub(crate) time: PassageTime,
    /// The ONVIF topic it answers to.
    pub(crate) topic: String,
    /// Corrections that refer to it, oldest first.
    pub(crate) corrected_by: Vec<Uuid>,
}

/// The access events among `entries`, as `role` may see them.
pub(crate) async fn passages(
    house: &House,
    entries: &[StoredEntry],
    role: Role,
) -> Result<Vec<PassageView>, ApiError> {
    let mut directory = Directory::load(house).await?;
    let people = entries.iter().filter_map(|entry| access(entry)?.decision.person);
    directory.learn(house, people).await?;
    let views = entries.iter().filter_map(|entry| {
        Some(PassageView::new(entry, access(entry)?, &directory, role))
    });
    Ok(views.collect())
}

fn access(entry: &StoredEntry) -> Option<&AccessEvent> {
    match &entry.entry.record {
        Record::Access(event) => Some(event),
        _ => None,
    }
}

impl PassageView {
    /// `event`, which is the record of `entry`, as `role` may see it. The person must have been
    /// learned by `directory` before.
    pub(crate) fn new(
        entry: &StoredEntry,
        event: &AccessEvent,
        directory: &Directory,
        role: Role,
    ) -> Self {
        let AccessEvent {
            place,
            evidence,
            decision,
        } = event;
        let person = decision.person.and_then(|id| directory.person(id));
        let point = directory.point(place.access_point);
        Self {
            index: entry.index,
            event: entry.entry.id.0,
            at: evidence.occurred_at,
            access_point: PassagePlace {
                id: place.access_point.0,
                name: point.map(|point| point.name.clone()),
                direction: place.direction.into(),
            },
            person: person.map(|person| PersonCard::new(person, role)),
            person_id: decision.person.map(|id| id.0),
            picture: picture(evidence),
            outcome: decision.outcome.into(),
            taken: decision.taken.into(),
            reported: decision.reported,
            rule: decision.rule.into(),
            reasons: decision.reasons.iter().copied().map(Reason::from).collect(),
            scores: evidence.face.as_ref().map(FaceScores::from),
            comparison: evidence.picture.as_ref().map(|p| (&p.comparison).into()),
            liveness: decision.liveness.into(),
            finger: evidence.finger.as_ref().map(|finger| finger.number.clone()),
            tag: evidence.tag.as_ref().map(PassageTag::from),
            name_on_card: evidence.classic_entry.as_ref().map(|e| e.name.clone()),
            devices: devices(&evidence.devices, directory),
            time: PassageTime::from(evidence),
            topic: event.topic().0.to_owned(),
            corrected_by: ids(&entry.corrected_by),
        }
    }
}

fn ids(events: &[EventId]) -> Vec<Uuid> {
    events.iter().map(|id| id.0).collect()
}

/// The picture taken at the gate; where there is none, the best frame of the face.
fn picture(evidence: &Evidence) -> Option<Uuid> {
    let taken = evidence.picture.as_ref().map(|picture| picture.picture);
    let frame = evidence.face.as_ref().and_then(|face| face.picture);
    taken.or(frame).map(|id| id.0)
}

fn devices(ids: &[DeviceId], directory: &Directory) -> Vec<PassageDevice> {
    let view = |id: &DeviceId| PassageDevice {
        id: id.0,
        name: directory.device(*id).map(|device| device.name.clone()),
    };
    ids.iter().map(view).collect()
}

impl From<&model::FaceEvidence> for FaceScores {
    fn from(face: &model::FaceEvidence) -> Self {
        Self {
            score: face.score.as_cosine(),
            threshold: face.threshold.as_cosine(),
            runner_up: face.runner_up.map(model::Score::as_cosine),
            frames: face.frames,
            gallery: face.gallery,
        }
    }
}

impl From<&model::TagEvidence> for PassageTag {
    fn from(tag: &model::TagEvidence) -> Self {
        Self {
            tag: tag.tag.as_str().to_owned(),
            issued: tag.issued,
        }
    }
}

impl From<&model::Comparison> for ComparisonView {
    fn from(comparison: &model::Comparison) -> Self {
        use model::Comparison as C;
        match comparison {
            C::Agrees { score, threshold } => Self::Agrees {
                score: score.as_cosine(),
                threshold: threshold.as_cosine(),
            },
            C::Disagrees { score, threshold } => Self::Disagrees {
                score: score.as_cosine(),
                threshold: threshold.as_cosine(),
            },
            C::NoFace => Self::NoFace,
            C::NotCompared => Self::NotCompared,
            C::Unreadable => Self::Unreadable,
        }
    }
}

impl From<&Evidence> for PassageTime {
    fn from(evidence: &Evidence) -> Self {
        Self {
            source: evidence.time.source.into(),
            skew_ms: evidence.time.skew_ms,
            device: (&evidence.time.device).into(),
            received_at: evidence.received_at,
        }
    }
}

impl From<&model::DeviceTime> for DeviceTimeView {
    fn from(time: &model::DeviceTime) -> Self {
        use model::DeviceTime as T;
        match time {
            T::Absent => Self::Absent,
            T::Impossible { text } => Self::Impossible { text: text.clone() },
            T::Claimed { at, synced } => Self::Claimed {
                at: *at,
                synced: *synced,
            },
        }
    }
}

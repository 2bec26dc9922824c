//! A passage: an access event as people read it.

use crate::error::ApiError;
use crate::fingerprint::{FingerprintView, share};
use crate::names::{Named, Names};
use crate::person::{PersonBrief, PersonDetails};
use crate::spoof::SpoofView;
use crate::state::House;
use crate::words::{
    CoveredPart, Direction, Liveness, NotEstablished, Outcome, PersonStatus, Reason, Rule, Taken,
    TimeSource,
};
use model::{
    AccessEvent, Evidence, FaceLiveness, FaceSighting, Person, PersonId, Record, Timestamp,
};
use serde::Serialize;
use store::{Role, StoredEntry};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a passage happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassagePlace {
    /// The access point.
    id: Uuid,
    /// Its name now; empty when it was removed since.
    pub(crate) name: String,
    /// Its direction at the time.
    pub(crate) direction: Direction,
}

/// Whom a passage names, as the registry has the person now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassagePerson {
    /// Who.
    #[serde(flatten)]
    pub(crate) brief: PersonBrief,
    /// Active or suspended now; absent when the person was deleted.
    status: Option<PersonStatus>,
    /// The registry's fields, the identity number masked; absent below the role operator.
    details: Option<PersonDetails>,
}

impl PassagePerson {
    fn new(id: PersonId, person: Option<&Person>, role: Role) -> Self {
        // The live page stands where passers-by see it: the number stays masked for an admin too.
        let role = role.min(Role::Operator);
        Self {
            brief: person.map_or_else(|| PersonBrief::deleted(id), PersonBrief::from),
            status: person.map(|person| person.status.into()),
            details: person.and_then(|p| PersonDetails::for_role(&p.details, role)),
        }
    }
}

/// A tag of a passage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassageTag {
    /// The tag's text.
    pub(crate) tag: String,
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
    /// How seldom a stranger is as like somebody of such a gallery; `None` where that was not told.
    rarity: Option<RarityView>,
}

/// How seldom a stranger is as like somebody of a gallery of the same size, in one look.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RarityView {
    /// The share of strangers who are.
    rate: f64,
    /// Whether that was measured; otherwise it is what was measured, carried on.
    measured: bool,
    /// The share that was allowed.
    allowed: f64,
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
    pub(crate) source: TimeSource,
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
    /// Whom the evidence names; absent: nobody.
    pub(crate) person: Option<PassagePerson>,
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
    /// What the site's spoof models said of the face.
    pub(crate) spoof: Option<SpoofView>,
    /// What was not to be seen of the face, where fewer than half of its good frames showed all of it: the part that was hidden most
    /// often, and any other that was in half of them.
    pub(crate) covered: Vec<CoveredPart>,
    /// How the picture compares with the registered person.
    pub(crate) comparison: Option<ComparisonView>,
    /// What is known of liveness.
    pub(crate) liveness: Liveness,
    /// Why a face that was asked was not shown to be alive.
    pub(crate) not_established: Option<NotEstablished>,
    /// The finger's person number, as the device matched it.
    pub(crate) finger: Option<String>,
    /// The finger, as the house compared it.
    pub(crate) fingerprint: Option<FingerprintView>,
    /// The tag.
    pub(crate) tag: Option<PassageTag>,
    /// The name on a classic controller's card, to hold against the registry's.
    pub(crate) name_on_card: Option<String>,
    /// The devices that contributed.
    pub(crate) devices: Vec<Named>,
    /// Where `at` comes from.
    pub(crate) time: PassageTime,
    /// The ONVIF topic it answers to.
    pub(crate) topic: String,
    /// Corrections that refer to it, oldest first.
    pub(crate) corrected_by: Vec<Uuid>,
    /// The two people whom the face is like, who cannot be told apart; empty: none such. Empty below the role auditor.
    pub(crate) one_of: Vec<PersonBrief>,
    /// Whom the same face was held to be a moment before, in a passage of its own that is wrong. Absent below the role
    /// auditor.
    pub(crate) before: Option<PersonBrief>,
}

/// The access events among `entries`, as `role` may see them.
pub(crate) async fn passages(
    house: &House,
    entries: &[StoredEntry],
    role: Role,
) -> Result<Vec<PassageView>, ApiError> {
    let mut names = Names::load(house).await?;
    let events = entries.iter().filter_map(access);
    names
        .load_full(events.filter_map(|event| event.decision.person))
        .await?;
    if role >= Role::Auditor {
        let events = entries.iter().filter_map(access);
        names.load_people(events.flat_map(doubted)).await?;
    }
    let mut views = Vec::new();
    for entry in entries {
        if let Some(event) = access(entry) {
            views.push(PassageView::new(entry, event, &mut names, role).await?);
        }
    }
    Ok(views)
}

/// The access event that an entry records, if it records one.
pub(crate) fn access(entry: &StoredEntry) -> Option<&AccessEvent> {
    match &entry.entry.record {
        Record::Access(event) => Some(event),
        _ => None,
    }
}

impl PassageView {
    /// The same without personal details, without scores of fingers, and without people whom it may not be.
    pub(crate) fn plain(mut self) -> Self {
        if let Some(person) = &mut self.person {
            person.details = None;
        }
        self.fingerprint = self.fingerprint.map(FingerprintView::plain);
        self.one_of = Vec::new();
        self.before = None;
        self
    }

    /// `event`, which is the record of `entry`, as `role` may see it.
    pub(crate) async fn new(
        entry: &StoredEntry,
        event: &AccessEvent,
        names: &mut Names,
        role: Role,
    ) -> Result<Self, ApiError> {
        let person = match event.decision.person {
            Some(id) => {
                let known = names.full_person(id).await?;
                Some(PassagePerson::new(id, known.as_deref(), role))
            }
            None => None,
        };
        let mut view = Self::with(entry, event, names, person, role);
        if let Some(face) = event
            .evidence
            .face
            .as_ref()
            .filter(|_| role >= Role::Auditor)
        {
            for id in face.one_of.into_iter().flatten() {
                view.one_of.push(names.person(id).await?);
            }
            if let Some(id) = face.before {
                view.before = Some(names.person(id).await?);
            }
        }
        Ok(view)
    }

    fn with(
        entry: &StoredEntry,
        event: &AccessEvent,
        names: &Names,
        person: Option<PassagePerson>,
        role: Role,
    ) -> Self {
        let AccessEvent {
            place,
            evidence,
            decision,
        } = event;
        let face = evidence.face.as_ref();
        Self {
            index: entry.index,
            event: entry.entry.id.0,
            at: evidence.occurred_at,
            access_point: PassagePlace {
                id: place.access_point.0,
                name: names.access_point(place.access_point).name,
                direction: place.direction.into(),
            },
            person,
            picture: picture(evidence),
            outcome: decision.outcome.into(),
            taken: decision.taken.into(),
            reported: decision.reported,
            rule: decision.rule.into(),
            reasons: decision.reasons.iter().copied().map(Reason::from).collect(),
            scores: face.map(FaceScores::from),
            spoof: face
                .and_then(|face| face.spoof.as_ref())
                .map(SpoofView::from),
            covered: face.map(covered).unwrap_or_default(),
            comparison: evidence.picture.as_ref().map(|p| (&p.comparison).into()),
            liveness: decision.liveness.into(),
            not_established: face.and_then(not_established),
            finger: evidence.finger.as_ref().map(|finger| finger.number.clone()),
            fingerprint: evidence
                .fingerprint
                .as_ref()
                .map(|finger| FingerprintView::new(finger, role)),
            tag: evidence.tag.as_ref().map(PassageTag::from),
            name_on_card: evidence.classic_entry.as_ref().map(|e| e.name.clone()),
            devices: evidence
                .devices
                .iter()
                .map(|id| names.device(*id))
                .collect(),
            time: PassageTime::from(evidence),
            topic: event.topic().0.to_owned(),
            corrected_by: entry.corrected_by.iter().map(|id| id.0).collect(),
            one_of: Vec::new(),
            before: None,
        }
    }
}

fn covered(face: &FaceSighting) -> Vec<CoveredPart> {
    face.covered
        .iter()
        .copied()
        .map(CoveredPart::from)
        .collect()
}

/// People whom the face is like, or was held to be, beside the one whom the passage names.
fn doubted(event: &AccessEvent) -> Vec<PersonId> {
    let face = event.evidence.face.as_ref();
    let alike = face.and_then(|face| face.one_of).into_iter().flatten();
    let before = face.and_then(|face| face.before);
    alike.chain(before).collect()
}

fn not_established(face: &FaceSighting) -> Option<NotEstablished> {
    match face.known_liveness()? {
        FaceLiveness::Established => None,
        FaceLiveness::NotEstablished { why } => Some(why.into()),
    }
}

/// The picture taken at the gate; where there is none, the best frame of the face.
pub(crate) fn picture(evidence: &Evidence) -> Option<Uuid> {
    let taken = evidence.picture.as_ref().map(|picture| picture.picture);
    let frame = evidence.face.as_ref().and_then(|face| face.picture);
    taken.or(frame).map(|id| id.0)
}

impl From<&model::FaceEvidence> for FaceScores {
    fn from(face: &model::FaceEvidence) -> Self {
        Self {
            score: face.score.as_cosine(),
            threshold: face.threshold.as_cosine(),
            runner_up: face.runner_up.map(model::Score::as_cosine),
            frames: face.frames,
            gallery: face.gallery,
            rarity: face.rarity.map(RarityView::from),
        }
    }
}

impl From<model::FaceRarity> for RarityView {
    fn from(rarity: model::FaceRarity) -> Self {
        Self {
            rate: share(rarity.rate.one_in),
            measured: rarity.rate.measured,
            allowed: share(rarity.allowed_one_in),
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

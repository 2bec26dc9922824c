//! What crosses the sockets. These types are in the OpenAPI document, so that clients generate
//! them with the rest.

use crate::passage::PassageView;
use crate::person::PersonBrief;
use crate::ports::ChallengeStep;
use crate::routes::alerts::AlertView;
use crate::routes::cards::ImportView;
use crate::words::{EntryKind, LivenessPolicy, NotEstablished, Prompt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `committed`: an entry became part of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommittedPush {
    /// Index in the log. One more than the last one pushed, or something was missed.
    pub(crate) index: u64,
    /// The entry.
    pub(crate) event: Uuid,
    /// What it records.
    pub(crate) kind: EntryKind,
    /// The passage, when it records one.
    pub(crate) passage: Option<PassageView>,
    /// Alerts that it raised, and those that it marks as acknowledged.
    pub(crate) alerts: Vec<AlertView>,
    /// Who came in, left, or was seen again.
    pub(crate) presence: Vec<PresenceChange>,
    /// Entries today, when it records a passage.
    pub(crate) entries_today: Option<u64>,
    /// What else a page may have to fetch again.
    pub(crate) changed: Vec<Changed>,
}

/// A visit that was opened, moved or closed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PresenceChange {
    /// The visit.
    pub(crate) visit: Uuid,
    /// The area.
    pub(crate) area: Uuid,
    /// Who.
    pub(crate) person: PersonBrief,
    /// Whether the person is inside now.
    pub(crate) inside: bool,
    /// Since when.
    pub(crate) since: Timestamp,
    /// The last sighting, where sightings alone keep the visit open.
    pub(crate) last_seen: Option<Timestamp>,
    /// The entry of the log that shows it.
    pub(crate) evidence: Uuid,
}

/// A part of the site that changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Changed {
    /// People or their credentials.
    People,
    /// Custody of tags.
    Tags,
    /// Visits and attendance days.
    Visits,
    /// Alerts.
    Alerts,
    /// Unresolved observations.
    Unresolved,
    /// Areas and access points.
    Places,
    /// Devices and gates.
    Devices,
    /// Settings of the site.
    Settings,
    /// Users and API tokens.
    Users,
    /// Earlier entries, by a correction.
    Corrections,
}

/// `resync`: fetch the snapshot again, pushes were left out.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Resync {
    /// Number of entries in the log: the next pushed index is at least this.
    pub(crate) sequence: u64,
}

/// `device`: a device came or went.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct DevicePush {
    /// The device.
    pub(crate) device: Uuid,
    /// Whether it is connected.
    pub(crate) connected: bool,
    /// When this changed.
    pub(crate) at: Timestamp,
}

/// What a job does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobKind {
    /// Verifies the log.
    Verification,
    /// Imports a card's registry.
    PeopleImport,
    /// Imports a card's log.
    LogImport,
    /// Imports a registry with templates of fingers.
    FingersImport,
    /// Enrols everybody with another face model, from the registered photographs.
    Reenrolment,
}

/// How a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobState {
    /// It runs.
    Running,
    /// It ended.
    Done,
    /// It ended without what it was begun for.
    Failed,
}

/// Long work in the background; also pushed as `job`, without its report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Identity.
    pub(crate) id: Uuid,
    /// What it does.
    pub(crate) kind: JobKind,
    /// How it stands.
    pub(crate) state: JobState,
    /// When it was begun.
    pub(crate) begun_at: Timestamp,
    /// When it ended.
    pub(crate) ended_at: Option<Timestamp>,
    /// Rows or entries done.
    pub(crate) done: u64,
    /// Rows or entries in all; 0 until that is known.
    pub(crate) total: u64,
    /// Pictures taken over so far.
    pub(crate) pictures: u64,
    /// What an import did, once it is done; absent in pushes and below the role operator. What a
    /// verification found is in GET /integrity.
    pub(crate) report: Option<ImportView>,
    /// Why it failed.
    pub(crate) failure: Option<String>,
}

/// `watch` and `unwatch`, from the client.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub(crate) struct Watch {
    /// The camera.
    pub(crate) camera: Uuid,
}

/// Answer to `watch`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WatchAnswer {
    /// Frames follow as they come.
    Watching,
    /// There is no such camera.
    UnknownCamera,
    /// This client watches as many cameras as it may.
    TooMany,
}

/// Somebody named over the video.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OverlayPerson {
    /// Identity.
    pub(crate) id: Uuid,
    /// Full name; empty when the person was just deleted.
    pub(crate) name: String,
}

/// A box over the video.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OverlayView {
    /// The track.
    pub(crate) track: u64,
    /// x, y, width and height in 0..=1 of the frame.
    pub(crate) area: [f32; 4],
    /// Whether the track is decided; decided without a person it is a stranger.
    pub(crate) decided: bool,
    /// Who it is, once decided.
    pub(crate) person: Option<OverlayPerson>,
    /// Best similarity so far, a cosine.
    pub(crate) score: Option<f64>,
}

/// `frame`, first argument; the second is the JPEG. The client acknowledges each frame, and gets
/// the newest one then.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FramePush {
    /// The camera.
    pub(crate) camera: Uuid,
    /// When the frame was received.
    pub(crate) at: Timestamp,
    /// Width in pixels.
    pub(crate) width: u32,
    /// Height in pixels.
    pub(crate) height: u32,
    /// Boxes of exactly this frame.
    pub(crate) overlays: Vec<OverlayView>,
}

/// Answer to a camera station's `frame`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "frame")]
pub(crate) enum StationReply {
    /// Worked on.
    Seen {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Boxes of exactly this frame.
        overlays: Vec<OverlayView>,
        /// What is asked of somebody before the camera, or came of that a moment ago.
        challenge: Option<ChallengeView>,
    },
    /// Not worked on.
    Refused {
        /// Why.
        why: FrameRefusal,
    },
}

/// What a camera station shows to whoever stands before it, where the access point asks whether faces are
/// alive.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "challenge")]
pub(crate) enum ChallengeView {
    /// Somebody is asked to do something.
    Asked {
        /// Whom; empty when the person was just deleted.
        name: String,
        /// What.
        prompt: Prompt,
        /// How far the answer is.
        step: ChallengeStep,
        /// Prompts that were answered.
        answered: usize,
        /// Prompts in all.
        of: usize,
        /// How long there is left for this one, milliseconds.
        left_ms: u64,
    },
    /// Everything was done: the face is alive.
    Established {
        /// Whose; empty when the person was just deleted.
        name: String,
    },
    /// It was not.
    NotEstablished {
        /// Whose; empty when the person was just deleted.
        name: String,
        /// Why.
        why: NotEstablished,
        /// What the access point makes of that.
        policy: LivenessPolicy,
    },
}

/// Why a frame was not worked on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FrameRefusal {
    /// The one before is still being worked on, or recognition is busy: send the next one later.
    Busy,
    /// Not a JPEG that can be read.
    Unreadable,
    /// Larger than 1 MiB.
    TooLarge,
    /// The device was removed or disabled.
    UnknownCamera,
}

/// `welcome`, to a camera station that connected.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StationWelcome {
    /// The device.
    pub(crate) device: Uuid,
    /// Its name.
    pub(crate) name: String,
}

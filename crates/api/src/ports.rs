//! What the API asks of the house beyond the store. The server implements these; the API
//! knows no camera, no recogniser and no card file by itself.

mod faces;
mod fingers;

pub use faces::{Assessment, EnrolledImage, ImageFinding, ImageProblem, Recognition};
pub use fingers::{
    EnrolledFinger, Enrolment, FingerFault, Fingers, PressAdvice, PressImage, Pressed, SensorState,
    SensorStatus,
};

use async_trait::async_trait;
use bytes::Bytes;
use model::{Author, DeviceId, FaceLiveness, LivenessPolicy, PersonId, Prompt, Score, Timestamp};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use utoipa::ToSchema;

/// The time.
pub trait Clock: Send + Sync + 'static {
    /// Now, by the server's clock.
    fn now(&self) -> Timestamp;
}

/// What a part on another host is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartRole {
    /// The public front end.
    Edge,
    /// A recognition worker.
    Vision,
    /// The site's own MQTT broker, which is no part of Gatebook.
    Broker,
    /// The database on a server, which is none either.
    Database,
}

/// A part of the house on another host, or the broker that devices reach it through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: PartRole,
    /// Whether it is connected.
    pub up: bool,
    /// Since when it is so; `None`: it was not seen since the start.
    pub since: Option<Timestamp>,
    /// The version of Gatebook that it last connected with.
    pub version: Option<String>,
    /// Of a recognition worker: images that it looks at at a time.
    pub capacity: Option<u16>,
}

/// The parts of the house on other hosts, by name: those that are there now, and each change.
/// On one host: none.
pub type Parts = watch::Receiver<Arc<[Part]>>;

/// A box over the video.
#[derive(Clone, PartialEq, Debug)]
pub struct Overlay {
    /// The track.
    pub track: u64,
    /// Box in 0..=1 of the frame's width and height: x, y, width, height.
    pub area: [f32; 4],
    /// Who it is, once decided.
    pub person: Option<PersonId>,
    /// Whether the track is decided (a decided track without a person is a stranger).
    pub decided: bool,
    /// Best similarity so far.
    pub score: Option<Score>,
}

/// What a camera station shows to whoever stands before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Challenge {
    /// Somebody is asked to do something.
    Asked {
        /// Whom.
        person: PersonId,
        /// What.
        prompt: Prompt,
        /// How far the answer is.
        step: ChallengeStep,
        /// Prompts that were answered.
        answered: usize,
        /// Prompts in all.
        of: usize,
        /// How long there is left for this one.
        left: Duration,
    },
    /// It came to an end a moment ago.
    Ended {
        /// Whom.
        person: PersonId,
        /// What came of it.
        liveness: FaceLiveness,
        /// What the access point makes of that.
        policy: LivenessPolicy,
    },
}

/// How far the answer to a prompt is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeStep {
    /// First the face has to look ahead with open eyes.
    Ready,
    /// What was asked for has to be done.
    Act,
    /// It was done: the face has to look ahead again.
    Back,
}

/// The newest frame of a camera with its overlays.
#[derive(Clone, Debug)]
pub struct LiveFrame {
    /// JPEG.
    pub jpeg: Bytes,
    /// Overlays that belong to exactly this frame.
    pub overlays: Vec<Overlay>,
    /// What is asked of somebody in it.
    pub challenge: Option<Challenge>,
    /// When it was received.
    pub at: Timestamp,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

/// Why a frame was not worked on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameRefused {
    /// Newer frames of the camera are being worked on, or recognition is busy: skip this one.
    Busy,
    /// Not a JPEG that can be read, or too large.
    Unreadable,
    /// The device is unknown or disabled.
    UnknownCamera,
}

/// A roll that is called before a camera, or was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RollCall {
    /// When it was begun.
    pub begun_at: Timestamp,
    /// How long it has gone on, at most [`Self::lasts`]; measured, so that a clock that is set ends no roll call.
    pub gone_on: Duration,
    /// How long it takes, or took, in all.
    pub lasts: Duration,
    /// Pictures that were looked at so far.
    pub looks: u32,
    /// Who was seen, each person once, and faces that were not recognised.
    pub faces: Vec<RollCallFace>,
}

/// Somebody seen by a roll call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RollCallFace {
    /// Its number on the list.
    pub number: u32,
    /// Who it is, once named.
    pub person: Option<PersonId>,
    /// Whether it is known to be nobody's who is enrolled.
    pub unknown: bool,
    /// The two people whom it is like, where they cannot be told apart.
    pub one_of: Option<[PersonId; 2]>,
    /// When it was last seen.
    pub at: Timestamp,
    /// Best similarity to anybody in the last picture that showed it.
    pub score: Option<Score>,
}

/// Live cameras.
#[async_trait]
pub trait Cameras: Send + Sync + 'static {
    /// Works on a frame of a camera station and publishes it; answers when done.
    async fn frame(&self, camera: DeviceId, jpeg: Bytes) -> Result<Arc<LiveFrame>, FrameRefused>;

    /// The newest frame of a camera and every one after it. `None`: no such camera.
    fn watch(&self, camera: DeviceId) -> Option<watch::Receiver<Option<Arc<LiveFrame>>>>;

    /// Looks for a minute at a room full of people, in place of any roll called before. `None`: no such camera.
    fn call_roll(&self, camera: DeviceId) -> Option<RollCall>;

    /// The roll that was called last, and what it has found so far. `None`: none was since the start.
    fn roll_call(&self, camera: DeviceId) -> Option<RollCall>;

    /// Ends it before its time.
    fn end_roll_call(&self, camera: DeviceId) -> Option<RollCall>;

    /// A face on its list, as JPEG.
    fn roll_call_face(&self, camera: DeviceId, number: u32) -> Option<Bytes>;

    /// A camera station connected (`true`) or went away.
    fn presence(&self, camera: DeviceId, connected: bool);
}

/// How it goes with a network camera.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CameraState {
    /// It is being connected to.
    Connecting,
    /// Pictures come.
    Live,
    /// It failed and is tried again after a pause.
    Waiting,
}

/// How it goes with a network camera, in words.
#[derive(Clone, PartialEq, Debug)]
pub struct CameraStatus {
    /// How it goes.
    pub state: CameraState,
    /// Pictures each second, over the last seconds.
    pub frames_per_second: f32,
    /// What the connection is; `None`: not known yet.
    pub kind: Option<String>,
    /// Why there is no picture; no personal data, no password.
    pub error: Option<String>,
}

/// Where a camera is and how it is asked.
#[derive(Clone)]
pub struct CameraAddress {
    /// `http://…` or `rtsp://…`.
    pub address: String,
    /// The user's name; empty: none.
    pub user: String,
    /// The password.
    pub password: String,
}

/// A camera on the network that answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundCamera {
    /// What it calls itself.
    pub name: String,
    /// Its model.
    pub hardware: String,
    /// The address of its ONVIF service.
    pub service: String,
}

/// Cameras with an address. What cannot be done is told in words for whoever sets one up.
#[async_trait]
pub trait NetworkCameras: Send + Sync + 'static {
    /// How it goes with one. `None`: it is not followed.
    fn status(&self, camera: DeviceId) -> Option<CameraStatus>;

    /// How it goes with the main stream of one. `None`: it has none, or is not followed.
    fn main_status(&self, camera: DeviceId) -> Option<CameraStatus>;

    /// Host and port that an address leads to; `Err`: it is no address of a camera.
    fn host(&self, address: &str) -> Result<String, String>;

    /// The first picture (JPEG).
    async fn first_picture(&self, camera: CameraAddress) -> Result<Bytes, String>;

    /// Who answers on the network.
    async fn discover(&self) -> Result<Vec<FoundCamera>, String>;

    /// The largest stream of a camera, by its ONVIF service, and a smaller one in which faces are found.
    async fn streams(&self, service: CameraAddress) -> Result<(String, Option<String>), String>;
}

/// A row of an imported file that was refused.
#[derive(Clone, PartialEq, Debug)]
pub struct RefusedRow {
    /// Line number in the file, from 1.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
}

/// The outcome of an import.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ImportReport {
    /// Rows that were new.
    pub added: u64,
    /// Rows that changed something known.
    pub changed: u64,
    /// Rows that were known already.
    pub unchanged: u64,
    /// Pictures taken over.
    pub pictures: u64,
    /// Refused rows.
    pub refused: Vec<RefusedRow>,
    /// Remarks, e.g. photographs without a usable face, by person number.
    pub remarks: Vec<String>,
}

/// How far long work is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Step {
    /// Rows or entries done.
    pub done: u64,
    /// Rows or entries in all.
    pub all: u64,
    /// Pictures taken over.
    pub pictures: u64,
}

/// Where long work tells how far it is, as often as it likes.
pub type Tell = Arc<dyn Fn(Step) + Send + Sync>;

/// The pictures beside a card file, by their names: one at a time, however many there are.
#[async_trait]
pub trait CardPictures: Send + Sync + 'static {
    /// The picture of that name.
    async fn picture(&self, name: &str) -> store::Result<Option<Bytes>>;
}

/// Room for the pictures of an upload. They go when it is dropped.
#[async_trait]
pub trait Spool: CardPictures {
    /// Keeps a picture; one of the same name before it is replaced.
    async fn put(&self, name: String, picture: Bytes) -> store::Result<()>;
}

/// The files of classic controllers' cards.
#[async_trait]
pub trait CardFiles: Send + Sync + 'static {
    /// Room for the pictures of one upload.
    async fn spool(&self) -> store::Result<Arc<dyn Spool>>;

    /// Imports `/a_d.csv` with photographs; idempotent.
    async fn import_people(
        &self,
        csv: Bytes,
        photos: Arc<dyn CardPictures>,
        author: Author,
        tell: Tell,
    ) -> Result<ImportReport, String>;

    /// Imports `/log.csv` of a gate with pictures; idempotent.
    async fn import_log(
        &self,
        csv: Bytes,
        pictures: Arc<dyn CardPictures>,
        gate: model::GateId,
        tell: Tell,
    ) -> Result<ImportReport, String>;

    /// The registry as `/a_d.csv`; people who cannot be written are named in the second part.
    async fn export_people(&self) -> Result<(String, Vec<String>), String>;
}

/// The outcome of verifying the log.
#[derive(Clone, PartialEq, Debug)]
pub struct Verification {
    /// When it ended.
    pub at: Timestamp,
    /// Entries looked at.
    pub entries: u64,
    /// Findings, first first; empty: the log verifies.
    pub findings: Vec<String>,
}

/// Integrity of the log.
#[async_trait]
pub trait Integrity: Send + Sync + 'static {
    /// Verifies store and projections against the newest checkpoint, and against `kept` (a signed
    /// note kept elsewhere) when given.
    async fn verify(&self, kept: Option<String>, tell: Tell) -> Result<Verification, String>;

    /// The last verification since the start.
    fn last(&self) -> Option<Verification>;

    /// What keeps checkpoints from being signed: the stored tree contradicts an earlier one.
    /// `None`: nothing does.
    fn contradiction(&self) -> Option<String>;

    /// The checkpoint's verifier key (C2SP signed-note vkey).
    fn verifier_key(&self) -> String;
}

//! Cameras: frames in, overlays and decided tracks out.

mod asking;
mod mistaken;
mod moment;
mod passages;
mod pictures;
mod roll_call;
#[cfg(test)]
pub(crate) mod tests;

pub use moment::Moment;
pub use passages::Passages;

use crate::clock::SystemClock;
use crate::fingers::one_in;
use crate::recognition::Recogniser;
use crate::strangers::StrangerBook;
use api::ports::{Cameras, Clock, FrameRefused, LiveFrame, Overlay, RollCall};
use async_trait::async_trait;
use bytes::Bytes;
use devices::{HeardKind, House};
use mistaken::Mistaken;
use model::{
    Device, DeviceId, DeviceKind, FaceLiveness, FaceRarity, FaceSighting, LivenessPolicy,
    MatchRate, PersonId, Score,
};
use roll_call::RollCalls;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use storage::PictureFiles;
use store::Store;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::timeout;
use uuid::Uuid;
use vision::liveness::{Asking, SpoofRule};
use vision::{
    Analysis, Attention, Decided, Face, Identity, Look, ModelId, Purpose, TrackUpdate, Tracker,
    TrackerSettings, threshold,
};

/// How long a frame waits for its turn. Places are given in the order asked for and a camera asks for one
/// at a time, so that none is passed over for one that sends more.
const TURN: Duration = Duration::from_secs(2);

/// How often a camera that calls a roll is looked at: it takes many times as long as another's frame, and a
/// class stays.
const ROLL_CALL_EVERY: Duration = Duration::from_secs(2);

/// All cameras of the site.
pub struct LiveCameras {
    store: Arc<dyn Store>,
    recogniser: Arc<Recogniser>,
    pictures: Arc<PictureFiles>,
    house: House,
    strangers: StrangerBook,
    /// Names this start of the server in the keys of observations.
    boot_id: String,
    /// Where the clock of trackers begins.
    started: Instant,
    cameras: Mutex<HashMap<DeviceId, Arc<Camera>>>,
    settings: TrackerSettings,
    /// Cameras that always look at a room full of people.
    roll_calls: HashSet<DeviceId>,
    /// Those that do for a minute, because somebody calls the roll.
    called: RollCalls,
    /// What the scores of the site's spoof models come to, where it has any.
    spoof: Option<SpoofRule>,
}

/// One camera station.
struct Camera {
    newest: watch::Sender<Option<Arc<LiveFrame>>>,
    following: AsyncMutex<Following>,
}

/// What is worked on one frame at a time.
struct Following {
    /// With the model whose templates it has seen.
    tracker: Option<(ModelId, Tracker)>,
    sequence: u64,
    /// Who is asked whether they are alive.
    asking: Asking,
    /// What the access point made of that when somebody was named last.
    policy: LivenessPolicy,
    /// When a camera that calls a roll was last looked at, on the clock of trackers.
    called: Option<Duration>,
    /// Strangers who may be named yet.
    mistaken: Mistaken,
    /// The number of the newest track: none is given twice.
    last_track: u64,
}

impl Following {
    /// What the next frame, taken at `at`, is looked at for. Who is asked to blink or turn is looked at in full.
    fn purpose(&mut self, calls_roll: bool, at: Duration) -> Purpose {
        if calls_roll {
            self.called = Some(at);
            return Purpose::RollCall;
        }
        let attention = match &self.tracker {
            Some((_, tracker)) => tracker.attention(at),
            None => Attention::everywhere(),
        };
        if self.asking.is_busy() {
            return Purpose::Asked(attention.in_full());
        }
        Purpose::Following(attention)
    }

    /// Nothing that was seen before says anything of what comes: tracks begin anew, by templates that may be another
    /// model's. Whoever is asked whether they are alive is decided and asked anew.
    fn begin_anew(&mut self) {
        self.tracker = None;
        self.asking = Asking::default();
        self.mistaken = Mistaken::default();
    }

    /// Whether the roll was called a moment before `now`.
    fn has_called(&self, now: Duration) -> bool {
        self.called
            .is_some_and(|called| now.saturating_sub(called) < ROLL_CALL_EVERY)
    }
}

impl LiveCameras {
    /// Cameras of the site behind `house`, whose faces are decided by `settings`.
    pub fn new(
        store: &Arc<dyn Store>,
        recogniser: &Arc<Recogniser>,
        pictures: &Arc<PictureFiles>,
        house: &House,
        strangers: &StrangerBook,
        settings: TrackerSettings,
    ) -> Self {
        Self {
            store: store.clone(),
            recogniser: recogniser.clone(),
            pictures: pictures.clone(),
            house: house.clone(),
            strangers: strangers.clone(),
            boot_id: Uuid::now_v7().to_string(),
            started: Instant::now(),
            cameras: Mutex::default(),
            settings,
            roll_calls: HashSet::new(),
            called: RollCalls::default(),
            spoof: None,
        }
    }

    /// The same with cameras that look at a room full of people.
    #[must_use]
    pub fn calling_rolls(self, cameras: &[DeviceId]) -> Self {
        Self {
            roll_calls: cameras.iter().copied().collect(),
            ..self
        }
    }

    fn camera(&self, id: DeviceId) -> Arc<Camera> {
        let mut cameras = self.cameras.lock().unwrap_or_else(PoisonError::into_inner);
        cameras
            .entry(id)
            .or_insert_with(|| Arc::new(Camera::new()))
            .clone()
    }

    fn station(&self, id: DeviceId) -> Option<Device> {
        let directory = self.house.directory();
        let device = directory.device(id)?;
        let kinds = [DeviceKind::CameraStation, DeviceKind::NetworkCamera];
        let active = kinds.contains(&device.kind) && !device.disabled;
        active.then(|| device.clone())
    }

    /// Steps the camera's tracker, and hands the faces back; should the search break down or another model serve, it begins anew.
    async fn follow(
        &self,
        following: &mut Following,
        jpeg: &Bytes,
        seen: Analysis,
        at: Duration,
    ) -> Option<(TrackUpdate, Vec<Face>)> {
        let (before, settings) = (following.tracker.take(), self.settings);
        let last = following.last_track;
        let served = before.as_ref().map(|(model, _)| *model);
        let picture = jpeg.clone();
        let stepped = self.recogniser.with_gallery(move |gallery| {
            let model = gallery.model();
            let same = before.filter(|(of, _)| *of == model);
            let anew = || Tracker::new(settings).numbered_after(last);
            let mut tracker = same.map_or_else(anew, |(_, tracker)| tracker);
            // What the model before saw in a frame is not comparable any more.
            let fits = seen.faces.iter().all(|face| face.template.model() == model);
            let update = fits.then(|| tracker.follow(&picture, &seen, at, gallery));
            ((model, tracker), update.map(|update| (update, seen.faces)))
        });
        let stepped = stepped.await;
        let serves = stepped.as_ref().map(|((model, _), _)| *model);
        if served.is_some() && serves != served {
            following.begin_anew();
        }
        let (tracker, update) = stepped?;
        following.last_track = tracker.1.last_track();
        following.tracker = Some(tracker);
        update
    }
}

impl Camera {
    fn new() -> Self {
        let following = AsyncMutex::new(Following {
            tracker: None,
            sequence: 0,
            asking: Asking::default(),
            policy: LivenessPolicy::NotAsked,
            called: None,
            mistaken: Mistaken::default(),
            last_track: 0,
        });
        Self {
            newest: watch::Sender::new(None),
            following,
        }
    }
}

impl LiveCameras {
    /// An instant on the clock of trackers.
    fn clock(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.started)
    }

    fn now(&self) -> Duration {
        self.clock(Instant::now())
    }

    /// Looks at the newest frame of a camera, with the time when it was complete here: it is asked for when it is the
    /// camera's turn, not before. What it decided is for [`Self::hand_in`], in the order of the looks.
    pub async fn look(
        &self,
        camera: DeviceId,
        newest: impl FnOnce() -> Option<(Bytes, Moment)> + Send,
    ) -> Result<Passages, FrameRefused> {
        let state = self.camera(camera);
        let mut following = state.following.lock().await;
        let looked = self.look_in(camera, &mut following, newest).await;
        looked.map(|(_, passages)| passages)
    }

    /// Hands in what a look at the camera decided; looks go on meanwhile. The camera asks nobody to show that they are alive.
    pub async fn hand_in(&self, camera: DeviceId, passages: Passages) {
        let state = self.camera(camera);
        for passage in passages.decided {
            let ready = self.ready(&mut *state.following.lock().await, passage);
            let committed = self.commit(ready).await;
            self.settle(&mut *state.following.lock().await, committed);
        }
    }

    /// Looks at a frame that was sent, and hands in what it decided: meanwhile the station hears that it is busy, which is
    /// its back-pressure.
    async fn sent(
        &self,
        camera: DeviceId,
        jpeg: Bytes,
        moment: Moment,
    ) -> Result<Arc<LiveFrame>, FrameRefused> {
        self.station(camera).ok_or(FrameRefused::UnknownCamera)?;
        let state = self.camera(camera);
        let mut following = state.following.try_lock().map_err(|_| FrameRefused::Busy)?;
        let looked = self.look_in(camera, &mut following, || Some((jpeg, moment)));
        let (frame, passages) = looked.await?;
        self.deliver(&mut following, passages).await;
        Ok(frame)
    }

    async fn look_in(
        &self,
        camera: DeviceId,
        following: &mut Following,
        newest: impl FnOnce() -> Option<(Bytes, Moment)> + Send,
    ) -> Result<(Arc<LiveFrame>, Passages), FrameRefused> {
        let station = self.station(camera).ok_or(FrameRefused::UnknownCamera)?;
        let listed = self.called.goes_on(camera, self.now());
        let calls_roll = listed || self.roll_calls.contains(&camera);
        if calls_roll && following.has_called(self.now()) {
            return Err(FrameRefused::Busy);
        }
        let pool = self.recogniser.pool();
        let turn = timeout(TURN, pool.take()).await;
        let place = turn.ok().flatten().ok_or(FrameRefused::Busy)?;
        let (jpeg, Moment { at, came }) = newest().ok_or(FrameRefused::Busy)?;
        let clock = self.clock(came);
        let look = pool
            .look_at(place, jpeg.clone(), following.purpose(calls_roll, clock))
            .await;
        let seen = match look.ok_or(FrameRefused::Busy)? {
            Look::Seen(seen) => seen,
            Look::Unreadable(_) => return Err(FrameRefused::Unreadable),
        };
        let size = (seen.width, seen.height);
        let update = self.follow(following, &jpeg, seen, clock).await;
        let (update, faces) = update.ok_or(FrameRefused::Busy)?;
        metrics::counter!("gatebook_frames_total").increment(1);
        self.house.heard(camera, HeardKind::Message);
        let overlays = overlays(&update, size);
        if listed {
            let seen = update.overlays.clone();
            self.called.see(camera, &jpeg, seen, at).await;
        }
        let told = self.told(&station, following, update, &faces, clock).await;
        self.tell_pictures(following, &told);
        let frame = Arc::new(LiveFrame {
            jpeg,
            overlays,
            challenge: asking::shown(following, clock),
            at,
            size,
        });
        let newest = &self.camera(camera).newest;
        newest.send_replace(Some(frame.clone()));
        let took = came.elapsed().as_secs_f64();
        metrics::histogram!("gatebook_frame_to_overlay_seconds").record(took);
        Ok((frame, self.passages(&station, at, told)))
    }
}

#[async_trait]
impl Cameras for LiveCameras {
    async fn frame(&self, camera: DeviceId, jpeg: Bytes) -> Result<Arc<LiveFrame>, FrameRefused> {
        self.sent(camera, jpeg, Moment::now()).await
    }

    fn watch(&self, camera: DeviceId) -> Option<watch::Receiver<Option<Arc<LiveFrame>>>> {
        self.station(camera)
            .map(|_| self.camera(camera).newest.subscribe())
    }

    fn call_roll(&self, camera: DeviceId) -> Option<RollCall> {
        let known = self.station(camera);
        known.map(|_| self.called.begin(camera, SystemClock.now(), self.now()))
    }

    fn roll_call(&self, camera: DeviceId) -> Option<RollCall> {
        self.called.shown(camera, self.now())
    }

    fn end_roll_call(&self, camera: DeviceId) -> Option<RollCall> {
        self.called.end(camera, self.now())
    }

    fn roll_call_face(&self, camera: DeviceId, number: u32) -> Option<Bytes> {
        self.called.face(camera, number)
    }

    fn presence(&self, camera: DeviceId, connected: bool) {
        let kind = if connected {
            HeardKind::Connected
        } else {
            HeardKind::Disconnected
        };
        self.house.heard(camera, kind);
    }
}

/// Sides of a frame are far below 2^24, where `f32` is exact.
#[allow(clippy::cast_precision_loss)]
fn overlays(update: &TrackUpdate, (width, height): (u32, u32)) -> Vec<Overlay> {
    let (width, height) = (width.max(1) as f32, height.max(1) as f32);
    let one = |seen: &vision::Overlay| Overlay {
        track: seen.track,
        area: [
            seen.bounds.x / width,
            seen.bounds.y / height,
            seen.bounds.width / width,
            seen.bounds.height / height,
        ],
        person: match seen.identity {
            Identity::Known(person) => Some(person),
            Identity::Undecided | Identity::OneOf(_) | Identity::Unknown => None,
        },
        // Nothing is to be read of a face that may be either of two, least of all that it is unknown.
        decided: matches!(seen.identity, Identity::Known(_) | Identity::Unknown),
        score: seen.score.map(Score::from_cosine),
    };
    update.overlays.iter().map(one).collect()
}

/// Whom an event is corrected to. A face that is only held up may be like somebody who was not there.
fn may_be_taken_for(person: PersonId, liveness: Option<FaceLiveness>) -> Option<PersonId> {
    let doubtful = matches!(liveness, Some(FaceLiveness::NotEstablished { .. }));
    (!doubtful).then_some(person)
}

/// How seldom a stranger is so alike, where that was told.
fn rarity(decided: &Decided) -> Option<FaceRarity> {
    let share = decided.false_identifications?;
    // Scores of a model of the site's choosing are brought onto this scale by one point of it.
    let embedded = decided.template.model() == ModelId::FACE_API;
    let rate = MatchRate {
        one_in: one_in(share.into()),
        measured: embedded && threshold::is_measured(decided.gallery, share),
    };
    let allowed_one_in = one_in(decided.allowed.into());
    Some(FaceRarity {
        rate,
        allowed_one_in,
    })
}

/// What is reported of a decided track, picture, liveness and spoof models apart.
pub(crate) fn sighting(decided: &Decided) -> FaceSighting {
    FaceSighting {
        track: decided.track,
        person: decided.person,
        one_of: decided.one_of,
        before: decided.before,
        score: Score::from_cosine(decided.score),
        threshold: Score::from_cosine(decided.threshold),
        rarity: rarity(decided),
        runner_up: decided.runner_up.map(Score::from_cosine),
        frames: u16::try_from(decided.frames).unwrap_or(u16::MAX),
        gallery: u32::try_from(decided.gallery).unwrap_or(u32::MAX),
        picture: None,
        liveness: None,
        spoof: None,
        covered: decided.covered.clone(),
    }
}

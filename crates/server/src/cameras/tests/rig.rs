//! What becomes of frames, with somebody who says what is seen in them.

use super::super::*;
use crate::house;
use crate::recognition::{Analyser, Fault, Membership, RecognitionPort};
use crate::site::Site;
use crate::tests::{act, at, door, native, opened, recogniser};
use api::ports::Recognition;
use devices::Delivery;
use model::{Act, CredentialId, Receipt, Sighting};
use store::{Pictures as _, Put, Write};
use tempfile::TempDir;
use tokio::sync::mpsc;
use vision::liveness::SpoofScores;
use vision::{Frame, Quality, Rect, Template};

/// How long ago the clock of trackers began.
const AGO: Duration = Duration::from_secs(600);

/// Says of every image that those faces are in it.
#[derive(Clone, Default)]
pub struct Fake {
    pub faces: Arc<Mutex<Vec<Face>>>,
    /// Images and what they were looked at for.
    pub looks: Arc<Mutex<Vec<(Bytes, Purpose)>>>,
    /// How long a look takes.
    pub takes: Duration,
}

#[async_trait]
impl Analyser for Fake {
    async fn look(&self, image: Bytes, purpose: Purpose) -> Result<Look, Fault> {
        tokio::time::sleep(self.takes).await;
        self.looks.lock().unwrap().push((image, purpose));
        Ok(Look::Seen(Analysis {
            width: 640,
            height: 480,
            faces: self.faces.lock().unwrap().clone(),
            followed: Vec::new(),
            everywhere: true,
        }))
    }
}

/// A site with one camera station and one place to look at images.
pub struct Rig {
    _dir: TempDir,
    pub site: Site,
    pub store: Arc<dyn Store>,
    pub live: Arc<LiveCameras>,
    pub recogniser: Arc<Recogniser>,
    pub station: DeviceId,
    pub fake: Fake,
    pub deliveries: mpsc::Receiver<Delivery>,
    _member: Membership,
}

impl Rig {
    pub async fn of(takes: Duration) -> Self {
        let (dir, site) = opened().await;
        let (point, mut writes) = door();
        let station = Device {
            kind: DeviceKind::CameraStation,
            ..native("Room", point)
        };
        writes.push(Write::Device(Put::Add(station.clone())));
        let device = station.id;
        act(&site, Act::DevicePut { device }, writes).await;
        let store: Arc<dyn Store> = Arc::new(site.store.clone());
        let pictures = Arc::new(site.pictures.clone());
        let recogniser = recogniser(&store, &pictures).await;
        let fake = Fake {
            takes,
            ..Fake::default()
        };
        let member = recogniser.pool().join("here", 1, fake.clone());
        let (house, deliveries, _) = house::open(&store, &pictures).await.unwrap();
        let strangers = StrangerBook::new(&store, &pictures, &recogniser);
        let settings = TrackerSettings::default();
        let mut live =
            LiveCameras::new(&store, &recogniser, &pictures, &house, &strangers, settings);
        // Frames of tests come soon after it began, long ago.
        live.started = live.started.checked_sub(AGO).unwrap();
        Self {
            _dir: dir,
            site,
            store,
            live: Arc::new(live),
            recogniser,
            station: device,
            fake,
            deliveries,
            _member: member,
        }
    }

    /// Lets the house know of devices that were added since.
    pub async fn reread(&mut self) {
        let pictures = Arc::new(self.site.pictures.clone());
        let (house, deliveries, _) = house::open(&self.store, &pictures).await.unwrap();
        let strangers = StrangerBook::new(&self.store, &pictures, &self.recogniser);
        let rooms = (&self.store, &self.recogniser, &pictures);
        let settings = TrackerSettings::default();
        let live = LiveCameras::new(rooms.0, rooms.1, rooms.2, &house, &strangers, settings);
        self.live = Arc::new(live);
        self.deliveries = deliveries;
    }

    /// Enrols somebody with that face.
    pub async fn enrol(&self, n: u8) -> PersonId {
        self.enrol_as(n, n).await
    }

    /// Enrols person `n` with the face of `alike`.
    pub async fn enrol_as(&self, n: u8, alike: u8) -> PersonId {
        let person = PersonId(Uuid::from_u128(u128::from(n) + 1));
        let template = face(alike).template.to_bytes();
        let port = RecognitionPort(self.recogniser.clone());
        let credential = CredentialId(Uuid::new_v4());
        port.enrolled(person, credential, &template).await;
        person
    }

    /// A frame of the station that shows those faces, taken then (in milliseconds).
    pub async fn frame(&self, seen: &[u8], ms: u32) -> Result<Arc<LiveFrame>, FrameRefused> {
        self.show(seen.iter().map(|n| face(*n)).collect(), ms).await
    }

    /// The same with any faces.
    pub async fn show(&self, seen: Vec<Face>, ms: u32) -> Result<Arc<LiveFrame>, FrameRefused> {
        *self.fake.faces.lock().unwrap() = seen;
        let moment = Moment {
            at: at(0) + jiff::SignedDuration::from_millis(ms.into()),
            came: self.live.started + Duration::from_millis(ms.into()),
        };
        self.live.sent(self.station, picture(), moment).await
    }

    /// Commits whatever is delivered from now on.
    pub fn commit_all(&mut self) {
        let deliveries = std::mem::replace(&mut self.deliveries, mpsc::channel(1).1);
        tokio::spawn(commit(self.store.clone(), deliveries));
    }

    fn last_purpose(&self) -> Purpose {
        let looks = self.fake.looks.lock().unwrap();
        looks.last().unwrap().1.clone()
    }
}

/// Commits whatever is delivered.
async fn commit(store: Arc<dyn Store>, mut deliveries: mpsc::Receiver<Delivery>) {
    while let Some(delivery) = deliveries.recv().await {
        store.commit(delivery.draft).await.unwrap();
        let committed = Receipt::Committed { contiguous: None };
        let _ = delivery.reply.send(committed);
    }
}

/// Somebody at their place.
pub fn face(n: u8) -> Face {
    let mut values = vec![0.0; 128];
    values[usize::from(n)] = 1.0;
    let landmarks = serde_json::json!({ "points": [], "presence": 1.0, "nod": 0.0 });
    Face {
        bounds: Rect {
            x: f32::from(n) * 200.0,
            y: 100.0,
            width: 100.0,
            height: 120.0,
        },
        confidence: 0.9,
        landmarks: serde_json::from_value(landmarks).unwrap(),
        quality: Quality::well_shown(120.0),
        template: Template::new(ModelId::FACE_API, values).unwrap(),
        real: None,
    }
}

fn picture() -> Bytes {
    let frame = Frame::from_rgb(640, 480, vec![100; 640 * 480 * 3]).unwrap();
    frame.to_jpeg(90).unwrap().into()
}

pub async fn eventually<T>(what: &str, probe: impl AsyncFn() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let within = timeout(Duration::from_secs(30), found).await;
    within.unwrap_or_else(|_| panic!("{what}"))
}

#[tokio::test]
async fn a_called_roll_looks_at_many_faces_every_two_seconds_and_lists_whom_it_saw() {
    let mut rig = Rig::of(Duration::ZERO).await;
    rig.commit_all();
    let ada = rig.enrol(0).await;
    rig.frame(&[0], 0).await.unwrap();
    assert!(!matches!(rig.last_purpose(), Purpose::RollCall));
    assert_eq!(rig.live.roll_call(rig.station), None);
    rig.live.call_roll(rig.station).unwrap();
    for second in 1..=6 {
        rig.frame(&[0, 1], 2_000 * second).await.unwrap();
        assert_eq!(rig.last_purpose(), Purpose::RollCall);
    }
    let found = rig.live.roll_call(rig.station).unwrap();
    let people: Vec<_> = found.faces.iter().map(|face| face.person).collect();
    assert_eq!(people, [Some(ada), None]);
    assert_eq!(found.looks, 6);
    let cut = rig.live.roll_call_face(rig.station, found.faces[0].number);
    assert!(cut.is_some_and(|jpeg| !jpeg.is_empty()));
    // Whoever is listed is in the log's hands, too.
    let passed = eventually("nothing is logged", async || {
        rig.store.unsettled().await.unwrap().observations.pop()
    });
    let Sighting::Face(seen) = passed.await.sighting else {
        panic!("a camera sees faces");
    };
    assert_eq!(seen.person, Some(ada));
    let rarity = seen.rarity.unwrap();
    assert_eq!(rarity.allowed_one_in, 200);
    assert!(rarity.rate.one_in > 200 && !rarity.rate.measured);
    rig.live.end_roll_call(rig.station).unwrap();
    rig.frame(&[0, 1], 20_000).await.unwrap();
    assert!(!matches!(rig.last_purpose(), Purpose::RollCall));
}

#[tokio::test]
async fn between_two_looks_a_camera_that_calls_a_roll_is_busy() {
    let mut rig = Rig::of(Duration::ZERO).await;
    let live = Arc::get_mut(&mut rig.live).unwrap();
    live.roll_calls = HashSet::from([rig.station]);
    rig.live.frame(rig.station, picture()).await.unwrap();
    assert_eq!(rig.last_purpose(), Purpose::RollCall);
    let soon = rig.live.frame(rig.station, picture()).await;
    assert_eq!(soon.unwrap_err(), FrameRefused::Busy);
    tokio::time::sleep(ROLL_CALL_EVERY).await;
    assert!(rig.live.frame(rig.station, picture()).await.is_ok());
}

#[tokio::test]
async fn the_picture_to_keep_is_of_the_moment_when_the_face_was_seen_best() {
    let rig = Rig::of(Duration::ZERO).await;
    rig.enrol(0).await;
    let mut passages = None;
    for ms in [0, 250, 500, 750, 1_000] {
        let mut seen = face(0);
        // The second frame shows it best.
        seen.quality = Quality::well_shown(if ms == 250 { 200.0 } else { 70.0 });
        *rig.fake.faces.lock().unwrap() = vec![seen];
        let moment = Moment {
            at: at(0),
            came: rig.live.started + Duration::from_millis(ms),
        };
        let jpeg = Bytes::from(ms.to_string());
        let looked = rig.live.look(rig.station, || Some((jpeg, moment))).await;
        let looked = looked.unwrap();
        if !looked.is_empty() {
            passages = Some((ms, looked));
            break;
        }
    }
    let (decided, mut passages) = passages.expect("nobody passed");
    assert!(decided > 250);
    let pictures: Vec<_> = passages
        .pictures()
        .map(|(at, jpeg)| (at, jpeg.clone()))
        .collect();
    let best = rig.live.started + Duration::from_millis(250);
    assert_eq!(pictures, [(best, Bytes::from("250"))]);
}

#[tokio::test]
async fn no_number_is_given_to_two_tracks_of_a_camera() {
    let mut rig = Rig::of(Duration::ZERO).await;
    rig.commit_all();
    let first = rig.frame(&[0], 0).await.unwrap();
    let camera = rig.live.camera(rig.station);
    camera.following.lock().await.begin_anew();
    let anew = rig.frame(&[0], 250).await.unwrap();
    let tracks = [first, anew].map(|frame| frame.overlays[0].track);
    assert_eq!(tracks, [1, 2]);
}

#[tokio::test]
async fn a_track_that_is_named_after_it_was_a_strangers_leaves_no_stranger_behind() {
    let mut rig = Rig::of(Duration::ZERO).await;
    rig.commit_all();
    for n in 0..10 {
        rig.frame(&[0], 250 * n).await.unwrap();
    }
    let kept = eventually("nobody is kept", async || {
        rig.store.strangers_seen().await.unwrap().pop()
    });
    let kept = kept.await;
    rig.enrol(0).await;
    for n in 10..14 {
        rig.frame(&[0], 250 * n).await.unwrap();
    }
    eventually("the stranger is still kept", async || {
        let seen = rig.store.strangers_seen().await.unwrap();
        seen.is_empty().then_some(())
    })
    .await;
    eventually("the face is still kept", async || {
        let face = rig.site.pictures.get(kept.face).await.unwrap();
        face.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn whoever_is_asked_when_another_model_comes_to_serve_is_asked_anew() {
    let rig = Rig::of(Duration::ZERO).await;
    let camera = rig.live.camera(rig.station);
    let mut following = camera.following.lock().await;
    let before = Tracker::new(TrackerSettings::default());
    following.tracker = Some((ModelId::FACE_API_FIRST, before));
    let mut update = TrackUpdate {
        decided: vec![Decided {
            track: 1,
            person: Some(PersonId(Uuid::nil())),
            one_of: None,
            before: None,
            score: 1.0,
            threshold: 0.9,
            false_identifications: None,
            allowed: 0.005,
            runner_up: None,
            margin: None,
            frames: 3,
            gallery: 1,
            first_seen: Duration::ZERO,
            decided_at: Duration::ZERO,
            pictured_at: Duration::ZERO,
            template: face(0).template,
            unlike: 1.0,
            picture: picture(),
            bounds: face(0).bounds,
            spoof: SpoofScores::default(),
            covered: Vec::new(),
        }],
        ..TrackUpdate::default()
    };
    following
        .asking
        .step(&mut update, &[], Duration::ZERO, || 3);
    assert!(following.asking.is_busy());
    // While somebody is asked, eyes are looked at closely.
    let purpose = following.purpose(false, Duration::ZERO);
    assert!(matches!(purpose, Purpose::Asked(_)));
    let nobody = Analysis {
        width: 640,
        height: 480,
        faces: Vec::new(),
        followed: Vec::new(),
        everywhere: true,
    };
    let jpeg = picture();
    let seen = rig
        .live
        .follow(&mut following, &jpeg, nobody, Duration::ZERO);
    assert!(seen.await.is_some());
    assert!(!following.asking.is_busy());
    let purpose = following.purpose(false, Duration::ZERO);
    assert!(!matches!(purpose, Purpose::Asked(_)));
}

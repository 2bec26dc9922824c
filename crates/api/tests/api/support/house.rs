//! What the server provides beyond the store, played: a clock that is set by hand, a recogniser
//! that reads what it should find from the image's bytes, card files that count lines.

use super::fingers::PlayedFingers;
use api::ports::{
    Assessment, CameraAddress, CameraStatus, Cameras, CardFiles, CardPictures, Challenge, Clock,
    EnrolledImage, FoundCamera, FrameRefused, ImageFinding, ImageProblem, ImportReport, Integrity,
    LiveFrame, NetworkCameras, Overlay, Recognition, RefusedRow, RollCall, RollCallFace, Spool,
    Step, Tell, Verification,
};
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    Author, CredentialId, DeviceId, GateId, PersonId, PictureId, Score, StrangerId, Timestamp,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// Who can be recognised now.
type Gallery = BTreeSet<(PersonId, CredentialId)>;

/// The played parts.
pub struct Played {
    now: Mutex<Timestamp>,
    pub gallery: Mutex<Gallery>,
    /// What the next verification finds.
    pub findings: Mutex<Vec<String>>,
    last: Mutex<Option<Verification>>,
    /// What keeps checkpoints from being signed.
    pub contradiction: Mutex<Option<String>>,
    frames: Mutex<HashMap<DeviceId, watch::Sender<Option<Arc<LiveFrame>>>>>,
    /// What camera stations came and went.
    pub came: Mutex<Vec<(DeviceId, bool)>>,
    /// Who is seen in the frames to come.
    pub seen: Mutex<Option<PersonId>>,
    /// The strangers that are like every image.
    pub alike: Mutex<Vec<StrangerId>>,
    /// Whom somebody on an image of a twin looks like.
    pub twin: Mutex<Option<PersonId>>,
    /// Whom a roll call sees.
    pub called: Mutex<Vec<RollCallFace>>,
    roll: Mutex<Option<RollCall>>,
    /// What is asked of whoever is seen.
    pub challenge: Mutex<Option<Challenge>>,
    /// Held by whoever wants imports to wait.
    pub imports: Semaphore,
    /// What is known of fingers.
    pub fingers: PlayedFingers,
}

impl Played {
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: Mutex::new(now),
            gallery: Mutex::default(),
            findings: Mutex::default(),
            last: Mutex::default(),
            contradiction: Mutex::default(),
            frames: Mutex::default(),
            came: Mutex::default(),
            seen: Mutex::default(),
            alike: Mutex::default(),
            twin: Mutex::default(),
            called: Mutex::default(),
            roll: Mutex::default(),
            challenge: Mutex::default(),
            imports: Semaphore::new(1),
            fingers: PlayedFingers::default(),
        }
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock().unwrap() = now;
    }
}

impl Clock for Played {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

/// Whether an image says that it shows something.
fn says(image: &[u8], word: &[u8]) -> bool {
    image.windows(word.len()).any(|part| part == word)
}

/// What is wrong with an image of `person`, who may look like `twin`.
fn finding(image: &[u8], person: Option<PersonId>, twin: Option<PersonId>) -> ImageFinding {
    let says = |word: &[u8]| says(image, word);
    let mut problems = Vec::new();
    if says(b"unreadable") {
        problems.push(ImageProblem::Unreadable);
    }
    if says(b"two faces") {
        problems.push(ImageProblem::TwoFaces);
    }
    let good = problems.is_empty();
    if says(b"masked") {
        problems.push(ImageProblem::MouthCovered);
    }
    if let Some(twin) = twin.filter(|twin| says(b"twin") && person != Some(*twin)) {
        problems.push(ImageProblem::LooksLike(twin));
    }
    ImageFinding {
        problems,
        face: good.then_some([10.0, 20.0, 30.0, 40.0]),
    }
}

#[async_trait]
impl Recognition for Played {
    async fn assess(&self, images: Vec<Bytes>, person: Option<PersonId>) -> Option<Assessment> {
        let twin = *self.twin.lock().unwrap();
        let findings = images.iter().map(|image| finding(image, person, twin));
        let findings: Vec<_> = findings.collect();
        let of = |which: fn(&[ImageProblem]) -> bool| {
            let chosen = images.iter().enumerate().zip(&findings);
            chosen
                .filter(|(_, finding)| which(&finding.problems))
                .map(|((image, jpeg), _)| EnrolledImage {
                    image,
                    jpeg: jpeg.clone(),
                    model: "played".into(),
                    template: vec![7; 4],
                })
                .collect()
        };
        let enrolled = of(<[ImageProblem]>::is_empty);
        let doubtful = of(|problems| {
            let mut overruled = problems.iter().map(ImageProblem::overruled);
            !problems.is_empty() && overruled.all(|what| what.is_some())
        });
        Some(Assessment {
            findings,
            enrolled,
            doubtful,
        })
    }

    async fn enrolled(&self, person: PersonId, credential: CredentialId, template: &[u8]) {
        assert_eq!(template, [7; 4]);
        self.gallery.lock().unwrap().insert((person, credential));
    }

    async fn credential_removed(&self, person: PersonId, credential: CredentialId) {
        self.gallery.lock().unwrap().remove(&(person, credential));
    }

    async fn person_removed(&self, person: PersonId) {
        self.gallery
            .lock()
            .unwrap()
            .retain(|(known, _)| *known != person);
    }

    fn model(&self) -> String {
        "played".into()
    }

    async fn strangers_like(&self, _: Bytes, _: usize) -> Option<Vec<(StrangerId, Score)>> {
        let alike = self.alike.lock().unwrap();
        Some(alike.iter().map(|who| (*who, Score(900_000))).collect())
    }

    async fn stranger_forgotten(&self, stranger: StrangerId, _: &[PictureId]) {
        self.alike.lock().unwrap().retain(|who| *who != stranger);
    }
}

#[async_trait]
impl NetworkCameras for Played {
    fn status(&self, _: DeviceId) -> Option<CameraStatus> {
        None
    }

    fn main_status(&self, _: DeviceId) -> Option<CameraStatus> {
        None
    }

    fn host(&self, address: &str) -> Result<String, String> {
        let host = address.strip_prefix("rtsp://");
        let host = host.and_then(|rest| rest.split('/').next());
        host.map(str::to_owned).ok_or_else(|| "no address".into())
    }

    /// A camera that shows the name and password it was asked with.
    async fn first_picture(&self, camera: CameraAddress) -> Result<Bytes, String> {
        if camera.password == "wrong" {
            return Err("the camera refuses this user name and password".into());
        }
        Ok(format!("{}:{}", camera.user, camera.password).into())
    }

    async fn discover(&self) -> Result<Vec<FoundCamera>, String> {
        Ok(vec![FoundCamera {
            name: "North".into(),
            hardware: "Simulated".into(),
            service: "http://192.0.2.20/onvif".into(),
        }])
    }

    async fn streams(&self, service: CameraAddress) -> Result<(String, Option<String>), String> {
        Ok((service.address.replace("onvif", "main"), None))
    }
}

#[async_trait]
impl Cameras for Played {
    async fn frame(&self, camera: DeviceId, jpeg: Bytes) -> Result<Arc<LiveFrame>, FrameRefused> {
        if jpeg == "unreadable" {
            return Err(FrameRefused::Unreadable);
        }
        let person = *self.seen.lock().unwrap();
        let frame = Arc::new(LiveFrame {
            jpeg,
            overlays: vec![Overlay {
                track: 1,
                area: [0.25, 0.25, 0.5, 0.5],
                person,
                decided: true,
                score: Some(Score(500_000)),
            }],
            challenge: *self.challenge.lock().unwrap(),
            at: self.now(),
            size: (640, 480),
        });
        let mut frames = self.frames.lock().unwrap();
        let sender = frames
            .entry(camera)
            .or_insert_with(|| watch::Sender::new(None));
        sender.send_replace(Some(frame.clone()));
        Ok(frame)
    }

    fn watch(&self, camera: DeviceId) -> Option<watch::Receiver<Option<Arc<LiveFrame>>>> {
        let frames = self.frames.lock().unwrap();
        frames.get(&camera).map(watch::Sender::subscribe)
    }

    fn call_roll(&self, camera: DeviceId) -> Option<RollCall> {
        let frames = self.frames.lock().unwrap();
        frames.get(&camera)?;
        let begun_at = self.now();
        let call = RollCall {
            begun_at,
            gone_on: Duration::ZERO,
            lasts: Duration::from_secs(60),
            looks: 1,
            faces: self.called.lock().unwrap().clone(),
        };
        *self.roll.lock().unwrap() = Some(call.clone());
        Some(call)
    }

    fn roll_call(&self, _: DeviceId) -> Option<RollCall> {
        self.roll.lock().unwrap().clone()
    }

    fn end_roll_call(&self, _: DeviceId) -> Option<RollCall> {
        let mut roll = self.roll.lock().unwrap();
        let call = roll.as_mut()?;
        call.lasts = call.gone_on;
        roll.clone()
    }

    fn roll_call_face(&self, _: DeviceId, number: u32) -> Option<Bytes> {
        (number == 1).then(|| Bytes::from_static(b"\xff\xd8\xff face"))
    }

    fn presence(&self, camera: DeviceId, connected: bool) {
        self.came.lock().unwrap().push((camera, connected));
    }
}

/// Pictures of an upload, in memory.
#[derive(Default)]
struct Spooled(Mutex<HashMap<String, Bytes>>);

#[async_trait]
impl CardPictures for Spooled {
    async fn picture(&self, name: &str) -> store::Result<Option<Bytes>> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }
}

#[async_trait]
impl Spool for Spooled {
    async fn put(&self, name: String, picture: Bytes) -> store::Result<()> {
        self.0.lock().unwrap().insert(name, picture);
        Ok(())
    }
}

/// Each line begins with the number that names its picture.
async fn report(csv: &[u8], beside: &dyn CardPictures) -> ImportReport {
    let text = String::from_utf8_lossy(csv);
    let lines: Vec<&str> = text.lines().collect();
    let mut pictures = 0;
    for line in &lines {
        let number = line.split(',').next().unwrap_or_default();
        let picture = beside.picture(&format!("{number}.jpg")).await.unwrap();
        pictures += u64::from(picture.is_some());
    }
    ImportReport {
        added: lines.len() as u64,
        pictures,
        refused: vec![RefusedRow {
            line: 9,
            reason: "too few fields".into(),
        }],
        ..ImportReport::default()
    }
}

impl Played {
    /// Imports, one step told, once it may go on.
    async fn import(
        &self,
        csv: &[u8],
        beside: &dyn CardPictures,
        tell: &Tell,
    ) -> Result<ImportReport, String> {
        let (done, all, pictures) = (1, 2, 0);
        tell(Step {
            done,
            all,
            pictures,
        });
        let _turn = self.imports.acquire().await.unwrap();
        match csv {
            b"broken" => Err("the card is broken".into()),
            b"panic" => panic!("an import breaks down"),
            csv => Ok(report(csv, beside).await),
        }
    }
}

#[async_trait]
impl CardFiles for Played {
    async fn spool(&self) -> store::Result<Arc<dyn Spool>> {
        Ok(Arc::new(Spooled::default()))
    }

    async fn import_people(
        &self,
        csv: Bytes,
        photos: Arc<dyn CardPictures>,
        author: Author,
        tell: Tell,
    ) -> Result<ImportReport, String> {
        assert!(matches!(author, Author::User { .. }));
        self.import(&csv, &*photos, &tell).await
    }

    async fn import_log(
        &self,
        csv: Bytes,
        pictures: Arc<dyn CardPictures>,
        _: GateId,
        tell: Tell,
    ) -> Result<ImportReport, String> {
        self.import(&csv, &*pictures, &tell).await
    }

    async fn export_people(&self) -> Result<(String, Vec<String>), String> {
        Ok(("1,Ada\n".into(), vec!["2: a name with a comma".into()]))
    }
}

#[async_trait]
impl Integrity for Played {
    async fn verify(&self, _: Option<String>, tell: Tell) -> Result<Verification, String> {
        let (done, all, pictures) = (3, 3, 0);
        tell(Step {
            done,
            all,
            pictures,
        });
        let verification = Verification {
            at: self.now(),
            entries: 3,
            findings: self.findings.lock().unwrap().clone(),
        };
        *self.last.lock().unwrap() = Some(verification.clone());
        Ok(verification)
    }

    fn last(&self) -> Option<Verification> {
        self.last.lock().unwrap().clone()
    }

    fn contradiction(&self) -> Option<String> {
        self.contradiction.lock().unwrap().clone()
    }

    fn verifier_key(&self) -> String {
        "gatebook+00000000+key".into()
    }
}

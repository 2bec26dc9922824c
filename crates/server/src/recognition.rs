//! Recognition for the whole site: the nets, the gallery, and the threads that may use them.

use anyhow::{Context, Result};
use api::ports::{Assessment, EnrolledImage, ImageFinding, ImageProblem, Recognition};
use async_trait::async_trait;
use bytes::Bytes;
use model::{Comparison, CredentialId, PersonId, Score};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use store::Store;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vision::enrolment::{Candidate, Finding, judge};
use vision::{Engine, Face, Frame, Gallery, Limits, Template, Verification};

/// How long an enrolment or comparison waits for a recognition thread.
const PATIENCE: Duration = Duration::from_secs(20);
/// A face counts as in front when it is at least so high in relation to the tallest.
const IN_FRONT: f32 = 0.6;
/// JPEG quality of registered photographs, 1..=100.
const PHOTO_QUALITY: u8 = 92;

/// The nets, the gallery, and places for as many threads as may compute at once.
pub struct Recogniser {
    engine: Arc<Engine>,
    /// Computations hold on to what they began with, so that nobody waits for a change.
    enrolled: RwLock<Arc<Enrolled>>,
    places: Arc<Semaphore>,
}

/// The right to one computation.
pub struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// The gallery, and which template of a person came from which credential.
#[derive(Clone, Default)]
struct Enrolled {
    gallery: Gallery,
    templates: BTreeMap<PersonId, BTreeMap<CredentialId, Template>>,
}

impl Enrolled {
    fn put(&mut self, person: PersonId, credential: CredentialId, bytes: &[u8]) {
        match Template::from_bytes(bytes) {
            Ok(template) => {
                self.templates
                    .entry(person)
                    .or_default()
                    .insert(credential, template);
                self.refresh(person);
            }
            Err(error) => tracing::error!(%credential, %error, "a face template is unreadable"),
        }
    }

    fn refresh(&mut self, person: PersonId) {
        let templates = self.templates.get(&person);
        let templates = templates
            .map(|all| all.values().cloned().collect())
            .unwrap_or_default();
        if let Err(error) = self.gallery.set(person, templates) {
            tracing::error!(%person, %error, "a person's templates cannot be compared");
        }
    }
}

impl Recogniser {
    /// Loads the nets and fills the gallery from `store`; at most `threads` compute at once.
    ///
    /// # Errors
    /// When the nets cannot be loaded or the store cannot be read.
    pub async fn load(store: Arc<dyn Store>, threads: usize) -> Result<Self> {
        let engine = tokio::task::spawn_blocking(Engine::load).await?;
        let engine = Arc::new(engine.context("recognition cannot be loaded")?);
        let mut enrolled = Enrolled::default();
        for template in store.face_templates().await? {
            enrolled.put(template.person, template.credential, &template.bytes);
        }
        metrics::gauge!("gatebook_gallery_people").set(people(&enrolled.gallery));
        let places = Arc::new(Semaphore::new(threads));
        Ok(Self {
            engine,
            enrolled: RwLock::new(Arc::new(enrolled)),
            places,
        })
    }

    /// A place for one computation, if one is free now.
    pub fn place(&self) -> Option<Place> {
        self.places.clone().try_acquire_owned().ok().map(Place)
    }

    /// Runs `work` on a recognition thread, waiting a while for one.
    pub async fn soon<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Engine, &Gallery) -> T + Send + 'static,
    ) -> Option<T> {
        let place = tokio::time::timeout(PATIENCE, self.places.clone().acquire_owned()).await;
        self.compute(Place(place.ok()?.ok()?), work).await
    }

    /// Runs `work` on a recognition thread; `None` when it broke down.
    pub async fn compute<T: Send + 'static>(
        self: &Arc<Self>,
        place: Place,
        work: impl FnOnce(&Engine, &Gallery) -> T + Send + 'static,
    ) -> Option<T> {
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            let enrolled = this.enrolled();
            work(&this.engine, &enrolled.gallery)
        });
        done.await
            .inspect_err(|error| tracing::error!(%error, "recognition broke down"))
            .ok()
    }

    fn enrolled(&self) -> Arc<Enrolled> {
        let enrolled = self.enrolled.read();
        enrolled.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Enrolled)) {
        let mut enrolled = self
            .enrolled
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut enrolled));
        metrics::gauge!("gatebook_gallery_people").set(people(&enrolled.gallery));
    }

    /// Compares the faces in front of a picture with one person (1:1).
    pub async fn compare(self: &Arc<Self>, jpeg: Vec<u8>, person: PersonId) -> Comparison {
        let compared = self.soon(move |engine, gallery| compare(engine, gallery, &jpeg, person));
        compared.await.unwrap_or(Comparison::NotCompared)
    }
}

fn compare(engine: &Engine, gallery: &Gallery, jpeg: &[u8], person: PersonId) -> Comparison {
    if !gallery.contains(person) {
        return Comparison::NotCompared;
    }
    let Ok(frame) = Frame::decode(jpeg, Limits::UPLOAD) else {
        return Comparison::Unreadable;
    };
    let faces = engine.analyse(&frame).unwrap_or_else(|error| {
        tracing::error!(%error, "a picture could not be compared");
        Vec::new()
    });
    let Some(verified) = best_in_front(&faces, gallery, person) else {
        return Comparison::NoFace;
    };
    let score = Score::from_cosine(verified.score);
    let threshold = Score::from_cosine(verified.threshold);
    if verified.agrees() {
        Comparison::Agrees { score, threshold }
    } else {
        Comparison::Disagrees { score, threshold }
    }
}

/// The likeness of whoever stands in front and is most like the person. Two people may stand side by
/// side before a gate; people further behind do not count.
fn best_in_front(faces: &[Face], gallery: &Gallery, person: PersonId) -> Option<Verification> {
    let tallest = faces
        .iter()
        .map(|face| face.bounds.height)
        .fold(0.0, f32::max);
    let in_front = faces
        .iter()
        .filter(|face| face.bounds.height >= tallest * IN_FRONT);
    in_front
        .filter_map(|face| gallery.verify(person, &face.template))
        .max_by(|a, b| a.score.total_cmp(&b.score))
}

/// Exact up to 2^53 people.
#[allow(clippy::cast_precision_loss)]
fn people(gallery: &Gallery) -> f64 {
    gallery.len() as f64
}

/// The recogniser as the API sees it.
#[async_trait]
impl Recognition for RecognitionPort {
    async fn assess(&self, images: Vec<Bytes>, person: Option<PersonId>) -> Option<Assessment> {
        let judged = self
            .0
            .soon(move |engine, gallery| judge(engine, &images, gallery, person));
        match judged.await? {
            Ok(candidates) => Some(assessment(&candidates)),
            Err(error) => {
                tracing::error!(%error, "images could not be judged");
                None
            }
        }
    }

    async fn enrolled(&self, person: PersonId, credential: CredentialId, template: &[u8]) {
        self.0
            .change(|enrolled| enrolled.put(person, credential, template));
    }

    async fn credential_removed(&self, person: PersonId, credential: CredentialId) {
        self.0.change(|enrolled| {
            if let Some(templates) = enrolled.templates.get_mut(&person) {
                templates.remove(&credential);
            }
            enrolled.refresh(person);
        });
    }

    async fn person_removed(&self, person: PersonId) {
        self.0.change(|enrolled| {
            enrolled.templates.remove(&person);
            enrolled.gallery.remove(person);
        });
    }
}

/// [`Recogniser`] behind the API's port.
pub struct RecognitionPort(pub Arc<Recogniser>);

fn assessment(candidates: &[Candidate]) -> Assessment {
    let enrolled = candidates
        .iter()
        .enumerate()
        .filter_map(|(image, c)| enrolled(image, c));
    Assessment {
        findings: candidates.iter().map(finding).collect(),
        enrolled: enrolled.collect(),
    }
}

fn enrolled(image: usize, candidate: &Candidate) -> Option<EnrolledImage> {
    let template = candidate
        .template
        .as_ref()
        .filter(|_| candidate.is_accepted())?;
    let jpeg = candidate.frame.as_ref()?.to_jpeg(PHOTO_QUALITY).ok()?;
    Some(EnrolledImage {
        image,
        jpeg: jpeg.into(),
        model: template.model().to_string(),
        template: template.to_bytes(),
    })
}

fn finding(candidate: &Candidate) -> ImageFinding {
    ImageFinding {
        problems: candidate.findings.iter().map(problem).collect(),
        face: candidate.bounds.map(|b| [b.x, b.y, b.width, b.height]),
    }
}

fn problem(finding: &Finding) -> ImageProblem {
    match finding {
        Finding::Unreadable { .. } => ImageProblem::Unreadable,
        Finding::NoFace => ImageProblem::NoFace,
        Finding::SeveralFaces { .. } => ImageProblem::TwoFaces,
        Finding::TooSmall { .. } => ImageProblem::TooSmall,
        Finding::Blurred => ImageProblem::Blurred,
        Finding::Dark => ImageProblem::Dark,
        Finding::Glaring => ImageProblem::Glaring,
        Finding::Turned => ImageProblem::Turned,
        Finding::UnlikeTheOthers => ImageProblem::DoesNotMatchOthers,
        Finding::AlreadyEnrolled { person, .. } => ImageProblem::LooksLike(*person),
        Finding::OneTooMany => ImageProblem::OneTooMany,
    }
}

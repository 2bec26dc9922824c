//! Recognition as the API asks for it.

use super::Recogniser;
use super::reenrolment::largest_face;
use api::ports::{
    Assessment, EnrolledImage, ImageFinding, ImageProblem, ImportReport, Recognition, Tell,
};
use async_trait::async_trait;
use bytes::Bytes;
use model::{CredentialId, PersonId, PictureId, Score, StrangerId};
use std::sync::Arc;
use vision::enrolment::{Candidate, Finding, MOST_IMAGES, judge};
use vision::{Frame, Limits, Purpose};

/// JPEG quality of registered photographs, 1..=100.
const PHOTO_QUALITY: u8 = 92;

/// [`Recogniser`] behind the API's port.
pub struct RecognitionPort(pub Arc<Recogniser>);

#[async_trait]
impl Recognition for RecognitionPort {
    async fn assess(&self, images: Vec<Bytes>, person: Option<PersonId>) -> Option<Assessment> {
        let mut looks = Vec::with_capacity(images.len());
        for image in images.iter().take(MOST_IMAGES) {
            looks.push(self.0.pool.look(image.clone(), Purpose::Enrolment).await?);
        }
        let judged = self.0.with_gallery(move |gallery| {
            let candidates = judge(&looks, images.len(), gallery, person);
            assessment(&images, &candidates)
        });
        judged.await
    }

    async fn enrolled(&self, person: PersonId, credential: CredentialId, template: &[u8]) {
        if !self.0.serving().enrolled.put(person, credential, template) {
            self.0.enrol_late(person, credential).await;
        }
    }

    async fn credential_removed(&self, person: PersonId, credential: CredentialId) {
        self.0.serving().enrolled.take(person, credential);
    }

    async fn person_removed(&self, person: PersonId) {
        self.0.serving().enrolled.forget(person);
    }

    fn is_outdated(&self) -> bool {
        self.0.is_outdated()
    }

    async fn reenrol(&self, tell: Tell) -> Result<ImportReport, String> {
        let done = self.0.reenrol(tell).await;
        done.map_err(|error| format!("{error:#}"))
    }

    fn model(&self) -> String {
        self.0.serving().model().to_string()
    }

    async fn strangers_like(&self, image: Bytes, most: usize) -> Option<Vec<(StrangerId, Score)>> {
        let look = self.0.pool.look(image, Purpose::Enrolment).await?;
        let Ok(template) = largest_face(Some(look)) else {
            return Some(Vec::new());
        };
        let serving = self.0.serving();
        let searching = move || serving.strangers.most_alike(&template, most);
        let alike = tokio::task::spawn_blocking(searching).await.ok()?;
        let scored = alike.into_iter();
        let scored = scored.map(|(who, score)| (who, Score::from_cosine(score)));
        Some(scored.collect())
    }

    async fn stranger_forgotten(&self, stranger: StrangerId, pictures: &[PictureId]) {
        self.0.serving().strangers.take_all(stranger, pictures);
    }
}

fn assessment(images: &[Bytes], candidates: &[Candidate]) -> Assessment {
    let made = |which: fn(&Candidate) -> bool| {
        let both = images.iter().zip(candidates).enumerate();
        let chosen = both.filter(|(_, (_, candidate))| which(candidate));
        chosen
            .filter_map(|(n, (image, candidate))| enrolled(n, image, candidate))
            .collect()
    };
    Assessment {
        findings: candidates.iter().map(finding).collect(),
        enrolled: made(Candidate::is_accepted),
        doubtful: made(Candidate::serves_if_overruled),
    }
}

/// The photograph is written anew: upright, and without what cameras put beside the pixels.
fn enrolled(number: usize, image: &Bytes, candidate: &Candidate) -> Option<EnrolledImage> {
    let template = candidate.template.as_ref()?;
    let upright = Frame::decode(image, Limits::UPLOAD).ok()?;
    let jpeg = upright.to_jpeg(PHOTO_QUALITY).ok()?;
    Some(EnrolledImage {
        image: number,
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
        Finding::LooksUp => ImageProblem::LooksUp,
        Finding::LooksDown => ImageProblem::LooksDown,
        Finding::EyesCovered => ImageProblem::EyesCovered,
        Finding::MouthCovered => ImageProblem::MouthCovered,
        Finding::SideCovered => ImageProblem::SideCovered,
        Finding::CutOff => ImageProblem::CutOff,
        Finding::UnlikeTheOthers => ImageProblem::DoesNotMatchOthers,
        Finding::AlreadyEnrolled { person, .. } => ImageProblem::LooksLike(*person),
        Finding::OneTooMany => ImageProblem::OneTooMany,
    }
}

//! What the API asks of face recognition.

use super::{ImportReport, Tell};
use async_trait::async_trait;
use bytes::Bytes;
use model::{CredentialId, Overruled, PersonId, PictureId, Score, StrangerId};

/// What is wrong with an image for enrolment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageProblem {
    /// Not an image that can be read.
    Unreadable,
    /// No face found.
    NoFace,
    /// More than one face found.
    TwoFaces,
    /// The face is too small.
    TooSmall,
    /// The face is blurred.
    Blurred,
    /// The face is too dark.
    Dark,
    /// The face is washed out by light.
    Glaring,
    /// The head is turned aside.
    Turned,
    /// The head looks up.
    LooksUp,
    /// The head looks down.
    LooksDown,
    /// Something covers the eyes.
    EyesCovered,
    /// Something covers mouth or nose.
    MouthCovered,
    /// Something covers one half of the face.
    SideCovered,
    /// The image ends within the face.
    CutOff,
    /// More images than are taken at once.
    OneTooMany,
    /// The face does not match the other images given.
    DoesNotMatchOthers,
    /// The face looks like somebody enrolled already.
    LooksLike(PersonId),
}

/// What was found in one image for enrolment.
#[derive(Clone, PartialEq, Debug)]
pub struct ImageFinding {
    /// Problems; empty: the image is good.
    pub problems: Vec<ImageProblem>,
    /// Box of the face in pixels of the upright image: x, y, width, height.
    pub face: Option<[f32; 4]>,
}

/// A face template made from an image.
#[derive(Clone, Debug)]
pub struct EnrolledImage {
    /// Index of the image among those given.
    pub image: usize,
    /// The upright JPEG to keep as the registered photograph.
    pub jpeg: Bytes,
    /// Identity of the model.
    pub model: String,
    /// The template's encoding.
    pub template: Vec<u8>,
}

/// What an assessment found.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// Per image, in the order given.
    pub findings: Vec<ImageFinding>,
    /// Templates of the good ones.
    pub enrolled: Vec<EnrolledImage>,
    /// Templates of those whose problems an operator may overrule.
    pub doubtful: Vec<EnrolledImage>,
}

impl ImageProblem {
    /// What an operator overrules who takes the image all the same; `None`: it cannot be taken.
    #[must_use]
    pub fn overruled(&self) -> Option<Overruled> {
        match self {
            Self::LooksLike(person) => Some(Overruled::LooksLike { person: *person }),
            Self::EyesCovered => Some(Overruled::EyesCovered),
            Self::MouthCovered => Some(Overruled::MouthCovered),
            Self::SideCovered => Some(Overruled::SideCovered),
            _ => None,
        }
    }
}

/// Face recognition.
#[async_trait]
pub trait Recognition: Send + Sync + 'static {
    /// Looks at 1 to 10 images for enrolment; `person` when they belong to somebody who exists.
    /// `None`: recognition is overloaded; try again.
    async fn assess(&self, images: Vec<Bytes>, person: Option<PersonId>) -> Option<Assessment>;

    /// Puts templates into the gallery, at once. Call after they are durable.
    async fn enrolled(&self, person: PersonId, credential: CredentialId, template: &[u8]);

    /// Takes one template out of the gallery, at once.
    async fn credential_removed(&self, person: PersonId, credential: CredentialId);

    /// Takes a person out of the gallery, at once.
    async fn person_removed(&self, person: PersonId);

    /// Whether there are templates of another model than the one that is to serve.
    fn is_outdated(&self) -> bool {
        false
    }

    /// Enrols everybody with that model from the registered photographs, while the one before goes on serving.
    async fn reenrol(&self, _tell: Tell) -> Result<ImportReport, String> {
        Ok(ImportReport::default())
    }
    /// Identity of the model that makes templates now. Those of another one are not compared.
    fn model(&self) -> String;

    /// The strangers most alike the largest face of an image, the most alike first, at most `most`. `None`: recognition is
    /// overloaded; try again. Nothing: no face, or nobody is kept.
    async fn strangers_like(&self, image: Bytes, most: usize) -> Option<Vec<(StrangerId, Score)>>;

    /// Takes those sightings of a stranger, named by the pictures of their passages, out of what is recognised again, at
    /// once.
    async fn stranger_forgotten(&self, stranger: StrangerId, pictures: &[PictureId]);
}

//! Whether the picture of a passage shows whom the passage names.

use crate::recognition::Recogniser;
use decision::Facts;
use model::{Comparison, Evidence, PersonId, PictureEvidence};
use std::sync::Arc;
use storage::PictureFiles;
use store::Pictures;

/// Compares pictures with registered people.
#[derive(Clone)]
pub struct Comparer {
    pictures: Arc<PictureFiles>,
    recogniser: Arc<Recogniser>,
}

impl Comparer {
    /// Compares pictures kept in `pictures`.
    pub fn new(pictures: Arc<PictureFiles>, recogniser: Arc<Recogniser>) -> Self {
        Self {
            pictures,
            recogniser,
        }
    }

    /// Fills in what comparing the evidence's picture says. A picture that belongs to a face track is
    /// left alone: the track was compared already, frame by frame.
    pub async fn fill(&self, evidence: &mut Evidence, facts: &Facts) {
        if evidence.face.is_some() {
            return;
        }
        let (Some(picture), Some(person)) = (&mut evidence.picture, named(facts)) else {
            return;
        };
        picture.comparison = self.compare(picture, person).await;
    }

    async fn compare(&self, picture: &PictureEvidence, person: PersonId) -> Comparison {
        match self.pictures.get(picture.picture).await {
            Ok(Some(jpeg)) => self.recogniser.compare(jpeg, person).await,
            Ok(None) | Err(_) => Comparison::Unreadable,
        }
    }
}

/// Whom a finger or tag names.
fn named(facts: &Facts) -> Option<PersonId> {
    let finger = facts.by_finger.as_ref().or(facts.by_print.as_ref());
    let person = finger.or(facts.tag.holder.as_ref());
    person.map(|person| person.id)
}

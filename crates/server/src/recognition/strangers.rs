//! Which strangers are one: a gallery of their own, grown by every sighting.

use super::enrolled::Enrolled;
use model::{CredentialId, PersonId, PictureId, StrangerId};
use store::{Store, StrangerSeen};
use uuid::Uuid;
use vision::{Gallery, ModelId, Template};

/// The strangers that are kept. In the gallery's words a stranger is a person, a sighting a credential.
pub struct Strangers(Enrolled);

impl Strangers {
    /// Those the store keeps. Sightings by another model than `model` cannot be compared: they stay until their time
    /// is over, and whoever comes again is a new stranger.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &dyn Store, model: ModelId) -> store::Result<Self> {
        let strangers = Self(Enrolled::of(model, "gatebook_strangers"));
        let name = model.to_string();
        let all = store.strangers_seen().await?;
        for seen in all.iter().filter(|seen| seen.model == name) {
            strangers.keep(seen);
        }
        Ok(strangers)
    }

    /// Whom a face belongs to: a stranger seen before, at the threshold by which people are recognised among
    /// as many, or a new one.
    pub fn whose(&self, face: &Template) -> StrangerId {
        let alike = self.gallery().search(face).filter(|found| found.is_known());
        alike.map_or_else(
            || StrangerId(Uuid::now_v7()),
            |found| StrangerId(found.person.0),
        )
    }

    /// A sighting that is durable.
    pub fn keep(&self, seen: &StrangerSeen) {
        let (who, sighting) = names(seen.stranger, seen.picture);
        self.0.put(who, sighting, &seen.template);
    }

    /// A sighting was erased.
    pub fn take(&self, stranger: StrangerId, picture: PictureId) {
        let (who, sighting) = names(stranger, picture);
        self.0.take(who, sighting);
    }

    /// A stranger was erased, or became a person.
    pub fn forget(&self, stranger: StrangerId) {
        self.0.forget(PersonId(stranger.0));
    }

    /// Those most alike, the most alike first, with the cosine.
    pub fn most_alike(&self, face: &Template, most: usize) -> Vec<(StrangerId, f32)> {
        let found = self.0.most_alike(face, most).into_iter();
        found
            .map(|(who, score)| (StrangerId(who.0), score))
            .collect()
    }

    fn gallery(&self) -> &Gallery {
        self.0.gallery()
    }
}

fn names(stranger: StrangerId, picture: PictureId) -> (PersonId, CredentialId) {
    (PersonId(stranger.0), CredentialId(picture.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn face(values: [f32; 3]) -> Template {
        Template::new(ModelId::FACE_API, values.to_vec()).unwrap()
    }

    fn seen(strangers: &Strangers, face: &Template) -> StrangerSeen {
        let seen = StrangerSeen {
            picture: PictureId(Uuid::now_v7()),
            stranger: strangers.whose(face),
            at: Timestamp::UNIX_EPOCH,
            model: face.model().to_string(),
            template: face.to_bytes(),
        };
        strangers.keep(&seen);
        seen
    }

    #[test]
    fn a_face_that_comes_again_is_the_same_stranger_until_that_one_is_erased() {
        let strangers = Strangers(Enrolled::of(ModelId::FACE_API, "strangers"));
        let (ada, bob) = (face([1.0, 0.0, 0.0]), face([0.0, 1.0, 0.0]));
        let first = seen(&strangers, &ada);
        let other = seen(&strangers, &bob);
        let again = seen(&strangers, &face([0.99, 0.02, 0.0]));
        assert_eq!(first.stranger, again.stranger);
        assert_ne!(first.stranger, other.stranger);
        let alike = strangers.most_alike(&bob, 5);
        let order: Vec<StrangerId> = alike.iter().map(|(who, _)| *who).collect();
        assert_eq!(order, [other.stranger, first.stranger]);
        strangers.take(first.stranger, first.picture);
        assert_eq!(
            strangers.whose(&ada),
            first.stranger,
            "seen once more since"
        );
        strangers.forget(first.stranger);
        assert_ne!(strangers.whose(&ada), first.stranger);
    }
}

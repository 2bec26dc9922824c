//! Which strangers are one: a gallery of their own, grown by every sighting.

use super::enrolled::Enrolled;
use model::{CredentialId, PersonId, PictureId, StrangerId};
use store::StrangerSeen;
use uuid::Uuid;
use vision::{ModelId, Template};

/// The strangers that are kept. In the gallery's words a stranger is a person, a sighting a credential.
pub struct Strangers(Enrolled);

impl Strangers {
    /// Nobody yet, for templates of `model`.
    pub fn of(model: ModelId) -> Self {
        Self(Enrolled::of(model, "gatebook_strangers"))
    }

    /// Whom a face belongs to that is worth `unlike` unlike views: a stranger seen before, at the threshold by which
    /// one look tells people among as many, or a new one.
    pub fn whose(&self, face: &Template, unlike: f32) -> StrangerId {
        let found = self.0.gallery().search(face);
        let known = found
            .filter(|found| found.is_known_by(unlike))
            .map(|found| StrangerId(found.person.0));
        known.unwrap_or_else(|| StrangerId(Uuid::new_v4()))
    }

    /// A sighting that is durable. One by another model is passed over.
    pub fn put(&self, seen: &StrangerSeen) {
        let (who, sighting) = names(seen.stranger, seen.picture);
        self.0.put(who, sighting, &seen.template);
    }

    /// Sightings that are durable, many at once.
    pub fn put_all<'a>(&self, seen: impl IntoIterator<Item = &'a StrangerSeen>) {
        let all = seen.into_iter().map(|seen| {
            let (who, sighting) = names(seen.stranger, seen.picture);
            (who, sighting, seen.template.as_slice())
        });
        self.0.put_all(all);
    }

    /// A sighting was erased.
    pub fn take(&self, stranger: StrangerId, picture: PictureId) {
        self.take_all(stranger, &[picture]);
    }

    /// Those sightings were erased, or became a person's.
    pub fn take_all(&self, stranger: StrangerId, pictures: &[PictureId]) {
        let sightings = pictures.iter().map(|picture| CredentialId(picture.0));
        let sightings: Vec<CredentialId> = sightings.collect();
        self.0.take_all(PersonId(stranger.0), &sightings);
    }

    /// Takes out every sighting that is not among those.
    pub fn keep_only(&self, seen: &[StrangerSeen]) {
        let sightings = seen.iter().map(|seen| CredentialId(seen.picture.0));
        self.0.keep_only(&sightings.collect());
    }

    /// Those most alike, the most alike first, with the cosine.
    pub fn most_alike(&self, face: &Template, most: usize) -> Vec<(StrangerId, f32)> {
        let found = self.0.most_alike(face, most).into_iter();
        found
            .map(|(who, score)| (StrangerId(who.0), score))
            .collect()
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
            face: PictureId(Uuid::now_v7()),
            stranger: strangers.whose(face, 1.0),
            at: Timestamp::UNIX_EPOCH,
            model: face.model().to_string(),
            template: face.to_bytes(),
        };
        strangers.put(&seen);
        seen
    }

    #[test]
    fn a_face_that_comes_again_is_the_same_stranger_until_that_one_is_erased() {
        let strangers = Strangers::of(ModelId::FACE_API);
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
        let kept = strangers.whose(&ada, 1.0);
        assert_eq!(kept, first.stranger, "seen once more since");
        strangers.keep_only(std::slice::from_ref(&other));
        assert_ne!(strangers.whose(&ada, 1.0), first.stranger);
    }

    #[test]
    fn a_mean_of_many_views_has_to_be_more_alike_than_one() {
        let strangers = Strangers::of(ModelId::FACE_API);
        let first = seen(&strangers, &face([1.0, 0.0, 0.0]));
        let close = face([0.93, (1.0_f32 - 0.93 * 0.93).sqrt(), 0.0]);
        assert_eq!(strangers.whose(&close, 1.0), first.stranger);
        assert_ne!(strangers.whose(&close, 5.0), first.stranger);
    }
}

//! Everybody who can be recognised, and the search for the one most alike.

use crate::error::VisionError;
use crate::template::{ModelId, Template};
use crate::threshold;
use model::PersonId;
use std::collections::BTreeMap;

/// The people enrolled, in memory.
///
/// A person is compared as the mean of their templates: it is less noisy than any one of them. Every
/// person is compared, without an index: galleries of some thousands are what it is made for.
#[derive(Clone, Debug)]
pub struct Gallery {
    model: ModelId,
    people: BTreeMap<PersonId, Enrolled>,
    revision: u64,
}

#[derive(Clone, Debug)]
struct Enrolled {
    templates: Vec<Template>,
    mean: Template,
}

/// The person most alike a face, and the one after.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Match {
    /// The person most alike, in relation to their threshold.
    pub person: PersonId,
    /// Cosine to that person, -1 to 1.
    pub score: f32,
    /// The cosine this person must reach, see [`threshold::identification`].
    pub threshold: f32,
    /// The person who comes next, and the cosine to them.
    pub runner_up: Option<(PersonId, f32)>,
    /// People in the gallery.
    pub gallery: usize,
}

impl Match {
    /// Whether the face is held to be this person.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.score >= self.threshold
    }
}

/// A face held against one named person (1:1).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Verification {
    /// Cosine to the person, -1 to 1.
    pub score: f32,
    /// The cosine this person must reach, see [`threshold::verification`].
    pub threshold: f32,
}

impl Verification {
    /// Whether the face agrees with the person.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.score >= self.threshold
    }
}

impl Default for Gallery {
    /// Nobody yet, for templates of the embedded model.
    fn default() -> Self {
        Self {
            model: ModelId::FACE_API,
            people: BTreeMap::new(),
            revision: 0,
        }
    }
}

impl Gallery {
    /// Enrols a person with these templates, in place of any they had. Takes effect with the
    /// next search. No templates is the same as [`Self::remove`].
    ///
    /// # Errors
    /// [`VisionError::Template`] if a template is of another model; nothing is changed.
    pub fn set(&mut self, person: PersonId, templates: Vec<Template>) -> Result<(), VisionError> {
        if templates
            .iter()
            .any(|template| template.model() != self.model)
        {
            return Err(VisionError::Template(
                "made by another model than the gallery's",
            ));
        }
        if templates.is_empty() {
            self.remove(person);
            return Ok(());
        }
        let mean = Template::mean(&templates)
            .ok_or(VisionError::Template("the templates have no mean"))?;
        self.people.insert(person, Enrolled { templates, mean });
        self.revision += 1;
        Ok(())
    }

    /// Forgets a person; `false` if they were not enrolled.
    pub fn remove(&mut self, person: PersonId) -> bool {
        let known = self.people.remove(&person).is_some();
        self.revision += u64::from(known);
        known
    }

    /// Number of people.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether nobody is enrolled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Whether this person is enrolled.
    #[must_use]
    pub fn contains(&self, person: PersonId) -> bool {
        self.people.contains_key(&person)
    }

    /// The templates of a person, none if they are not enrolled.
    #[must_use]
    pub fn templates(&self, person: PersonId) -> &[Template] {
        self.people
            .get(&person)
            .map_or(&[], |enrolled| &enrolled.templates)
    }

    /// Grows with every change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Who is most alike; `None` if nobody is enrolled.
    #[must_use]
    pub fn search(&self, face: &Template) -> Option<Match> {
        self.search_without(face, None)
    }

    /// As [`Self::search`], but passing over one person.
    #[must_use]
    pub fn search_without(&self, face: &Template, passed_over: Option<PersonId>) -> Option<Match> {
        let mut best: Option<Candidate> = None;
        let mut next: Option<Candidate> = None;
        for (&person, enrolled) in &self.people {
            if passed_over == Some(person) {
                continue;
            }
            let candidate = Candidate {
                person,
                score: face.cosine(&enrolled.mean),
                threshold: threshold::identification(self.people.len(), enrolled.templates.len()),
            };
            if best
                .as_ref()
                .is_none_or(|best| candidate.excess() > best.excess())
            {
                next = best.replace(candidate);
            } else if next
                .as_ref()
                .is_none_or(|next| candidate.excess() > next.excess())
            {
                next = Some(candidate);
            }
        }
        best.map(|best| Match {
            person: best.person,
            score: best.score,
            threshold: best.threshold,
            runner_up: next.map(|next| (next.person, next.score)),
            gallery: self.people.len(),
        })
    }

    /// Holds a face against one person; `None` if they are not enrolled.
    #[must_use]
    pub fn verify(&self, person: PersonId, face: &Template) -> Option<Verification> {
        let enrolled = self.people.get(&person)?;
        Some(Verification {
            score: face.cosine(&enrolled.mean),
            threshold: threshold::verification(enrolled.templates.len()),
        })
    }
}

struct Candidate {
    person: PersonId,
    score: f32,
    threshold: f32,
}

impl Candidate {
    /// People enrolled with more images have a higher threshold, so bare scores do not compare.
    fn excess(&self) -> f32 {
        self.score - self.threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn template(values: &[f32]) -> Template {
        Template::new(ModelId::FACE_API, values.to_vec()).unwrap()
    }

    #[test]
    fn the_person_most_alike_is_found_with_the_runner_up() {
        let mut gallery = Gallery::default();
        gallery
            .set(person(1), vec![template(&[1.0, 0.0, 0.0])])
            .unwrap();
        gallery
            .set(person(2), vec![template(&[0.0, 1.0, 0.0])])
            .unwrap();
        gallery
            .set(person(3), vec![template(&[0.0, 0.0, 1.0])])
            .unwrap();
        let found = gallery.search(&template(&[0.99, 0.1, 0.02])).unwrap();
        assert_eq!((found.person, found.gallery), (person(1), 3));
        assert_eq!(found.runner_up.unwrap().0, person(2));
        assert!(found.is_known());
    }

    #[test]
    fn somebody_between_two_people_is_neither() {
        let mut gallery = Gallery::default();
        gallery.set(person(1), vec![template(&[1.0, 0.0])]).unwrap();
        gallery.set(person(2), vec![template(&[0.0, 1.0])]).unwrap();
        assert!(!gallery.search(&template(&[1.0, 1.0])).unwrap().is_known());
    }

    #[test]
    fn enrolling_and_removing_take_effect_at_once() {
        let mut gallery = Gallery::default();
        let face = template(&[1.0, 0.0]);
        assert!(gallery.search(&face).is_none());
        gallery.set(person(1), vec![face.clone()]).unwrap();
        assert!(gallery.search(&face).unwrap().is_known());
        let before = gallery.revision();
        assert!(gallery.remove(person(1)));
        assert!(gallery.search(&face).is_none() && gallery.revision() > before);
        assert!(!gallery.remove(person(1)));
    }

    #[test]
    fn a_template_of_another_model_is_refused() {
        let foreign =
            Template::from_bytes(&[b"another1".as_slice(), &1.0f32.to_le_bytes()].concat());
        let mut gallery = Gallery::default();
        assert!(gallery.set(person(1), vec![foreign.unwrap()]).is_err());
        assert!(gallery.is_empty());
    }
}

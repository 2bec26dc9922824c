//! Everybody who can be recognised, and the search for the one most alike.

mod places;
mod ranking;
mod slab;
#[cfg(test)]
mod tests;

use crate::error::VisionError;
use crate::template::{ModelId, Template};
use crate::threshold::{self, Rate};
use model::PersonId;
use places::{Place, Places};
use ranking::Ranking;
use slab::{ROWS, Slab};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

pub(crate) use slab::dot;

/// The people enrolled, in memory.
///
/// A person is compared as the mean of their templates, the trusted ones counting more: it is less noisy
/// than any one of them. Everybody is compared, without an index: the mean templates lie side by side, so
/// a search takes as long as reading them (one million people: half a gigabyte).
///
/// It changes while it is searched: nothing is copied, a change waits for a search to leave one block
/// of 1,024 people, and a search waits for no more than one row to be written. A search that runs meanwhile meets
/// whoever was enrolled throughout, and may or may not meet who came or went.
pub struct Gallery {
    model: ModelId,
    /// Numbers of a template, once the first is known.
    width: OnceLock<usize>,
    slabs: RwLock<Vec<Arc<Slab>>>,
    places: Places,
    vacant: Mutex<Vec<Place>>,
    people: AtomicUsize,
    revision: AtomicU64,
}

/// The person most alike a face, and the one after.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Match {
    /// The person most alike, in relation to their threshold.
    pub person: PersonId,
    /// Cosine to that person, -1 to 1.
    pub score: f32,
    /// The cosine this person must reach on one frame, see [`threshold::identification`].
    pub threshold: f32,
    /// The person who comes next, and the cosine to them.
    pub runner_up: Option<(PersonId, f32)>,
    /// Images the person is enrolled with.
    pub images: usize,
    /// People in the gallery.
    pub gallery: usize,
}

impl Match {
    /// Whether the face is held to be this person, one frame alone, at the usual rate of errors.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.score >= self.threshold
    }

    /// As [`Self::is_known`], for the mean of frames that are worth `views` unlike ones, see
    /// [`threshold::unlike_views`].
    #[must_use]
    pub fn is_known_by(&self, views: f32) -> bool {
        let threshold = threshold::of_several(self.gallery, self.images, views, Rate::USUAL);
        self.score >= threshold
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
        Self::new(ModelId::FACE_API)
    }
}

impl std::fmt::Debug for Gallery {
    /// Says how many there are: templates are personal data and stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gallery({} people, {})", self.len(), self.model)
    }
}

impl Gallery {
    /// Nobody yet, for templates of `model`.
    #[must_use]
    pub fn new(model: ModelId) -> Self {
        Self {
            model,
            width: OnceLock::new(),
            slabs: RwLock::default(),
            places: Places::default(),
            vacant: Mutex::default(),
            people: AtomicUsize::new(0),
            revision: AtomicU64::new(0),
        }
    }

    /// Enrols a person with these templates, in place of any they had. Takes effect with the
    /// next search. No templates is the same as [`Self::remove`].
    ///
    /// # Errors
    /// [`VisionError::Template`] if a template is of another model or length; nothing is changed.
    pub fn set(&self, person: PersonId, templates: &[Template]) -> Result<(), VisionError> {
        if templates.is_empty() {
            self.remove(person);
            return Ok(());
        }
        let mean = Template::mean(templates).ok_or(VisionError::Template(
            "the templates have no mean: they cancel out, or are of several models",
        ))?;
        let width = mean.values().len();
        if mean.model() != self.model || *self.width.get_or_init(|| width) != width {
            return Err(VisionError::Template(
                "made by another model than the gallery's",
            ));
        }
        let mut register = self.places.change(person);
        let known = register.get(&person).copied();
        let place = known.unwrap_or_else(|| self.vacant_place(width));
        if let Some(slab) = self.slab(place.slab) {
            slab.write(place.row, person, templates.len(), mean.values());
        }
        if register.insert(person, place).is_none() {
            self.people.fetch_add(1, Ordering::AcqRel);
        }
        self.revision.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// Forgets a person; `false` if they were not enrolled.
    pub fn remove(&self, person: PersonId) -> bool {
        let mut register = self.places.change(person);
        let Some(place) = register.remove(&person) else {
            return false;
        };
        if let Some(slab) = self.slab(place.slab) {
            slab.vacate(place.row);
        }
        self.people.fetch_sub(1, Ordering::AcqRel);
        self.revision.fetch_add(1, Ordering::AcqRel);
        self.vacant().push(place);
        true
    }

    /// A row nobody has; with a new slab if all are taken.
    fn vacant_place(&self, width: usize) -> Place {
        let mut vacant = self.vacant();
        if let Some(place) = vacant.pop() {
            return place;
        }
        let slab = Arc::new(Slab::new(width));
        let mut slabs = self.slabs.write().unwrap_or_else(PoisonError::into_inner);
        let number = slabs.len();
        slabs.push(slab);
        vacant.extend((1..ROWS).rev().map(|row| Place { slab: number, row }));
        Place {
            slab: number,
            row: 0,
        }
    }

    fn vacant(&self) -> std::sync::MutexGuard<'_, Vec<Place>> {
        self.vacant.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slab(&self, number: usize) -> Option<Arc<Slab>> {
        let slabs = self.slabs.read().unwrap_or_else(PoisonError::into_inner);
        slabs.get(number).cloned()
    }

    /// What makes the templates that are compared.
    #[must_use]
    pub fn model(&self) -> ModelId {
        self.model
    }

    /// Number of people.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.load(Ordering::Acquire)
    }

    /// Whether nobody is enrolled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this person is enrolled.
    #[must_use]
    pub fn contains(&self, person: PersonId) -> bool {
        self.places.of(person).contains_key(&person)
    }

    /// Grows with every change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Who is most alike; `None` if nobody is enrolled.
    #[must_use]
    pub fn search(&self, face: &Template) -> Option<Match> {
        self.search_without(face, None)
    }

    /// As [`Self::search`], but passing over one person.
    #[must_use]
    pub fn search_without(&self, face: &Template, passed_over: Option<PersonId>) -> Option<Match> {
        self.rank(&[face], passed_over).pop().flatten()
    }

    /// As [`Self::search`], for all faces of a frame in one pass over the memory: what each is most alike,
    /// in their order.
    #[must_use]
    pub fn search_all(&self, faces: &[&Template]) -> Vec<Option<Match>> {
        self.rank(faces, None)
    }

    fn rank(&self, faces: &[&Template], passed_over: Option<PersonId>) -> Vec<Option<Match>> {
        let comparable = |face: &&Template| {
            face.model() == self.model && self.width.get() == Some(&face.values().len())
        };
        let mut rankings = vec![Ranking::default(); faces.len()];
        let mut excesses = [0.0; ROWS];
        for number in 0.. {
            let Some(slab) = self.slab(number) else { break };
            let rows = slab.read();
            let searched = faces.iter().zip(&mut rankings);
            for (face, ranking) in searched.filter(|(face, _)| comparable(face)) {
                rows.excesses(face.values(), &mut excesses);
                ranking.meet(&rows, &excesses, passed_over);
            }
        }
        let people = self.len();
        rankings
            .iter()
            .map(|ranking| found(ranking, people))
            .collect()
    }

    /// Holds a face against one person; `None` if they are not enrolled.
    #[must_use]
    pub fn verify(&self, person: PersonId, face: &Template) -> Option<Verification> {
        let register = self.places.of(person);
        let place = register.get(&person)?;
        let slab = self.slab(place.slab)?;
        let rows = slab.read();
        let (_, images) = rows.owner(place.row)?;
        let row = rows.row(place.row);
        let comparable = face.model() == self.model && face.values().len() == row.len();
        let score = if comparable {
            dot(row, face.values()).clamp(-1.0, 1.0)
        } else {
            -1.0
        };
        Some(Verification {
            score,
            threshold: threshold::verification(images),
        })
    }
}

fn found(ranking: &Ranking, people: usize) -> Option<Match> {
    let best = ranking.best?;
    Some(Match {
        person: best.person,
        score: best.score,
        threshold: threshold::identification(people, best.images, Rate::USUAL),
        runner_up: ranking.next.map(|next| (next.person, next.score)),
        images: best.images,
        gallery: people,
    })
}

//! People whose plain columns were read, kept for the next page: names are on every page, and of a page with thousands of
//! rows they are half of what it reads.
//!
//! It follows the database: what the writer commits of people, or may have committed, empties it before the caller is
//! answered. So nobody is read from here who was changed or deleted, and no name outlives its person in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{Person, PersonId};

/// People that are kept at most; some hundred bytes each.
const MOST: usize = 20_000;

/// What is kept; without what is sealed of anybody.
#[derive(Default)]
pub(super) struct Known(Mutex<Held>);

#[derive(Default)]
struct Held {
    reading: Reading,
    people: HashMap<PersonId, Person>,
    /// By name.
    everybody: Option<Arc<[Person]>>,
}

/// Between which changes something was read: what was read before a change is not kept after it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reading(u64);

impl Known {
    /// Those of `ids` who are kept, and those who must be read.
    pub(super) fn find(&self, ids: &[PersonId]) -> (Vec<Person>, Vec<PersonId>, Reading) {
        let held = self.held();
        let mut found = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match held.people.get(id) {
                Some(person) => found.push(person.clone()),
                None => missing.push(*id),
            }
        }
        (found, missing, held.reading)
    }

    /// Everybody by name, if they are kept.
    pub(super) fn everybody(&self) -> (Option<Arc<[Person]>>, Reading) {
        let held = self.held();
        (held.everybody.clone(), held.reading)
    }

    /// Keeps what was read since `reading`.
    pub(super) fn keep(&self, reading: Reading, people: &[Person]) {
        let mut held = self.held();
        if held.reading != reading {
            return;
        }
        if held.people.len() + people.len() > MOST {
            held.people.clear();
        }
        let kept = people.iter().take(MOST);
        held.people
            .extend(kept.map(|person| (person.id, person.clone())));
    }

    /// Keeps everybody, as read since `reading`.
    pub(super) fn keep_everybody(&self, reading: Reading, people: &[Person]) {
        let mut held = self.held();
        if held.reading == reading && people.len() <= MOST {
            held.everybody = Some(people.into());
        }
    }

    /// People were changed, or may have been.
    pub(super) fn forget(&self) {
        let mut held = self.held();
        let reading = Reading(held.reading.0.wrapping_add(1));
        *held = Held {
            reading,
            ..Held::default()
        };
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing in here is half done when a holder panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

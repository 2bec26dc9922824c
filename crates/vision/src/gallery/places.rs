//! Where in the slabs somebody's row is.

use model::PersonId;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Parts of the register. One that grows is copied under its lock, and then only a part stands still.
const PARTS: usize = 64;

/// A row of a slab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Which slab.
    pub slab: usize,
    /// Which row of it.
    pub row: usize,
}

/// Who is in which row.
pub type Register = HashMap<PersonId, Place>;

/// The whole register.
pub struct Places {
    hasher: RandomState,
    parts: [RwLock<Register>; PARTS],
}

impl Default for Places {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            parts: std::array::from_fn(|_| RwLock::default()),
        }
    }
}

impl Places {
    /// The part in which a person is, to be read.
    pub fn of(&self, person: PersonId) -> RwLockReadGuard<'_, Register> {
        let part = self.part(person).read();
        part.unwrap_or_else(PoisonError::into_inner)
    }

    /// The same part, to be changed: as long as it is held nobody else changes this person.
    pub fn change(&self, person: PersonId) -> RwLockWriteGuard<'_, Register> {
        let part = self.part(person).write();
        part.unwrap_or_else(PoisonError::into_inner)
    }

    #[allow(clippy::cast_possible_truncation)] // the last bits are as good as all
    fn part(&self, person: PersonId) -> &RwLock<Register> {
        &self.parts[self.hasher.hash_one(person) as usize % PARTS]
    }
}

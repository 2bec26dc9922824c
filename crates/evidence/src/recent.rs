//! Who passed lately, so that the same face again is the same passage.

use crate::RESIGHTING;
use jiff::Timestamp;
use model::{Direction, ObservationId, PersonId};
use std::collections::BTreeMap;

/// A recent passage of a person by face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recent {
    /// Who.
    pub person: PersonId,
    /// The first observation of the passage.
    pub observation: ObservationId,
    /// When the person was first seen in this passage.
    pub first_seen: Timestamp,
    /// When the person was last seen, joined sightings included.
    pub last_seen: Timestamp,
}

/// Recent passages at one access point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recents(BTreeMap<PersonId, Recent>);

impl Recents {
    /// A passage begins.
    pub fn note(&mut self, recent: Recent) {
        let now = recent.last_seen;
        self.0
            .retain(|_, r| now.duration_since(r.last_seen) < RESIGHTING);
        self.0.insert(recent.person, recent);
    }

    /// The first observation of the passage that a sighting of `person` belongs to, if any.
    pub fn join(
        &mut self,
        person: PersonId,
        at: Timestamp,
        direction: Direction,
    ) -> Option<ObservationId> {
        let recent = self.0.get_mut(&person)?;
        let since = match direction {
            Direction::Both => recent.first_seen,
            Direction::Entry | Direction::Exit => recent.last_seen,
        };
        if at.duration_since(since).abs() >= RESIGHTING {
            return None;
        }
        recent.last_seen = recent.last_seen.max(at);
        Some(recent.observation)
    }
}

//! What of an entry is kept in the clear so that it can be searched.

use model::{
    AccessPointId, Act, Correction, Direction, Entry, EventId, FingerSubject, Notice, Outcome,
    PersonId, Record, TagText, Taken, Timestamp,
};
use store::{EntryKind, Result};

use crate::engine::Row;
use crate::engine::rows::{Columns, nanos, word};

/// The searchable part of an entry. It follows from the entry alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Searchable {
    pub(super) kind: &'static str,
    pub(super) occurred_at: i64,
    pub(super) access_point: Option<AccessPointId>,
    pub(super) direction: Option<Direction>,
    pub(super) outcome: Option<Outcome>,
    pub(super) taken: Option<Taken>,
    pub(super) tag: Option<TagText>,
    /// The entry a correction refers to.
    pub(super) refers: Option<EventId>,
}

/// The word by which a kind is kept.
pub(super) const fn kind_word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Access => "access",
        EntryKind::Act => "act",
        EntryKind::Correction => "correction",
        EntryKind::Notice => "notice",
    }
}

impl Searchable {
    pub(super) fn of(entry: &Entry) -> Self {
        let empty = Self {
            kind: kind_word(kind_of(entry)),
            occurred_at: nanos(entry.occurred_at()),
            access_point: None,
            direction: None,
            outcome: None,
            taken: None,
            tag: None,
            refers: None,
        };
        match &entry.record {
            Record::Access(event) => Self {
                access_point: Some(event.place.access_point),
                direction: Some(event.place.direction),
                outcome: Some(event.decision.outcome),
                taken: Some(event.decision.taken),
                tag: event.evidence.tag.as_ref().map(|read| read.tag.clone()),
                ..empty
            },
            Record::Correction(correction) => empty.of_correction(correction),
            Record::Act(_) | Record::Notice(_) => empty,
        }
    }

    fn of_correction(self, correction: &Correction) -> Self {
        match correction {
            Correction::NotThisPerson { event, .. } => Self {
                refers: Some(*event),
                ..self
            },
            // A visit has the identity of the entry that opened it.
            Correction::CloseVisit { visit, .. } => Self {
                refers: Some(EventId(visit.0)),
                ..self
            },
            Correction::AddMissed {
                place, direction, ..
            } => Self {
                access_point: Some(place.access_point),
                direction: Some(*direction),
                ..self
            },
        }
    }

    /// Whether a stored row says the same.
    pub(super) fn agrees(&self, row: &Row) -> Result<bool> {
        let text = |name| row.col::<Option<String>>(name);
        Ok(row.col::<String>("kind")? == self.kind
            && row.col::<i64>("occurred_at")? == self.occurred_at
            && row.maybe_id("access_point")? == self.access_point
            && text("direction")? == self.direction.as_ref().map(word).transpose()?
            && text("outcome")? == self.outcome.as_ref().map(word).transpose()?
            && text("taken")? == self.taken.as_ref().map(word).transpose()?
            && text("tag")?.as_deref() == self.tag.as_ref().map(TagText::as_str)
            && row.maybe_id("refers")? == self.refers)
    }
}

pub(super) const fn kind_of(entry: &Entry) -> EntryKind {
    match &entry.record {
        Record::Access(_) => EntryKind::Access,
        Record::Act(_) => EntryKind::Act,
        Record::Correction(_) => EntryKind::Correction,
        Record::Notice(_) => EntryKind::Notice,
    }
}

/// Whom an entry names. A correction is also about whom the corrected entry names; that is not
/// in the entry itself.
pub(super) const fn person_of(entry: &Entry) -> Option<PersonId> {
    match &entry.record {
        Record::Access(event) => event.decision.person,
        Record::Act(act) => person_of_act(act),
        Record::Correction(Correction::NotThisPerson { instead, .. }) => *instead,
        Record::Correction(Correction::AddMissed { person, .. })
        | Record::Notice(
            Notice::VisitOverdue { person, .. }
            | Notice::FingersLocked {
                subject: FingerSubject::Person { person },
                ..
            },
        ) => Some(*person),
        Record::Correction(Correction::CloseVisit { .. }) | Record::Notice(_) => None,
    }
}

const fn person_of_act(act: &Act) -> Option<PersonId> {
    match act {
        Act::PersonAdded { person }
        | Act::PersonChanged { person }
        | Act::PersonSuspended { person }
        | Act::PersonActivated { person }
        | Act::PersonDeleted { person }
        | Act::FaceEnrolled { person, .. }
        | Act::FingerEnrolled { person, .. }
        | Act::FingersUnlocked {
            subject: FingerSubject::Person { person },
        }
        | Act::CredentialRemoved { person, .. }
        | Act::TagAssigned { person, .. } => Some(*person),
        _ => None,
    }
}

/// An instant as a bound of the search.
pub(super) fn bound(at: Option<Timestamp>, otherwise: i64) -> i64 {
    at.map_or(otherwise, nanos)
}

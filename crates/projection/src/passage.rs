//! The passage that an entry records, reduced to what moves people and tags.

use model::{
    AccessEvent, Correction, Direction, Entry, EventId, Outcome, PersonId, Place, Record,
    TagEvidence, Taken, Timestamp,
};

/// How a passage moves a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Movement {
    /// Into an area that people also leave through an access point.
    Enter,
    /// Out of an area.
    Leave,
    /// Seen where no exit is seen: the first of a day is the arrival, the last the departure.
    Sighted,
}

/// The passage that an access event records, or that a correction adds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passage {
    /// The entry of the log.
    pub event: EventId,
    /// When the person passed.
    pub at: Timestamp,
    /// Where, as things stood.
    pub place: Place,
    /// How it moves a person.
    pub movement: Movement,
    /// Whom the entry itself names.
    pub person: Option<PersonId>,
    /// Whether the person passed, as far as anybody can tell.
    pub happened: bool,
    /// The tag that was issued or read.
    pub tag: Option<TagEvidence>,
}

impl Passage {
    /// The passage that `entry` records; `None` for acts, notices and other corrections.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        match &entry.record {
            Record::Access(event) => Some(Self::seen(entry.id, event)),
            Record::Correction(Correction::AddMissed {
                person,
                place,
                direction,
                at,
                ..
            }) => Some(Self {
                event: entry.id,
                at: *at,
                movement: told(*direction, place),
                place: place.clone(),
                person: Some(*person),
                happened: true,
                tag: None,
            }),
            _ => None,
        }
    }

    fn seen(id: EventId, event: &AccessEvent) -> Self {
        Self {
            event: id,
            at: event.evidence.occurred_at,
            place: event.place.clone(),
            movement: movement(event),
            person: event.decision.person,
            happened: happened(event),
            tag: event.evidence.tag.clone(),
        }
    }
}

/// A grant moves a person unless a device says that nobody passed. A denial moves a person only
/// where a controller had opened the door on its own: then the person is inside, whatever we think.
fn happened(event: &AccessEvent) -> bool {
    match (event.decision.outcome, event.decision.taken) {
        (_, Taken::NotTaken) => false,
        (Outcome::Granted, _) => true,
        (Outcome::Denied, taken) => event.decision.reported && taken == Taken::Taken,
    }
}

/// A classic line says itself which way the person went; elsewhere the access point does.
fn movement(event: &AccessEvent) -> Movement {
    if event.evidence.classic_exit.is_some() {
        return Movement::Leave;
    }
    let both_ways = event.place.direction == Direction::Both;
    if event.evidence.classic_entry.is_some() && both_ways {
        return Movement::Enter;
    }
    told(event.place.direction, &event.place)
}

/// An area without any exit has no second entries and no missing exits, only sightings.
fn told(direction: Direction, place: &Place) -> Movement {
    match direction {
        Direction::Entry if place.area_has_exit => Movement::Enter,
        Direction::Exit if place.area_has_exit || place.direction == Direction::Exit => {
            Movement::Leave
        }
        _ => Movement::Sighted,
    }
}

//! *Not this person*: takes back what a passage did for one person and does it for another.
//!
//! The entry itself stays as it is; only what follows from it changes.

use crate::fold::put;
use crate::visits::Moved;
use crate::{Calendar, Change, Loaded, Movement, Passage, Referred, custody};
use model::{Entry, PersonId, Visit, VisitId, VisitState};

/// How a visit came to its end, to be handed to another one.
struct Ending<'a>(&'a Visit);

impl Ending<'_> {
    fn of(&self, visit: &Visit) -> Visit {
        Visit {
            exit: self.0.exit,
            left_at: self.0.left_at,
            state: self.0.state,
            ..visit.clone()
        }
    }
}

pub(crate) fn not_this_person(
    entry: &Entry,
    instead: Option<PersonId>,
    loaded: &Loaded,
    calendar: &Calendar,
) -> Vec<Change> {
    let Some(referred) = loaded.referred.as_ref() else {
        return Vec::new();
    };
    let passage = &referred.passage;
    let mut changes = vec![Change::Attribute {
        event: passage.event,
        by: entry.id,
        person: instead,
    }];
    if !passage.happened || referred.counts_for == instead {
        return changes;
    }
    let issued = passage.tag.as_ref().is_some_and(|t| t.issued);
    // The tag ties the exit to whoever was handed it at this entry.
    let exit_goes_along = issued && instead.is_some();
    let taken_back = take_back(referred, exit_goes_along, loaded);
    changes.extend(taken_back.into_iter().map(Change::PutVisit));
    if let Some(person) = instead {
        let id = VisitId(entry.id.0);
        let mut moved = put(passage, person, id, loaded, calendar);
        if exit_goes_along {
            hand_over_exit(referred, &mut moved);
        }
        changes.extend(moved.visits.into_iter().map(Change::PutVisit));
    }
    let tag = custody::handed_to(passage.event, instead, loaded.custody.as_ref());
    changes.extend(tag.filter(|_| issued).map(Change::PutCustody));
    changes
}

/// The visits of the person whom the passage counted for, as they are without it.
fn take_back(referred: &Referred, exit_goes_along: bool, loaded: &Loaded) -> Vec<Visit> {
    let touched = referred.opened.as_ref().or(referred.closed.as_ref());
    let Some(visit) = touched else {
        return Vec::new();
    };
    let (before, after) = loaded.around(visit.person);
    if referred.passage.movement == Movement::Sighted {
        return vec![without_sighting(visit, &referred.passage, loaded)];
    }
    if referred.opened.is_none() {
        return vec![reopened(visit, before, after)];
    }
    let withdrawn = Visit {
        state: VisitState::Withdrawn,
        ..visit.clone()
    };
    let exit_stays = !(exit_goes_along && visit.exit.is_some());
    let ends = visit.state != VisitState::ExitMissing && exit_stays;
    let inherits = before.filter(|v| ends && v.state == VisitState::ExitMissing);
    let heir = inherits.map(|v| Ending(visit).of(v));
    std::iter::once(withdrawn).chain(heir).collect()
}

/// A visit whose exit was not this person's: inside again, unless another visit followed.
fn reopened(visit: &Visit, before: Option<&Visit>, after: Option<&Visit>) -> Visit {
    let inside_elsewhere = before.is_some_and(|v| v.state == VisitState::Open);
    let state = if after.is_some() || inside_elsewhere {
        VisitState::ExitMissing
    } else {
        VisitState::Open
    };
    Visit {
        exit: None,
        left_at: None,
        state,
        ..visit.clone()
    }
}

/// A visit made of sightings, without one of them.
fn without_sighting(visit: &Visit, passage: &Passage, loaded: &Loaded) -> Visit {
    let mut others: Vec<&Passage> = loaded
        .passages
        .iter()
        .filter(|p| p.event != passage.event && p.place.area == visit.area)
        .filter(|p| p.happened && p.movement == Movement::Sighted)
        .collect();
    others.sort_by_key(|p| (p.at, p.event));
    let (Some(first), Some(last)) = (others.first(), others.last()) else {
        return Visit {
            state: VisitState::Withdrawn,
            ..visit.clone()
        };
    };
    // An exit through a gate, or an operator, may have ended it since: that ending stays.
    let by_sighting = |event| event == passage.event || others.iter().any(|p| p.event == event);
    let ending_stays = visit.exit.is_some_and(|event| !by_sighting(event));
    let last_sighting = (last.event != first.event).then_some(last.event);
    Visit {
        entry: first.event,
        entered_at: first.at,
        exit: if ending_stays {
            visit.exit
        } else {
            last_sighting
        },
        left_at: if ending_stays {
            visit.left_at
        } else {
            Some(last.at)
        },
        ..visit.clone()
    }
}

fn hand_over_exit(referred: &Referred, moved: &mut Moved) {
    let ended = referred.opened.as_ref().filter(|v| v.exit.is_some());
    let opened = moved.visits.iter_mut().find(|v| moved.opened == Some(v.id));
    if let (Some(ended), Some(visit)) = (ended, opened) {
        *visit = Ending(ended).of(visit);
    }
}

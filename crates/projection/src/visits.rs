//! How passages open, extend and close visits.
//!
//! At any time a person has at most one open visit in an area, and it is the latest (a corrected
//! sighting within it aside). An entry that is told late (imported, or added by an operator) and lies before a
//! known visit therefore never opens one: it stands as *exit missing* until its exit is told too.

use crate::{Calendar, Passage};
use model::{PersonId, Timestamp, Visit, VisitId, VisitState};

/// What a passage did to visits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Moved {
    /// Visits to write, in order.
    pub visits: Vec<Visit>,
    /// The visit that this passage opened, among `visits`.
    pub opened: Option<VisitId>,
    /// The person was inside already.
    pub second_entry: bool,
    /// There was no visit to close.
    pub no_entry: bool,
}

/// Where a passage is put: who, and the visits around it.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    /// Who passed.
    pub person: PersonId,
    /// The identity for a visit that this opens.
    pub id: VisitId,
    /// See [`crate::Around::before`].
    pub before: Option<&'a Visit>,
    /// See [`crate::Around::after`].
    pub after: Option<&'a Visit>,
}

impl Spot<'_> {
    fn visit(&self, passage: &Passage, state: VisitState, left_at: Option<Timestamp>) -> Visit {
        Visit {
            id: self.id,
            person: self.person,
            area: passage.place.area,
            entry: passage.event,
            entered_at: passage.at,
            exit: None,
            left_at,
            state,
        }
    }

    fn is_told_late(&self, at: Timestamp) -> bool {
        self.after.is_some()
            || self
                .before
                .is_some_and(|v| is_over(v) && v.left_at > Some(at))
    }
}

/// A visit that is kept open by sightings alone: `left_at` is when the person was last seen.
pub(crate) fn is_by_sighting(visit: &Visit) -> bool {
    visit.state == VisitState::Open && visit.left_at.is_some()
}

fn is_over(visit: &Visit) -> bool {
    visit.state != VisitState::Open
}

/// The open visit ends because a new one begins.
fn ended(open: &Visit) -> Visit {
    let state = if is_by_sighting(open) {
        VisitState::Closed
    } else {
        VisitState::ExitMissing
    };
    Visit {
        state,
        ..open.clone()
    }
}

pub(crate) fn enter(passage: &Passage, spot: Spot<'_>) -> Moved {
    let mut moved = Moved::default();
    if let Some(open) = spot.before.filter(|v| !is_over(v)) {
        moved.second_entry = !is_by_sighting(open);
        moved.visits.push(ended(open));
    }
    let state = if spot.is_told_late(passage.at) {
        VisitState::ExitMissing
    } else {
        VisitState::Open
    };
    moved.visits.push(spot.visit(passage, state, None));
    moved.opened = Some(spot.id);
    moved
}

pub(crate) fn leave(passage: &Passage, spot: Spot<'_>) -> Moved {
    let closable = |v: &&Visit| matches!(v.state, VisitState::Open | VisitState::ExitMissing);
    let Some(visit) = spot.before.filter(closable) else {
        return Moved {
            no_entry: true,
            ..Moved::default()
        };
    };
    let closed = Visit {
        exit: Some(passage.event),
        left_at: Some(passage.at),
        state: VisitState::Closed,
        ..visit.clone()
    };
    Moved {
        visits: vec![closed],
        ..Moved::default()
    }
}

pub(crate) fn sight(passage: &Passage, spot: Spot<'_>, calendar: &Calendar) -> Moved {
    let same_day = |at: Timestamp| calendar.date_of(at) == calendar.date_of(passage.at);
    let mut moved = Moved::default();
    if let Some(visit) = spot.before {
        let today = same_day(visit.entered_at);
        if visit.left_at >= Some(passage.at) || is_inside_by_gate(visit, today, passage) {
            return moved;
        }
        if is_by_sighting(visit) && today {
            moved.visits.push(Visit {
                exit: Some(passage.event),
                left_at: Some(passage.at),
                ..visit.clone()
            });
            return moved;
        }
        moved.visits.extend((!is_over(visit)).then(|| ended(visit)));
    }
    let later = spot.after.filter(|v| is_by_sighting(v));
    if let Some(visit) = later.filter(|v| same_day(v.entered_at)) {
        moved.visits.push(seen_earlier(visit, passage));
        return moved;
    }
    let state = if spot.is_told_late(passage.at) {
        VisitState::Closed
    } else {
        VisitState::Open
    };
    moved
        .visits
        .push(spot.visit(passage, state, Some(passage.at)));
    moved.opened = Some(spot.id);
    moved
}

/// Somebody who came in through a gate is inside until the exit says otherwise: a sighting adds
/// nothing. Where the area has lost its exit that ends with the day.
fn is_inside_by_gate(visit: &Visit, today: bool, passage: &Passage) -> bool {
    let by_gate = visit.state == VisitState::Open && visit.left_at.is_none();
    by_gate && (today || passage.place.area_has_exit)
}

/// A sighting that is told late makes the arrival earlier; what was the only sighting so far
/// becomes the last one.
fn seen_earlier(visit: &Visit, passage: &Passage) -> Visit {
    Visit {
        entry: passage.event,
        entered_at: passage.at,
        exit: visit.exit.or(Some(visit.entry)),
        ..visit.clone()
    }
}

/// Whether `visit` means that the person is inside at `now`. A visit kept open by sightings
/// alone counts for the day of the last one: nobody sees those people leave.
#[must_use]
pub fn is_inside(visit: &Visit, now: Timestamp, calendar: &Calendar) -> bool {
    visit.state == VisitState::Open
        && visit
            .left_at
            .is_none_or(|seen| calendar.date_of(seen) == calendar.date_of(now))
}

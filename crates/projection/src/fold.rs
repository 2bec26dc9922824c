//! One entry of the log and the rows it touches, in; changes, out.

use crate::visits::{Moved, Spot, enter, leave, sight};
use crate::{Calendar, Change, Loaded, Movement, Passage, alerts, corrections, custody};
use model::{
    AccessEvent, Act, Correction, Entry, Notice, PersonId, Record, Visit, VisitId, VisitState,
};

/// The changes that follow from `entry`, to be applied in order. `loaded` answers
/// [`crate::needs`]; the same entry and rows always give the same changes.
#[must_use]
pub fn fold(entry: &Entry, loaded: &Loaded, calendar: &Calendar) -> Vec<Change> {
    match &entry.record {
        Record::Access(event) => of_access(entry, event, loaded, calendar),
        Record::Act(act) => of_act(entry, act, loaded),
        Record::Correction(correction) => of_correction(entry, correction, loaded, calendar),
        Record::Notice(notice) => of_notice(entry, notice, loaded),
    }
}

fn of_access(
    entry: &Entry,
    event: &AccessEvent,
    loaded: &Loaded,
    calendar: &Calendar,
) -> Vec<Change> {
    let passage = Passage::of(entry).filter(|p| p.happened);
    let person = event.decision.person;
    let (moved, tag) = passage.map_or_else(Default::default, |p| {
        let id = VisitId(entry.id.0);
        let moved = person.map(|person| put(&p, person, id, loaded, calendar));
        let tag = custody::of_passage(&p, person, loaded.custody.as_ref());
        (moved.unwrap_or_default(), tag)
    });
    let raised = alerts::of_access(entry, event, &moved);
    let visits = moved.visits.into_iter().map(Change::PutVisit);
    visits
        .chain(tag.map(Change::PutCustody))
        .chain(raised.into_iter().map(Change::RaiseAlert))
        .collect()
}

/// Puts a passage of `person` among the person's visits.
pub(crate) fn put(
    passage: &Passage,
    person: PersonId,
    id: VisitId,
    loaded: &Loaded,
    calendar: &Calendar,
) -> Moved {
    let (before, after) = loaded.around(person);
    let spot = Spot {
        person,
        id,
        before,
        after,
    };
    match passage.movement {
        Movement::Enter => enter(passage, spot),
        Movement::Leave => leave(passage, spot),
        Movement::Sighted => sight(passage, spot, calendar),
    }
}

fn of_act(entry: &Entry, act: &Act, loaded: &Loaded) -> Vec<Change> {
    if let Act::AlertAcknowledged {
        alert,
        acknowledgement,
    } = act
    {
        return vec![Change::AcknowledgeAlert {
            alert: *alert,
            acknowledgement: acknowledgement.clone(),
        }];
    }
    let tag = custody::of_act(entry, act, loaded.custody.as_ref());
    tag.map(Change::PutCustody).into_iter().collect()
}

fn of_correction(
    entry: &Entry,
    correction: &Correction,
    loaded: &Loaded,
    calendar: &Calendar,
) -> Vec<Change> {
    match correction {
        Correction::NotThisPerson { instead, .. } => {
            corrections::not_this_person(entry, *instead, loaded, calendar)
        }
        Correction::AddMissed { person, .. } => Passage::of(entry)
            .map(|p| put(&p, *person, VisitId(entry.id.0), loaded, calendar).visits)
            .unwrap_or_default()
            .into_iter()
            .map(Change::PutVisit)
            .collect(),
        Correction::CloseVisit { at, .. } => {
            let visit = loaded.visit.as_ref();
            let open = visit.filter(|v| v.state != VisitState::Withdrawn && v.entered_at <= *at);
            let closed = open.map(|visit| Visit {
                exit: Some(entry.id),
                left_at: Some(*at),
                state: VisitState::ClosedByOperator,
                ..visit.clone()
            });
            closed.map(Change::PutVisit).into_iter().collect()
        }
    }
}

fn of_notice(entry: &Entry, notice: &Notice, loaded: &Loaded) -> Vec<Change> {
    let alert = alerts::of_notice(entry, notice, loaded.visit.as_ref());
    alert.map(Change::RaiseAlert).into_iter().collect()
}

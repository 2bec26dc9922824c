//! Where tags are: issued at an entry, returned at an exit, assigned, lost or taken out of use.

use crate::{Movement, Passage};
use model::{Act, Custody, CustodyState, Entry, EventId, PersonId, TagText, Timestamp};

/// What a passage of `person` does to the custody of its tag.
///
/// A tag that a gate hands out is in the new person's hands, whoever had it before. Tags that
/// are assigned for good, lost or taken out of use stay so until an operator says otherwise, and
/// a passage that is told late does not undo what is known to have happened after it.
pub(crate) fn of_passage(
    passage: &Passage,
    person: Option<PersonId>,
    now: Option<&Custody>,
) -> Option<Custody> {
    let seen = passage.tag.as_ref()?;
    let newer = now.is_some_and(|c| c.since > passage.at);
    let state = now.map(|c| c.state);
    let bound = matches!(
        state,
        Some(CustodyState::Assigned | CustodyState::Lost | CustodyState::Revoked)
    );
    if newer || bound || !passage.happened {
        return None;
    }
    let put = |state, person| Custody {
        tag: seen.tag.clone(),
        state,
        person,
        since: passage.at,
        by: passage.event,
    };
    if seen.issued {
        return Some(put(CustodyState::Issued, person));
    }
    let back = passage.movement == Movement::Leave && state == Some(CustodyState::Issued);
    back.then(|| put(CustodyState::Returned, now.and_then(|c| c.person)))
}

/// A tag that `event` issued turns out to be with somebody else.
pub(crate) fn handed_to(
    event: EventId,
    instead: Option<PersonId>,
    now: Option<&Custody>,
) -> Option<Custody> {
    let issued = now.filter(|c| c.by == event && c.state == CustodyState::Issued)?;
    Some(Custody {
        person: instead,
        ..issued.clone()
    })
}

/// What an administrative act does to a tag.
pub(crate) fn of_act(entry: &Entry, act: &Act, now: Option<&Custody>) -> Option<Custody> {
    let last = now.and_then(|c| c.person);
    let (tag, state, person): (&TagText, _, _) = match act {
        Act::TagAssigned { person, tag } => (tag, CustodyState::Assigned, Some(*person)),
        Act::TagReturned { tag } => (tag, CustodyState::Returned, last),
        Act::TagLost { tag } => (tag, CustodyState::Lost, last),
        Act::TagRevoked { tag } => (tag, CustodyState::Revoked, last),
        _ => return None,
    };
    let since: Timestamp = entry.written_at;
    Some(Custody {
        tag: tag.clone(),
        state,
        person,
        since,
        by: entry.id,
    })
}

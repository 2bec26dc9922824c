//! Whether a person may pass here, now.

use model::{AccessPointId, Person, PersonStatus, Places, Reason, Timestamp};

/// What speaks against `person` passing at `place` at `at`.
pub(crate) fn reasons(person: &Person, place: AccessPointId, at: Timestamp) -> Vec<Reason> {
    let early = person.valid_from.is_some_and(|from| at < from);
    let late = person.valid_until.is_some_and(|until| at >= until);
    let allowed = match &person.places {
        Places::Everywhere => true,
        Places::Only { access_points } => access_points.contains(&place),
    };
    let suspended = person.status == PersonStatus::Suspended;
    let rows = [
        (suspended, Reason::PersonSuspended),
        (early, Reason::NotYetValid),
        (late, Reason::NoLongerValid),
        (!allowed, Reason::NotAllowedHere),
    ];
    let held = rows.into_iter().filter(|(holds, _)| *holds);
    held.map(|(_, reason)| reason).collect()
}

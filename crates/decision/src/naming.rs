//! Whom the evidence names, and whether its factors agree on it.

use crate::facts::Facts;
use model::{
    CustodyState, Evidence, FingerMode, FingerResult, FingerSighting, Person, PersonId, Reason,
};

/// Whom the evidence names.
pub(crate) struct Named<'a> {
    /// The one person; `None` when nobody is named or the factors name several.
    pub person: Option<&'a Person>,
    /// What speaks against it.
    pub reasons: Vec<Reason>,
}

/// A factor that was shown, with the person it names.
type Shown<'a> = (Reason, Option<&'a Person>);

/// Whom finger, tag and face name. A tag that the passage issues names nobody yet.
pub(crate) fn named<'a>(evidence: &Evidence, facts: &'a Facts) -> Named<'a> {
    let numbered = evidence.finger.is_some() || evidence.classic_entry.is_some();
    let finger = numbered.then_some((Reason::PersonUnknown, facts.by_finger.as_ref()));
    let read = evidence.tag.as_ref().filter(|t| !t.issued);
    let tag = read.map(|_| {
        (
            unheld(facts),
            facts.tag.holder.as_ref().filter(|_| held(facts)),
        )
    });
    let face = evidence.face.as_ref().map(|face| {
        let nobody = match (face.person, face.one_of) {
            (Some(_), _) => Reason::PersonUnknown,
            (None, Some(_)) => Reason::NotToldApart,
            (None, None) => Reason::Stranger,
        };
        let person = facts.by_face.as_ref();
        (nobody, person.filter(|p| Some(p.id) == face.person))
    });
    let print = evidence.fingerprint.as_ref().map(|print| {
        let person = facts.by_print.as_ref();
        (
            unfound(print),
            person.filter(|p| Some(p.id) == print.person),
        )
    });
    let mut named = agreed(&[finger, tag, face, print]);
    if named.person.is_some_and(|p| is_one_of_two(evidence, p.id)) {
        named.reasons.retain(|r| *r != Reason::NotToldApart);
    }
    let locked = |print: &FingerSighting| print.result == FingerResult::Locked;
    let locked = evidence.fingerprint.as_ref().is_some_and(locked);
    named
        .reasons
        .extend(locked.then_some(Reason::FingersLocked));
    named
}

/// Whether the face is like `person` and like somebody else, so that what was shown besides tells which of the two it is.
pub(crate) fn is_one_of_two(evidence: &Evidence, person: PersonId) -> bool {
    let both = evidence.face.as_ref().and_then(|face| face.one_of);
    both.is_some_and(|both| both.contains(&person))
}

/// Why a finger that the house compared names nobody.
fn unfound(print: &FingerSighting) -> Reason {
    match (print.result, print.mode) {
        (FingerResult::Matched, _) => Reason::PersonUnknown,
        (FingerResult::Unmatched, FingerMode::Search) => Reason::FingerUnknown,
        (FingerResult::Unmatched, FingerMode::Claim) => Reason::FingerOfSomebodyElse,
        (FingerResult::Locked, _) => Reason::FingersLocked,
        (FingerResult::NotCompared, _) => Reason::FingerMissing,
    }
}

fn agreed<'a>(shown: &[Option<Shown<'a>>]) -> Named<'a> {
    let shown: Vec<&Shown<'a>> = shown.iter().flatten().collect();
    let nameless = shown.iter().filter(|(_, person)| person.is_none());
    let mut reasons: Vec<Reason> = nameless.map(|(nobody, _)| *nobody).collect();
    let mut people = shown.iter().filter_map(|(_, person)| *person);
    let first = people.next();
    let several = people.any(|p| Some(p.id) != first.map(|f| f.id));
    reasons.extend(several.then_some(Reason::FactorsDisagree));
    Named {
        person: first.filter(|_| !several),
        reasons,
    }
}

/// Whether the tag speaks for anybody.
fn held(facts: &Facts) -> bool {
    let custody = facts.tag.custody.as_ref();
    custody.is_some_and(|c| c.state != CustodyState::Returned)
}

/// Why a tag that was read names nobody.
fn unheld(facts: &Facts) -> Reason {
    let custody = facts.tag.custody.as_ref();
    if custody.is_some_and(|c| c.state == CustodyState::Returned) {
        return Reason::TagNotIssued;
    }
    let held_by_somebody = custody.and_then(crate::facts::holder);
    held_by_somebody.map_or(Reason::TagUnknown, |_| Reason::PersonUnknown)
}

/// What speaks against the tag itself.
pub(crate) fn tag_reasons(evidence: &Evidence, facts: &Facts, named: &Named<'_>) -> Vec<Reason> {
    let Some((tag, custody)) = evidence.tag.as_ref().zip(facts.tag.custody.as_ref()) else {
        return Vec::new();
    };
    match custody.state {
        CustodyState::Lost => vec![Reason::TagLost],
        CustodyState::Revoked => vec![Reason::TagRevoked],
        CustodyState::Issued | CustodyState::Assigned if tag.issued => {
            let holder = crate::facts::holder(custody);
            let other = holder.is_some() && holder != named.person.map(|p| p.id);
            other
                .then_some(Reason::TagOfSomebodyElse)
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

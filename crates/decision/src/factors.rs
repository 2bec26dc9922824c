//! Which of the access point's factors were shown.

use crate::naming::is_one_of_two;
use model::{Comparison, Evidence, Factor, PersonId, Reason};

/// What speaks against the passage because a required factor was not shown.
pub(crate) fn missing(
    required: &[Factor],
    evidence: &Evidence,
    person: Option<PersonId>,
) -> Vec<Reason> {
    let absent = required.iter().filter(|f| !shown(**f, evidence, person));
    absent.map(|f| reason(*f)).collect()
}

fn reason(factor: Factor) -> Reason {
    match factor {
        Factor::Tag => Reason::TagMissing,
        Factor::Finger => Reason::FingerMissing,
        Factor::FaceMatch | Factor::Face => Reason::FaceMissing,
    }
}

fn shown(factor: Factor, evidence: &Evidence, person: Option<PersonId>) -> bool {
    let of_two = person.filter(|person| is_one_of_two(evidence, *person));
    let face = evidence.face.as_ref().and_then(|f| f.person).or(of_two);
    match factor {
        Factor::Tag => evidence.tag.is_some(),
        // A classic line is written only after the board itself has matched a finger.
        Factor::Finger => {
            evidence.finger.is_some()
                || evidence.fingerprint.is_some()
                || evidence.classic_entry.is_some()
        }
        Factor::Face => face.is_some(),
        Factor::FaceMatch => agrees(evidence) || (face.is_some() && face == person),
    }
}

fn agrees(evidence: &Evidence) -> bool {
    let picture = evidence.picture.as_ref();
    picture.is_some_and(|p| matches!(p.comparison, Comparison::Agrees { .. }))
}

/// What the picture says against the person named.
pub(crate) fn picture_reason(evidence: &Evidence) -> Option<Reason> {
    match evidence.picture.as_ref()?.comparison {
        Comparison::Disagrees { .. } => Some(Reason::PictureShowsSomebodyElse),
        Comparison::NoFace => Some(Reason::PictureShowsNoFace),
        Comparison::Agrees { .. } | Comparison::NotCompared | Comparison::Unreadable => None,
    }
}

//! What is known of the face being alive, and what the access point makes of it.

use crate::facts::Facts;
use model::{Evidence, FaceLiveness, Factor, Liveness, LivenessPolicy, NotEstablished, Reason};

/// What is known of the face that counts, if one does. A controller's picture shows nothing of it.
pub(crate) fn known(evidence: &Evidence, facts: &Facts) -> Liveness {
    let asked = facts.access_point.factors.contains(&Factor::FaceMatch);
    match &evidence.face {
        Some(face) if face.known_liveness() == Some(FaceLiveness::Established) => {
            Liveness::Established
        }
        Some(_) => Liveness::NotEstablished,
        None if asked && evidence.picture.is_some() => Liveness::NotEstablished,
        None => Liveness::NotApplicable,
    }
}

/// That the face looks like a picture, where the access point asks for liveness.
pub(crate) fn looks_like_a_picture(evidence: &Evidence, facts: &Facts) -> Option<Reason> {
    let why = NotEstablished::LooksLikeAPicture;
    let known = evidence
        .face
        .as_ref()
        .and_then(|face| face.known_liveness());
    let told = known == Some(FaceLiveness::NotEstablished { why });
    (told && facts.access_point.liveness.asks()).then_some(Reason::LooksLikeAPicture)
}

/// What speaks against the passage because the face is not known to be alive.
pub(crate) fn reason(evidence: &Evidence, facts: &Facts) -> Option<Reason> {
    if known(evidence, facts) != Liveness::NotEstablished {
        return None;
    }
    match facts.access_point.liveness {
        LivenessPolicy::NotAsked | LivenessPolicy::Asked => None,
        LivenessPolicy::OrAnotherFactor => {
            (!has_another_factor(evidence)).then_some(Reason::AnotherFactorNeeded)
        }
        LivenessPolicy::Required => Some(Reason::LivenessNotEstablished),
    }
}

/// Whether a tag or a finger was shown; whose it is is asked elsewhere.
fn has_another_factor(evidence: &Evidence) -> bool {
    evidence.tag.is_some()
        || evidence.finger.is_some()
        || evidence.fingerprint.is_some()
        || evidence.classic_entry.is_some()
}

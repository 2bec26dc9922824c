//! What an access point makes of a face that is not known to be alive.

use crate::passage::*;
use model::{
    CustodyState, FaceLiveness, Factor, Liveness, LivenessPolicy, NotEstablished, Outcome, Reason,
};

const POLICIES: [LivenessPolicy; 4] = [
    LivenessPolicy::NotAsked,
    LivenessPolicy::Asked,
    LivenessPolicy::OrAnotherFactor,
    LivenessPolicy::Required,
];

const NOTHING_DONE: FaceLiveness = FaceLiveness::NotEstablished {
    why: NotEstablished::TooLate,
};

/// The face of person 7, who may pass, at an access point with this policy.
fn face(policy: LivenessPolicy, liveness: Option<FaceLiveness>) -> Passage {
    let mut passage = Passage::requiring(&[]).face(Some(&person(7)), Some(person(7)));
    passage.facts.access_point.liveness = policy;
    if let Some(face) = &mut passage.evidence.face {
        face.liveness = liveness;
    }
    passage
}

#[test]
fn a_face_that_was_shown_to_be_alive_is_granted_whatever_the_policy() {
    for policy in POLICIES {
        let decision = face(policy, Some(FaceLiveness::Established)).decide();
        assert_eq!(decision.outcome, Outcome::Granted, "{policy:?}");
        assert_eq!(decision.liveness, Liveness::Established);
        assert!(decision.reasons.is_empty());
    }
}

#[test]
fn a_face_that_was_not_is_admitted_asked_for_another_factor_or_denied_as_the_policy_says() {
    for liveness in [None, Some(NOTHING_DONE)] {
        let reasons = POLICIES.map(|policy| face(policy, liveness).reasons());
        let expected = [
            vec![],
            vec![],
            vec![Reason::AnotherFactorNeeded],
            vec![Reason::LivenessNotEstablished],
        ];
        assert_eq!(reasons, expected, "{liveness:?}");
        for policy in POLICIES {
            let decision = face(policy, liveness).decide();
            assert_eq!(decision.liveness, Liveness::NotEstablished);
            let denied = decision.outcome == Outcome::Denied;
            assert_eq!(denied, !decision.reasons.is_empty(), "{policy:?}");
        }
    }
}

#[test]
fn a_tag_beside_the_face_is_the_other_factor_but_no_liveness() {
    let held = || Some((CustodyState::Assigned, Some(person(7))));
    let with_tag = |policy| face(policy, Some(NOTHING_DONE)).tag(false, held());
    let granted = with_tag(LivenessPolicy::OrAnotherFactor).decide();
    assert_eq!(granted.outcome, Outcome::Granted);
    assert_eq!(granted.liveness, Liveness::NotEstablished);
    let denied = with_tag(LivenessPolicy::Required).reasons();
    assert_eq!(denied, [Reason::LivenessNotEstablished]);
}

#[test]
fn the_tag_of_somebody_else_beside_the_face_does_not_help() {
    let held = Some((CustodyState::Assigned, Some(person(8))));
    let passage = face(LivenessPolicy::OrAnotherFactor, Some(NOTHING_DONE)).tag(false, held);
    assert_eq!(passage.reasons(), [Reason::FactorsDisagree]);
    assert_eq!(passage.decide().outcome, Outcome::Denied);
}

#[test]
fn a_passage_without_a_face_is_not_asked() {
    let held = Some((CustodyState::Assigned, Some(person(7))));
    let mut passage = Passage::requiring(&[]).tag(false, held);
    passage.facts.access_point.liveness = LivenessPolicy::Required;
    assert_eq!(passage.decide().outcome, Outcome::Granted);
    assert_eq!(passage.decide().liveness, Liveness::NotApplicable);
}

#[test]
fn a_controllers_picture_that_counts_shows_no_liveness() {
    let mut passage = Passage::classic_entry(Some(person(7))).picture(agrees());
    passage.facts.access_point.factors = vec![Factor::FaceMatch];
    passage.facts.access_point.liveness = LivenessPolicy::Required;
    assert_eq!(passage.reasons(), [Reason::LivenessNotEstablished]);
    passage.facts.access_point.liveness = LivenessPolicy::OrAnotherFactor;
    assert!(passage.reasons().is_empty());
}

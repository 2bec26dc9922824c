//! What an access point makes of a face that is not known to be alive.

use crate::passage::*;
use model::{
    CustodyState, FaceLiveness, Factor, Liveness, LivenessPolicy, NotEstablished, Outcome, Reason,
    Score, SpoofCheck, SpoofVerdict,
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

fn held_for(verdict: SpoofVerdict, establishes: bool) -> SpoofCheck {
    SpoofCheck {
        models: vec!["silent-27".into()],
        score: Some(Score(400_000)),
        threshold: Score(500_000),
        frames: 5,
        verdict,
        establishes,
    }
}

/// The same with what spoof models said of it.
fn looked_at(policy: LivenessPolicy, liveness: Option<FaceLiveness>, spoof: SpoofCheck) -> Passage {
    let mut passage = face(policy, liveness);
    if let Some(face) = &mut passage.evidence.face {
        face.spoof = Some(spoof);
    }
    passage
}

#[test]
fn a_face_that_looks_like_a_picture_is_not_established_although_it_answered() {
    for asked in [None, Some(NOTHING_DONE), Some(FaceLiveness::Established)] {
        let picture = |policy| looked_at(policy, asked, held_for(SpoofVerdict::Picture, true));
        let reasons = POLICIES.map(|policy| picture(policy).reasons());
        let expected = [
            vec![],
            vec![Reason::LooksLikeAPicture],
            vec![Reason::AnotherFactorNeeded, Reason::LooksLikeAPicture],
            vec![Reason::LivenessNotEstablished, Reason::LooksLikeAPicture],
        ];
        assert_eq!(reasons, expected, "{asked:?}");
        let outcomes = POLICIES.map(|policy| {
            let decision = picture(policy).decide();
            assert_eq!(decision.liveness, Liveness::NotEstablished);
            decision.outcome
        });
        use Outcome::{Denied, Granted};
        assert_eq!(outcomes, [Granted, Granted, Denied, Denied]);
    }
}

#[test]
fn a_face_that_looks_real_is_established_only_where_the_site_says_that_this_is_enough() {
    for policy in POLICIES {
        let weak = looked_at(policy, None, held_for(SpoofVerdict::Real, false)).decide();
        assert_eq!(weak, face(policy, None).decide());
        let enough = looked_at(policy, None, held_for(SpoofVerdict::Real, true)).decide();
        assert_eq!(enough.outcome, Outcome::Granted, "{policy:?}");
        assert_eq!(enough.liveness, Liveness::Established);
        let asked = looked_at(
            policy,
            Some(NOTHING_DONE),
            held_for(SpoofVerdict::Real, true),
        );
        assert_eq!(asked.decide(), face(policy, Some(NOTHING_DONE)).decide());
        let few = held_for(SpoofVerdict::NotEnoughFrames, true);
        let few = looked_at(policy, None, few).decide();
        assert_eq!(few, face(policy, None).decide());
    }
}

#[test]
fn a_tag_beside_a_face_that_looks_like_a_picture_is_the_other_factor_and_the_picture_is_told() {
    let held = Some((CustodyState::Assigned, Some(person(7))));
    let picture = held_for(SpoofVerdict::Picture, false);
    let passage = looked_at(LivenessPolicy::OrAnotherFactor, None, picture).tag(false, held);
    assert_eq!(passage.reasons(), [Reason::LooksLikeAPicture]);
    assert_eq!(passage.decide().outcome, Outcome::Granted);
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

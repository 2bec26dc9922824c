//! What denies, and what is only shown.

use crate::passage::*;
use model::{
    Comparison, CustodyState, DeviceTime, Factor, FingerMode, FingerResult, Outcome, Person,
    PersonStatus, Places, Reason, TimeSource,
};

fn assert_denied(passage: &Passage, reasons: &[Reason]) {
    assert_eq!(passage.decide().outcome, Outcome::Denied);
    assert_eq!(passage.reasons(), reasons);
}

fn assert_granted(passage: &Passage, reasons: &[Reason]) {
    assert_eq!(passage.decide().outcome, Outcome::Granted);
    assert_eq!(passage.reasons(), reasons);
}

fn held(state: CustodyState, n: u128) -> Option<(CustodyState, Option<Person>)> {
    Some((state, Some(person(n))))
}

#[test]
fn a_number_of_nobody_is_unknown() {
    assert_denied(&Passage::classic_entry(None), &[Reason::PersonUnknown]);
}

#[test]
fn a_face_whose_person_was_deleted_is_unknown() {
    let passage = Passage::requiring(&[]).face(Some(&person(7)), None);
    assert_denied(&passage, &[Reason::PersonUnknown]);
}

#[test]
fn a_tag_whose_holder_was_deleted_names_an_unknown_person() {
    let mut passage = Passage::classic_exit(held(CustodyState::Issued, 7));
    passage.facts.tag.holder = None;
    assert_denied(&passage, &[Reason::PersonUnknown]);
}

#[test]
fn a_suspended_person_is_denied() {
    let passage = Passage::classic_entry(Some(suspended(7)));
    assert_denied(&passage, &[Reason::PersonSuspended]);
}

#[test]
fn a_person_may_pass_from_the_first_valid_instant_until_before_the_last() {
    let valid = |from: i64, until: i64| Person {
        valid_from: Some(hours(from)),
        valid_until: Some(hours(until)),
        ..person(7)
    };
    assert_granted(&Passage::classic_entry(Some(valid(0, 1))), &[]);
    assert_denied(
        &Passage::classic_entry(Some(valid(1, 2))),
        &[Reason::NotYetValid],
    );
    assert_denied(
        &Passage::classic_entry(Some(valid(-1, 0))),
        &[Reason::NoLongerValid],
    );
}

#[test]
fn a_passage_delivered_late_is_judged_by_the_validity_of_its_own_time() {
    let gone = Person {
        valid_until: Some(hours(-24)),
        ..person(7)
    };
    let mut passage = Passage::classic_entry(Some(gone));
    passage.evidence.time.source = TimeSource::Device;
    passage.evidence.occurred_at = hours(-48);
    assert_granted(&passage, &[]);
}

#[test]
fn a_person_may_pass_only_where_allowed() {
    let only = |access_points| Person {
        places: Places::Only { access_points },
        ..person(7)
    };
    assert_granted(&Passage::classic_entry(Some(only(vec![here()]))), &[]);
    assert_denied(
        &Passage::classic_entry(Some(only(Vec::new()))),
        &[Reason::NotAllowedHere],
    );
}

#[test]
fn a_tag_that_nobody_ever_had_is_unknown() {
    assert_denied(&Passage::classic_exit(None), &[Reason::TagUnknown]);
}

#[test]
fn a_tag_that_was_returned_is_known_and_not_issued() {
    let returned = Passage::classic_exit(held(CustodyState::Returned, 7));
    assert_denied(&returned, &[Reason::TagNotIssued]);
}

#[test]
fn a_lost_or_revoked_tag_is_denied_when_read_and_when_issued() {
    let rows = [
        (CustodyState::Lost, Reason::TagLost),
        (CustodyState::Revoked, Reason::TagRevoked),
    ];
    for (state, reason) in rows {
        assert_denied(&Passage::classic_exit(held(state, 7)), &[reason]);
        let entry = Passage::classic_entry(Some(person(7))).tag(true, held(state, 7));
        assert_denied(&entry, &[reason]);
    }
}

#[test]
fn a_tag_that_somebody_else_holds_may_not_be_issued() {
    for state in [CustodyState::Issued, CustodyState::Assigned] {
        let entry = Passage::classic_entry(Some(person(7)));
        assert_denied(
            &entry.clone().tag(true, held(state, 8)),
            &[Reason::TagOfSomebodyElse],
        );
        assert_granted(&entry.tag(true, held(state, 7)), &[]);
    }
}

#[test]
fn factors_that_name_two_people_name_nobody() {
    let passage = Passage::requiring(&[])
        .tag(false, held(CustodyState::Assigned, 7))
        .face(Some(&person(8)), Some(person(8)));
    assert_denied(&passage, &[Reason::FactorsDisagree]);
    assert_eq!(passage.decide().person, None);
    let passage = passage.finger("", Some(person(7)));
    assert_denied(&passage, &[Reason::FactorsDisagree]);
}

#[test]
fn each_required_factor_that_was_not_shown_is_named() {
    let all = [Factor::Tag, Factor::Finger, Factor::FaceMatch];
    let tag = Passage::requiring(&all).tag(false, held(CustodyState::Assigned, 7));
    assert_denied(&tag, &[Reason::FingerMissing, Reason::FaceMissing]);
    let finger = Passage::requiring(&all)
        .finger("", Some(person(7)))
        .picture(agrees());
    assert_denied(&finger, &[Reason::TagMissing]);
}

#[test]
fn a_picture_that_was_not_compared_shows_no_face_match() {
    let asked = Passage::requiring(&[Factor::Finger, Factor::FaceMatch]);
    let finger = asked.finger("", Some(person(7)));
    assert_granted(&finger.clone().picture(agrees()), &[]);
    assert_denied(
        &finger.clone().picture(Comparison::NotCompared),
        &[Reason::FaceMissing],
    );
    let no_face = finger.picture(Comparison::NoFace);
    assert_denied(&no_face, &[Reason::FaceMissing, Reason::PictureShowsNoFace]);
}

#[test]
fn a_classic_exit_is_asked_for_its_tag_only() {
    assert_granted(&Passage::classic_exit(held(CustodyState::Issued, 7)), &[]);
}

#[test]
fn an_unfinished_passage_is_not_asked_for_its_tag() {
    let passage = Passage::requiring(&[Factor::Tag]).finger("s", Some(person(7)));
    assert_granted(&passage, &[Reason::NotCompleted]);
    let denied = Passage::requiring(&[]).finger("s", Some(suspended(7)));
    assert_denied(&denied, &[Reason::PersonSuspended, Reason::NotCompleted]);
}

#[test]
fn a_picture_of_somebody_else_denies_and_one_without_a_face_does_not() {
    let entry = Passage::classic_entry(Some(person(7)));
    assert_denied(
        &entry.clone().picture(disagrees()),
        &[Reason::PictureShowsSomebodyElse],
    );
    assert_granted(
        &entry.picture(Comparison::NoFace),
        &[Reason::PictureShowsNoFace],
    );
}

#[test]
fn where_a_face_match_is_required_a_picture_of_somebody_else_is_the_one_reason() {
    let mut entry = Passage::classic_entry(Some(person(7))).picture(disagrees());
    entry.facts.access_point.factors = vec![Factor::FaceMatch];
    assert_denied(&entry, &[Reason::PictureShowsSomebodyElse]);
}

#[test]
fn a_stranger_is_a_reason_of_its_own() {
    let passage = Passage::requiring(&[]).face(None, None);
    assert_denied(&passage, &[Reason::Stranger]);
}

#[test]
fn whoever_is_like_two_people_is_no_stranger_and_is_told_so() {
    let mut passage = Passage::requiring(&[]).face(None, None);
    let face = passage.evidence.face.as_mut().unwrap();
    face.one_of = Some([person(7).id, person(8).id]);
    assert_denied(&passage, &[Reason::NotToldApart]);
}

#[test]
fn a_tag_tells_which_of_two_it_is_and_a_tag_of_a_third_does_not() {
    let with_tag_of = |n| {
        let factors = [Factor::Tag, Factor::FaceMatch];
        let mut passage = Passage::requiring(&factors)
            .face(None, None)
            .tag(false, held(CustodyState::Assigned, n));
        let face = passage.evidence.face.as_mut().unwrap();
        face.one_of = Some([person(7).id, person(8).id]);
        passage
    };
    for n in [7, 8] {
        let passage = with_tag_of(n);
        assert_granted(&passage, &[]);
        assert_eq!(passage.decide().person, Some(person(n).id));
    }
    let third = with_tag_of(9);
    assert_denied(&third, &[Reason::FaceMissing, Reason::NotToldApart]);
}

#[test]
fn that_a_face_was_held_to_be_another_is_shown_and_does_not_deny() {
    let mut passage = Passage::requiring(&[]).face(Some(&person(7)), Some(person(7)));
    let face = passage.evidence.face.as_mut().unwrap();
    face.before = Some(person(8).id);
    let decision = passage.decide();
    assert_eq!(decision.outcome, Outcome::Granted);
    assert_eq!(decision.reasons, [Reason::HeldToBeAnother]);
}

#[test]
fn a_device_time_that_was_set_aside_is_shown_and_does_not_deny() {
    let mut passage = Passage::classic_entry(Some(person(7)));
    passage.evidence.time.device = DeviceTime::Impossible {
        text: "1970-01-01".into(),
    };
    assert_granted(&passage, &[Reason::DeviceTimeSetAside]);
}

#[test]
fn suspended_now_counts_at_once() {
    let mut someone = person(7);
    someone.status = PersonStatus::Suspended;
    let passage = Passage::requiring(&[]).face(Some(&person(7)), Some(someone));
    assert_denied(&passage, &[Reason::PersonSuspended]);
}

#[test]
fn a_finger_that_the_house_found_names_its_person() {
    let passage = Passage::requiring(&[Factor::Finger]).print(
        FingerResult::Matched,
        FingerMode::Search,
        Some(person(7)),
    );
    assert_granted(&passage, &[]);
    assert_eq!(passage.decide().person, Some(person(7).id));
    let mut deleted = passage;
    deleted.facts.by_print = None;
    assert_denied(&deleted, &[Reason::PersonUnknown]);
}

#[test]
fn a_finger_of_nobody_is_denied_and_names_nobody() {
    let passage = Passage::requiring(&[Factor::Finger]).print(
        FingerResult::Unmatched,
        FingerMode::Search,
        None,
    );
    assert_denied(&passage, &[Reason::FingerUnknown]);
    assert_eq!(passage.decide().person, None);
}

#[test]
fn a_finger_that_is_not_the_holders_is_denied_and_names_the_holder() {
    let claim = |result, of| {
        Passage::requiring(&[Factor::Tag, Factor::Finger])
            .tag(false, held(CustodyState::Issued, 7))
            .print(result, FingerMode::Claim, of)
    };
    assert_granted(&claim(FingerResult::Matched, Some(person(7))), &[]);
    let other = claim(FingerResult::Unmatched, None);
    assert_denied(&other, &[Reason::FingerOfSomebodyElse]);
    assert_eq!(other.decide().person, Some(person(7).id));
    assert_denied(
        &claim(FingerResult::NotCompared, None),
        &[Reason::FingerMissing],
    );
    assert_denied(
        &claim(FingerResult::Matched, Some(person(8))),
        &[Reason::FactorsDisagree],
    );
}

#[test]
fn locked_fingers_are_refused_whosever_they_are() {
    for of in [None, Some(person(7))] {
        let passage = Passage::requiring(&[]).print(FingerResult::Locked, FingerMode::Search, of);
        assert_denied(&passage, &[Reason::FingersLocked]);
    }
}

//! Which rule settles a passage.

use crate::passage::*;
use model::{CustodyState, Factor, Liveness, Outcome, PersonId, Rule, Taken};

fn settled(passage: &Passage) -> (Outcome, Rule, Taken, bool) {
    let decision = passage.decide();
    (
        decision.outcome,
        decision.rule,
        decision.taken,
        decision.reported,
    )
}

#[test]
fn a_classic_entry_line_is_a_reported_passage_that_was_taken() {
    let passage = Passage::classic_entry(Some(person(7)));
    let expected = (
        Outcome::Granted,
        Rule::ReportedByController,
        Taken::Taken,
        true,
    );
    assert_eq!(settled(&passage), expected);
    assert!(passage.reasons().is_empty());
}

#[test]
fn a_classic_exit_line_is_a_reported_passage_of_the_tags_holder() {
    let passage = Passage::classic_exit(Some((CustodyState::Issued, Some(person(7)))));
    let expected = (
        Outcome::Granted,
        Rule::ReportedByController,
        Taken::Taken,
        true,
    );
    assert_eq!(settled(&passage), expected);
    assert_eq!(passage.decide().person, Some(person(7).id));
}

#[test]
fn our_own_denial_stands_beside_a_reported_grant() {
    let passage = Passage::classic_entry(Some(suspended(7)));
    let expected = (
        Outcome::Denied,
        Rule::ReportedByController,
        Taken::Taken,
        true,
    );
    assert_eq!(settled(&passage), expected);
    assert_eq!(passage.decide().person, Some(person(7).id));
}

#[test]
fn a_classic_finger_without_a_line_was_granted_and_not_taken() {
    let passage = Passage::requiring(&[Factor::Finger, Factor::Tag])
        .finger("7_10:00:00", Some(person(7)))
        .picture(agrees());
    let expected = (
        Outcome::Granted,
        Rule::PassageNotCompleted,
        Taken::NotTaken,
        false,
    );
    assert_eq!(settled(&passage), expected);
}

#[test]
fn factors_of_nobody_name_nobody() {
    let passage = Passage::requiring(&[]).tag(false, None);
    let expected = (Outcome::Denied, Rule::NobodyNamed, Taken::Unknown, false);
    assert_eq!(settled(&passage), expected);
}

#[test]
fn a_strangers_face_names_nobody_and_was_there() {
    let passage = Passage::requiring(&[]).face(None, None);
    let expected = (Outcome::Denied, Rule::NobodyNamed, Taken::Taken, false);
    assert_eq!(settled(&passage), expected);
}

#[test]
fn evidence_that_names_nobody_in_any_way_is_denied_with_a_reason() {
    let passage = Passage::requiring(&[]).picture(agrees());
    assert_eq!(passage.decide().outcome, Outcome::Denied);
    assert!(!passage.reasons().is_empty());
}

#[test]
fn a_face_alone_is_enough_where_no_more_is_asked_for() {
    for factors in [&[][..], &[Factor::Face]] {
        let passage = Passage::requiring(factors).face(Some(&person(7)), Some(person(7)));
        let expected = (Outcome::Granted, Rule::FaceAlone, Taken::Taken, false);
        assert_eq!(settled(&passage), expected);
        assert_eq!(passage.decide().liveness, Liveness::NotEstablished);
    }
}

#[test]
fn all_factors_of_one_person_grant_and_nobody_tells_whether_it_was_taken() {
    let passage = Passage::requiring(&[Factor::Tag, Factor::FaceMatch])
        .tag(false, Some((CustodyState::Assigned, Some(person(7)))))
        .face(Some(&person(7)), Some(person(7)));
    let expected = (Outcome::Granted, Rule::FactorsShown, Taken::Unknown, false);
    assert_eq!(settled(&passage), expected);
    assert_eq!(passage.decide().liveness, Liveness::NotEstablished);
}

#[test]
fn a_tag_alone_says_nothing_of_liveness() {
    let held = Some((CustodyState::Assigned, Some(person(7))));
    let passage = Passage::requiring(&[]).tag(false, held);
    assert_eq!(passage.decide().liveness, Liveness::NotApplicable);
    let named: Option<PersonId> = passage.decide().person;
    assert_eq!(named, Some(person(7).id));
}

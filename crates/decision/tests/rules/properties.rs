//! What holds for all evidence.

use crate::passage::*;
use model::{
    ClassicEntry, ClassicExit, Comparison, CustodyState, Factor, Outcome, Person, PersonStatus,
    Reason, TagText,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

fn anybody() -> impl Strategy<Value = Person> {
    (1..3_u128, any::<bool>()).prop_map(|(n, may)| if may { person(n) } else { suspended(n) })
}

fn custody() -> impl Strategy<Value = (CustodyState, Option<Person>)> {
    let states = [
        CustodyState::Issued,
        CustodyState::Returned,
        CustodyState::Lost,
        CustodyState::Revoked,
        CustodyState::Assigned,
    ];
    (select(states.to_vec()), of(anybody()))
}

fn passage() -> impl Strategy<Value = Passage> {
    let all = [Factor::Tag, Factor::Finger, Factor::FaceMatch, Factor::Face];
    let comparison = select(vec![agrees(), disagrees(), Comparison::NoFace]);
    (
        vec(select(all.to_vec()), 0..4),
        of((select(vec!["", "s"]), of(anybody()))),
        of((any::<bool>(), of(custody()))),
        of((of(anybody()), of(anybody()))),
        of(comparison),
        of(any::<bool>()),
    )
        .prop_map(|(factors, finger, tag, face, picture, line)| {
            let mut passage = Passage::requiring(&factors);
            if let Some((stamp, owner)) = finger {
                passage = passage.finger(stamp, owner);
            }
            if let Some((issued, custody)) = tag {
                passage = passage.tag(issued, custody);
            }
            if let Some((seen, known)) = face {
                passage = passage.face(seen.as_ref(), known);
            }
            if let Some(comparison) = picture {
                passage = passage.picture(comparison);
            }
            with_line(passage, line)
        })
}

fn with_line(mut passage: Passage, entry: Option<bool>) -> Passage {
    let tag = TagText::new("4AB3").unwrap();
    match entry {
        Some(true) => {
            passage.evidence.classic_entry = Some(ClassicEntry {
                number: "7".into(),
                name: String::new(),
                tag: Some(tag),
                picture_file: String::new(),
                picture: None,
            });
        }
        Some(false) => passage.evidence.classic_exit = Some(ClassicExit { tag }),
        None => {}
    }
    passage
}

proptest! {
    #[test]
    fn nobody_unknown_or_suspended_is_ever_granted(passage in passage()) {
        let decision = passage.decide();
        let facts = &passage.facts;
        let known = [&facts.by_finger, &facts.by_face, &facts.tag.holder];
        let named = known.into_iter().flatten().find(|p| Some(p.id) == decision.person);
        let may = named.is_some_and(|p| p.status == PersonStatus::Active);
        prop_assert!(may || decision.outcome == Outcome::Denied);
    }

    #[test]
    fn a_denial_has_a_reason_and_a_reason_is_said_once(passage in passage()) {
        let decision = passage.decide();
        let shown_only = [
            Reason::PictureShowsNoFace,
            Reason::DeviceTimeSetAside,
            Reason::NotCompleted,
        ];
        let denying = decision.reasons.iter().any(|r| !shown_only.contains(r));
        prop_assert_eq!(denying, decision.outcome == Outcome::Denied);
        prop_assert!(decision.reasons.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn every_required_factor_is_shown_in_a_grant_at_a_native_access_point(passage in passage()) {
        let decision = passage.decide();
        let evidence = &passage.evidence;
        let begun = evidence.finger.as_ref().is_some_and(|f| !f.stamp.is_empty());
        if decision.outcome == Outcome::Granted && !decision.reported && !begun {
            for factor in &passage.facts.access_point.factors {
                let shown = match factor {
                    Factor::Tag => evidence.tag.is_some(),
                    Factor::Finger => evidence.finger.is_some(),
                    Factor::Face => evidence.face.is_some(),
                    Factor::FaceMatch => evidence.face.is_some() || evidence.picture.is_some(),
                };
                prop_assert!(shown);
            }
        }
    }
}

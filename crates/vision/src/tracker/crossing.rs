//! Two people whose ways cross: no name is ever on the wrong face.

use super::following::seen_with;
use super::tests::{GOOD, TURNED, at, face, gallery, person, template};
use super::*;
use crate::quality::Quality;
use proptest::prelude::*;

/// Where a person stands in each frame, and how they are seen.
type Way = Vec<(f32, Quality)>;

/// Both at once; each overlay with the person whose face it lies on. Person 1 goes the first way.
fn names_along(ways: [&Way; 2]) -> Vec<Vec<(u128, Identity)>> {
    names_by(ways, |tracker, faces, at, gallery| {
        tracker.step(&Bytes::new(), faces, at, gallery)
    })
}

/// The same where faces that are expected are only followed.
fn names_followed(ways: [&Way; 2]) -> Vec<Vec<(u128, Identity)>> {
    names_by(ways, |tracker, faces, at, gallery| {
        let seen = seen_with(&tracker.attention(at), faces);
        tracker.follow(&Bytes::new(), &seen, at, gallery)
    })
}

fn names_by(
    ways: [&Way; 2],
    step: impl Fn(&mut Tracker, &[Face], Duration, &Gallery) -> TrackUpdate,
) -> Vec<Vec<(u128, Identity)>> {
    let mut tracker = Tracker::default();
    let gallery = gallery(&[1, 2]);
    let frames = ways[0].iter().zip(ways[1]).enumerate();
    frames
        .map(|(n, (one, two))| {
            let faces = [(1, one), (2, two)]
                .map(|(axis, (x, quality))| face(*x, template(axis, 0.05), *quality));
            let update = step(&mut tracker, &faces, at(n as u32), &gallery);
            let whose = |bounds: Rect| if bounds == faces[0].bounds { 1 } else { 2 };
            let seen = update.overlays.iter();
            seen.map(|overlay| (whose(overlay.bounds), overlay.identity))
                .collect()
        })
        .collect()
}

fn assert_right(frames: &[Vec<(u128, Identity)>]) {
    for (n, frame) in frames.iter().enumerate() {
        for (truth, shown) in frame {
            let right = [Identity::Undecided, Identity::Known(person(*truth))];
            assert!(
                right.contains(shown),
                "frame {n}: {shown:?} on person {truth}"
            );
        }
    }
}

/// Good at first and at the end; in the middle, where both meet at 200, turned aside.
fn meeting(from: f32, to: f32) -> Way {
    let before = (0..8).map(|n| (from + (200.0 - from) * n as f32 / 8.0, GOOD));
    let there = std::iter::repeat_n((200.0, TURNED), 3);
    let turned = (1..3).map(|n| (200.0 + (to - 200.0) * n as f32 / 8.0, TURNED));
    let after = (3..=8).map(|n| (200.0 + (to - 200.0) * n as f32 / 8.0, GOOD));
    before.chain(there).chain(turned).chain(after).collect()
}

#[test]
fn who_pass_one_another_turned_aside_have_no_name_until_they_are_seen_well_again() {
    let frames = names_along([&meeting(0.0, 420.0), &meeting(420.0, 0.0)]);
    assert_right(&frames);
    assert!(
        frames[9]
            .iter()
            .all(|(_, shown)| *shown == Identity::Undecided)
    );
    let named =
        |frame: &Vec<(u128, Identity)>| frame.iter().all(|(_, i)| *i != Identity::Undecided);
    assert!(named(&frames[6]) && named(&frames[18]));
}

#[test]
fn who_meet_and_turn_back_do_not_swap_names() {
    let ways = [&meeting(0.0, 0.0), &meeting(420.0, 420.0)];
    assert_right(&names_followed(ways));
    let frames = names_along(ways);
    assert_right(&frames);
    assert!(
        frames[18]
            .iter()
            .all(|(_, shown)| *shown != Identity::Undecided)
    );
}

#[test]
fn two_well_seen_side_by_side_are_named_though_their_boxes_overlap() {
    let beside = |x: f32| vec![(x, GOOD); 6];
    let frames = names_along([&beside(0.0), &beside(60.0)]);
    assert_right(&frames);
    assert!(
        frames[5]
            .iter()
            .all(|(_, shown)| *shown != Identity::Undecided)
    );
}

#[test]
fn a_face_turned_aside_where_somebody_went_out_of_sight_has_no_name() {
    let mut tracker = Tracker::default();
    let gallery = gallery(&[1, 2]);
    let mut show = |n: u32, faces: &[Face]| tracker.step(&Bytes::new(), faces, at(n), &gallery);
    let one = face(100.0, template(1, 0.05), GOOD);
    for n in 0..5 {
        show(n, std::slice::from_ref(&one));
    }
    show(5, &[]);
    show(6, &[]);
    let other = face(105.0, template(2, 0.05), TURNED);
    assert_eq!(show(7, &[other]).overlays[0].identity, Identity::Undecided);
    assert_eq!(
        show(8, &[one]).overlays[0].identity,
        Identity::Known(person(1))
    );
}

/// A way of somebody who walks, turns their head and turns round as they like.
fn way() -> impl Strategy<Value = Way> {
    let legs = proptest::collection::vec(
        (-40.0f32..40.0, proptest::collection::vec(any::<bool>(), 4)),
        8,
    );
    (0.0f32..400.0, legs).prop_map(|(start, legs)| {
        let mut x = start;
        let mut way = vec![(start, GOOD); 4];
        for (speed, heads) in legs {
            for good in heads {
                x += speed;
                way.push((x, if good { GOOD } else { TURNED }));
            }
        }
        way
    })
}

proptest! {
    #[test]
    fn however_two_people_walk_no_name_is_on_the_wrong_face(one in way(), two in way()) {
        // Who begins on the same spot was never told apart.
        prop_assume!((one[0].0 - two[0].0).abs() > 120.0);
        for names in [names_along([&one, &two]), names_followed([&one, &two])] {
            for (n, frame) in names.iter().enumerate() {
                for (truth, shown) in frame {
                    if let Identity::Known(who) = shown {
                        prop_assert_eq!(*who, person(*truth), "frame {}", n);
                    }
                }
            }
        }
    }
}

//! What a tracker asks for before a frame, and what it makes of faces that were only followed.

use super::tests::{GOOD, at, face, gallery, person, template};
use super::*;
use crate::detector::Detection;
use crate::geometry::Point;
use crate::quality::Quality;
use proptest::prelude::*;

/// What an engine would say of a frame with these faces.
pub fn seen_with(attention: &Attention, faces: &[Face]) -> Analysis {
    let detection = |face: &Face| Detection {
        bounds: face.bounds,
        score: face.confidence,
        eyes: [Point::default(); 2],
    };
    let all: Vec<Detection> = faces.iter().map(detection).collect();
    let near = |expected: &Expected| {
        let overlap = |face: &Detection| face.bounds.overlap(&expected.place);
        let best = all
            .iter()
            .max_by(|a, b| overlap(a).total_cmp(&overlap(b)))?;
        (overlap(best) >= 0.15).then_some(*best)
    };
    let expected: Option<Vec<Detection>> = if attention.everywhere {
        None
    } else {
        attention.expected.iter().map(near).collect()
    };
    let everywhere = expected.is_none();
    let (followed, rest) = attention.divide(expected.unwrap_or(all));
    let described = |face: &&Face| rest.iter().any(|other| other.bounds == face.bounds);
    Analysis {
        width: 640,
        height: 480,
        faces: faces.iter().filter(described).cloned().collect(),
        followed,
        everywhere,
    }
}

/// A tracker that has named person 1, who stands at 200, in frames 0 to 2.
fn acquainted(gallery: &Gallery) -> Tracker {
    let mut tracker = Tracker::default();
    for n in 0..3 {
        let one = face(200.0, template(1, 0.05), GOOD);
        tracker.step(&Bytes::new(), &[one], at(n), gallery);
    }
    tracker
}

#[test]
fn somebody_known_is_followed_and_looked_at_again_within_a_second() {
    let gallery = gallery(&[1, 2]);
    let mut tracker = acquainted(&gallery);
    let (mut searched, mut described) = (0, 0);
    for n in 3..13 {
        let faces = [face(200.0 + n as f32, template(1, 0.05), GOOD)];
        let seen = seen_with(&tracker.attention(at(n)), &faces);
        searched += usize::from(seen.everywhere);
        described += seen.faces.len();
        let update = tracker.follow(&Bytes::new(), &seen, at(n), &gallery);
        assert_eq!(update.overlays[0].identity, Identity::Known(person(1)));
        assert_eq!(update.overlays[0].bounds, faces[0].bounds);
        assert!(update.decided.is_empty());
    }
    assert_eq!(
        (searched, described),
        (6, 2),
        "of ten frames in two seconds"
    );
}

#[test]
fn whoever_takes_the_place_of_somebody_known_loses_the_name_within_a_second() {
    let gallery = gallery(&[1, 2]);
    let mut tracker = acquainted(&gallery);
    let other = [face(200.0, template(2, 0.05), GOOD)];
    let mut names = Vec::new();
    for n in 3..12 {
        let seen = seen_with(&tracker.attention(at(n)), &other);
        let update = tracker.follow(&Bytes::new(), &seen, at(n), &gallery);
        names.push(update.overlays.last().unwrap().identity);
    }
    assert!(
        names
            .iter()
            .skip(5)
            .all(|name| *name != Identity::Known(person(1))),
        "{names:?}"
    );
    assert_eq!(names.last(), Some(&Identity::Known(person(2))));
}

#[test]
fn nothing_is_spared_while_somebody_is_undecided_out_of_sight_or_near_another() {
    let gallery = gallery(&[1, 2]);
    let mut tracker = acquainted(&gallery);
    let calm = tracker.attention(at(3));
    assert!(!calm.everywhere && !calm.expected[0].described);
    // A second face, beside the first.
    let both = [
        face(200.0, template(1, 0.05), GOOD),
        face(320.0, template(2, 0.05), GOOD),
    ];
    for n in 3..8 {
        tracker.step(&Bytes::new(), &both, at(n), &gallery);
        let attention = tracker.attention(at(n + 1));
        assert!(attention.everywhere);
        assert!(attention.expected.iter().all(|face| face.described));
    }
    tracker.step(&Bytes::new(), &both[..1], at(8), &gallery);
    assert!(tracker.attention(at(9)).everywhere, "one is out of sight");
    assert!(Tracker::default().attention(at(0)).everywhere);
}

#[test]
fn spoof_models_are_asked_about_the_first_eight_good_frames_of_a_track() {
    let gallery = gallery(&[1, 2]);
    let mut tracker = Tracker::default();
    let mut asked = Vec::new();
    for n in 0..14 {
        let attention = tracker.attention(at(n));
        asked.push(attention.expected.iter().all(|face| face.scored));
        // Turned aside in every fourth frame.
        let turn = if n % 4 == 3 { 1.2 } else { 0.0 };
        let one = Face {
            real: Some(0.125 * n as f32),
            ..face(200.0, template(1, 0.05), Quality { turn, ..GOOD })
        };
        let update = tracker.step(&Bytes::new(), &[one], at(n), &gallery);
        for decided in update.decided {
            assert_eq!(decided.spoof.frames(), decided.frames);
            assert_eq!(decided.spoof.together(), Some(0.125));
        }
    }
    // Frames 0, 1, 2, 4, 5, 6, 8 and 9.
    let first = asked.iter().take_while(|asked| **asked).count();
    assert_eq!(first, 10);
    let scores = tracker.spoof(1).unwrap();
    assert_eq!(scores.frames(), 8);
    assert_eq!(scores.together(), Some(0.5));
    assert_eq!(tracker.spoof(2), None);
}

proptest! {
    /// However one person moves and whoever else comes: each is named as if every frame were looked at in full,
    /// a newcomer at most one frame later.
    #[test]
    fn a_newcomer_is_named_at_most_a_frame_later(comes in 4u32..20, speed in -15.0f32..15.0) {
        let gallery = gallery(&[1, 2]);
        let told = |following: bool| {
            let mut tracker = acquainted(&gallery);
            (3..40).find(|n| {
                let mut faces = vec![face(200.0 + *n as f32, template(1, 0.05), GOOD)];
                if *n >= comes {
                    let x = 600.0 + (*n - comes) as f32 * speed.abs();
                    faces.push(face(x, template(2, 0.05), GOOD));
                }
                let update = if following {
                    let seen = seen_with(&tracker.attention(at(*n)), &faces);
                    tracker.follow(&Bytes::new(), &seen, at(*n), &gallery)
                } else {
                    tracker.step(&Bytes::new(), &faces, at(*n), &gallery)
                };
                update.decided.iter().any(|told| told.person == Some(person(2)))
            })
        };
        let both = told(false).zip(told(true));
        prop_assert!(both.is_some_and(|(full, followed)| followed <= full + 1), "{:?}", both);
    }
}

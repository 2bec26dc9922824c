//! What a tracker does, with made-up templates.

use super::*;
use crate::geometry::Point;
use crate::landmarks::Landmarks;
use crate::quality::{Cover, Quality};
use crate::template::{ModelId, Template};
use crate::threshold;
use proptest::prelude::*;
use uuid::Uuid;

pub const GOOD: Quality = Quality::well_shown(120.0);
pub const TURNED: Quality = Quality { turn: 0.95, ..GOOD };

pub fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Templates of different axes have cosine 0; `noise` makes two views of one person differ.
pub fn template(axis: usize, noise: f32) -> Template {
    let mut values = vec![0.0; 128];
    values[axis] = 1.0;
    values[127] = noise;
    Template::new(ModelId::FACE_API, values).unwrap()
}

pub fn face(x: f32, template: Template, quality: Quality) -> Face {
    Face {
        bounds: Rect {
            x,
            y: 100.0,
            width: 100.0,
            height: 120.0,
        },
        confidence: 0.9,
        landmarks: Landmarks {
            points: vec![Point::default(); 468],
            presence: 1.0,
            nod: 0.0,
        },
        quality,
        template,
        real: None,
    }
}

pub fn gallery(people: &[usize]) -> Gallery {
    let gallery = Gallery::default();
    for axis in people {
        gallery
            .set(person(*axis as u128), &[template(*axis, 0.0)])
            .unwrap();
    }
    gallery
}

pub fn at(frame: u32) -> Duration {
    Duration::from_millis(u64::from(frame) * 200)
}

/// Runs frames of faces through a tracker, each frame's picture being its number.
fn run(tracker: &mut Tracker, gallery: &Gallery, frames: &[Vec<Face>]) -> Vec<TrackUpdate> {
    let step = |(n, faces): (usize, &Vec<Face>)| {
        let picture = Bytes::from(n.to_string());
        tracker.step(&picture, faces, at(n as u32), gallery)
    };
    frames.iter().enumerate().map(step).collect()
}

fn decided(updates: &[TrackUpdate]) -> Vec<&Decided> {
    updates.iter().flat_map(|update| &update.decided).collect()
}

#[test]
fn a_person_is_told_once_after_three_agreeing_frames() {
    let frames = vec![vec![face(0.0, template(1, 0.05), GOOD)]; 20];
    let updates = run(&mut Tracker::default(), &gallery(&[1, 2]), &frames);
    let told = decided(&updates);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].person, told[0].frames), (Some(person(1)), 3));
    assert_eq!(told[0].decided_at, at(2));
    assert!(told[0].score > told[0].threshold && told[0].margin.unwrap() > 0.5);
    assert!(told[0].false_identifications.unwrap() < told[0].allowed);
}

#[test]
fn a_stranger_is_told_once_and_not_before_enough_good_frames() {
    let frames = vec![vec![face(0.0, template(5, 0.0), GOOD)]; 30];
    let updates = run(&mut Tracker::default(), &gallery(&[1, 2]), &frames);
    let told = decided(&updates);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].person, None);
    assert!(told[0].decided_at >= Duration::from_millis(1_400));
}

#[test]
fn nobody_is_judged_by_bad_frames_alone() {
    let frames = vec![vec![face(0.0, template(1, 0.0), TURNED)]; 30];
    let updates = run(&mut Tracker::default(), &gallery(&[1]), &frames);
    assert!(decided(&updates).is_empty());
    assert!(updates.iter().all(|update| update.overlays.len() == 1));
}

#[test]
fn two_people_who_cross_keep_their_names() {
    let crossing = |n: usize| {
        let (left, right) = (n as f32 * 20.0, 410.0 - n as f32 * 20.0);
        vec![
            face(left, template(1, 0.1), GOOD),
            face(right, template(2, 0.1), GOOD),
        ]
    };
    let frames: Vec<_> = (0..21).map(crossing).collect();
    let updates = run(&mut Tracker::default(), &gallery(&[1, 2]), &frames);
    assert_eq!(decided(&updates).len(), 2);
    for (update, frame) in updates.iter().zip(&frames).skip(3) {
        for (axis, seen) in [1, 2].into_iter().zip(frame) {
            let overlay = update
                .overlays
                .iter()
                .find(|o| o.bounds == seen.bounds)
                .unwrap();
            assert_eq!(overlay.identity, Identity::Known(person(axis)));
        }
    }
}

#[test]
fn strangers_who_cross_keep_their_tracks() {
    let crossing = |n: usize| {
        let (left, right) = (n as f32 * 20.0, 400.0 - n as f32 * 20.0);
        vec![
            face(left, template(3, 0.1), GOOD),
            face(right, template(4, 0.1), GOOD),
        ]
    };
    let frames: Vec<_> = (0..21).map(crossing).collect();
    let updates = run(&mut Tracker::default(), &gallery(&[1, 2]), &frames);
    let track_at = |n: usize, x: f32| {
        updates[n]
            .overlays
            .iter()
            .find(|o| (o.bounds.x - x).abs() < 0.1)
            .unwrap()
            .track
    };
    assert_eq!(track_at(0, 0.0), track_at(20, 400.0));
    assert_eq!(track_at(0, 400.0), track_at(20, 0.0));
}

#[test]
fn somebody_else_in_the_same_place_is_another_track() {
    let mut frames = vec![vec![face(0.0, template(1, 0.0), GOOD)]; 5];
    frames.extend(vec![vec![face(0.0, template(2, 0.0), GOOD)]; 5]);
    let updates = run(&mut Tracker::default(), &gallery(&[1, 2]), &frames);
    let people: Vec<_> = decided(&updates).iter().map(|d| d.person).collect();
    assert_eq!(people, [Some(person(1)), Some(person(2))]);
    assert_ne!(updates[0].overlays[0].track, updates[9].overlays[0].track);
}

#[test]
fn a_face_that_comes_back_soon_is_the_same_passage_and_later_another() {
    let here = || vec![face(0.0, template(1, 0.0), GOOD)];
    let elsewhere = || vec![face(500.0, template(1, 0.02), GOOD)];
    let away = |frames: usize| std::iter::repeat_n(Vec::new(), frames);
    let soon: Vec<_> = std::iter::repeat_n(here(), 5)
        .chain(away(5))
        .chain([elsewhere(); 1])
        .collect();
    let updates = run(&mut Tracker::default(), &gallery(&[1]), &soon);
    assert_eq!(updates[0].overlays[0].track, updates[10].overlays[0].track);
    assert_eq!(decided(&updates).len(), 1);
    let later: Vec<_> = std::iter::repeat_n(here(), 5)
        .chain(away(15))
        .chain(std::iter::repeat_n(elsewhere(), 5))
        .collect();
    assert_eq!(
        decided(&run(&mut Tracker::default(), &gallery(&[1]), &later)).len(),
        2
    );
}

#[test]
fn a_stranger_enrolled_on_the_spot_is_known_and_deleted_is_unknown_again() {
    let mut tracker = Tracker::default();
    let gallery = gallery(&[2]);
    let frames = vec![vec![face(0.0, template(1, 0.0), GOOD)]; 10];
    let strangers = run(&mut tracker, &gallery, &frames);
    assert_eq!(decided(&strangers)[0].person, None);
    gallery.set(person(1), &[template(1, 0.0)]).unwrap();
    let known = tracker.step(&Bytes::new(), &frames[0], at(10), &gallery);
    assert_eq!(known.overlays[0].identity, Identity::Known(person(1)));
    assert_eq!(known.decided[0].person, Some(person(1)));
    gallery.remove(person(1));
    let deleted = tracker.step(&Bytes::new(), &frames[0], at(11), &gallery);
    assert_eq!(deleted.overlays[0].identity, Identity::Unknown);
    assert!(deleted.decided.is_empty(), "the stranger was told before");
}

/// A view of a face that lies between person 1 and person 2, by so many degrees from the first.
fn between(degrees: f32) -> Template {
    let (across, along) = degrees.to_radians().sin_cos();
    let mut values = vec![0.0; 128];
    (values[1], values[2]) = (along, across);
    Template::new(ModelId::FACE_API, values).unwrap()
}

/// Persons 1 and 2, whose faces are so many degrees apart.
fn pair(apart: f32) -> Gallery {
    let gallery = Gallery::default();
    gallery.set(person(1), &[between(0.0)]).unwrap();
    gallery.set(person(2), &[between(apart)]).unwrap();
    gallery
}

#[test]
fn somebody_between_two_people_is_told_once_as_one_of_both_and_as_no_stranger() {
    let frames = vec![vec![face(0.0, between(11.4), GOOD)]; 20];
    let updates = run(&mut Tracker::default(), &pair(22.6), &frames);
    let told = decided(&updates);
    assert_eq!(told.len(), 1);
    let both = [person(1), person(2)];
    assert_eq!((told[0].person, told[0].one_of), (None, Some(both)));
    assert!(told[0].score > told[0].threshold && told[0].frames >= 3);
    let shown = updates.last().unwrap().overlays[0].identity;
    assert_eq!(shown, Identity::OneOf(both));
}

#[test]
fn one_of_two_is_named_once_better_views_tell_them_apart() {
    let mut frames = vec![vec![face(0.0, between(11.4), GOOD)]; 10];
    frames.extend(vec![vec![face(0.0, between(0.0), GOOD)]; 10]);
    let updates = run(&mut Tracker::default(), &pair(22.6), &frames);
    let people: Vec<_> = decided(&updates).iter().map(|told| told.person).collect();
    assert_eq!(people, [None, Some(person(1))]);
}

#[test]
fn a_name_is_taken_back_once_better_views_are_clearly_more_like_another() {
    let mut frames = vec![vec![face(0.0, between(10.0), GOOD)]; 3];
    frames.extend(vec![vec![face(0.0, between(27.0), GOOD)]; 10]);
    let updates = run(&mut Tracker::default(), &pair(28.4), &frames);
    let told = decided(&updates);
    let said: Vec<_> = told
        .iter()
        .map(|one| (one.track, one.person, one.before))
        .collect();
    let (first, other) = (person(1), person(2));
    assert_eq!(
        said,
        [(1, Some(first), None), (1, Some(other), Some(first))]
    );
    let shown = updates.last().unwrap().overlays[0].identity;
    assert_eq!(shown, Identity::Known(other));
}

#[test]
fn a_name_is_taken_back_once_better_views_are_like_nobody() {
    let mut frames = vec![vec![face(0.0, between(18.0), GOOD)]; 3];
    frames.extend(vec![vec![face(0.0, between(32.0), GOOD)]; 20]);
    let updates = run(&mut Tracker::default(), &gallery(&[1]), &frames);
    let told = decided(&updates);
    let said: Vec<_> = told
        .iter()
        .map(|one| (one.track, one.person, one.before))
        .collect();
    assert_eq!(
        said,
        [(1, Some(person(1)), None), (1, None, Some(person(1)))]
    );
    let shown = updates.last().unwrap().overlays[0].identity;
    assert_eq!(shown, Identity::Unknown);
}

#[test]
fn a_name_that_comes_back_is_told_again() {
    let mut frames = vec![vec![face(0.0, between(18.0), GOOD)]; 3];
    frames.extend(vec![vec![face(0.0, between(32.0), GOOD)]; 20]);
    frames.extend(vec![vec![face(0.0, between(0.0), GOOD)]; 60]);
    let updates = run(&mut Tracker::default(), &gallery(&[1]), &frames);
    let told = decided(&updates);
    let said: Vec<_> = told.iter().map(|one| (one.person, one.before)).collect();
    let somebody = Some(person(1));
    assert_eq!(said, [(somebody, None), (None, somebody), (somebody, None)]);
}

#[test]
fn a_name_stands_while_views_are_only_a_little_less_like() {
    let mut frames = vec![vec![face(0.0, between(5.0), GOOD)]; 3];
    frames.extend(vec![vec![face(0.0, between(17.0), GOOD)]; 20]);
    let updates = run(&mut Tracker::default(), &gallery(&[1]), &frames);
    assert_eq!(decided(&updates).len(), 1);
    let shown = updates.last().unwrap().overlays[0].identity;
    assert_eq!(shown, Identity::Known(person(1)));
}

#[test]
fn a_site_that_allows_fewer_errors_asks_for_more() {
    let frames = vec![vec![face(0.0, template(1, 0.3), GOOD)]; 20];
    let named = |rate: f32| {
        let settings = TrackerSettings {
            rate: Rate::new(rate).unwrap(),
            ..TrackerSettings::default()
        };
        let updates = run(
            &mut Tracker::new(settings),
            &gallery(&(0..100).collect::<Vec<_>>()),
            &frames,
        );
        decided(&updates)[0].person
    };
    assert_eq!(named(0.01), Some(person(1)));
    assert_eq!(named(0.0001), None);
}

#[test]
fn each_look_is_held_to_half_of_the_rate_for_many_follow() {
    let people = 100;
    let at = |rate: Rate| threshold::identification(people, 1, rate);
    let (whole, half) = (at(Rate::USUAL), at(Rate::new(0.005).unwrap()));
    let between = f32::midpoint(whole, half);
    let noise = (1.0 / (between * between) - 1.0).sqrt();
    let frames = vec![vec![face(0.0, template(1, noise), GOOD)]; 20];
    let gallery = gallery(&(0..people).collect::<Vec<_>>());
    let updates = run(&mut Tracker::default(), &gallery, &frames);
    assert_eq!(decided(&updates)[0].person, None, "{whole} {half}");
}

#[test]
fn a_frame_that_shows_the_whole_face_is_the_picture_before_a_larger_one_that_is_covered() {
    let covered = Quality {
        cover: Cover {
            mouth: 1.0,
            ..Cover::NONE
        },
        height: 160.0,
        ..GOOD
    };
    let small = Quality::well_shown(60.0);
    let decided_of = |qualities: &[Quality]| {
        let seen = |quality: &Quality| vec![face(0.0, template(1, 0.0), *quality)];
        let frames: Vec<_> = qualities.iter().map(seen).collect();
        let updates = run(&mut Tracker::default(), &gallery(&[1]), &frames);
        decided(&updates)[0].clone()
    };
    let seen = decided_of(&[covered, small, covered]);
    assert_eq!(seen.picture, Bytes::from("1"));
    assert_eq!(seen.pictured_at, at(1));
    assert_eq!(
        seen.covered,
        [CoveredPart::Mouth],
        "one whole view in three"
    );
    assert_eq!(decided_of(&[covered, small, small]).covered, []);
    let cut_off = Quality {
        outside: 0.1,
        ..GOOD
    };
    assert_eq!(
        decided_of(&[cut_off; 3]).covered,
        [CoveredPart::BeyondFrame]
    );
}

#[test]
fn the_best_frame_of_the_track_is_its_picture() {
    let small = Quality {
        height: 60.0,
        ..GOOD
    };
    let frames: Vec<_> = [small, GOOD, small, small]
        .map(|quality| vec![face(0.0, template(1, 0.0), quality)])
        .into();
    let updates = run(&mut Tracker::default(), &gallery(&[1]), &frames);
    assert_eq!(decided(&updates)[0].picture, Bytes::from("1"));
}

#[test]
fn a_pause_of_a_quick_camera_does_not_make_it_patient() {
    let mut tracker = Tracker::default();
    let gallery = gallery(&[1]);
    let mut show = |ms: u64, x: f32| {
        let faces = [face(x, template(1, 0.0), GOOD)];
        tracker.step(&Bytes::new(), &faces, Duration::from_millis(ms), &gallery)
    };
    let first = (0..10).map(|n| show(n * 200, 0.0)).last().unwrap();
    let again = show(1_800 + 2_500, 0.0);
    assert_ne!(first.overlays[0].track, again.overlays[0].track);
}

#[test]
fn who_left_a_slow_camera_long_ago_comes_back_as_another_passage() {
    let mut tracker = Tracker::default();
    let gallery = gallery(&[1]);
    let here = [face(0.0, template(1, 0.0), GOOD)];
    let mut show = |seconds: u64, faces: &[Face]| {
        tracker.step(&Bytes::new(), faces, Duration::from_secs(seconds), &gallery)
    };
    let first = (0..5).map(|n| show(n * 10, &here)).last().unwrap();
    assert!(show(50, &[]).overlays.is_empty());
    let again = show(60, &here);
    assert_ne!(first.overlays[0].track, again.overlays[0].track);
}

proptest! {
    #[test]
    fn whoever_stays_is_one_track_and_is_decided_however_slow_the_camera(
        interval in 30u64..15_000, jitter in proptest::collection::vec(0.5f64..1.0, 12),
    ) {
        let mut tracker = Tracker::default();
        let gallery = gallery(&[1, 2]);
        let mut now = 0.0;
        let updates: Vec<TrackUpdate> = jitter
            .iter()
            .map(|share| {
                now += interval as f64 * share;
                let at = Duration::from_millis(now as u64);
                tracker.step(&Bytes::new(), &[face(0.0, template(1, 0.05), GOOD)], at, &gallery)
            })
            .collect();
        prop_assert!(updates.iter().all(|update| update.overlays[0].track == 1));
        let told = decided(&updates);
        prop_assert_eq!(told.len(), 1);
        prop_assert_eq!(told[0].person, Some(person(1)));
    }

    #[test]
    fn patience_follows_the_frames_within_its_bounds(
        times in proptest::collection::vec(0u64..40_000, 0..20),
    ) {
        let settings = TrackerSettings::default();
        let mut rhythm = Rhythm::default();
        for ms in times {
            // A clock that goes back must not harm either.
            rhythm.beat(Duration::from_millis(ms));
            let patience = rhythm.patience(&settings);
            prop_assert!((settings.patience..=settings.most_patience).contains(&patience));
        }
    }

    #[test]
    fn whatever_happens_each_face_has_one_track_and_nothing_is_told_twice_in_a_row(
        scenes in proptest::collection::vec(
            proptest::collection::vec((0usize..6, 0.0f32..600.0, 0.0f32..0.6, any::<bool>()), 0..4),
            1..60,
        ),
        enrolled in 0usize..4,
    ) {
        let frames: Vec<Vec<Face>> = scenes
            .iter()
            .map(|scene| {
                let show = |&(axis, x, noise, good): &(usize, f32, f32, bool)| {
                    face(x, template(axis, noise), if good { GOOD } else { TURNED })
                };
                scene.iter().map(show).collect()
            })
            .collect();
        let people: Vec<usize> = (0..enrolled).collect();
        let updates = run(&mut Tracker::default(), &gallery(&people), &frames);
        let mut told = std::collections::HashMap::new();
        let mut names = std::collections::HashMap::new();
        for (update, frame) in updates.iter().zip(&frames) {
            prop_assert_eq!(update.overlays.len(), frame.len());
            let tracks: std::collections::HashSet<u64> =
                update.overlays.iter().map(|overlay| overlay.track).collect();
            prop_assert_eq!(tracks.len(), frame.len());
            for decided in &update.decided {
                let now = (decided.person, decided.one_of);
                prop_assert!(told.insert(decided.track, now) != Some(now));
                if let Some(known) = decided.person {
                    let before = names.insert(decided.track, known);
                    prop_assert!(before.is_none_or(|before| before == known), "two names");
                    prop_assert!(decided.frames >= TrackerSettings::default().agreeing_frames);
                    prop_assert!(people.contains(&(known.0.as_u128() as usize)));
                    prop_assert!(decided.score >= decided.threshold);
                }
            }
        }
    }
}

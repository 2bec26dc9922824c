use crate::world::*;
use evidence::{Output, Recent};
use model::{Direction, Factor};

const MINUTE: i64 = 60_000;

#[test]
fn a_single_factor_is_a_passage_at_once() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag]);
    world.see(1, 0, read("AA"));
    world.see(1, 10, read("AA"));
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn several_factors_are_collected_until_all_are_there() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::FaceMatch]);
    world.see(1, 0, read("AA"));
    assert!(world.outputs.is_empty());
    world.see(1, 9_000, face(Some(7)));
    let passages = world.passages();
    assert!(passages[0].tag.is_some() && passages[0].face.is_some());
}

#[test]
fn what_is_there_after_ten_seconds_is_the_passage() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Finger]);
    world.see(1, 0, read("AA"));
    world.until(10_000);
    assert_eq!(world.passages().len(), 1);
    world.see(1, 11_000, finger("4", ""));
    world.until(21_000);
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn another_persons_tag_begins_another_passage() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Finger]);
    world.see(1, 0, read("AA"));
    world.see(1, 1_000, read("BB"));
    assert_eq!(world.passages().len(), 1);
    world.see(1, 2_000, finger("4", ""));
    assert_eq!(world.passages()[1].tag.as_ref().unwrap().tag, tag("BB"));
}

#[test]
fn the_same_face_at_an_entry_joins_for_five_minutes_after_the_last_sighting() {
    let mut world = World::with(Direction::Entry, &[]);
    let first = world.see(1, 0, face(Some(7)));
    for n in 1..=4 {
        let id = world.see(1, n * 4 * MINUTE, face(Some(7)));
        let joined = Output::Joined {
            observation: id,
            joins: first,
        };
        assert_eq!(world.outputs.last(), Some(&joined));
    }
    world.see(1, 21 * MINUTE, face(Some(7)));
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn where_the_direction_is_both_a_new_passage_begins_every_five_minutes() {
    let mut world = World::with(Direction::Both, &[Factor::Face]);
    for n in 0..=5 {
        world.see(1, n * 2 * MINUTE, face(Some(7)));
    }
    let times: Vec<_> = world.passages().iter().map(|p| p.occurred_at).collect();
    assert_eq!(times, [at(0), at(6 * MINUTE)]);
}

#[test]
fn two_people_before_one_camera_do_not_join_each_other() {
    let mut world = World::with(Direction::Both, &[]);
    world.see(1, 0, face(Some(7)));
    world.see(1, 10, face(Some(8)));
    world.see(2, 20, face(Some(7)));
    assert_eq!(world.passages().len(), 3);
}

#[test]
fn every_track_of_a_stranger_is_a_passage() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::FaceMatch]);
    world.see(1, 0, face(None));
    world.see(1, 10, face(None));
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn somebody_who_lingers_after_showing_all_factors_is_not_a_passage_again() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::FaceMatch]);
    world.see(1, 0, read("AA"));
    world.see(1, 1_000, face(Some(7)));
    world.see(1, 20_000, face(Some(7)));
    world.until(30_000);
    assert_eq!(world.passages().len(), 1);
    assert!(matches!(world.outputs[1], Output::Joined { .. }));
    world.see(1, 40_000, face(Some(7)));
    world.see(1, 41_000, read("AA"));
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn a_passage_before_the_restart_is_joined_after_it() {
    let mut world = World::with(Direction::Entry, &[]);
    let observation = seen(99, 1, 0, face(Some(7))).id;
    world.correlator.remember(
        point(1),
        Recent {
            person: who(7),
            observation,
            first_seen: at(0),
            last_seen: at(2 * MINUTE),
        },
    );
    let id = world.see(1, 6 * MINUTE, face(Some(7)));
    let joined = Output::Joined {
        observation: id,
        joins: observation,
    };
    assert_eq!(world.outputs, [joined]);
}

#[test]
fn a_second_picture_begins_no_passage() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Finger]);
    world.see(1, 0, read("AA"));
    world.see(1, 100, picture(1));
    world.see(1, 200, picture(2));
    world.until(20_000);
    assert_eq!(world.passages().len(), 1);
    assert_eq!(world.unresolved()[0].picture, Some(picture_id(2)));
}

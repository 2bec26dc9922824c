//! When the same again is the same passage.

use crate::world::*;
use evidence::Output;
use model::{Direction, FaceSighting, Factor, Observation, ObservationId, Sighting};

const MINUTE: i64 = 60_000;

/// A gate with a camera on either side: in at 1, out at 2.
fn gate() -> World {
    World::with(Direction::Entry, &[]).and(2, Direction::Exit, &[])
}

fn joins(world: &World, observation: ObservationId, joins: ObservationId) {
    let joined = Output::Joined { observation, joins };
    assert_eq!(world.outputs.last(), Some(&joined));
}

/// `seen` with an order that a world does not reach.
fn later(n: u64, ms: i64, sighting: Sighting) -> Observation {
    seen(1_000 + n, 1, ms, sighting)
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
fn a_face_that_was_held_to_be_somebody_else_joins_no_passage() {
    let mut world = World::with(Direction::Entry, &[]);
    world.see(1, 0, face(Some(7)));
    let Sighting::Face(seen) = face(Some(7)) else {
        unreachable!();
    };
    let revised = FaceSighting {
        before: Some(who(8)),
        ..seen
    };
    world.see(1, MINUTE, Sighting::Face(revised));
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
fn somebody_who_left_by_another_camera_comes_back_in_a_new_passage() {
    let mut world = gate();
    world.see(1, 0, face(Some(7)));
    world.see(2, 2 * MINUTE, face(Some(7)));
    world.see(1, 4 * MINUTE, face(Some(7)));
    world.see(2, 5 * MINUTE, face(Some(7)));
    assert_eq!(world.passages().len(), 4);
}

#[test]
fn somebody_seen_in_another_room_comes_back_in_a_new_passage() {
    let mut world = World::with(Direction::Both, &[Factor::Face]);
    world.see(1, 0, face(Some(7)));
    world.see(3, MINUTE, face(Some(7)));
    world.see(1, 2 * MINUTE, face(Some(7)));
    let places: Vec<_> = world.passages().iter().map(|p| p.access_point).collect();
    assert_eq!(places, [point(1), point(3), point(1)]);
}

#[test]
fn somebody_whose_tag_or_finger_was_read_elsewhere_comes_back_in_a_new_passage() {
    for sighting in [read("AA"), finger("7", ""), exit()] {
        let mut world = gate();
        world.see(1, 0, face(Some(7)));
        world.see(2, 2 * MINUTE, sighting);
        world.decide(7);
        world.see(1, 4 * MINUTE, face(Some(7)));
        assert_eq!(world.passages().len(), 3);
    }
}

#[test]
fn a_tag_read_beside_the_camera_does_not_end_the_passage_of_the_face() {
    let mut world = gate();
    let first = world.see(1, 0, face(Some(7)));
    world.see(1, MINUTE, read("AA"));
    world.decide(7);
    let again = world.see(1, 2 * MINUTE, face(Some(7)));
    joins(&world, again, first);
}

#[test]
fn a_sighting_that_another_window_held_up_counts_where_it_was_at_its_time() {
    let mut world = gate().and(3, Direction::Entry, &[Factor::Tag, Factor::FaceMatch]);
    let first = world.see(3, 0, read("AA"));
    world.see(3, 1_000, face(Some(7)));
    let lingering = world.see(3, 20_000, face(Some(7)));
    world.see(1, 25_000, face(Some(7)));
    world.until(30_000);
    joins(&world, lingering, first);
}

#[test]
fn a_tag_shown_twice_on_the_way_out_is_one_passage() {
    let mut world = gate();
    let native = world.see(2, 0, read("AA"));
    let again = world.see(2, 2_000, read("AA"));
    joins(&world, again, native);
    let classic = world.see(3, 3_000, exit());
    let again = world.see(3, 4_000, exit());
    joins(&world, again, classic);
    world.see(3, 6 * MINUTE, exit());
    assert_eq!(world.passages().len(), 3);
}

#[test]
fn a_tag_shown_twice_on_the_way_in_is_two_passages() {
    let mut world = gate();
    world.see(1, 0, read("AA"));
    world.see(1, 2_000, read("AA"));
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn a_tag_that_was_handed_out_again_goes_out_in_a_new_passage() {
    let mut world = World::default();
    world.see(1, 0, exit());
    world.see(1, MINUTE, line("5", "s"));
    world.see(1, 2 * MINUTE, exit());
    assert_eq!(world.passages().len(), 3);
}

#[test]
fn a_tag_whose_holder_came_in_by_face_goes_out_in_a_new_passage() {
    let mut world = gate();
    world.see(2, 0, read("AA"));
    world.decide(7);
    world.see(1, MINUTE, face(Some(7)));
    world.see(2, 2 * MINUTE, read("AA"));
    assert_eq!(world.passages().len(), 3);
}

#[test]
fn a_restart_in_the_middle_of_a_passage_does_not_double_it() {
    let mut world = World::with(Direction::Entry, &[]);
    let first = world.see(1, 0, face(Some(7)));
    let joined = [1, 2].map(|n| later(n, i64::try_from(n).unwrap() * 4 * MINUTE, face(Some(7))));
    for observation in &joined {
        world.take(observation);
    }
    world.restart(&joined);
    let again = world.see(1, 12 * MINUTE, face(Some(7)));
    joins(&world, again, first);
}

#[test]
fn a_restart_does_not_begin_five_minutes_anew_where_the_direction_is_both() {
    let mut world = World::with(Direction::Both, &[]);
    world.see(1, 0, face(Some(7)));
    let joined = [later(1, 4 * MINUTE, face(Some(7)))];
    world.take(&joined[0]);
    world.restart(&joined);
    world.see(1, 6 * MINUTE, face(Some(7)));
    let times: Vec<_> = world.passages().iter().map(|p| p.occurred_at).collect();
    assert_eq!(times, [at(0), at(6 * MINUTE)]);
}

#[test]
fn a_restart_forgets_neither_who_went_out_nor_which_tag() {
    let mut world = gate();
    world.see(1, 0, face(Some(7)));
    world.see(2, MINUTE, face(Some(7)));
    let out = world.see(2, 2 * MINUTE, read("AA"));
    world.restart(&[]);
    let again = world.see(2, 2 * MINUTE + 1_000, read("AA"));
    joins(&world, again, out);
    world.see(1, 3 * MINUTE, face(Some(7)));
    assert_eq!(world.passages().len(), 4);
}

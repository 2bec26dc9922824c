use crate::world::*;
use VisitState::{Closed, ExitMissing, Open};
use model::{Direction, VisitState};
use projection::is_inside;

#[test]
fn the_first_sighting_of_a_day_is_the_arrival_and_each_later_one_moves_the_departure() {
    let mut world = World::default();
    world.sight(7, 9 * HOUR);
    world.sight(7, 12 * HOUR);
    world.sight(7, 16 * HOUR);
    assert_eq!(world.visits(7), [(Open, at(9 * HOUR), Some(at(16 * HOUR)))]);
    assert!(world.book.alerts().is_empty());
}

#[test]
fn the_next_day_is_another_visit_and_the_old_one_ends_at_its_last_sighting() {
    let mut world = World::default();
    world.sight(7, 9 * HOUR);
    world.sight(7, 16 * HOUR);
    world.sight(7, DAY + 9 * HOUR);
    let expected = [
        (Closed, at(9 * HOUR), Some(at(16 * HOUR))),
        (Open, at(DAY + 9 * HOUR), Some(at(DAY + 9 * HOUR))),
    ];
    assert_eq!(world.visits(7), expected);
}

#[test]
fn somebody_sighted_is_inside_for_the_rest_of_that_day_only() {
    let mut world = World::default();
    let first = world.sight(7, 9 * HOUR);
    let visit = world.visit(first);
    assert!(is_inside(visit, at(23 * HOUR), &world.calendar));
    assert!(!is_inside(visit, at(DAY), &world.calendar));
}

#[test]
fn an_area_without_an_exit_knows_no_second_entry() {
    let mut world = World::default();
    for hour in [9, 12] {
        world.pass(passage(
            Some(7),
            place(Direction::Entry, false),
            hour * HOUR,
        ));
    }
    assert_eq!(world.visits(7), [(Open, at(9 * HOUR), Some(at(12 * HOUR)))]);
    assert!(world.book.alerts().is_empty());
}

#[test]
fn a_sighting_of_somebody_who_came_through_the_gate_adds_nothing() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    let camera = place(Direction::Both, true);
    world.pass(passage(Some(7), camera.clone(), 10 * HOUR));
    world.pass(passage(Some(7), camera, DAY + HOUR));
    assert_eq!(world.visits(7), [(Open, at(9 * HOUR), None)]);
}

#[test]
fn somebody_whose_gate_was_taken_away_begins_a_new_day_by_sighting() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    world.sight(7, DAY + 9 * HOUR);
    let states: Vec<_> = world.visits(7).iter().map(|v| v.0).collect();
    assert_eq!(states, [ExitMissing, Open]);
}

#[test]
fn an_exit_ends_a_visit_of_sightings() {
    let mut world = World::default();
    world.sight(7, 9 * HOUR);
    world.leave(7, 10 * HOUR);
    assert_eq!(
        world.visits(7),
        [(Closed, at(9 * HOUR), Some(at(10 * HOUR)))]
    );
}

#[test]
fn an_entry_after_a_sighting_is_no_second_entry() {
    let mut world = World::default();
    world.sight(7, 9 * HOUR);
    world.enter(7, 10 * HOUR);
    let states: Vec<_> = world.visits(7).iter().map(|v| v.0).collect();
    assert_eq!(states, [Closed, Open]);
    assert!(world.book.alerts().is_empty());
}

#[test]
fn a_sighting_delivered_late_makes_the_arrival_earlier() {
    let mut world = World::default();
    world.sight(7, 10 * HOUR);
    world.sight(7, 9 * HOUR);
    world.sight(7, 9 * HOUR + 30);
    assert_eq!(world.visits(7), [(Open, at(9 * HOUR), Some(at(10 * HOUR)))]);
}

#[test]
fn a_sighting_delivered_days_late_is_a_closed_day_of_its_own() {
    let mut world = World::default();
    world.sight(7, 2 * DAY);
    world.sight(7, 9 * HOUR);
    assert_eq!(
        world.visits(7)[0],
        (Closed, at(9 * HOUR), Some(at(9 * HOUR)))
    );
    assert_eq!(world.visits(7)[1].0, Open);
}

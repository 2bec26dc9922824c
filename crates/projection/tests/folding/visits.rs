use crate::world::*;
use VisitState::{Closed, ExitMissing, Open};
use model::{AlertKind, Direction, Outcome, Reason, Taken, VisitState};
use projection::is_inside;

#[test]
fn an_entry_opens_a_visit_and_an_exit_closes_it() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    assert!(is_inside(
        world.visit(entry),
        at(20 * HOUR),
        &world.calendar
    ));
    let exit = world.leave(7, 17 * HOUR);
    let visit = world.visit(entry);
    assert_eq!(visit.state, Closed);
    assert_eq!(visit.exit, Some(exit));
    assert!(!is_inside(visit, at(17 * HOUR), &world.calendar));
    assert!(world.book.alerts().is_empty());
}

#[test]
fn a_visit_over_midnight_is_closed_by_the_next_mornings_exit() {
    let mut world = World::default();
    world.enter(7, 22 * HOUR);
    world.leave(7, DAY + 6 * HOUR);
    let expected = [(Closed, at(22 * HOUR), Some(at(DAY + 6 * HOUR)))];
    assert_eq!(world.visits(7), expected);
}

#[test]
fn a_persons_second_visit_of_the_day_stands_beside_the_first() {
    let mut world = World::default();
    for start in [9 * HOUR, 14 * HOUR] {
        world.enter(7, start);
        world.leave(7, start + HOUR);
    }
    assert_eq!(world.visits(7).len(), 2);
}

#[test]
fn an_entry_of_somebody_inside_leaves_the_old_visit_without_an_exit_and_alerts() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    world.enter(7, 13 * HOUR);
    let expected = [
        (ExitMissing, at(9 * HOUR), None),
        (Open, at(13 * HOUR), None),
    ];
    assert_eq!(world.visits(7), expected);
    let kinds: Vec<_> = world.book.alerts().values().map(|a| a.kind).collect();
    assert_eq!(kinds, [AlertKind::SecondEntry]);
}

#[test]
fn an_exit_of_somebody_who_is_not_inside_alerts_and_changes_nothing() {
    let mut world = World::default();
    world.leave(7, 9 * HOUR);
    assert!(world.visits(7).is_empty());
    let kinds: Vec<_> = world.book.alerts().values().map(|a| a.kind).collect();
    assert_eq!(kinds, [AlertKind::ExitWithoutEntry]);
}

#[test]
fn a_person_denied_by_us_whom_the_controller_let_in_is_inside() {
    let mut world = World::default();
    let entry = world.pass(denied(
        issuing(Some(7), "AA", 9 * HOUR),
        &[Reason::PersonSuspended],
    ));
    assert_eq!(world.visit(entry).state, Open);
}

#[test]
fn a_person_denied_at_a_door_that_we_open_is_not_inside() {
    let mut world = World::default();
    let event = passage(Some(7), place(Direction::Entry, true), 9 * HOUR);
    world.pass(denied(event, &[Reason::PersonSuspended]));
    assert!(world.visits(7).is_empty());
}

#[test]
fn a_passage_that_was_not_taken_moves_nobody() {
    let mut world = World::default();
    let mut event = passage(Some(7), place(Direction::Entry, true), 9 * HOUR);
    event.decision.taken = Taken::NotTaken;
    assert_eq!(event.decision.outcome, Outcome::Granted);
    world.pass(event);
    assert!(world.visits(7).is_empty());
}

#[test]
fn an_imported_entry_from_before_a_known_visit_lets_nobody_be_inside() {
    let mut world = World::default();
    world.enter(7, 2 * DAY);
    world.leave(7, 2 * DAY + HOUR);
    world.enter(7, DAY);
    assert_eq!(world.visits(7)[0], (ExitMissing, at(DAY), None));
    world.leave(7, DAY + HOUR);
    assert_eq!(world.visits(7)[0], (Closed, at(DAY), Some(at(DAY + HOUR))));
}

#[test]
fn an_imported_visit_from_yesterday_leaves_todays_visit_open() {
    let mut world = World::default();
    let today = world.enter(7, DAY + 9 * HOUR);
    world.enter(7, 9 * HOUR);
    world.leave(7, 17 * HOUR);
    assert_eq!(world.visit(today).state, Open);
    assert_eq!(world.visits(7).len(), 2);
    assert!(world.book.alerts().is_empty());
}

#[test]
fn a_classic_gate_whose_two_sides_are_one_access_point_tells_entry_from_exit_itself() {
    let mut world = World::default();
    let both = |mut event: model::AccessEvent| {
        event.place = place(Direction::Both, false);
        event
    };
    let entry = world.pass(both(issuing(Some(7), "AA", 9 * HOUR)));
    assert_eq!(world.visit(entry).left_at, None);
    world.pass(both(returning(Some(7), "AA", 10 * HOUR)));
    assert_eq!(world.visit(entry).state, Closed);
}

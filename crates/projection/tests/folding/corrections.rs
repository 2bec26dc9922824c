use crate::world::*;
use VisitState::{Closed, ClosedByOperator, ExitMissing, Open, Withdrawn};
use model::{Direction, VisitState};
use projection::Change;

#[test]
fn an_entry_of_the_wrong_person_is_withdrawn_and_put_to_the_right_one() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    world.not_this_person(entry, Some(8));
    assert_eq!(world.visits(7), [(Withdrawn, at(9 * HOUR), None)]);
    assert_eq!(world.visits(8), [(Open, at(9 * HOUR), None)]);
    assert_eq!(world.book.counts_for(entry), Some(who(8)));
}

#[test]
fn an_entry_of_nobody_we_know_is_only_withdrawn() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    world.not_this_person(entry, None);
    assert_eq!(world.visits(7), [(Withdrawn, at(9 * HOUR), None)]);
    assert_eq!(world.book.counts_for(entry), None);
}

#[test]
fn a_stranger_who_is_recognised_later_gets_the_visit() {
    let mut world = World::default();
    let entry = world.pass(issuing(None, "AA", 9 * HOUR));
    world.not_this_person(entry, Some(8));
    assert_eq!(world.visits(8), [(Open, at(9 * HOUR), None)]);
}

#[test]
fn a_false_second_entry_gives_the_first_visit_its_ending_back() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    let wrong = world.enter(7, 13 * HOUR);
    world.leave(7, 17 * HOUR);
    world.not_this_person(wrong, None);
    let expected = [
        (Closed, at(9 * HOUR), Some(at(17 * HOUR))),
        (Withdrawn, at(13 * HOUR), Some(at(17 * HOUR))),
    ];
    assert_eq!(world.visits(7), expected);
}

#[test]
fn a_false_second_entry_leaves_the_person_inside() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    let wrong = world.enter(7, 13 * HOUR);
    world.not_this_person(wrong, Some(8));
    assert_eq!(world.visits(7)[0], (Open, at(9 * HOUR), None));
    assert_eq!(world.visits(8), [(Open, at(13 * HOUR), None)]);
}

#[test]
fn a_false_exit_leaves_the_person_inside_and_ends_the_right_persons_visit() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    world.enter(8, 9 * HOUR);
    let exit = world.leave(7, 12 * HOUR);
    world.not_this_person(exit, Some(8));
    assert_eq!(world.visits(7), [(Open, at(9 * HOUR), None)]);
    assert_eq!(
        world.visits(8),
        [(Closed, at(9 * HOUR), Some(at(12 * HOUR)))]
    );
}

#[test]
fn a_false_exit_before_another_visit_stays_missing() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    let exit = world.leave(7, 12 * HOUR);
    world.enter(7, 13 * HOUR);
    world.not_this_person(exit, None);
    let states: Vec<_> = world.visits(7).iter().map(|v| v.0).collect();
    assert_eq!(states, [ExitMissing, Open]);
}

#[test]
fn the_exit_with_the_tag_goes_along_to_whoever_was_handed_it() {
    let mut world = World::default();
    let entry = world.pass(issuing(Some(7), "AA", 9 * HOUR));
    world.pass(returning(Some(7), "AA", 17 * HOUR));
    world.not_this_person(entry, Some(8));
    assert_eq!(
        world.visits(8),
        [(Closed, at(9 * HOUR), Some(at(17 * HOUR)))]
    );
}

#[test]
fn a_correction_can_itself_be_corrected() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    world.not_this_person(entry, Some(8));
    world.not_this_person(entry, Some(9));
    assert_eq!(world.visits(8), [(Withdrawn, at(9 * HOUR), None)]);
    assert_eq!(world.visits(9), [(Open, at(9 * HOUR), None)]);
    world.not_this_person(entry, Some(7));
    let states: Vec<_> = world.visits(7).iter().map(|v| v.0).collect();
    assert_eq!(states, [Withdrawn, Open]);
}

#[test]
fn saying_the_same_person_again_changes_nothing() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    world.not_this_person(entry, Some(7));
    assert_eq!(world.visits(7), [(Open, at(9 * HOUR), None)]);
}

#[test]
fn a_sighting_taken_back_leaves_the_days_other_sightings() {
    let mut world = World::default();
    let events: Vec<_> = (9..13).map(|hour| world.sight(7, hour * HOUR)).collect();
    world.not_this_person(events[0], None);
    assert_eq!(
        world.visits(7),
        [(Open, at(10 * HOUR), Some(at(12 * HOUR)))]
    );
    world.not_this_person(events[3], Some(8));
    assert_eq!(
        world.visits(7),
        [(Open, at(10 * HOUR), Some(at(11 * HOUR)))]
    );
    assert_eq!(
        world.visits(8),
        [(Open, at(12 * HOUR), Some(at(12 * HOUR)))]
    );
    world.not_this_person(events[1], None);
    world.not_this_person(events[2], None);
    assert_eq!(world.visits(7)[0].0, Withdrawn);
}

#[test]
fn a_sighting_taken_back_keeps_the_exit_that_ended_the_visit() {
    let mut world = World::default();
    let first = world.sight(7, 9 * HOUR);
    world.sight(7, 10 * HOUR);
    world.leave(7, 11 * HOUR);
    world.not_this_person(first, None);
    assert_eq!(
        world.visits(7),
        [(Closed, at(10 * HOUR), Some(at(11 * HOUR)))]
    );
}

#[test]
fn a_missed_entry_and_a_missed_exit_make_a_visit() {
    let mut world = World::default();
    let entry = world.add_missed(7, Direction::Entry, 9 * HOUR);
    assert_eq!(world.visit(entry).entry, entry);
    world.add_missed(7, Direction::Exit, 17 * HOUR);
    assert_eq!(
        world.visits(7),
        [(Closed, at(9 * HOUR), Some(at(17 * HOUR)))]
    );
    assert!(world.book.alerts().is_empty());
}

#[test]
fn a_missed_exit_between_two_entries_closes_the_first_visit() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    world.enter(7, 13 * HOUR);
    world.add_missed(7, Direction::Exit, 12 * HOUR);
    let expected = [
        (Closed, at(9 * HOUR), Some(at(12 * HOUR))),
        (Open, at(13 * HOUR), None),
    ];
    assert_eq!(world.visits(7), expected);
}

#[test]
fn an_operator_closes_a_visit_and_may_do_so_again_at_another_time() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    world.close(entry, 17 * HOUR);
    world.close(entry, 18 * HOUR);
    assert_eq!(
        world.visits(7),
        [(ClosedByOperator, at(9 * HOUR), Some(at(18 * HOUR)))]
    );
}

#[test]
fn a_visit_is_not_closed_before_it_began() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    world.close(entry, 8 * HOUR);
    assert_eq!(world.visit(entry).state, Open);
}

#[test]
fn the_original_stays_and_the_correction_is_linked_to_it() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    let correction = model::Correction::NotThisPerson {
        event: entry,
        instead: Some(who(8)),
        reason: String::new(),
    };
    let (by, changes) = world.append(model::Record::Correction(correction), 0);
    let link = Change::Attribute {
        event: entry,
        by,
        person: Some(who(8)),
    };
    assert_eq!(changes[0], link);
}

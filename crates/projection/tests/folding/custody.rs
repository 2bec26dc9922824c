use crate::world::*;
use CustodyState::{Assigned, Issued, Lost, Returned, Revoked};
use model::{Act, CustodyState, PersonId};

impl World {
    fn tag_is(&self, text: &str) -> Option<(CustodyState, Option<PersonId>)> {
        let custody = self.book.custody().get(&tag(text));
        custody.map(|c| (c.state, c.person))
    }
}

#[test]
fn a_tag_is_issued_at_entry_and_returned_at_exit() {
    let mut world = World::default();
    world.pass(issuing(Some(7), "AA", HOUR));
    assert_eq!(world.tag_is("AA"), Some((Issued, Some(who(7)))));
    world.pass(returning(Some(7), "AA", 2 * HOUR));
    assert_eq!(world.tag_is("AA"), Some((Returned, Some(who(7)))));
}

#[test]
fn a_tag_that_was_never_returned_is_with_whom_it_was_handed_out_to_last() {
    let mut world = World::default();
    world.pass(issuing(Some(7), "AA", HOUR));
    world.pass(issuing(Some(8), "AA", 2 * HOUR));
    assert_eq!(world.tag_is("AA"), Some((Issued, Some(who(8)))));
}

#[test]
fn an_assigned_tag_stays_assigned_through_entry_and_exit() {
    let mut world = World::default();
    world.act(Act::TagAssigned {
        person: who(7),
        tag: tag("AA"),
    });
    world.pass(issuing(Some(7), "AA", HOUR));
    world.pass(returning(Some(7), "AA", 2 * HOUR));
    assert_eq!(world.tag_is("AA"), Some((Assigned, Some(who(7)))));
}

#[test]
fn a_lost_or_revoked_tag_stays_so_until_an_operator_says_otherwise() {
    let mut world = World::default();
    world.pass(issuing(Some(7), "AA", HOUR));
    world.act(Act::TagLost { tag: tag("AA") });
    world.pass(returning(Some(7), "AA", 2 * HOUR));
    assert_eq!(world.tag_is("AA"), Some((Lost, Some(who(7)))));
    world.act(Act::TagRevoked { tag: tag("AA") });
    assert_eq!(world.tag_is("AA"), Some((Revoked, Some(who(7)))));
    world.act(Act::TagReturned { tag: tag("AA") });
    assert_eq!(world.tag_is("AA"), Some((Returned, Some(who(7)))));
}

#[test]
fn a_row_imported_late_does_not_undo_where_the_tag_is_now() {
    let mut world = World::default();
    world.pass(issuing(Some(7), "AA", DAY));
    world.pass(issuing(Some(8), "AA", HOUR));
    world.pass(returning(Some(8), "AA", 2 * HOUR));
    assert_eq!(world.tag_is("AA"), Some((Issued, Some(who(7)))));
}

#[test]
fn a_tag_handed_to_nobody_we_know_is_out_with_nobody() {
    let mut world = World::default();
    world.pass(issuing(None, "AA", HOUR));
    assert_eq!(world.tag_is("AA"), Some((Issued, None)));
}

#[test]
fn an_entry_that_turns_out_to_be_somebody_elses_hands_the_tag_to_them() {
    let mut world = World::default();
    let entry = world.pass(issuing(Some(7), "AA", HOUR));
    world.not_this_person(entry, Some(8));
    assert_eq!(world.tag_is("AA"), Some((Issued, Some(who(8)))));
}

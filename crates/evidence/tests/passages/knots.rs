use crate::world::*;
use model::{Sighting, UnresolvedReason};

/// Two people at one gate, the second before the first one's picture came.
fn two_waiting() -> World {
    let mut world = World::default();
    world.see(1, 0, finger("4", "a"));
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(1, 3_000, finger("5", "b"));
    world.see(1, 4_000, Sighting::PictureRequested);
    world
}

#[test]
fn two_quick_people_get_their_pictures_in_order() {
    let mut world = two_waiting();
    world.see(1, 4_500, picture(1));
    world.see(1, 5_000, line("4", "a"));
    world.see(1, 5_500, picture(2));
    world.see(1, 7_000, line("5", "b"));
    assert!(world.outputs.is_empty());
    world.until(12_000);
    let expected = [
        ("4".into(), Some(picture_id(1))),
        ("5".into(), Some(picture_id(2))),
    ];
    assert_eq!(world.who_with_which_picture(), expected);
}

#[test]
fn one_picture_for_two_people_is_nobodys() {
    let mut world = two_waiting();
    world.see(1, 4_500, picture(1));
    world.see(1, 5_000, line("4", "a"));
    world.see(1, 7_000, line("5", "b"));
    world.until(12_000);
    let expected = [("4".into(), None), ("5".into(), None)];
    assert_eq!(world.who_with_which_picture(), expected);
    let unresolved = world.unresolved();
    assert_eq!(unresolved.len(), 1);
    assert_eq!(unresolved[0].reason, UnresolvedReason::PictureOfSeveral);
    assert_eq!(unresolved[0].picture, Some(picture_id(1)));
}

#[test]
fn three_pictures_for_two_people_are_nobodys() {
    let mut world = two_waiting();
    for n in 1..=3 {
        world.see(1, 4_500 + i64::try_from(n).unwrap(), picture(n));
    }
    world.see(1, 5_000, line("4", "a"));
    world.see(1, 7_000, line("5", "b"));
    world.until(12_000);
    assert!(world.passages().iter().all(|p| p.picture.is_none()));
    assert_eq!(world.unresolved().len(), 3);
}

#[test]
fn somebody_who_comes_after_the_last_held_picture_is_not_drawn_in() {
    let mut world = two_waiting();
    world.see(1, 4_500, picture(1));
    world.see(1, 4_600, picture(2));
    world.see(1, 5_000, line("4", "a"));
    world.see(1, 7_000, line("5", "b"));
    world.see(1, 10_000, finger("6", "c"));
    world.see(1, 11_000, Sighting::PictureRequested);
    world.until(12_000);
    world.see(1, 12_500, picture(3));
    world.see(1, 13_000, line("6", "c"));
    let pictures: Vec<_> = world
        .who_with_which_picture()
        .into_iter()
        .map(|(_, picture)| picture)
        .collect();
    assert_eq!(pictures, [1, 2, 3].map(|n| Some(picture_id(n))));
}

#[test]
fn a_knot_leaves_together_when_the_last_of_its_lines_is_settled() {
    let mut world = two_waiting();
    world.see(1, 4_500, picture(1));
    world.see(1, 4_600, picture(2));
    world.see(1, 5_000, line("4", "a"));
    world.until(17_999);
    assert!(world.outputs.is_empty());
    world.until(18_000);
    assert_eq!(world.passages().len(), 2);
    assert!(world.passages()[1].classic_entry.is_none());
}

//! Pictures of devices that speak the native profile.

use crate::world::*;
use model::{Direction, Factor, PictureId, Sighting, UnresolvedReason};

fn door() -> World {
    World::with(Direction::Entry, &[Factor::Tag])
}

fn pictures(world: &World) -> Vec<Option<PictureId>> {
    let passages = world.passages().into_iter();
    passages
        .map(|p| p.picture.as_ref().map(|p| p.picture))
        .collect()
}

#[test]
fn a_picture_taken_before_the_tag_goes_with_it() {
    let mut world = door();
    world.see(1, 0, picture(1));
    world.see(1, 9_000, read("AA"));
    assert_eq!(pictures(&world), [Some(picture_id(1))]);
    assert_eq!(world.passages()[0].observations.len(), 2);
}

#[test]
fn a_tag_waits_for_the_picture_that_was_asked_for() {
    let mut world = door();
    world.see(1, 0, Sighting::PictureRequested);
    world.see(1, 500, read("AA"));
    assert!(world.outputs.is_empty());
    world.see(1, 3_000, picture(1));
    assert_eq!(pictures(&world), [Some(picture_id(1))]);
}

#[test]
fn a_tag_waits_ten_seconds_at_most() {
    let mut world = door();
    world.see(1, 0, Sighting::PictureRequested);
    world.see(1, 500, read("AA"));
    world.until(9_999);
    assert!(world.outputs.is_empty());
    world.until(10_000);
    assert_eq!(pictures(&world), [None]);
}

#[test]
fn a_tag_where_nobody_asks_for_a_picture_waits_for_nothing() {
    let mut world = door();
    world.see(1, 0, read("AA"));
    assert_eq!(pictures(&world), [None]);
}

#[test]
fn where_a_face_has_to_match_the_passage_waits_for_its_picture() {
    let mut world = World::with(Direction::Entry, &[Factor::FaceMatch]);
    world.see(1, 0, finger("7", ""));
    assert!(world.outputs.is_empty());
    world.see(1, 2_000, picture(1));
    assert_eq!(pictures(&world), [Some(picture_id(1))]);
}

#[test]
fn a_picture_that_nothing_goes_with_is_alone() {
    let mut world = door();
    world.see(1, 0, Sighting::PictureRequested);
    world.see(1, 1_000, picture(1));
    world.until(10_000);
    let alone = world.unresolved();
    assert_eq!(alone.len(), 1);
    assert_eq!(alone[0].reason, UnresolvedReason::PictureAlone);
    assert_eq!(alone[0].observations.len(), 2);
    assert_eq!(alone[0].picture, Some(picture_id(1)));
}

#[test]
fn a_request_that_nothing_goes_with_is_a_request_without_a_picture() {
    let mut world = door();
    world.see(1, 0, Sighting::PictureRequested);
    world.until(10_000);
    let reason = world.unresolved()[0].reason;
    assert_eq!(reason, UnresolvedReason::RequestWithoutPicture);
}

#[test]
fn the_picture_of_the_next_person_replaces_one_that_nothing_went_with() {
    let mut world = door();
    world.see(1, 0, picture(1));
    world.see(1, 5_000, picture(2));
    world.see(1, 6_000, read("AA"));
    assert_eq!(pictures(&world), [Some(picture_id(2))]);
    assert_eq!(world.unresolved()[0].picture, Some(picture_id(1)));
}

#[test]
fn a_second_picture_of_one_passage_is_alone() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Finger]);
    world.see(1, 0, read("AA"));
    world.see(1, 100, picture(1));
    world.see(1, 200, picture(2));
    world.see(1, 300, finger("7", ""));
    assert_eq!(pictures(&world), [Some(picture_id(1))]);
    assert!(world.passages()[0].finger.is_some());
    assert_eq!(world.unresolved()[0].picture, Some(picture_id(2)));
    assert_eq!(world.unresolved()[0].reason, UnresolvedReason::PictureAlone);
}

use crate::world::*;
use model::{DeviceTime, Observation, Sighting, TimeSource, UnresolvedReason};

#[test]
fn an_entry_in_the_normal_order_is_a_passage_with_its_picture_at_once() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "4_10:00:00"));
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(1, 1_800, picture(1));
    assert!(world.outputs.is_empty());
    world.see(1, 4_000, line("4", "4_10:00:00"));
    let passages = world.passages();
    assert_eq!(passages.len(), 1);
    assert_eq!(passages[0].observations.len(), 4);
    assert_eq!(passages[0].occurred_at, at(4_000));
    assert!(passages[0].tag.as_ref().unwrap().issued);
    assert_eq!(
        world.who_with_which_picture(),
        [("4".into(), Some(picture_id(1)))]
    );
    assert_eq!(world.correlator.next_deadline(), None);
}

#[test]
fn a_line_waits_for_the_picture_that_was_asked_for() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "s"));
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(1, 2_000, line("4", "s"));
    assert!(world.outputs.is_empty());
    assert_eq!(world.correlator.next_deadline(), Some(at(9_000)));
    world.see(1, 8_900, picture(1));
    assert_eq!(
        world.who_with_which_picture(),
        [("4".into(), Some(picture_id(1)))]
    );
}

#[test]
fn a_picture_that_never_comes_holds_a_line_up_for_eight_seconds_only() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "s"));
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(1, 2_000, line("4", "s"));
    world.until(9_000);
    assert_eq!(world.who_with_which_picture(), [("4".into(), None)]);
}

#[test]
fn a_finger_and_a_picture_without_a_line_are_a_passage_without_a_line() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "s"));
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(1, 2_000, picture(1));
    world.until(14_999);
    assert!(world.outputs.is_empty());
    world.until(15_000);
    let passages = world.passages();
    assert!(passages[0].classic_entry.is_none());
    assert_eq!(passages[0].finger.as_ref().unwrap().stamp, "s");
    assert!(passages[0].picture.is_some());
    assert_eq!(passages[0].occurred_at, at(0));
}

#[test]
fn a_line_whose_finger_was_lost_takes_the_only_picture_that_can_be_meant() {
    let mut world = World::default();
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(1, 2_000, picture(1));
    world.see(1, 4_000, line("4", "s"));
    assert_eq!(
        world.who_with_which_picture(),
        [("4".into(), Some(picture_id(1)))]
    );
    world.see(1, 20_000, picture(2));
    world.see(1, 21_000, line("5", "s"));
    assert_eq!(
        world.who_with_which_picture()[1],
        ("5".into(), Some(picture_id(2)))
    );
}

#[test]
fn a_line_whose_finger_was_lost_takes_no_picture_where_two_can_be_meant() {
    let mut world = World::default();
    world.see(1, 1_000, picture(1));
    world.see(1, 2_000, picture(2));
    world.see(1, 4_000, line("4", "s"));
    assert_eq!(world.who_with_which_picture(), [("4".into(), None)]);
    world.until(17_000);
    let reasons: Vec<_> = world.unresolved().iter().map(|u| u.reason).collect();
    assert_eq!(reasons, [UnresolvedReason::PictureOfNobody; 2]);
}

#[test]
fn a_request_with_neither_finger_nor_line_nor_picture_is_unresolved() {
    let mut world = World::default();
    world.see(1, 0, Sighting::PictureRequested);
    world.until(15_000);
    let unresolved = world.unresolved();
    assert_eq!(
        unresolved[0].reason,
        UnresolvedReason::RequestWithoutPicture
    );
}

#[test]
fn a_second_try_of_one_finger_gets_the_line_of_its_own_stamp() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "4_10:00:00"));
    world.see(1, 6_000, finger("4", "4_10:00:06"));
    world.see(1, 9_000, line("4", "4_10:00:00"));
    world.see(1, 9_500, line("4", "unlike"));
    let stamps: Vec<_> = world
        .passages()
        .iter()
        .map(|p| p.finger.clone().unwrap().stamp)
        .collect();
    assert_eq!(stamps, ["4_10:00:00", "4_10:00:06"]);
}

#[test]
fn two_gates_at_the_same_time_keep_their_pictures_apart() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "a"));
    world.see(2, 10, finger("5", "b"));
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(2, 1_010, Sighting::PictureRequested);
    world.see(2, 1_500, picture(2));
    world.see(1, 1_600, picture(1));
    world.see(2, 3_000, line("5", "b"));
    world.see(1, 3_100, line("4", "a"));
    let expected = [
        ("5".into(), Some(picture_id(2))),
        ("4".into(), Some(picture_id(1))),
    ];
    assert_eq!(world.who_with_which_picture(), expected);
}

#[test]
fn a_picture_committed_before_its_request_is_still_its_own() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "s"));
    let mut picture = seen(90, 1, 1_200, picture(1));
    picture.order = 2;
    world.take(&picture);
    world.see(1, 1_000, Sighting::PictureRequested);
    world.see(1, 4_000, line("4", "s"));
    assert!(world.passages()[0].picture.is_some());
}

#[test]
fn an_exit_is_a_passage_at_once() {
    let mut world = World::default();
    world.see(1, 0, exit());
    let passages = world.passages();
    assert!(!passages[0].tag.as_ref().unwrap().issued);
    assert_eq!(passages[0].time.source, TimeSource::Server);
}

#[test]
fn an_imported_line_stands_at_its_own_time_and_waits_for_nobody() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "s"));
    let mut row = seen(9, 1, 100, line("4", "s"));
    row.deferred = true;
    row.device_time = DeviceTime::Claimed {
        at: at(-86_400_000),
        synced: false,
    };
    world.take(&row);
    assert_eq!(world.passages()[0].occurred_at, at(-86_400_000));
    assert_eq!(world.passages()[0].time.source, TimeSource::Device);
    row.device_time = DeviceTime::Impossible {
        text: "1970-01-01".into(),
    };
    world.take(&row);
    assert_eq!(world.passages()[1].occurred_at, at(100));
}

#[test]
fn what_a_broker_kept_is_one_passage_at_its_own_time_and_takes_nobodys_picture() {
    let mut world = World::default();
    let late = |order, ms, sighting| Observation {
        deferred: true,
        ..seen(order, 1, ms, sighting)
    };
    world.take(&late(1, 0, finger("4", "4_09:00:00")));
    world.take(&late(2, 1, Sighting::PictureRequested));
    world.see(1, 2, finger("5", "5_10:00:00"));
    world.see(1, 3, Sighting::PictureRequested);
    let mut kept = late(7, 4, line("4", "4_09:00:00"));
    kept.device_time = DeviceTime::Claimed {
        at: at(-3_600_000),
        synced: false,
    };
    world.take(&kept);
    assert_eq!(world.passages()[0].observations.len(), 3);
    assert_eq!(world.passages()[0].occurred_at, at(-3_600_000));
    assert!(world.passages()[0].picture.is_none());
    world.see(1, 1_500, picture(1));
    world.see(1, 4_000, line("5", "5_10:00:00"));
    assert_eq!(world.passages()[1].finger.as_ref().unwrap().number, "5");
    assert!(world.passages()[1].picture.is_some());
}

#[test]
fn the_time_a_live_device_claims_is_kept_as_skew_only() {
    let mut world = World::default();
    let mut exit = seen(1, 1, 5_000, exit());
    exit.device_time = DeviceTime::Claimed {
        at: at(2_000),
        synced: true,
    };
    world.take(&exit);
    let passages = world.passages();
    assert_eq!(passages[0].occurred_at, at(5_000));
    assert_eq!(passages[0].time.skew_ms, Some(3_000));
}

#[test]
fn the_skew_of_an_entry_counts_from_its_finger_and_not_from_its_line() {
    let mut world = World::default();
    world.see(1, 0, finger("4", "s"));
    let mut line = seen(9, 1, 5_000, line("4", "s"));
    line.device_time = DeviceTime::Claimed {
        at: at(-300),
        synced: false,
    };
    world.take(&line);
    assert_eq!(world.passages()[0].time.skew_ms, Some(300));
    let mut alone = line;
    alone.id = seen(10, 1, 0, exit()).id;
    world.take(&alone);
    assert_eq!(world.passages()[1].time.skew_ms, None);
}

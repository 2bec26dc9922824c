use crate::world::*;
use model::{
    DeviceId, Direction, FaceLiveness, Factor, FingerPosition, NotEstablished, Observation,
    Sighting,
};
use uuid::Uuid;

/// A track that is like persons 7 and 8, or was told to be one of them.
fn one_of_two(track: u64, person: Option<u128>) -> Sighting {
    let Sighting::Face(mut seen) = face(person) else {
        unreachable!()
    };
    seen.track = track;
    seen.one_of = person.is_none().then(|| [who(7), who(8)]);
    Sighting::Face(seen)
}

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
fn every_track_of_a_stranger_is_a_passage() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::FaceMatch]);
    world.see(1, 0, face(None));
    world.see(1, 10, face(None));
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn a_face_that_is_like_two_people_is_of_one_passage_with_the_tag_that_tells_which() {
    for face_first in [true, false] {
        let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Face]);
        let mut seen = [one_of_two(1, None), read("AA")];
        if !face_first {
            seen.reverse();
        }
        for (n, sighting) in seen.into_iter().enumerate() {
            world.see(1, 100 * i64::try_from(n).unwrap(), sighting);
        }
        let passages = world.passages();
        assert_eq!(passages.len(), 1);
        assert_eq!(passages[0].tag.as_ref().unwrap().tag, tag("AA"));
        let both = passages[0].face.as_ref().unwrap().one_of;
        assert_eq!(both, Some([who(7), who(8)]));
    }
}

#[test]
fn a_face_that_is_like_two_people_keeps_the_name_that_the_same_track_has_and_no_other() {
    let told = |sightings: [Sighting; 2]| {
        let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Face]);
        for sighting in sightings {
            world.see(1, 0, sighting);
        }
        world.until(60_000);
        let passages = world.passages().into_iter();
        let faces = passages.map(|passage| passage.face.as_ref().unwrap().person);
        faces.collect::<Vec<_>>()
    };
    let seven = Some(who(7));
    let (either, named) = (one_of_two(1, None), one_of_two(1, Some(7)));
    assert_eq!(told([either.clone(), named.clone()]), [seven]);
    assert_eq!(told([named.clone(), either.clone()]), [seven]);
    // Another track may be the other of the two, and somebody else is.
    assert_eq!(told([named, one_of_two(2, None)]), [seven, None]);
    assert_eq!(told([either.clone(), one_of_two(2, None)]), [None, None]);
    assert_eq!(told([either, one_of_two(1, Some(9))]), [None, Some(who(9))]);
}

#[test]
fn tracks_of_two_cameras_with_one_number_are_not_one_track() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Face]);
    world.see(1, 0, one_of_two(1, None));
    let elsewhere = Observation {
        device: DeviceId(Uuid::from_u128(99)),
        ..seen(1_000, 1, 100, one_of_two(1, Some(7)))
    };
    world.take(&elsewhere);
    world.until(60_000);
    assert_eq!(world.passages().len(), 2);
}

#[test]
fn a_track_that_looks_like_a_picture_keeps_both_that_and_its_name() {
    let picture = |sighting: Sighting| {
        let Sighting::Face(mut seen) = sighting else {
            unreachable!()
        };
        let why = NotEstablished::LooksLikeAPicture;
        seen.liveness = Some(FaceLiveness::NotEstablished { why });
        Sighting::Face(seen)
    };
    let (either, named) = (one_of_two(1, None), one_of_two(1, Some(7)));
    let looks = picture(either.clone());
    for sightings in [
        [looks.clone(), named.clone()],
        [named.clone(), looks.clone()],
        [either, picture(named.clone())],
    ] {
        let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Face]);
        for sighting in sightings {
            world.see(1, 0, sighting);
        }
        world.until(60_000);
        let passages = world.passages();
        assert_eq!(passages.len(), 1);
        let face = passages[0].face.as_ref().unwrap();
        let why = NotEstablished::LooksLikeAPicture;
        let known = Some(FaceLiveness::NotEstablished { why });
        assert_eq!((face.person, face.known_liveness()), (Some(who(7)), known));
    }
}

#[test]
fn a_finger_that_the_house_compared_is_a_factor_like_any_other() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Finger]);
    world.see(1, 0, read("AA"));
    world.see(1, 3_000, print(Some(7)));
    let passages = world.passages();
    assert!(passages[0].tag.is_some() && passages[0].fingerprint.is_some());
}

#[test]
fn fingers_of_two_people_or_of_nobody_are_passages_of_their_own() {
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Finger]);
    for (n, finger) in [Some(7), Some(8), None, None].into_iter().enumerate() {
        world.see(1, 10 * i64::try_from(n).unwrap(), print(finger));
    }
    world.until(60_000);
    let people = world.passages();
    let people: Vec<_> = people
        .iter()
        .map(|p| p.fingerprint.as_ref().unwrap().person)
        .collect();
    assert_eq!(people, [Some(who(7)), Some(who(8)), None, None]);
}

#[test]
fn a_finger_of_duress_is_told_also_where_another_finger_of_the_same_person_follows() {
    let finger = |position, duress| {
        let Sighting::Fingerprint(mut finger) = print(Some(7)) else {
            unreachable!()
        };
        finger.position = Some(position);
        finger.duress = duress;
        Sighting::Fingerprint(finger)
    };
    let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Finger]);
    world.see(1, 0, finger(FingerPosition::LeftLittle, true));
    world.see(1, 10, finger(FingerPosition::RightThumb, false));
    world.see(1, 20, finger(FingerPosition::RightThumb, false));
    world.until(60_000);
    let passages = world.passages();
    let told = passages
        .iter()
        .map(|p| p.fingerprint.as_ref().unwrap().duress);
    assert_eq!(told.collect::<Vec<_>>(), [true, false]);
}

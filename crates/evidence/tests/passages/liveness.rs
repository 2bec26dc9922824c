//! Faces of which it is known whether they are alive.

use crate::world::*;
use evidence::{Output, PointFacts};
use model::{
    Direction, FaceLiveness, Factor, LivenessPolicy, NotEstablished, Score, Sighting, SpoofCheck,
    SpoofVerdict,
};

const MINUTE: i64 = 60_000;

/// The face of person 7, alive or not shown to be.
fn asked(alive: bool) -> Sighting {
    let Sighting::Face(mut seen) = face(Some(7)) else {
        unreachable!()
    };
    let why = NotEstablished::TooLate;
    seen.liveness = Some(if alive {
        FaceLiveness::Established
    } else {
        FaceLiveness::NotEstablished { why }
    });
    Sighting::Face(seen)
}

/// A door that asks every face.
fn asking() -> World {
    let facts = PointFacts {
        liveness: LivenessPolicy::Required,
        ..native(Direction::Entry, &[])
    };
    World::with(Direction::Entry, &[]).at(1, facts)
}

/// A door that wants another factor beside a face that is not known to be alive.
fn door() -> World {
    let facts = PointFacts {
        liveness: LivenessPolicy::OrAnotherFactor,
        ..native(Direction::Entry, &[])
    };
    World::with(Direction::Entry, &[]).at(1, facts)
}

#[test]
fn who_fails_and_tries_again_is_a_new_passage_and_so_is_a_picture_after_somebody_alive() {
    let mut world = asking();
    world.see(1, 0, asked(false));
    world.see(1, MINUTE, asked(true));
    assert_eq!(world.passages().len(), 2);
    world.see(1, 2 * MINUTE, asked(true));
    assert_eq!(world.passages().len(), 2, "alive again");
    world.see(1, 3 * MINUTE, asked(false));
    assert_eq!(world.passages().len(), 3);
}

/// The face of person 7 as a site sees it that asks nothing and has spoof models.
fn looking(verdict: SpoofVerdict) -> Sighting {
    let Sighting::Face(mut seen) = face(Some(7)) else {
        unreachable!()
    };
    seen.spoof = Some(SpoofCheck {
        models: vec!["silent-27".into()],
        score: None,
        threshold: Score(500_000),
        frames: 5,
        verdict,
        establishes: false,
    });
    Sighting::Face(seen)
}

/// The same where prompts came to nothing.
fn unanswered(verdict: SpoofVerdict) -> Sighting {
    let Sighting::Face(mut seen) = looking(verdict) else {
        unreachable!()
    };
    let why = NotEstablished::NotAsked;
    seen.liveness = Some(FaceLiveness::NotEstablished { why });
    Sighting::Face(seen)
}

#[test]
fn a_picture_that_is_held_up_after_its_owner_passed_is_a_passage_of_its_own_where_that_is_asked() {
    use SpoofVerdict::{NotEnoughFrames, Picture, Real};
    for sighting in [looking, unanswered] {
        let mut world = asking();
        world.see(1, 0, sighting(Real));
        world.see(1, MINUTE, sighting(NotEnoughFrames));
        assert_eq!(world.passages().len(), 1);
        world.see(1, 2 * MINUTE, sighting(Picture));
        assert_eq!(world.passages().len(), 2);
    }
}

#[test]
fn where_nothing_is_asked_a_stay_is_one_whatever_spoof_models_make_of_its_faces() {
    use SpoofVerdict::{NotEnoughFrames, Picture, Real};
    let mut world = World::with(Direction::Entry, &[]);
    for (minute, verdict) in [Real, Picture, NotEnoughFrames, Real]
        .into_iter()
        .enumerate()
    {
        world.see(1, minute as i64 * MINUTE, looking(verdict));
    }
    assert_eq!(world.passages().len(), 1);
}

#[test]
fn that_a_face_looked_like_a_picture_stays_with_its_passage_unless_it_was_shown_to_be_alive() {
    use SpoofVerdict::{NotEnoughFrames, Picture, Real};
    let known = |sightings: [Sighting; 2]| {
        let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Face]);
        for (at, sighting) in [0, 1_000].into_iter().zip(sightings) {
            world.see(1, at, sighting);
        }
        world.see(1, 2_000, read("4AB3"));
        let passages = world.passages();
        assert_eq!(passages.len(), 1);
        passages[0].face.as_ref().unwrap().known_liveness()
    };
    let why = NotEstablished::LooksLikeAPicture;
    let picture = Some(FaceLiveness::NotEstablished { why });
    for other in [Real, NotEnoughFrames, Picture] {
        assert_eq!(known([looking(Picture), looking(other)]), picture);
        assert_eq!(known([looking(other), looking(Picture)]), picture);
    }
    for sightings in [
        [looking(Picture), asked(true)],
        [asked(true), looking(Picture)],
    ] {
        assert_eq!(known(sightings), Some(FaceLiveness::Established));
    }
}

#[test]
fn a_face_that_is_alive_is_a_passage_at_once_and_another_waits_for_a_factor() {
    let mut alive = door();
    alive.see(1, 0, asked(true));
    assert_eq!(alive.passages().len(), 1);
    let mut world = door();
    world.see(1, 0, asked(false));
    assert!(world.passages().is_empty());
    world.see(1, 4_000, read("4AB3"));
    let passages = world.passages();
    assert_eq!(passages.len(), 1);
    assert!(passages[0].tag.is_some() && passages[0].face.is_some());
}

#[test]
fn where_no_factor_comes_the_face_is_a_passage_by_itself() {
    let mut world = door();
    world.see(1, 0, asked(false));
    world.until(10_000);
    let passages = world.passages();
    assert_eq!(passages.len(), 1);
    assert!(passages[0].tag.is_none());
    assert!(matches!(world.outputs.last(), Some(Output::Passage(_))));
}

#[test]
fn who_was_shown_to_be_alive_stays_so_whatever_another_camera_of_the_door_saw() {
    for order in [[true, false], [false, true]] {
        let mut world = World::with(Direction::Entry, &[Factor::Tag, Factor::Face]);
        for (at, alive) in [0, 1_000].into_iter().zip(order) {
            world.see(1, at, asked(alive));
        }
        world.see(1, 2_000, read("4AB3"));
        let passages = world.passages();
        assert_eq!(passages.len(), 1);
        let face = passages[0].face.as_ref().unwrap();
        assert_eq!(face.liveness, Some(FaceLiveness::Established));
    }
}

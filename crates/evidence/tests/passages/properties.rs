use crate::world::*;
use evidence::{Correlator, Output, PointFacts};
use model::{AccessPointId, Direction, Factor, Observation, ObservationId, PersonId, Sighting};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn sighting() -> impl Strategy<Value = Sighting> {
    let number = 1..4_u8;
    prop_oneof![
        4 => number.clone().prop_map(|n| finger(&n.to_string(), &format!("stamp{n}"))),
        4 => Just(Sighting::PictureRequested),
        4 => (0..9_u128).prop_map(picture),
        4 => number.clone().prop_map(|n| line(&n.to_string(), &format!("stamp{n}"))),
        1 => number.clone().prop_map(|n| line(&n.to_string(), "other")),
        1 => Just(exit()),
        2 => proptest::option::of(1..3_u128).prop_map(face),
        2 => number.clone().prop_map(|n| finger(&n.to_string(), "")),
        2 => number.prop_map(|n| read(&format!("A{n}"))),
    ]
}

/// Observations at four access points, some close together, some minutes apart.
fn stream() -> impl Strategy<Value = Vec<Observation>> {
    let gap = prop_oneof![6 => 0..3_000_i64, 2 => 3_000..12_000_i64, 1 => 60_000..400_000_i64];
    proptest::collection::vec((1..5_u128, gap, sighting()), 1..60).prop_map(|items| {
        let mut now = 0;
        let mut stream = Vec::new();
        for (order, (place, gap, sighting)) in (1..).zip(items) {
            now += gap;
            stream.push(seen(order, place, now, sighting));
        }
        stream
    })
}

/// Two classic gates, one with a camera station, and a door that asks for three factors.
fn facts(observation: &Observation) -> PointFacts {
    let all = [Factor::Tag, Factor::Finger, Factor::FaceMatch];
    let gate = |facts| PointFacts {
        classic_gate: true,
        ..facts
    };
    if observation.access_point == point(1) {
        gate(native(Direction::Both, &[]))
    } else if observation.access_point == point(2) {
        native(Direction::Entry, &all)
    } else if observation.access_point == point(3) {
        gate(native(Direction::Entry, &[Factor::Tag]))
    } else {
        native(Direction::Exit, &[Factor::Tag])
    }
}

fn ends(output: &Output) -> Vec<ObservationId> {
    match output {
        Output::Passage(evidence) => evidence.observations.clone(),
        Output::Joined { observation, .. } => vec![*observation],
        Output::Unresolved(unresolved) => unresolved.observations.clone(),
    }
}

/// Feeds everything and waits until nothing is open.
fn run(correlator: &mut Correlator, stream: &[Observation]) -> Vec<Output> {
    let mut out = Vec::new();
    for observation in stream {
        out.extend(correlator.step(observation, &facts(observation)));
    }
    out
}

fn drain(correlator: &mut Correlator) -> Vec<Output> {
    let mut out = Vec::new();
    while let Some(deadline) = correlator.next_deadline() {
        out.extend(correlator.tick(deadline));
    }
    out
}

/// What the log tells after a crash: the passages that were put out and what ended in each.
fn remember(correlator: &mut Correlator, stream: &[Observation], out: &[Output]) {
    for output in out {
        let Output::Passage(evidence) = output else {
            continue;
        };
        let ends_there = |o: &&Observation| {
            let joined = out.iter().find(|output| ends(output).contains(&o.id));
            matches!(joined, Some(Output::Joined { joins, .. })
                if evidence.observations.contains(joins))
        };
        let ended: Vec<_> = stream.iter().filter(ends_there).cloned().collect();
        correlator.remember(&event(evidence, None), &ended);
    }
}

fn by_first(mut outputs: Vec<Output>) -> Vec<Output> {
    outputs.sort_by_key(|output| ends(output)[0]);
    outputs
}

proptest! {
    #[test]
    fn every_observation_ends_exactly_once(stream in stream()) {
        let mut correlator = Correlator::new();
        let mut out = run(&mut correlator, &stream);
        out.extend(drain(&mut correlator));
        let mut ended: Vec<_> = out.iter().flat_map(ends).collect();
        ended.sort_unstable();
        let ids: Vec<_> = stream.iter().map(|o| o.id).collect();
        prop_assert_eq!(ended, ids);
    }

    #[test]
    fn a_crash_changes_nothing(stream in stream(), cut in 0..60_usize, lose_last in any::<bool>()) {
        let mut whole = Correlator::new();
        let mut expected = run(&mut whole, &stream);
        expected.extend(drain(&mut whole));

        let cut = cut.min(stream.len());
        let mut before = Correlator::new();
        let mut out = run(&mut before, &stream[..cut]);
        if lose_last && cut > 0 {
            // What the last step put out was not made durable.
            out = run(&mut Correlator::new(), &stream[..cut - 1]);
        }
        let settled: BTreeSet<_> = out.iter().flat_map(ends).collect();
        let unsettled: Vec<_> =
            stream.iter().filter(|o| !settled.contains(&o.id)).cloned().collect();
        let mut after = Correlator::new();
        remember(&mut after, &stream, &out);
        out.extend(run(&mut after, &unsettled));
        out.extend(drain(&mut after));
        prop_assert_eq!(by_first(out), by_first(expected));
    }

    #[test]
    fn a_picture_is_never_in_a_passage_that_had_not_asked_for_it(stream in stream()) {
        let mut correlator = Correlator::new();
        let mut out = run(&mut correlator, &stream);
        out.extend(drain(&mut correlator));
        let by_id: BTreeMap<_, _> = stream.iter().map(|o| (o.id, o)).collect();
        for output in &out {
            let Output::Passage(evidence) = output else { continue };
            let seen: Vec<_> = evidence.observations.iter().map(|id| by_id[id]).collect();
            let classic = evidence.finger.as_ref().is_some_and(|f| !f.stamp.is_empty());
            let picture = seen.iter().position(|o| matches!(o.sighting, Sighting::Picture { .. }));
            if let Some(picture) = picture.filter(|_| classic) {
                let asked = seen[..picture].iter();
                let asked = asked.filter(|o| o.sighting == Sighting::PictureRequested).count();
                prop_assert_eq!(asked, 1);
            }
        }
    }
}

/// Where each face was seen, in order: a sighting at another access point than the last one.
fn moves(stream: &[Observation]) -> usize {
    let mut last: BTreeMap<PersonId, AccessPointId> = BTreeMap::new();
    let faces = stream.iter().filter_map(|o| match &o.sighting {
        Sighting::Face(face) => Some((face.person?, o.access_point)),
        _ => None,
    });
    faces
        .filter(|(person, place)| last.insert(*person, *place) != Some(*place))
        .count()
}

proptest! {
    #[test]
    fn whoever_is_seen_at_another_access_point_is_in_a_new_passage(
        sightings in proptest::collection::vec((1..4_u128, 0..400_000_i64, 1..3_u128), 1..40)
    ) {
        let mut world = World::with(Direction::Entry, &[Factor::Face]);
        let mut stream = Vec::new();
        let mut now = 0;
        for (order, (place, gap, person)) in (1..).zip(sightings) {
            now += gap;
            stream.push(seen(order, place, now, face(Some(person))));
        }
        for observation in &stream {
            world.take(observation);
        }
        prop_assert!(world.passages().len() >= moves(&stream));
        for output in &world.outputs {
            let Output::Joined { observation, joins } = output else { continue };
            let place = |id| stream.iter().find(|o| o.id == id).unwrap().access_point;
            prop_assert_eq!(place(*observation), place(*joins));
        }
    }
}

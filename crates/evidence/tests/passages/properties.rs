use crate::world::*;
use evidence::{Correlator, Output, PointFacts, Recent};
use model::{Direction, Factor, Observation, ObservationId, Sighting};
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

/// Observations at three access points, some close together, some minutes apart.
fn stream() -> impl Strategy<Value = Vec<Observation>> {
    let gap = prop_oneof![6 => 0..3_000_i64, 2 => 3_000..12_000_i64, 1 => 60_000..400_000_i64];
    proptest::collection::vec((1..4_u128, gap, sighting()), 1..60).prop_map(|items| {
        let mut now = 0;
        let mut stream = Vec::new();
        for (order, (place, gap, sighting)) in (1..).zip(items) {
            now += gap;
            stream.push(seen(order, place, now, sighting));
        }
        stream
    })
}

fn facts(observation: &Observation) -> PointFacts {
    if observation.access_point == point(1) {
        PointFacts {
            direction: Direction::Both,
            factors: vec![],
        }
    } else if observation.access_point == point(2) {
        PointFacts {
            direction: Direction::Entry,
            factors: vec![Factor::Tag, Factor::Finger, Factor::FaceMatch],
        }
    } else {
        PointFacts {
            direction: Direction::Entry,
            factors: vec![Factor::Tag],
        }
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

/// What a store could tell after a crash: the last passage by face of each person and place.
fn recents(stream: &[Observation], out: &[Output]) -> Vec<Recent> {
    let by_id: BTreeMap<_, _> = stream.iter().map(|o| (o.id, o)).collect();
    let mut recents: BTreeMap<ObservationId, Recent> = BTreeMap::new();
    for output in out {
        match output {
            Output::Passage(evidence) => {
                let person = evidence.face.as_ref().and_then(|f| f.person);
                recents.extend(person.map(|person| {
                    let observation = evidence.observations[0];
                    let recent = Recent {
                        person,
                        observation,
                        first_seen: evidence.occurred_at,
                        last_seen: evidence.occurred_at,
                    };
                    (observation, recent)
                }));
            }
            Output::Joined { observation, joins } => {
                let recent = recents.get_mut(joins).unwrap();
                recent.last_seen = recent.last_seen.max(by_id[observation].received_at);
            }
            Output::Unresolved(_) => {}
        }
    }
    recents.into_values().collect()
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
        for recent in recents(&stream, &out) {
            let place = stream.iter().find(|o| o.id == recent.observation).unwrap().access_point;
            after.remember(place, recent);
        }
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

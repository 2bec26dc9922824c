//! A small site whose devices see things at stated milliseconds.

use evidence::{Correlator, Output, PointFacts};
use model::{
    AccessEvent, AccessPointId, AreaId, ClassicEntry, ClassicExit, Decision, DeviceId, DeviceTime,
    Direction, Evidence, FaceSighting, Factor, FingerMode, FingerPosition, FingerResult,
    FingerSighting, Liveness, LivenessPolicy, Observation, ObservationId, Outcome, PersonId,
    PictureId, Place, Rule, Score, Sighting, TagText, Taken, Timestamp, Unresolved,
};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const T0: i64 = 1_790_000_000_000;

pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(T0 + ms).unwrap()
}

pub fn point(n: u128) -> AccessPointId {
    AccessPointId(Uuid::from_u128(n))
}

pub fn who(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

pub fn picture_id(n: u128) -> PictureId {
    PictureId(Uuid::from_u128(n))
}

pub fn tag(text: &str) -> TagText {
    TagText::new(text).unwrap()
}

pub fn seen(order: u64, place: u128, ms: i64, sighting: Sighting) -> Observation {
    Observation {
        id: ObservationId(Uuid::from_u128(u128::from(order))),
        order,
        device: DeviceId(Uuid::from_u128(place * 10)),
        access_point: point(place),
        device_time: DeviceTime::Absent,
        received_at: at(ms),
        deferred: false,
        sighting,
    }
}

pub fn finger(number: &str, stamp: &str) -> Sighting {
    Sighting::Finger {
        number: number.into(),
        stamp: stamp.into(),
    }
}

pub fn picture(n: u128) -> Sighting {
    Sighting::Picture {
        picture: picture_id(n),
    }
}

pub fn line(number: &str, stem: &str) -> Sighting {
    Sighting::ClassicEntry(ClassicEntry {
        number: number.into(),
        name: format!("Person {number}"),
        tag: Some(tag("4AB3")),
        picture_file: format!("{stem}.jpg"),
        picture: None,
    })
}

pub fn exit() -> Sighting {
    Sighting::ClassicExit(ClassicExit { tag: tag("4AB3") })
}

pub fn face(person: Option<u128>) -> Sighting {
    Sighting::Face(FaceSighting {
        track: 1,
        person: person.map(who),
        score: Score(900_000),
        threshold: Score(850_000),
        rarity: None,
        one_of: None,
        before: None,
        runner_up: None,
        frames: 5,
        gallery: 3,
        picture: None,
        liveness: None,
        spoof: None,
        covered: Vec::new(),
    })
}

/// A finger that the house compared: somebody's, or nobody's.
pub fn print(person: Option<u128>) -> Sighting {
    Sighting::Fingerprint(FingerSighting {
        result: if person.is_some() {
            FingerResult::Matched
        } else {
            FingerResult::Unmatched
        },
        mode: FingerMode::Search,
        person: person.map(who),
        position: person.map(|_| FingerPosition::RightThumb),
        duress: false,
        presses: 1,
        score: None,
        searched: 3,
        picture: None,
    })
}

pub fn read(text: &str) -> Sighting {
    Sighting::Tag { tag: tag(text) }
}

pub fn native(direction: Direction, factors: &[Factor]) -> PointFacts {
    PointFacts {
        direction,
        factors: factors.to_vec(),
        liveness: LivenessPolicy::NotAsked,
        classic_gate: false,
    }
}

/// What the log says of a passage that was found to be of `person`.
pub fn event(evidence: &Evidence, person: Option<u128>) -> AccessEvent {
    AccessEvent {
        place: Place {
            access_point: evidence.access_point,
            direction: Direction::Entry,
            area: AreaId(Uuid::nil()),
            area_has_exit: true,
        },
        evidence: evidence.clone(),
        decision: Decision {
            outcome: Outcome::Granted,
            taken: Taken::Unknown,
            person: person.map(who),
            rule: Rule::FactorsShown,
            reasons: Vec::new(),
            reported: false,
            liveness: Liveness::NotApplicable,
        },
    }
}

/// The site: what the correlator has put out so far.
#[derive(Default)]
pub struct World {
    pub correlator: Correlator,
    pub outputs: Vec<Output>,
    facts: Option<PointFacts>,
    others: BTreeMap<AccessPointId, PointFacts>,
    order: u64,
}

impl World {
    /// A site of access points without classic gates.
    pub fn with(direction: Direction, factors: &[Factor]) -> Self {
        Self {
            facts: Some(native(direction, factors)),
            ..Self::default()
        }
    }

    /// Access point `place` is not like the others.
    pub fn and(mut self, place: u128, direction: Direction, factors: &[Factor]) -> Self {
        self.others.insert(point(place), native(direction, factors));
        self
    }

    /// Access point `place` has these facts.
    pub fn at(mut self, place: u128, facts: PointFacts) -> Self {
        self.others.insert(point(place), facts);
        self
    }

    /// The last passage is found to be of `person`.
    pub fn decide(&mut self, person: u128) {
        let last = self.passages().last().map(|e| event(e, Some(person)));
        self.correlator.remember(&last.unwrap(), &[]);
    }

    /// A new start, told of every passage in the log with what ended in it.
    pub fn restart(&mut self, joined: &[Observation]) {
        let log: Vec<_> = self.passages().into_iter().cloned().collect();
        self.correlator = Correlator::new();
        for evidence in &log {
            let ended = self.ended_in(evidence, joined);
            self.correlator.remember(&event(evidence, None), &ended);
        }
    }

    fn ended_in(&self, evidence: &Evidence, joined: &[Observation]) -> Vec<Observation> {
        let ends_there = |o: &&Observation| {
            self.outputs.iter().any(|output| {
                matches!(output, Output::Joined { observation, joins }
                    if *observation == o.id && evidence.observations.contains(joins))
            })
        };
        joined.iter().filter(ends_there).cloned().collect()
    }

    /// Something is seen at access point `place`; answers with the observation's identity.
    pub fn see(&mut self, place: u128, ms: i64, sighting: Sighting) -> ObservationId {
        self.order += 1;
        let observation = seen(self.order, place, ms, sighting);
        self.take(&observation);
        observation.id
    }

    pub fn take(&mut self, observation: &Observation) {
        let gate = PointFacts {
            classic_gate: true,
            ..native(Direction::Entry, &[])
        };
        let other = self.others.get(&observation.access_point);
        let facts = other.or(self.facts.as_ref()).unwrap_or(&gate);
        self.outputs
            .extend(self.correlator.step(observation, facts));
    }

    pub fn until(&mut self, ms: i64) {
        self.outputs.extend(self.correlator.tick(at(ms)));
    }

    pub fn passages(&self) -> Vec<&Evidence> {
        let passages = self.outputs.iter().filter_map(|output| match output {
            Output::Passage(evidence) => Some(evidence),
            _ => None,
        });
        passages.collect()
    }

    pub fn unresolved(&self) -> Vec<&Unresolved> {
        let unresolved = self.outputs.iter().filter_map(|output| match output {
            Output::Unresolved(unresolved) => Some(unresolved),
            _ => None,
        });
        unresolved.collect()
    }

    /// Number and picture of each passage, in order.
    pub fn who_with_which_picture(&self) -> Vec<(String, Option<PictureId>)> {
        let passages = self.passages().into_iter();
        passages
            .map(|evidence| {
                let finger = evidence.finger.as_ref().map(|f| f.number.clone());
                let line = evidence.classic_entry.as_ref().map(|l| l.number.clone());
                let picture = evidence.picture.as_ref().map(|p| p.picture);
                (finger.or(line).unwrap_or_default(), picture)
            })
            .collect()
    }
}

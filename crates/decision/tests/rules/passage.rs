//! A passage with its facts, built up by what was shown.

use decision::{Facts, TagFacts, decide, holder};
use model::{
    AccessPoint, AccessPointId, AreaId, ClassicEntry, ClassicExit, Comparison, Custody,
    CustodyState, Decision, DeviceTime, Direction, EventId, Evidence, FaceSighting, Factor,
    FingerEvidence, FingerMode, FingerResult, FingerSighting, LivenessPolicy, Person,
    PersonDetails, PersonId, PersonStatus, PictureEvidence, PictureId, Places, Reason, Score,
    TagEvidence, TagText, TimeProvenance, TimeSource, Timestamp,
};
use uuid::Uuid;

pub fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

pub fn hours(n: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + n * 3_600).unwrap()
}

pub fn here() -> AccessPointId {
    AccessPointId(Uuid::from_u128(1))
}

/// Somebody who may pass everywhere.
pub fn person(n: u128) -> Person {
    Person {
        id: PersonId(Uuid::from_u128(n)),
        number: n.to_string(),
        name: format!("Person {n}"),
        department: String::new(),
        status: PersonStatus::Active,
        valid_from: None,
        valid_until: None,
        places: Places::Everywhere,
        photo: None,
        details: PersonDetails::default(),
    }
}

pub fn suspended(n: u128) -> Person {
    Person {
        status: PersonStatus::Suspended,
        ..person(n)
    }
}

#[derive(Clone, Debug)]
pub struct Passage {
    pub evidence: Evidence,
    pub facts: Facts,
}

impl Passage {
    pub fn requiring(factors: &[Factor]) -> Self {
        let evidence = Evidence {
            access_point: here(),
            observations: Vec::new(),
            devices: Vec::new(),
            finger: None,
            tag: None,
            face: None,
            fingerprint: None,
            picture: None,
            classic_entry: None,
            classic_exit: None,
            occurred_at: now(),
            received_at: now(),
            time: TimeProvenance {
                source: TimeSource::Server,
                device: DeviceTime::Absent,
                skew_ms: None,
            },
        };
        let access_point = AccessPoint {
            id: here(),
            name: "Gate".into(),
            direction: Direction::Entry,
            area: AreaId(Uuid::from_u128(2)),
            factors: factors.to_vec(),
            liveness: LivenessPolicy::NotAsked,
        };
        let facts = Facts {
            access_point,
            by_finger: None,
            by_face: None,
            by_print: None,
            tag: TagFacts::default(),
        };
        Self { evidence, facts }
    }

    /// A complete classic entry of `owner` of the finger, who was handed a free tag.
    pub fn classic_entry(owner: Option<Person>) -> Self {
        let mut passage = Self::requiring(&[]).finger("7_10:00:00", owner);
        passage.evidence.classic_entry = Some(ClassicEntry {
            number: "7".into(),
            name: "Somebody".into(),
            tag: TagText::new("4AB3"),
            picture_file: "7_10:00:00.jpg".into(),
            picture: None,
        });
        passage.tag(true, None)
    }

    pub fn classic_exit(custody: Option<(CustodyState, Option<Person>)>) -> Self {
        let mut passage = Self::requiring(&[Factor::Finger]).tag(false, custody);
        passage.evidence.classic_exit = Some(ClassicExit {
            tag: TagText::new("4AB3").unwrap(),
        });
        passage
    }

    pub fn finger(mut self, stamp: &str, owner: Option<Person>) -> Self {
        self.evidence.finger = Some(FingerEvidence {
            number: "7".into(),
            stamp: stamp.into(),
        });
        self.facts.by_finger = owner;
        self
    }

    pub fn tag(mut self, issued: bool, custody: Option<(CustodyState, Option<Person>)>) -> Self {
        let tag = TagText::new("4AB3").unwrap();
        self.evidence.tag = Some(TagEvidence {
            tag: tag.clone(),
            issued,
        });
        let (custody, person) = custody.map_or((None, None), |(state, person)| {
            let custody = Custody {
                tag,
                state,
                person: person.as_ref().map(|p| p.id),
                since: now(),
                by: EventId(Uuid::nil()),
            };
            (Some(custody), person)
        });
        let named = custody.as_ref().and_then(holder);
        self.facts.tag = TagFacts {
            custody,
            holder: person.filter(|p| Some(p.id) == named),
        };
        self
    }

    /// A face that was found to be `seen` while the registry still has `known` of that identity.
    pub fn face(mut self, seen: Option<&Person>, known: Option<Person>) -> Self {
        self.evidence.face = Some(FaceSighting {
            track: 1,
            person: seen.map(|p| p.id),
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
        });
        self.facts.by_face = known;
        self
    }

    /// A finger that the house compared, found to be `of` somebody the registry has.
    pub fn print(mut self, result: FingerResult, mode: FingerMode, of: Option<Person>) -> Self {
        self.evidence.fingerprint = Some(FingerSighting {
            result,
            mode,
            person: of.as_ref().map(|p| p.id),
            position: None,
            duress: false,
            presses: 1,
            score: None,
            searched: 3,
            picture: None,
        });
        self.facts.by_print = of;
        self
    }

    pub fn picture(mut self, comparison: Comparison) -> Self {
        self.evidence.picture = Some(PictureEvidence {
            picture: PictureId(Uuid::nil()),
            comparison,
        });
        self
    }

    pub fn decide(&self) -> Decision {
        decide(&self.evidence, &self.facts, now())
    }

    pub fn reasons(&self) -> Vec<Reason> {
        self.decide().reasons
    }
}

pub fn agrees() -> Comparison {
    Comparison::Agrees {
        score: Score(700_000),
        threshold: Score(500_000),
    }
}

pub fn disagrees() -> Comparison {
    Comparison::Disagrees {
        score: Score(100_000),
        threshold: Score(500_000),
    }
}

//! What happens on a day: who passes where and when, and what is decided.

use model::{
    AccessEvent, Decision, DeviceTime, Evidence, Liveness, Outcome, PersonId, Reason, Rule,
    TagEvidence, TagText, Taken, TimeProvenance, TimeSource, Timestamp,
};

use crate::dates::after;
use crate::house::{Door, House};
use crate::random::Random;

/// Somebody at a door.
pub struct Pass {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub door: Door,
    /// With which tag.
    pub tag: TagText,
    /// Whose it is; nobody's.
    pub person: Option<PersonId>,
    /// What is decided; none: granted.
    pub denied: Option<Reason>,
    /// Told by the reader hours later.
    pub deferred: bool,
}

const HOUR: u64 = 3_600;

/// All passages of a day that begins at `midnight`, in the order in which they are told.
pub fn passes(house: &House, random: &mut Random, midnight: Timestamp) -> Vec<Pass> {
    let mut all = Vec::new();
    for (person, tag) in &house.people {
        if random.in_thousand(780) {
            let mut day = Day {
                all: &mut all,
                person: *person,
                tag,
                midnight,
            };
            day.of_one(house, random);
        }
    }
    for _ in 0..15 {
        all.extend(unknown_tag(house, random, midnight));
    }
    all.sort_by_key(|pass| (told_at(pass), pass.tag.as_str().to_owned()));
    all
}

/// When a reader tells it: some lose the network for a while.
fn told_at(pass: &Pass) -> Timestamp {
    if pass.deferred {
        after(pass.at, 3 * HOUR)
    } else {
        pass.at
    }
}

struct Day<'a> {
    all: &'a mut Vec<Pass>,
    person: PersonId,
    tag: &'a TagText,
    midnight: Timestamp,
}

impl Day<'_> {
    fn of_one(&mut self, house: &House, random: &mut Random) {
        let came = 7 * HOUR + 1_800 + random.below(2 * HOUR);
        let left = 15 * HOUR + 1_800 + random.below(3 * HOUR);
        self.through(&house.entries, random, came);
        if random.in_thousand(300) {
            let lunch = 11 * HOUR + 1_800 + random.below(HOUR);
            self.through(&house.exits, random, lunch);
            let back = lunch + 1_800 + random.below(1_200);
            self.through(&house.entries, random, back);
        }
        if random.in_thousand(150)
            && let Some((way_in, way_out)) = random.one_of(&house.rooms)
        {
            let at = came + 600 + random.below(2 * HOUR);
            self.through(&[way_in], random, at);
            let out = at + 60 + random.below(HOUR);
            self.through(&[way_out], random, out);
        }
        if random.in_thousand(400) {
            let noon = 11 * HOUR + random.below(3 * HOUR);
            self.through(&house.halls, random, noon);
        }
        // Somebody forgets it now and then.
        if !random.in_thousand(4) {
            self.through(&house.exits, random, left);
        }
    }

    fn through(&mut self, doors: &[Door], random: &mut Random, second: u64) {
        let Some(door) = random.one_of(doors) else {
            return;
        };
        self.all.push(Pass {
            at: after(self.midnight, second),
            door,
            tag: self.tag.clone(),
            person: Some(self.person),
            denied: random.in_thousand(6).then_some(Reason::NotAllowedHere),
            deferred: random.in_thousand(2),
        });
    }
}

fn unknown_tag(house: &House, random: &mut Random, midnight: Timestamp) -> Option<Pass> {
    Some(Pass {
        at: after(midnight, 7 * HOUR + random.below(12 * HOUR)),
        door: random.one_of(&house.entries)?,
        tag: TagText::new(&format!("{:08X}", 0xF000_0000 + random.below(4_000)))?,
        person: None,
        denied: Some(Reason::TagUnknown),
        deferred: false,
    })
}

impl Pass {
    /// When it is told.
    pub fn told_at(&self) -> Timestamp {
        told_at(self)
    }

    /// The event that it becomes.
    pub fn event(&self, observation: model::ObservationId) -> AccessEvent {
        let place = self.door.place();
        let outcome = if self.denied.is_some() {
            Outcome::Denied
        } else {
            Outcome::Granted
        };
        AccessEvent {
            evidence: Evidence {
                access_point: place.access_point,
                observations: vec![observation],
                devices: vec![self.door.device],
                finger: None,
                tag: Some(TagEvidence {
                    tag: self.tag.clone(),
                    issued: false,
                }),
                face: None,
                fingerprint: None,
                picture: None,
                classic_entry: None,
                classic_exit: None,
                occurred_at: self.at,
                received_at: self.told_at(),
                time: TimeProvenance {
                    source: if self.deferred {
                        TimeSource::Device
                    } else {
                        TimeSource::Server
                    },
                    device: self.time(),
                    skew_ms: Some(20),
                },
            },
            place,
            decision: Decision {
                outcome,
                taken: if self.denied.is_some() {
                    Taken::Unknown
                } else {
                    Taken::Taken
                },
                person: self.person,
                rule: if self.person.is_some() {
                    Rule::FactorsShown
                } else {
                    Rule::NobodyNamed
                },
                reasons: self.denied.into_iter().collect(),
                reported: false,
                liveness: Liveness::NotApplicable,
            },
        }
    }

    /// The time that the reader gives.
    pub fn time(&self) -> DeviceTime {
        DeviceTime::Claimed {
            at: self.at,
            synced: true,
        }
    }
}

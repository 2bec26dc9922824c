//! Places, people and passages for tests.

use super::{Site, id};
use model::{
    AccessEvent, AccessPointId, AreaId, Decision, DeviceTime, Direction, EventId, Evidence,
    FingerEvidence, Liveness, Outcome, PersonId, Place, Reason, Record, Rule, TagEvidence, TagText,
    Taken, TimeProvenance, TimeSource, Timestamp,
};
use serde_json::json;
use store::Role;

/// An instant.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A site with one area, a way in and a way out.
pub struct Passing {
    pub site: Site,
    pub area: String,
    pub entry: String,
    pub exit: String,
}

impl Passing {
    /// In Kolkata, where work is from 9 to 17.
    pub async fn open() -> Self {
        let site = Site::open().await;
        let settings = json!({"site_name": "Court", "time_zone": "Asia/Kolkata",
            "work_start_min": 540, "work_end_min": 1020, "grace_min": 10, "visit_limit_min": 0});
        site.put(Role::Admin, "/settings", settings)
            .await
            .expect(200);
        let hall = site
            .post(Role::Admin, "/areas", json!({"name": "Hall"}))
            .await;
        let area = id(&hall.expect(201));
        let mut points = Vec::new();
        for direction in ["entry", "exit"] {
            let point = json!({"name": direction, "direction": direction, "area": area});
            let added = site.post(Role::Admin, "/access-points", point).await;
            points.push(id(&added.expect(201)));
        }
        let exit = points.pop().unwrap();
        let entry = points.pop().unwrap();
        Self {
            site,
            area,
            entry,
            exit,
        }
    }

    /// Adds a person and gives its identity.
    pub async fn person(&self, number: &str, name: &str) -> String {
        let person = json!({"number": number, "name": name});
        id(&self
            .site
            .post(Role::Operator, "/people", person)
            .await
            .expect(201))
    }

    /// A granted passage.
    pub async fn pass(&self, person: &str, direction: Direction, when: &str) -> EventId {
        let who = Some(person.parse().unwrap());
        self.passage(who, direction, when, Outcome::Granted, "")
            .await
    }

    /// A denied passage; no device tells whether somebody passed all the same.
    pub async fn denied(&self, person: &str, when: &str) -> EventId {
        let who = Some(person.parse().unwrap());
        self.passage(who, Direction::Entry, when, Outcome::Denied, "")
            .await
    }

    /// Any passage; the tag is presented unless empty.
    pub async fn passage(
        &self,
        person: Option<PersonId>,
        direction: Direction,
        when: &str,
        outcome: Outcome,
        tag: &str,
    ) -> EventId {
        let event = self.event(person, direction, when, outcome, tag);
        self.site.append(Record::Access(event), Vec::new()).await
    }

    /// As [`Self::passage`], but not in the log.
    pub fn event(
        &self,
        person: Option<PersonId>,
        direction: Direction,
        when: &str,
        outcome: Outcome,
        tag: &str,
    ) -> AccessEvent {
        let point = match direction {
            Direction::Exit => &self.exit,
            _ => &self.entry,
        };
        let access_point: AccessPointId = point.parse().unwrap();
        let denied = outcome == Outcome::Denied;
        AccessEvent {
            place: Place {
                access_point,
                direction,
                area: self.area.parse::<AreaId>().unwrap(),
                area_has_exit: true,
            },
            evidence: evidence(access_point, at(when), TagText::new(tag)),
            decision: Decision {
                outcome,
                taken: if denied { Taken::Unknown } else { Taken::Taken },
                person,
                rule: Rule::FactorsShown,
                reasons: denied
                    .then_some(Reason::PersonSuspended)
                    .into_iter()
                    .collect(),
                reported: false,
                liveness: Liveness::NotApplicable,
            },
        }
    }
}

fn evidence(access_point: AccessPointId, when: Timestamp, tag: Option<TagText>) -> Evidence {
    Evidence {
        access_point,
        observations: Vec::new(),
        devices: Vec::new(),
        finger: Some(FingerEvidence {
            number: "1".into(),
            stamp: String::new(),
        }),
        tag: tag.map(|tag| TagEvidence { tag, issued: false }),
        face: None,
        fingerprint: None,
        picture: None,
        classic_entry: None,
        classic_exit: None,
        occurred_at: when,
        received_at: when,
        time: TimeProvenance {
            source: TimeSource::Server,
            device: DeviceTime::Absent,
            skew_ms: None,
        },
    }
}

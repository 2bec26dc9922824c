//! Things to put into a store.

use model::*;
use store::{Append, Write};
use uuid::Uuid;

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn noon() -> Timestamp {
    at("2026-03-02T12:00:00.123456789Z")
}

pub fn after(seconds: i64) -> Timestamp {
    noon() + jiff::SignedDuration::from_secs(seconds)
}

pub fn new_id<T: From<Uuid>>() -> T {
    T::from(Uuid::new_v4())
}

pub fn entry(record: Record) -> Entry {
    Entry {
        id: new_id(),
        written_at: noon(),
        author: Author::System,
        record,
    }
}

pub fn act(act: Act) -> Entry {
    entry(Record::Act(act))
}

/// An entry that carries registry writes.
pub fn with(writes: Vec<Write>) -> Append {
    Append {
        writes,
        ..Append::entry(act(Act::SettingsChanged))
    }
}

pub fn place(direction: Direction) -> Place {
    Place {
        access_point: AccessPointId(Uuid::from_u128(direction as u128 + 1)),
        direction,
        area: AreaId(Uuid::from_u128(7)),
        area_has_exit: true,
    }
}

/// A granted passage that was taken.
pub fn passage(direction: Direction, person: Option<PersonId>, when: Timestamp) -> AccessEvent {
    let place = place(direction);
    AccessEvent {
        evidence: evidence(&place, when),
        place,
        decision: Decision {
            outcome: Outcome::Granted,
            taken: Taken::Taken,
            person,
            rule: Rule::FactorsShown,
            reasons: Vec::new(),
            reported: false,
            liveness: Liveness::NotApplicable,
        },
    }
}

fn evidence(place: &Place, when: Timestamp) -> Evidence {
    Evidence {
        access_point: place.access_point,
        observations: Vec::new(),
        devices: Vec::new(),
        finger: None,
        tag: None,
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

pub fn passed(direction: Direction, person: PersonId, when: Timestamp) -> Entry {
    entry(Record::Access(passage(direction, Some(person), when)))
}

/// An entry by a finger that the house compared.
pub fn by_finger(person: PersonId) -> Entry {
    let mut event = passage(Direction::Entry, Some(person), noon());
    event.evidence.fingerprint = Some(compared(person));
    entry(Record::Access(event))
}

fn compared(person: PersonId) -> FingerSighting {
    FingerSighting {
        result: FingerResult::Matched,
        mode: FingerMode::Search,
        person: Some(person),
        position: Some(FingerPosition::RightThumb),
        duress: false,
        presses: 1,
        score: None,
        searched: 2,
        picture: None,
    }
}

pub fn with_tag(mut event: AccessEvent, text: &str, issued: bool) -> AccessEvent {
    event.evidence.tag = Some(TagEvidence {
        tag: tag(text),
        issued,
    });
    event
}

pub fn tag(text: &str) -> TagText {
    TagText::new(text).unwrap()
}

pub fn person(number: &str, name: &str) -> Person {
    Person {
        id: new_id(),
        number: number.to_owned(),
        name: name.to_owned(),
        department: "Physics".to_owned(),
        status: PersonStatus::Active,
        valid_from: None,
        valid_until: Some(at("9999-01-01T00:00:00Z")),
        places: Places::Everywhere,
        photo: Some(new_id()),
        details: PersonDetails {
            identity_number: format!("1234567890{number}"),
            address: "12, Some Street, Some Town".to_owned(),
            ..PersonDetails::default()
        },
    }
}

pub fn face(person: PersonId) -> Credential {
    Credential {
        id: new_id(),
        person,
        kind: CredentialKind::Face {
            picture: new_id(),
            model: "test/1".to_owned(),
        },
        enrolled_at: noon(),
    }
}

pub fn assigned(person: PersonId, text: &str) -> Credential {
    Credential {
        id: new_id(),
        person,
        kind: CredentialKind::Tag { tag: tag(text) },
        enrolled_at: noon(),
    }
}

pub fn draft(device: DeviceId, key: SourceKey) -> ObservationDraft {
    ObservationDraft {
        device,
        access_point: new_id(),
        key,
        device_time: DeviceTime::Absent,
        received_at: noon(),
        deferred: false,
        sighting: Sighting::Tag { tag: tag("AB12") },
        raw: b"as received".to_vec(),
    }
}

pub fn counted(device: DeviceId, boot: &str, sequence: u64) -> ObservationDraft {
    let boot_id = boot.to_owned();
    draft(device, SourceKey::Sequence { boot_id, sequence })
}

pub fn content(device: DeviceId, digest: u8, window_s: Option<u32>) -> ObservationDraft {
    let digest = [digest; 32];
    draft(device, SourceKey::Content { digest, window_s })
}

pub fn area(name: &str) -> Area {
    Area {
        id: new_id(),
        name: name.to_owned(),
    }
}

pub fn access_point(name: &str, area: AreaId) -> AccessPoint {
    AccessPoint {
        id: new_id(),
        name: name.to_owned(),
        direction: Direction::Entry,
        area,
        factors: vec![Factor::Tag],
        liveness: LivenessPolicy::Required,
    }
}

pub fn device(name: &str, access_point: AccessPointId) -> Device {
    Device {
        id: new_id(),
        name: name.to_owned(),
        kind: DeviceKind::Native,
        access_point,
        silent_after_s: 60,
        disabled: false,
    }
}

//! A site and its log, told in minutes after midnight UTC of 2 March 2026.

use model::{
    AccessEvent, AccessPointId, Act, AreaId, Author, ClassicEntry, ClassicExit, Comparison,
    Correction, Decision, DeviceId, DeviceTime, Direction, Entry, EventId, Evidence, Liveness,
    Notice, Outcome, PersonId, PictureEvidence, PictureId, Place, Reason, Record, Rule, Score,
    TagEvidence, TagText, Taken, TimeProvenance, TimeSource, Timestamp, Visit, VisitId, VisitState,
};
use projection::{Book, Calendar, Change};
use uuid::Uuid;

pub const HOUR: i64 = 60;
pub const DAY: i64 = 24 * HOUR;

pub fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
    Timestamp::from_second(start.as_second() + minute * 60).unwrap()
}

pub fn who(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

pub fn tag(text: &str) -> TagText {
    TagText::new(text).unwrap()
}

/// An access point in area 1; areas with an exit have it at another access point.
pub fn place(direction: Direction, area_has_exit: bool) -> Place {
    Place {
        access_point: AccessPointId(Uuid::from_u128(50)),
        direction,
        area: AreaId(Uuid::from_u128(1)),
        area_has_exit,
    }
}

/// A granted passage of a person without further evidence.
pub fn passage(person: Option<u128>, place: Place, minute: i64) -> AccessEvent {
    AccessEvent {
        evidence: Evidence {
            access_point: place.access_point,
            observations: Vec::new(),
            devices: vec![DeviceId(Uuid::from_u128(60))],
            finger: None,
            tag: None,
            face: None,
            fingerprint: None,
            picture: None,
            classic_entry: None,
            classic_exit: None,
            occurred_at: at(minute),
            received_at: at(minute),
            time: TimeProvenance {
                source: TimeSource::Server,
                device: DeviceTime::Absent,
                skew_ms: None,
            },
        },
        decision: Decision {
            outcome: Outcome::Granted,
            taken: Taken::Unknown,
            person: person.map(who),
            rule: Rule::FactorsShown,
            reasons: Vec::new(),
            reported: false,
            liveness: Liveness::NotApplicable,
        },
        place,
    }
}

/// A classic entry that hands out a tag.
pub fn issuing(person: Option<u128>, text: &str, minute: i64) -> AccessEvent {
    let mut event = passage(person, place(Direction::Entry, true), minute);
    event.evidence.classic_entry = Some(ClassicEntry {
        number: "7".into(),
        name: String::new(),
        tag: Some(tag(text)),
        picture_file: String::new(),
        picture: None,
    });
    reported(with_tag(event, text, true))
}

/// A classic exit with a tag.
pub fn returning(person: Option<u128>, text: &str, minute: i64) -> AccessEvent {
    let mut event = passage(person, place(Direction::Exit, true), minute);
    event.evidence.classic_exit = Some(ClassicExit { tag: tag(text) });
    reported(with_tag(event, text, false))
}

fn reported(mut event: AccessEvent) -> AccessEvent {
    event.decision.rule = Rule::ReportedByController;
    event.decision.reported = true;
    event.decision.taken = Taken::Taken;
    event
}

pub fn with_tag(mut event: AccessEvent, text: &str, issued: bool) -> AccessEvent {
    event.evidence.tag = Some(TagEvidence {
        tag: tag(text),
        issued,
    });
    event
}

pub fn denied(mut event: AccessEvent, reasons: &[Reason]) -> AccessEvent {
    event.decision.outcome = Outcome::Denied;
    event.decision.reasons = reasons.to_vec();
    event
}

pub fn showing_somebody_else(mut event: AccessEvent) -> AccessEvent {
    event.evidence.picture = Some(PictureEvidence {
        picture: PictureId(Uuid::nil()),
        comparison: Comparison::Disagrees {
            score: Score(100_000),
            threshold: Score(500_000),
        },
    });
    event
}

/// The log so far, and what follows from it.
pub struct World {
    pub book: Book,
    pub calendar: Calendar,
    pub log: Vec<Entry>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            book: Book::default(),
            calendar: Calendar::utc(),
            log: Vec::new(),
        }
    }
}

impl World {
    pub fn append(&mut self, record: Record, minute: i64) -> (EventId, Vec<Change>) {
        let id = EventId(Uuid::from_u128(1_000 + self.log.len() as u128));
        let entry = Entry {
            id,
            written_at: at(minute),
            author: Author::System,
            record,
        };
        let changes = self.book.record(&entry, &self.calendar);
        self.log.push(entry);
        (id, changes)
    }

    pub fn pass(&mut self, event: AccessEvent) -> EventId {
        let minute = (event.evidence.occurred_at.as_second() - at(0).as_second()) / 60;
        self.append(Record::Access(event), minute).0
    }

    /// Through the gate: granted, in the direction said.
    pub fn gate(&mut self, person: u128, direction: Direction, minute: i64) -> EventId {
        self.pass(passage(Some(person), place(direction, true), minute))
    }

    pub fn enter(&mut self, person: u128, minute: i64) -> EventId {
        self.gate(person, Direction::Entry, minute)
    }

    pub fn leave(&mut self, person: u128, minute: i64) -> EventId {
        self.gate(person, Direction::Exit, minute)
    }

    /// Seen by a camera where nobody is seen leaving.
    pub fn sight(&mut self, person: u128, minute: i64) -> EventId {
        self.pass(passage(Some(person), place(Direction::Both, false), minute))
    }

    pub fn act(&mut self, act: Act) -> EventId {
        self.append(Record::Act(act), 0).0
    }

    pub fn notice(&mut self, notice: Notice) -> EventId {
        self.append(Record::Notice(notice), 0).0
    }

    pub fn not_this_person(&mut self, event: EventId, instead: Option<u128>) -> EventId {
        let correction = Correction::NotThisPerson {
            event,
            instead: instead.map(who),
            reason: "the picture shows it".into(),
        };
        self.append(Record::Correction(correction), 0).0
    }

    pub fn add_missed(&mut self, person: u128, direction: Direction, minute: i64) -> EventId {
        let correction = Correction::AddMissed {
            person: who(person),
            place: place(direction, true),
            direction,
            at: at(minute),
            reason: "seen by the guard".into(),
        };
        self.append(Record::Correction(correction), minute).0
    }

    pub fn close(&mut self, visit: EventId, minute: i64) -> EventId {
        let correction = Correction::CloseVisit {
            visit: VisitId(visit.0),
            at: at(minute),
            reason: "went home".into(),
        };
        self.append(Record::Correction(correction), minute).0
    }

    pub fn visit(&self, opened_by: EventId) -> &Visit {
        self.book.visits().get(&VisitId(opened_by.0)).unwrap()
    }

    /// State, arrival and departure of every visit of a person, by arrival.
    pub fn visits(&self, person: u128) -> Vec<(VisitState, Timestamp, Option<Timestamp>)> {
        let visits = self.book.visits().values();
        let mut rows: Vec<_> = visits
            .filter(|v| v.person == who(person))
            .map(|v| (v.state, v.entered_at, v.left_at))
            .collect();
        rows.sort_by_key(|(_, entered_at, _)| *entered_at);
        rows
    }
}

//! Who was where lately, and which tag, so that the same again is the same passage.

use crate::RESIGHTING;
use jiff::Timestamp;
use model::{
    AccessPointId, Direction, Evidence, FaceLiveness, FaceSighting, NotEstablished, ObservationId,
    PersonId, TagText,
};
use std::collections::BTreeMap;

/// Who or what is seen again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Subject {
    /// A person, by face.
    Person(PersonId),
    /// A tag.
    Tag(TagText),
}

/// One passage of a subject.
#[derive(Clone, Debug)]
struct Stay {
    point: AccessPointId,
    /// Its first observation.
    passage: ObservationId,
    /// Whether sightings may join it. A passage that showed no face, or that handed the tag
    /// out, only tells where the subject was.
    joinable: bool,
    /// What its face was held to be.
    held: Held,
    /// Whom a tag's passage named, once that is known.
    person: Option<PersonId>,
    first_seen: Timestamp,
    /// Joined sightings included.
    last_seen: Timestamp,
}

/// The recent passages of the whole site, each subject's in order of time.
#[derive(Debug, Default)]
pub(crate) struct Recents {
    stays: BTreeMap<Subject, Vec<Stay>>,
    noted: usize,
}

impl Recents {
    /// A passage, with its last sighting.
    pub fn note(&mut self, evidence: &Evidence, last_seen: Timestamp) {
        if let Some(person) = evidence.face.as_ref().and_then(|face| face.person) {
            self.add(Subject::Person(person), stay(evidence, last_seen, true));
        }
        if let Some(tag) = &evidence.tag {
            let stay = stay(evidence, last_seen, !tag.issued);
            self.add(Subject::Tag(tag.tag.clone()), stay);
        }
    }

    /// A passage was found to be of `person`. Where the person's face was seen before it at the
    /// same access point, that is nothing new.
    pub fn note_named(&mut self, person: PersonId, evidence: &Evidence) {
        let subject = Subject::Person(person);
        let before = self.before(&subject, evidence.occurred_at);
        if before.is_none_or(|before| before.point != evidence.access_point) {
            self.add(subject, stay(evidence, evidence.occurred_at, false));
        }
        let tag = evidence.tag.as_ref().map(|t| Subject::Tag(t.tag.clone()));
        let of_tag = tag.and_then(|tag| self.stays.get_mut(&tag));
        let passage = evidence.observations.first();
        for stay in of_tag.into_iter().flatten() {
            if Some(&stay.passage) == passage {
                stay.person = Some(person);
            }
        }
    }

    fn add(&mut self, subject: Subject, stay: Option<Stay>) {
        let Some(stay) = stay else { return };
        self.forget_old(stay.last_seen);
        let stays = self.stays.entry(subject).or_default();
        if let Some(known) = stays.iter_mut().find(|s| s.passage == stay.passage) {
            known.last_seen = known.last_seen.max(stay.last_seen);
            return;
        }
        let later = stays.partition_point(|s| s.first_seen <= stay.first_seen);
        stays.insert(later, stay);
    }

    /// The passage that a sighting of `subject` belongs to, by its first observation: the last one
    /// before the sighting, if it was at this access point and not long ago. A face that is `held` to be something joins
    /// one that was held to be the same.
    pub fn passage_of(
        &self,
        subject: &Subject,
        held: Option<Held>,
        point: AccessPointId,
        at: Timestamp,
        direction: Direction,
    ) -> Option<ObservationId> {
        let stay = self.before(subject, at)?;
        let since = match direction {
            Direction::Both => stay.first_seen,
            Direction::Entry | Direction::Exit => stay.last_seen,
        };
        let near = at.duration_since(since).abs() < RESIGHTING;
        let is_here = |stay: &Stay| stay.point == point;
        let holder = stay.person.map(Subject::Person);
        let holder = holder.and_then(|person| self.before(&person, at));
        let stayed = is_here(stay) && holder.is_none_or(is_here);
        let alike =
            !matches!(subject, Subject::Person(_)) || held.is_none_or(|held| held == stay.held);
        (stayed && stay.joinable && near && alike).then_some(stay.passage)
    }

    /// A sighting joined `passage`.
    pub fn seen_again(&mut self, subject: &Subject, passage: ObservationId, at: Timestamp) {
        let stays = self.stays.get_mut(subject).into_iter().flatten();
        for stay in stays.filter(|stay| stay.passage == passage) {
            stay.last_seen = stay.last_seen.max(at);
        }
    }

    /// Where the subject was last at `at`; the first known place for an earlier time.
    fn before(&self, subject: &Subject, at: Timestamp) -> Option<&Stay> {
        let stays = self.stays.get(subject)?;
        let later = stays.partition_point(|s| s.first_seen <= at);
        stays.get(later.saturating_sub(1))
    }

    /// Keeps twice what can be joined, because a window may close late. Going through all of them
    /// once per as many additions costs next to nothing.
    fn forget_old(&mut self, now: Timestamp) {
        self.noted += 1;
        if self.noted <= self.stays.len() {
            return;
        }
        self.noted = 0;
        self.stays.retain(|_, stays| {
            stays.retain(|s| now.duration_since(s.last_seen) < RESIGHTING.saturating_mul(2));
            !stays.is_empty()
        });
    }
}

fn stay(evidence: &Evidence, last_seen: Timestamp, joinable: bool) -> Option<Stay> {
    Some(Stay {
        point: evidence.access_point,
        passage: *evidence.observations.first()?,
        joinable,
        held: Held::of(
            evidence
                .face
                .as_ref()
                .and_then(FaceSighting::known_liveness),
        ),
        person: None,
        first_seen: evidence.occurred_at,
        last_seen,
    })
}

/// What a face is held to be, as far as faces have to agree in it to be of one passage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    /// It was shown to be alive.
    Alive,
    /// It looks like a picture.
    Picture,
    /// Neither is known.
    Unknown,
}

impl Held {
    pub(crate) fn of(liveness: Option<FaceLiveness>) -> Self {
        match liveness {
            Some(FaceLiveness::Established) => Self::Alive,
            Some(FaceLiveness::NotEstablished {
                why: NotEstablished::LooksLikeAPicture,
            }) => Self::Picture,
            Some(FaceLiveness::NotEstablished { .. }) | None => Self::Unknown,
        }
    }
}

/// Whether what was known of a face earlier in its passage stands beside what is seen `now`: that it is alive, whatever
/// another camera could not ask; or that it looks like a picture, unless it is shown to be alive.
pub(crate) fn stands(earlier: Option<FaceLiveness>, now: Option<FaceLiveness>) -> bool {
    match Held::of(earlier) {
        Held::Alive => true,
        Held::Picture => Held::of(now) != Held::Alive,
        Held::Unknown => false,
    }
}

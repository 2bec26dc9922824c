//! Access points that ask for factors: tags, fingers, faces and pictures that come one by one.

use crate::assemble::{evidence, occurred_at, unresolved};
use crate::ends::Ends;
use crate::recent::{Held, Subject};
use crate::{FACTOR_WAIT, Output, PointFacts};
use jiff::Timestamp;
use model::{
    Direction, FaceLiveness, FaceSighting, Factor, LivenessPolicy, Observation, Sighting,
    UnresolvedReason,
};

/// Factors that belong to one passage, while more are due.
#[derive(Debug)]
struct Window {
    first: Observation,
    others: Vec<Observation>,
    direction: Direction,
    /// Whether the access point asks that faces show that they are alive.
    asks: bool,
}

impl Window {
    fn seen(&self) -> impl Iterator<Item = &Observation> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn ends_at(&self) -> Timestamp {
        self.first
            .received_at
            .saturating_add(FACTOR_WAIT)
            .unwrap_or(Timestamp::MAX)
    }

    /// Whether `next` can belong to the same passage: near in time, and not another tag, finger or face.
    fn takes(&self, next: &Observation) -> bool {
        let apart = occurred_at(next).duration_since(occurred_at(&self.first));
        let near = self.first.deferred == next.deferred && apart.abs() < FACTOR_WAIT;
        near && !self.seen().any(|seen| contradict(seen, next))
    }

    fn has_all(&self, required: &[Factor]) -> bool {
        let has = |wanted: &dyn Fn(&Sighting) -> bool| self.seen().any(|o| wanted(&o.sighting));
        required.iter().all(|factor| match factor {
            Factor::Tag => has(&|s| matches!(s, Sighting::Tag { .. })),
            Factor::Finger => {
                has(&|s| matches!(s, Sighting::Finger { .. } | Sighting::Fingerprint(_)))
            }
            Factor::Face => has(&|s| matches!(s, Sighting::Face(_))),
            Factor::FaceMatch => {
                has(&|s| matches!(s, Sighting::Face(_) | Sighting::Picture { .. }))
            }
        })
    }

    fn factors(&self) -> impl Iterator<Item = &Observation> {
        self.seen().filter(|o| !is_of_camera(&o.sighting))
    }

    fn names_somebody(&self) -> bool {
        self.factors().next().is_some()
    }

    /// Whether a picture was asked for and has not come.
    fn awaits_picture(&self) -> bool {
        let has = |wanted: fn(&Sighting) -> bool| self.seen().any(|o| wanted(&o.sighting));
        has(|s| matches!(s, Sighting::PictureRequested))
            && !has(|s| matches!(s, Sighting::Picture { .. }))
    }

    /// Whether nothing more is waited for. A single factor is enough even where another one is
    /// required: the decision says so at once. Only a face match needs a picture beside it.
    fn is_complete(&self, facts: &PointFacts) -> bool {
        let required = facts.factors.as_slice();
        let single = required.len() < 2 && !required.contains(&Factor::FaceMatch);
        self.names_somebody()
            && (single || self.has_all(required))
            && !self.awaits_picture()
            && !self.awaits_another_factor(facts.liveness)
    }

    /// Whether a face that is not known to be alive waits for a tag or a finger.
    fn awaits_another_factor(&self, policy: LivenessPolicy) -> bool {
        policy == LivenessPolicy::OrAnotherFactor
            && self.factors().all(|o| match &o.sighting {
                Sighting::Face(face) => face.known_liveness() != Some(FaceLiveness::Established),
                _ => false,
            })
    }

    /// What may have been seen in a passage before: one person's face, or a tag on its way out.
    fn seen_again(&self) -> Option<Subject> {
        let mut subjects = self.factors().map(|o| self.subject(&o.sighting));
        let first = subjects.next().flatten()?;
        subjects
            .all(|subject| subject.as_ref() == Some(&first))
            .then_some(first)
    }

    fn subject(&self, sighting: &Sighting) -> Option<Subject> {
        match sighting {
            // That a passage before was wrong is told by one of its own.
            Sighting::Face(face) if face.before.is_some() => None,
            Sighting::Face(face) => face.person.map(Subject::Person),
            Sighting::Tag { tag } if self.direction == Direction::Exit => {
                Some(Subject::Tag(tag.clone()))
            }
            _ => None,
        }
    }

    fn into_unresolved(self) -> Output {
        let reason = reason(self.seen());
        Output::Unresolved(unresolved(&self.first, &self.others, reason))
    }
}

/// Pictures and the requests for them say nothing about who passes.
const fn is_of_camera(sighting: &Sighting) -> bool {
    matches!(
        sighting,
        Sighting::Picture { .. } | Sighting::PictureRequested
    )
}

/// Why observations of a camera are no passage.
fn reason<'a>(mut seen: impl Iterator<Item = &'a Observation>) -> UnresolvedReason {
    if seen.any(|o| matches!(o.sighting, Sighting::Picture { .. })) {
        UnresolvedReason::PictureAlone
    } else {
        UnresolvedReason::RequestWithoutPicture
    }
}

fn contradict(a: &Observation, b: &Observation) -> bool {
    // Each camera counts its tracks by itself.
    let one_camera = a.device == b.device;
    match (&a.sighting, &b.sighting) {
        (Sighting::Tag { tag: a }, Sighting::Tag { tag: b }) => a != b,
        (Sighting::Finger { number: a, .. }, Sighting::Finger { number: b, .. }) => a != b,
        (Sighting::Face(a), Sighting::Face(b)) => {
            let told_apart = one_camera && (tells_apart(a, b) || tells_apart(b, a));
            (a.person.is_none() || a.person != b.person) && !told_apart
        }
        // Two that match nobody may be of two people; another finger of the same person must not hide one of duress.
        (Sighting::Fingerprint(a), Sighting::Fingerprint(b)) => {
            a.person.is_none() || (a.person, a.position) != (b.person, b.position)
        }
        (Sighting::Picture { .. }, Sighting::Picture { .. }) => true,
        _ => false,
    }
}

/// Whether `named` says which of the two it is that the same track was like. Another track may be the other one's.
fn tells_apart(named: &FaceSighting, either: &FaceSighting) -> bool {
    let both = either.one_of.filter(|_| either.person.is_none());
    let is_one = |person| both.is_some_and(|both| both.contains(&person));
    named.track == either.track && named.person.is_some_and(is_one)
}

/// The factors of one access point.
#[derive(Debug, Default)]
pub(crate) struct Factors {
    window: Option<Window>,
}

impl Factors {
    /// Whether `seen` belongs to the passage in progress.
    pub fn takes(&self, seen: &Observation) -> bool {
        self.window.as_ref().is_some_and(|w| w.takes(seen))
    }

    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.window.as_ref().map(Window::ends_at)
    }

    pub fn expire(&mut self, now: Timestamp, out: &mut Ends) {
        if self.next_deadline().is_some_and(|at| at <= now) {
            self.close(out);
        }
    }

    /// A face. A stranger's says nothing about the passage that others begin; of somebody like two people a tag or
    /// finger may tell which of the two it is.
    pub fn face(
        &mut self,
        seen: &Observation,
        face: &FaceSighting,
        facts: &PointFacts,
        out: &mut Ends,
    ) {
        if face.person.is_none() && face.one_of.is_none() {
            out.push(Output::Passage(evidence(seen, &[])));
        } else {
            self.collect(seen, facts, out);
        }
    }

    /// Anything that may belong to a passage with others.
    pub fn collect(&mut self, seen: &Observation, facts: &PointFacts, out: &mut Ends) {
        if let Some(window) = self.window.as_ref().filter(|w| !w.takes(seen)) {
            if is_of_camera(&seen.sighting) && window.names_somebody() {
                let reason = reason(std::iter::once(seen));
                return out.push(Output::Unresolved(unresolved(seen, &[], reason)));
            }
            self.close(out);
        }
        let window = self.window.get_or_insert_with(|| Window {
            first: seen.clone(),
            others: Vec::new(),
            direction: facts.direction,
            asks: facts.liveness.asks(),
        });
        if window.first.id != seen.id {
            window.others.push(seen.clone());
        }
        if window.is_complete(facts) {
            self.close(out);
        }
    }

    fn close(&mut self, out: &mut Ends) {
        let Some(window) = self.window.take() else {
            return;
        };
        if !window.names_somebody() {
            return out.push(window.into_unresolved());
        }
        let seen: Vec<&Observation> = window.seen().collect();
        let again = window.seen_again();
        let passage = evidence(&window.first, &window.others);
        let known = passage.face.as_ref().and_then(FaceSighting::known_liveness);
        // Where nothing is asked, what a face is held to be is told on the event and changes nothing else.
        let held = window.asks.then(|| Held::of(known));
        if !again.is_some_and(|subject| out.join(&subject, held, window.direction, &seen)) {
            out.push(Output::Passage(passage));
        }
    }
}

//! Access points that ask for factors: tags, fingers and faces that come one by one.

use crate::assemble::{evidence, occurred_at};
use crate::recent::{Recent, Recents};
use crate::{FACTOR_WAIT, Output, PointFacts};
use jiff::Timestamp;
use model::{Direction, Factor, Observation, PersonId, Sighting};

/// Factors that belong to one passage, while more are due.
#[derive(Debug)]
struct Window {
    first: Observation,
    others: Vec<Observation>,
    direction: Direction,
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
        near && !self
            .seen()
            .any(|seen| contradict(&seen.sighting, &next.sighting))
    }

    fn has_all(&self, required: &[Factor]) -> bool {
        let has = |wanted: &dyn Fn(&Sighting) -> bool| self.seen().any(|o| wanted(&o.sighting));
        required.iter().all(|factor| match factor {
            Factor::Tag => has(&|s| matches!(s, Sighting::Tag { .. })),
            Factor::Finger => has(&|s| matches!(s, Sighting::Finger { .. })),
            Factor::Face => has(&|s| matches!(s, Sighting::Face(_))),
            Factor::FaceMatch => {
                has(&|s| matches!(s, Sighting::Face(_) | Sighting::Picture { .. }))
            }
        })
    }

    /// The person whose face is all there is.
    fn only_face(&self) -> Option<PersonId> {
        let mut people = self.seen().map(|o| person(&o.sighting));
        let first = people.next().flatten()?;
        people.all(|p| p == Some(first)).then_some(first)
    }
}

fn person(sighting: &Sighting) -> Option<PersonId> {
    match sighting {
        Sighting::Face(face) => face.person,
        _ => None,
    }
}

fn contradict(a: &Sighting, b: &Sighting) -> bool {
    match (a, b) {
        (Sighting::Tag { tag: a }, Sighting::Tag { tag: b }) => a != b,
        (Sighting::Finger { number: a, .. }, Sighting::Finger { number: b, .. }) => a != b,
        (Sighting::Face(a), Sighting::Face(b)) => a.person != b.person,
        (Sighting::Picture { .. }, Sighting::Picture { .. }) => true,
        _ => false,
    }
}

/// The factors of one access point.
#[derive(Debug, Default)]
pub(crate) struct Factors {
    window: Option<Window>,
    recent: Recents,
}

impl Factors {
    /// Whether a picture (or the request for one) belongs to the passage in progress.
    pub fn takes(&self, seen: &Observation) -> bool {
        self.window.as_ref().is_some_and(|w| w.takes(seen))
    }

    pub fn remember(&mut self, recent: Recent) {
        self.recent.note(recent);
    }

    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.window.as_ref().map(Window::ends_at)
    }

    pub fn expire(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if self.next_deadline().is_some_and(|at| at <= now) {
            self.close(out);
        }
    }

    /// A face. A stranger's says nothing about the passage that others begin.
    pub fn face(
        &mut self,
        seen: &Observation,
        person: Option<PersonId>,
        facts: &PointFacts,
        out: &mut Vec<Output>,
    ) {
        if person.is_none() {
            out.push(Output::Passage(evidence(seen, &[])));
        } else {
            self.collect(seen, facts, out);
        }
    }

    /// Anything that may belong to a passage with others.
    pub fn collect(&mut self, seen: &Observation, facts: &PointFacts, out: &mut Vec<Output>) {
        if self.window.as_ref().is_some_and(|w| !w.takes(seen)) {
            self.close(out);
        }
        let window = self.window.get_or_insert_with(|| Window {
            first: seen.clone(),
            others: Vec::new(),
            direction: facts.direction,
        });
        if window.first.id != seen.id {
            window.others.push(seen.clone());
        }
        if facts.factors.len() < 2 || window.has_all(&facts.factors) {
            self.close(out);
        }
    }

    fn close(&mut self, out: &mut Vec<Output>) {
        let Some(window) = self.window.take() else {
            return;
        };
        if let Some(person) = window.only_face()
            && self.join(&window, person, out)
        {
            return;
        }
        let evidence = evidence(&window.first, &window.others);
        if let Some(person) = window.seen().find_map(|o| person(&o.sighting)) {
            self.recent.note(Recent {
                person,
                observation: window.first.id,
                first_seen: evidence.occurred_at,
                last_seen: evidence.occurred_at,
            });
        }
        out.push(Output::Passage(evidence));
    }

    /// Joins a window that holds nothing but the face of somebody who passed just now.
    fn join(&mut self, window: &Window, person: PersonId, out: &mut Vec<Output>) -> bool {
        let at = occurred_at(&window.first);
        let Some(joins) = self.recent.join(person, at, window.direction) else {
            return false;
        };
        out.extend(window.seen().map(|o| Output::Joined {
            observation: o.id,
            joins,
        }));
        true
    }
}

//! The state machine of the site: one state per access point.

use crate::assemble::evidence;
use crate::classic::Classic;
use crate::ends::Ends;
use crate::factors::Factors;
use crate::recent::Subject;
use jiff::Timestamp;
use model::{
    AccessEvent, AccessPointId, Direction, Evidence, Factor, LivenessPolicy, Observation,
    ObservationId, Sighting, Unresolved,
};
use std::collections::BTreeMap;

/// What the correlator has to know of an access point.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PointFacts {
    /// Its direction.
    pub direction: Direction,
    /// The factors it requires.
    pub factors: Vec<Factor>,
    /// What it makes of a face that is not known to be alive.
    pub liveness: LivenessPolicy,
    /// Whether a classic gate reports its entries here: then pictures are asked for and come in
    /// the way of classic boards.
    pub classic_gate: bool,
}

/// Where observations end.
// Nearly all outputs are passages: boxing them would save nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// In a passage. Its picture, if any, is still to be compared.
    Passage(Evidence),
    /// In a passage that was put out before.
    Joined {
        /// The observation.
        observation: ObservationId,
        /// The first observation of that passage.
        joins: ObservationId,
    },
    /// On the list for an operator.
    Unresolved(Unresolved),
}

#[derive(Debug, Default)]
struct Point {
    classic: Classic,
    factors: Factors,
}

/// Correlates observations into passages. See the crate's documentation for the rules.
#[derive(Debug, Default)]
pub struct Correlator {
    points: BTreeMap<AccessPointId, Point>,
    ends: Ends,
}

impl Correlator {
    /// A correlator that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next observation, in order of receipt. Windows that ended before its receipt
    /// are closed first.
    pub fn step(&mut self, observation: &Observation, facts: &PointFacts) -> Vec<Output> {
        self.close_windows(observation.received_at);
        let point = self.points.entry(observation.access_point).or_default();
        point.observe(observation, facts, &mut self.ends);
        self.ends.take()
    }

    /// Closes all windows that end at or before `now`. Call it with a time up to which every
    /// observation has been given to [`Correlator::step`].
    pub fn tick(&mut self, now: Timestamp) -> Vec<Output> {
        self.close_windows(now);
        self.ends.take()
    }

    fn close_windows(&mut self, now: Timestamp) {
        for point in self.points.values_mut() {
            while let Some(at) = point.next_deadline().filter(|at| *at <= now) {
                point.classic.expire(at, &mut self.ends);
                point.factors.expire(at, &mut self.ends);
            }
        }
    }

    /// When the next window ends: the time of the next [`Correlator::tick`] that does something.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.points.values().filter_map(Point::next_deadline).min()
    }

    /// Tells of a passage that is in the log, and of the observations that ended in it so far,
    /// joined ones included (its own may be among them). A new correlator has to be told, oldest
    /// first, of those that something was received of less than [`crate::RESIGHTING`] ago. Every
    /// correlator has to be told of each passage that is decided, because a tag or finger may have
    /// named the person.
    pub fn remember(&mut self, event: &AccessEvent, ended: &[Observation]) {
        self.ends.remember(event, ended);
    }
}

impl Point {
    fn next_deadline(&self) -> Option<Timestamp> {
        let deadlines = [self.classic.next_deadline(), self.factors.next_deadline()];
        deadlines.into_iter().flatten().min()
    }

    fn observe(&mut self, seen: &Observation, facts: &PointFacts, out: &mut Ends) {
        match &seen.sighting {
            Sighting::ClassicExit(line) => {
                let tag = Subject::Tag(line.tag.clone());
                if !out.join(&tag, None, Direction::Exit, &[seen]) {
                    out.push(Output::Passage(evidence(seen, &[])));
                }
            }
            // A card's row happened long ago and brings its picture: it waits for nobody. Only what a
            // broker kept comes with the finger that it kept, too.
            Sighting::ClassicEntry(line) if seen.deferred && !self.classic.has_kept(line) => {
                out.push(Output::Passage(evidence(seen, &[])));
            }
            Sighting::ClassicEntry(line) => self.classic.line(seen, line, out),
            Sighting::Finger { number, stamp } if !stamp.is_empty() => {
                self.classic.finger(seen, number, stamp);
            }
            Sighting::Picture { .. } | Sighting::PictureRequested
                if !facts.classic_gate || self.factors.takes(seen) =>
            {
                self.factors.collect(seen, facts, out);
            }
            Sighting::Picture { .. } => self.classic.picture(seen, out),
            Sighting::PictureRequested => self.classic.request(seen, out),
            Sighting::Face(face) => self.factors.face(seen, face, facts, out),
            Sighting::Finger { .. } | Sighting::Fingerprint(_) | Sighting::Tag { .. } => {
                self.factors.collect(seen, facts, out);
            }
        }
    }
}

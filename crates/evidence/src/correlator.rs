//! The state machine of the site: one state per access point.

use crate::assemble::evidence;
use crate::classic::Classic;
use crate::factors::Factors;
use crate::recent::Recent;
use jiff::Timestamp;
use model::{
    AccessPointId, Direction, Evidence, Factor, Observation, ObservationId, Sighting, Unresolved,
};
use std::collections::BTreeMap;

/// What the correlator has to know of an access point.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PointFacts {
    /// Its direction.
    pub direction: Direction,
    /// The factors it requires.
    pub factors: Vec<Factor>,
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
}

impl Correlator {
    /// A correlator that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next observation, in order of commit. Windows that ended before its receipt
    /// are closed first.
    pub fn step(&mut self, observation: &Observation, facts: &PointFacts) -> Vec<Output> {
        let mut out = self.tick(observation.received_at);
        let point = self.points.entry(observation.access_point).or_default();
        point.observe(observation, facts, &mut out);
        out
    }

    /// Closes all windows that end at or before `now`. Call it with a time up to which every
    /// observation has been given to [`Correlator::step`].
    pub fn tick(&mut self, now: Timestamp) -> Vec<Output> {
        let mut out = Vec::new();
        for point in self.points.values_mut() {
            while let Some(at) = point.next_deadline().filter(|at| *at <= now) {
                point.classic.expire(at, &mut out);
                point.factors.expire(at, &mut out);
            }
        }
        out
    }

    /// When the next window ends: the time of the next [`Correlator::tick`] that does something.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.points.values().filter_map(Point::next_deadline).min()
    }

    /// Tells a new correlator of a passage by face that is in the log already. Only those whose
    /// `last_seen` is less than [`crate::RESIGHTING`] ago matter. Call it before the first step.
    pub fn remember(&mut self, access_point: AccessPointId, recent: Recent) {
        let point = self.points.entry(access_point).or_default();
        point.factors.remember(recent);
    }
}

impl Point {
    fn next_deadline(&self) -> Option<Timestamp> {
        let deadlines = [self.classic.next_deadline(), self.factors.next_deadline()];
        deadlines.into_iter().flatten().min()
    }

    fn observe(&mut self, seen: &Observation, facts: &PointFacts, out: &mut Vec<Output>) {
        match &seen.sighting {
            Sighting::ClassicExit(_) => out.push(Output::Passage(evidence(seen, &[]))),
            // A card's row happened long ago and brings its picture: it waits for nobody.
            Sighting::ClassicEntry(_) if seen.deferred => {
                out.push(Output::Passage(evidence(seen, &[])));
            }
            Sighting::ClassicEntry(line) => self.classic.line(seen, line, out),
            Sighting::Finger { number, stamp } if !stamp.is_empty() => {
                self.classic.finger(seen, number, stamp);
            }
            Sighting::Picture { .. } | Sighting::PictureRequested if self.factors.takes(seen) => {
                self.factors.collect(seen, facts, out);
            }
            Sighting::Picture { .. } => self.classic.picture(seen, out),
            Sighting::PictureRequested => self.classic.request(seen, out),
            Sighting::Face(face) => self.factors.face(seen, face.person, facts, out),
            Sighting::Finger { .. } | Sighting::Tag { .. } => {
                self.factors.collect(seen, facts, out);
            }
        }
    }
}

//! A passage in progress at a classic gate.

use crate::assemble::{evidence, unresolved};
use crate::{LINE_WAIT, Output, PICTURE_WAIT};
use jiff::{SignedDuration, Timestamp};
use model::{Observation, UnresolvedReason};

/// `at` and `wait` later, or the end of time.
pub(crate) fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// What a classic gate said about its finger.
#[derive(Clone, Debug)]
pub(crate) struct Finger {
    pub number: String,
    pub stamp: String,
}

/// A passage in progress.
#[derive(Debug)]
pub(crate) struct Pending {
    /// Counts up per gate: the order in which passages began.
    pub key: u64,
    pub first: Observation,
    pub others: Vec<Observation>,
    pub finger: Option<Finger>,
    pub requested_at: Option<Timestamp>,
    pub has_line: bool,
    pub has_picture: bool,
    /// Whether it belongs to a knot that was judged: then it no longer waits for a picture.
    pub in_knot: bool,
}

impl Pending {
    pub fn new(key: u64, first: &Observation) -> Self {
        Self {
            key,
            first: first.clone(),
            others: Vec::new(),
            finger: None,
            requested_at: None,
            has_line: false,
            has_picture: false,
            in_knot: false,
        }
    }

    pub fn add(&mut self, seen: Observation) {
        self.others.push(seen);
    }

    pub fn add_picture(&mut self, picture: Observation) {
        self.has_picture = true;
        self.add(picture);
    }

    /// Only a request: the finger's message was lost.
    pub fn is_anonymous(&self) -> bool {
        self.finger.is_none() && !self.has_line
    }

    /// Until when it waits for its line; `None` once the line is there.
    pub fn line_by(&self) -> Option<Timestamp> {
        (!self.has_line).then(|| after(self.first.received_at, LINE_WAIT))
    }

    /// Until when it waits for its picture; `None` when it does not.
    pub fn picture_by(&self) -> Option<Timestamp> {
        let waits = !self.has_picture && !self.in_knot;
        let requested_at = self.requested_at.filter(|_| waits)?;
        Some(after(requested_at, PICTURE_WAIT))
    }

    /// When it leaves if nothing more comes; `None`: now.
    pub fn due(&self) -> Option<Timestamp> {
        self.line_by().max(self.picture_by())
    }

    /// Whether a picture received at `at` may be its own.
    pub fn waits_at(&self, at: Timestamp) -> bool {
        let asked = self.requested_at.is_some_and(|asked| asked <= at);
        asked && self.picture_by().is_some_and(|by| at < by)
    }

    pub fn into_output(self) -> Output {
        let reason = if self.has_picture {
            UnresolvedReason::PictureOfNobody
        } else {
            UnresolvedReason::RequestWithoutPicture
        };
        if self.is_anonymous() {
            Output::Unresolved(unresolved(&self.first, &self.others, reason))
        } else {
            Output::Passage(evidence(&self.first, &self.others))
        }
    }
}

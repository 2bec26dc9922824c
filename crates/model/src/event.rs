//! Access events: the durable record of a decision.

use crate::decision::{Decision, Outcome, Taken};
use crate::evidence::Evidence;
use crate::place::Place;
use serde::{Deserialize, Serialize};

/// The durable record of a decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccessEvent {
    /// Where, as things stood.
    pub place: Place,
    /// What was seen.
    pub evidence: Evidence,
    /// What was decided.
    pub decision: Decision,
}

/// The ONVIF Access Control topic of an access event (Access Control Service Specification, §6.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Topic(pub &'static str);

impl AccessEvent {
    /// The ONVIF topic that this event answers to.
    #[must_use]
    pub fn topic(&self) -> Topic {
        let named = self.decision.person.is_some();
        Topic(match (self.decision.outcome, self.decision.taken, named) {
            (Outcome::Granted, Taken::Taken, true) => "AccessControl/AccessTaken/Credential",
            (Outcome::Granted, Taken::Taken, false) => "AccessControl/AccessTaken/Anonymous",
            (Outcome::Granted, Taken::NotTaken, true) => "AccessControl/AccessNotTaken/Credential",
            (Outcome::Granted, Taken::NotTaken, false) => "AccessControl/AccessNotTaken/Anonymous",
            (Outcome::Granted, Taken::Unknown, true) => "AccessControl/AccessGranted/Credential",
            (Outcome::Granted, Taken::Unknown, false) => "AccessControl/AccessGranted/Anonymous",
            (Outcome::Denied, _, true) => "AccessControl/Denied/Credential",
            (Outcome::Denied, _, false) if self.evidence.tag.is_some() => {
                "AccessControl/Denied/CredentialNotFound/Card"
            }
            (Outcome::Denied, _, false) => "AccessControl/Denied/Anonymous",
        })
    }
}

//! Visits: an entry and the exit that closes it.

use crate::ids::{AreaId, EventId, PersonId, VisitId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a visit stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// Inside.
    Open,
    /// Closed by an exit.
    Closed,
    /// A second entry came before any exit: when the person left is not known.
    ExitMissing,
    /// Closed by an operator's correction.
    ClosedByOperator,
    /// Taken back by an operator's correction (not this person).
    Withdrawn,
}

/// An entry and the exit that closes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Visit {
    /// Identity: that of the log entry that opened it.
    pub id: VisitId,
    /// Who.
    pub person: PersonId,
    /// Where.
    pub area: AreaId,
    /// The log entry that opened it.
    pub entry: EventId,
    /// When it was opened.
    pub entered_at: Timestamp,
    /// The log entry that closed it.
    pub exit: Option<EventId>,
    /// When it was closed.
    pub left_at: Option<Timestamp>,
    /// How it stands.
    pub state: VisitState,
}

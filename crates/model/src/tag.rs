//! Tags and who has them.

use crate::ids::{EventId, PersonId};
use alloc::string::String;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A tag's text as a reader sends it: upper-case hex, trimmed.
///
/// Classic readers drop the zero padding of each byte, so two different UIDs can print
/// the same text: it is a name by which a tag is found, never a proven UID.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TagText(String);

impl TagText {
    /// Trims and upper-cases `text`; `None` when nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_ascii_uppercase()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a tag is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustodyState {
    /// Issued at an entry and not yet returned.
    Issued,
    /// Returned at an exit.
    Returned,
    /// Reported lost; a passage with it is denied.
    Lost,
    /// Taken out of use; a passage with it is denied.
    Revoked,
    /// Assigned to a person for good.
    Assigned,
}

/// Who has a tag now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Custody {
    /// The tag.
    pub tag: TagText,
    /// Where it is.
    pub state: CustodyState,
    /// Who has it, or had it last.
    pub person: Option<PersonId>,
    /// Since when.
    pub since: Timestamp,
    /// The log entry that put it there.
    pub by: EventId,
}

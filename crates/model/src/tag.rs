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

/// Characters of a tag's text that are kept; readers send about twenty.
const LONGEST: usize = 128;

impl TagText {
    /// Trims and upper-cases `text`, cuts it off after 128 characters, and replaces control characters:
    /// what a reader garbled can still be shown and searched. `None` when nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let shown = |letter: char| match letter {
            letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
            letter => letter.to_ascii_uppercase(),
        };
        let text: String = text.trim().chars().take(LONGEST).map(shown).collect();
        (!text.is_empty()).then_some(Self(text))
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

#[cfg(test)]
mod tests {
    use super::TagText;

    #[test]
    fn a_garbled_tag_is_short_and_can_be_shown() {
        let tag = TagText::new(&alloc::format!(" ab\0{} ", "x".repeat(200)));
        let tag = tag.unwrap();
        assert!(tag.as_str().starts_with("AB\u{fffd}XX"));
        assert_eq!(tag.as_str().chars().count(), 128);
        assert_eq!(TagText::new(" \n"), None);
    }
}

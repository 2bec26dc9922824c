//! Fingers that the house compares itself: which finger, how alike, and what was locked after failures.

use crate::ids::{AccessPointId, PersonId, PictureId};
use crate::observation::Score;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which finger, in the order of ISO/IEC 19794-2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum FingerPosition {
    RightThumb,
    RightIndex,
    RightMiddle,
    RightRing,
    RightLittle,
    LeftThumb,
    LeftIndex,
    LeftMiddle,
    LeftRing,
    LeftLittle,
}

impl FingerPosition {
    /// The number that ISO/IEC 19794-2:2005 (table 2) gives it: 1 is the right thumb, 10 the left little finger.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

/// A rate of false matches as *one in so many*: whole, because the canonical encoding has no fractions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MatchRate {
    /// Comparisons of different fingers, or strangers before a camera, among which one scores so high, from 1.
    pub one_in: u64,
    /// Whether that was counted; otherwise it is the counted tail, continued.
    pub measured: bool,
}

/// How a finger was compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FingerMode {
    /// With everybody enrolled (1:N).
    Search,
    /// With the holder of the tag that was read before (1:1).
    Claim,
}

/// What comparing came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FingerResult {
    /// It is the person's.
    Matched,
    /// It is nobody's, or not the claimed person's.
    Unmatched,
    /// Fingers are locked here, or the person's are.
    Locked,
    /// There was nothing to compare it with: no tag before it, or its holder has no finger enrolled.
    NotCompared,
}

/// How alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FingerScore {
    /// Log odds in millionths; higher is more alike.
    pub similarity: Score,
    /// How often different fingers score so high.
    pub rate: MatchRate,
    /// One in how many was allowed: the site's rate, divided among the templates compared.
    pub allowed_one_in: u64,
}

/// A finger that the house compared with its own registry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FingerSighting {
    /// What it came to.
    pub result: FingerResult,
    /// How it was compared.
    pub mode: FingerMode,
    /// Whose it is; for a locked person too.
    pub person: Option<PersonId>,
    /// Which finger of that person.
    pub position: Option<FingerPosition>,
    /// Whether that finger is marked for duress: operators are told silently.
    pub duress: bool,
    /// Presses it took: 1, or 2 with the retry.
    pub presses: u8,
    /// The best comparison; `None` where nothing was compared.
    pub score: Option<FingerScore>,
    /// Fingers compared with.
    pub searched: u32,
    /// The picture of the last press.
    pub picture: Option<PictureId>,
}

/// Whose fingers are locked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum FingerSubject {
    /// All fingers at an access point.
    AccessPoint {
        #[allow(missing_docs)]
        access_point: AccessPointId,
    },
    /// A person's fingers, everywhere.
    Person {
        #[allow(missing_docs)]
        person: PersonId,
    },
}

/// Fingers that are refused until an operator lifts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FingerLock {
    /// Whose.
    pub subject: FingerSubject,
    /// Since when.
    pub since: Timestamp,
    /// Failures that led to it.
    pub failures: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingers_are_numbered_as_the_standard_does() {
        assert_eq!(FingerPosition::RightThumb.number(), 1);
        assert_eq!(FingerPosition::LeftLittle.number(), 10);
    }
}

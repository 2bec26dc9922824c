//! Access points and the areas they lead into.

use crate::ids::{AccessPointId, AreaId};
use crate::liveness::LivenessPolicy;
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// The direction of an access point.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Into the area.
    Entry,
    /// Out of the area.
    Exit,
    /// Either way: the first sighting of a day is the arrival, each later one moves the departure.
    Both,
}

/// What an access point requires of a passage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A tag.
    Tag,
    /// A finger.
    Finger,
    /// A face compared with the one person that another factor names (1:1).
    FaceMatch,
    /// A face found among everybody (1:N).
    Face,
}

/// One side of a door, gate, turnstile or classroom.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Identity.
    pub id: AccessPointId,
    /// Name people use, unique at the site.
    pub name: String,
    /// Direction.
    pub direction: Direction,
    /// The area it leads into (or out of).
    pub area: AreaId,
    /// All factors that a passage must show; empty means any one factor is enough.
    pub factors: Vec<Factor>,
    /// What it makes of a face that is not known to be alive.
    #[serde(default)]
    pub liveness: LivenessPolicy,
}

/// A place people are inside of; it has occupancy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Area {
    /// Identity.
    pub id: AreaId,
    /// Name, unique at the site.
    pub name: String,
}

/// Where an event happened, as things stood then, so that projections can be
/// rebuilt from the log alone after access points were changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The access point.
    pub access_point: AccessPointId,
    /// Its direction at the time.
    pub direction: Direction,
    /// Its area at the time.
    pub area: AreaId,
    /// Whether the area had an access point that leads out: only there can an exit be missing.
    pub area_has_exit: bool,
}

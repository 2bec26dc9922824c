//! Whether a living person stood before the camera: what is asked, and what came of it.

use serde::{Deserialize, Serialize};

/// What somebody is asked to do before a camera. Sides are those of whoever is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Shut the eyes and open them.
    Blink,
    /// Turn the head to the left and back: the nose goes to the right of the picture.
    TurnLeft,
    /// Turn the head to the right and back.
    TurnRight,
}

/// Why a face was not shown to be alive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotEstablished {
    /// Nothing was asked: the camera has no page to ask on, or another person was being asked.
    NotAsked,
    /// What was asked for was not done in time.
    TooLate,
    /// Something else was done.
    OtherAnswer,
    /// The face went out of sight.
    OutOfSight,
    /// Another face came in its place.
    AnotherFace,
}

/// What is known of a face being alive, where its access point asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "liveness")]
pub enum FaceLiveness {
    /// It did what was asked, in time.
    Established,
    /// It did not.
    NotEstablished {
        /// Why.
        why: NotEstablished,
    },
}

/// What an access point makes of a face that is not known to be alive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LivenessPolicy {
    /// Nothing is asked; the event says that liveness is not established.
    #[default]
    NotAsked,
    /// It is asked for; whoever does not answer passes, and the event says so.
    Asked,
    /// It is asked for; whoever does not answer needs a tag or a finger beside the face.
    OrAnotherFactor,
    /// It is asked for; whoever does not answer is denied.
    Required,
}

impl LivenessPolicy {
    /// Whether anything is asked.
    #[must_use]
    pub const fn asks(self) -> bool {
        !matches!(self, Self::NotAsked)
    }
}

//! Whether a face is alive: what its motion shows by itself, and what it does when asked.
//!
//! A print or a screen moves as a plane: whatever it does, one projective map carries the face of one
//! frame onto that of another. A head that turns has depth, and no such map fits. [`Passive`] looks for either
//! over the frames of a track. It can see neither in a face that keeps still, and says so; and it cannot tell
//! a film on a screen that is held still from a face. [`Challenge`] asks for a blink and a turn by
//! chance, which a print cannot do and a film not in time.

mod challenge;
mod eyes;
mod passive;
mod plane;

pub use challenge::{Challenge, Failure, Pose, Progress, Prompt};
pub use eyes::openness;
pub use passive::Passive;

use serde::{Deserialize, Serialize};

/// What is held of a face.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    /// It was seen to be alive.
    Established,
    /// Nothing was seen that speaks either way clearly enough.
    NotEstablished,
    /// It was seen to be a picture of a face.
    SpoofSuspected,
}

/// Why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Too little moved to tell.
    KeptStill,
    /// It moved as nothing flat moves.
    HasDepth,
    /// It moved as a sheet or a screen does.
    MovedAsPlane,
    /// It blinked.
    Blinked,
    /// The site's own model for this holds it genuine.
    ModelHeldGenuine,
    /// The site's own model for this holds it a picture.
    ModelHeldSpoof,
    /// It did what was asked.
    DidAsAsked,
    /// It did not do what was asked.
    DidNotAsAsked,
}

/// What is held of a face, with what it rests on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assessment {
    /// The verdict.
    pub liveness: Liveness,
    /// What was seen, for people and for the log.
    pub signs: Vec<Sign>,
    /// How much the face's shape in the picture changed, in distances between the eyes.
    pub change: f32,
    /// How much of that no plane explains, in distances between the eyes.
    pub depth: f32,
}

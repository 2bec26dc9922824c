//! Whether a face is alive, by what it does when it is asked.
//!
//! A [`Challenge`] asks for a blink and turns of the head in an order of chance. It knows frames only as [`Sight`]s,
//! so it has no camera and no clock of its own. [`Watch`] follows the face that is asked through the frames,
//! [`Asking`] holds back the tracks of a camera until their faces have answered.
//!
//! What this shows: a print that is held still cannot answer. What it does not show is measured too:
//! `docs/measurements.md`, *Active liveness*.
//!
//! Besides, spoof models of the site's own choosing say how a face looks: [`SpoofNets`].

mod asking;
mod challenge;
mod measures;
mod spoof;
#[cfg(test)]
mod tests;
mod watch;

pub use asking::{Answered, Asking, SeenAgain, Shown};
pub use challenge::{Challenge, PATIENCE, Phase, Progress, Sight};
pub use measures::Measures;
pub use spoof::{SpoofNet, SpoofNets, SpoofRule, SpoofScores};
pub use watch::Watch;

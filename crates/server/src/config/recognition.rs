//! How faces are looked at and decided.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use vision::threshold::Rate;

/// Recognition.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vision {
    /// Recognition threads of this process, 1..=64; 0 where workers elsewhere do it all.
    pub threads: usize,
    /// Strangers that may be taken for somebody (FPIR), 0.0001..=0.1. How alike a face must be follows from
    /// it and from the number of people enrolled.
    pub strangers_taken: f32,
}

impl Vision {
    /// The rate that [`Self::strangers_taken`] names.
    ///
    /// # Errors
    /// When it is outside of what was measured.
    pub fn rate(&self) -> Result<Rate> {
        Rate::new(self.strangers_taken).with_context(|| {
            format!(
                "vision.strangers_taken is {}: give 0.0001 to 0.1, the share of strangers that may be taken for somebody",
                self.strangers_taken
            )
        })
    }
}

impl Default for Vision {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: cores.clamp(1, 4),
            strangers_taken: Rate::USUAL.share(),
        }
    }
}

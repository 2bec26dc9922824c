//! What spoof models said of a face, as people read it.

use crate::words::SpoofVerdict;
use model::{Score, SpoofCheck};
use serde::Serialize;
use utoipa::ToSchema;

/// What the site's own spoof models said of a face, by how it looks. Scores are probabilities in 0..=1.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SpoofView {
    /// The models, by name.
    models: Vec<String>,
    /// How surely they hold it for real, over its frames; absent where they saw none.
    score: Option<f64>,
    /// The score at which the site holds a face for real.
    threshold: f64,
    /// Frames that they saw.
    frames: u16,
    /// What they hold it for.
    verdict: SpoofVerdict,
    /// Whether the site takes a face that they hold for real to be alive, where nothing was asked.
    establishes: bool,
}

impl From<&SpoofCheck> for SpoofView {
    fn from(check: &SpoofCheck) -> Self {
        Self {
            models: check.models.clone(),
            score: check.score.map(Score::as_cosine),
            threshold: check.threshold.as_cosine(),
            frames: check.frames,
            verdict: check.verdict.into(),
            establishes: check.establishes,
        }
    }
}

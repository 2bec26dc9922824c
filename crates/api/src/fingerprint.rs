//! How a finger was compared, as people read it.

use crate::words::{FingerMode, FingerPosition, FingerResult};
use model::{FingerScore, FingerSighting};
use serde::Serialize;
use store::Role;
use utoipa::ToSchema;
use uuid::Uuid;

/// How alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FingerScoreView {
    /// How often different fingers score so high, 0 to 1.
    rate: f64,
    /// Whether that was counted; otherwise it is extrapolated.
    measured: bool,
    /// What was allowed: the site's rate, divided among the fingers searched.
    allowed: f64,
    /// Log odds; higher is more alike.
    similarity: f64,
}

/// A finger that the house compared. It never tells of duress.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FingerprintView {
    /// What it came to.
    result: FingerResult,
    /// How it was compared.
    mode: FingerMode,
    /// Which finger of the person it is.
    position: Option<FingerPosition>,
    /// Presses it took.
    presses: u8,
    /// How alike; absent below the role auditor, and where nothing was compared.
    score: Option<FingerScoreView>,
    /// Fingers compared with.
    searched: u32,
    /// The picture of the press, under /prints; absent below the role auditor.
    picture: Option<Uuid>,
}

impl FingerprintView {
    /// As `role` may see it.
    pub(crate) fn new(finger: &FingerSighting, role: Role) -> Self {
        let view = Self {
            result: finger.result.into(),
            mode: finger.mode.into(),
            position: finger.position.map(FingerPosition::from),
            presses: finger.presses,
            score: finger.score.map(FingerScoreView::from),
            searched: finger.searched,
            picture: finger.picture.map(|id| id.0),
        };
        if role < Role::Auditor {
            view.plain()
        } else {
            view
        }
    }

    /// The same without score and picture.
    pub(crate) fn plain(self) -> Self {
        Self {
            score: None,
            picture: None,
            ..self
        }
    }
}

impl From<FingerScore> for FingerScoreView {
    fn from(score: FingerScore) -> Self {
        Self {
            rate: share(score.rate.one_in),
            measured: score.rate.measured,
            allowed: share(score.allowed_one_in),
            similarity: score.similarity.as_cosine(),
        }
    }
}

/// One in so many as a share; exact enough for people up to 2^53.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn share(one_in: u64) -> f64 {
    1.0 / one_in.max(1) as f64
}

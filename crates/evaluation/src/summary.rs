//! The figures that a report shows, with their intervals.

use serde::Serialize;

use crate::{Interval, OperatingPoint, Scores};

/// A rate and its 95 % interval by subject.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// FMR that is not exceeded; `None` for the equal error rate.
    pub at_fmr: Option<f64>,
    /// The point measured; for the equal error rate both rates are that rate.
    pub point: OperatingPoint,
    /// Interval of the FNMR (or of the equal error rate).
    pub interval: Interval,
}

/// What one experiment measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Genuine comparisons.
    pub genuine: usize,
    /// Impostor comparisons.
    pub impostors: usize,
    /// Equal error rate.
    pub eer: Measured,
    /// FNMR at the FMRs asked for, in their order.
    pub fnmr: Vec<Measured>,
    /// FNMR without a false match.
    pub zero_fmr: OperatingPoint,
    /// Area under the ROC.
    pub auc: f64,
}

impl Summary {
    /// Summarises `scores` at each FMR of `rates`, intervals by `draws` draws.
    #[must_use]
    pub fn new(scores: &Scores, rates: &[f64], draws: usize) -> Self {
        let eer = scores.eer();
        let fnmr = rates.iter().map(|rate| Measured {
            at_fmr: Some(*rate),
            point: scores.at_fmr(*rate),
            interval: scores.fnmr_interval(*rate, draws),
        });
        Self {
            genuine: scores.genuine(),
            impostors: scores.impostors(),
            eer: Measured {
                at_fmr: None,
                point: OperatingPoint {
                    threshold: eer.threshold,
                    fmr: eer.rate,
                    fnmr: eer.rate,
                },
                interval: scores.eer_interval(draws),
            },
            fnmr: fnmr.collect(),
            zero_fmr: scores.zero_fmr(),
            auc: scores.auc(),
        }
    }
}

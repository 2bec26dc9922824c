//! Error rates of biometric comparison, by the definitions of ISO/IEC 19795-1.
//!
//! Pure: scores in, rates out. It knows nothing of faces or fingers. A *score* says how alike two samples
//! are: higher is more alike, on any scale. A comparison is *genuine* when both samples are of one subject
//! and an *impostor* comparison otherwise. A decision at a threshold `t` is *match* when `score >= t`.
//!
//! | word | means |
//! |---|---|
//! | FMR | share of impostor comparisons that match at a threshold |
//! | FNMR | share of genuine comparisons that do not |
//! | EER | where the two are equal |
//! | zero FMR | FNMR at the lowest threshold that no impostor comparison reaches |
//! | TAR at FAR | `1 - FNMR` where the FMR is at most so much |
//! | FPIR, FNIR | 1:N: strangers for whom somebody is returned; people enrolled who are not |
//! | APCER, BPCER | pictures of faces held to be real, and real faces held to be pictures (ISO/IEC 30107-3) |
//!
//! ```
//! use evaluation::{Comparison, Scores};
//!
//! let scores = Scores::new([
//!     Comparison::new(1, 1, 0.9),
//!     Comparison::new(2, 2, 0.4),
//!     Comparison::new(1, 2, 0.5),
//!     Comparison::new(2, 1, 0.1),
//! ])?;
//! assert_eq!(scores.fmr(0.5), 0.5);
//! assert_eq!(scores.fnmr(0.5), 0.5);
//! assert_eq!(scores.zero_fmr().fnmr, 0.5);
//! # Ok::<(), evaluation::Error>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod attacks;
mod bootstrap;
mod det;
mod open_set;
mod scores;
mod summary;

pub use attacks::{Attack, AttackErrors, Share};
pub use bootstrap::Interval;
pub use det::{DetCurve, det_plot};
pub use open_set::{OpenSet, OpenSetPoint, Search};
pub use scores::{Comparison, Eer, OperatingPoint, Scores};
pub use summary::{Measured, Summary};

/// Why scores cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A rate over nothing is no rate.
    #[error("there is no genuine comparison: at least one subject needs two samples")]
    NoGenuine,
    /// A rate over nothing is no rate.
    #[error("there is no impostor comparison: at least two subjects are needed")]
    NoImpostor,
    /// A score that is no number has no place in an order.
    #[error("score {0} is not a number: give a failed comparison the lowest score instead")]
    NotANumber(usize),
}

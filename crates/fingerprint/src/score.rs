//! What a comparison says: a similarity, and how often strangers reach it.

use crate::calibration::{CHANCE, LEAST_CHANCE, MINUTIAE_ALONE, RIDGES_TOO};
use crate::fusion::{Features, Weights, each_way, without_ridges};
use crate::prepared::{Prepared, both_have_ridges};

/// A false match rate, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// Counted among comparisons of different fingers.
    Measured(f64),
    /// Beyond what was counted: the measured tail, continued.
    Extrapolated(f64),
}

impl Rate {
    /// The share of comparisons of different fingers that score so high, 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Measured(rate) | Self::Extrapolated(rate) => rate,
        }
    }

    /// Does it continue the tail, beyond what was counted?
    #[must_use]
    pub fn is_extrapolated(self) -> bool {
        matches!(self, Self::Extrapolated(_))
    }
}

/// The result of one comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Log odds: higher is more alike. Comparable between versions of templates only through [`Score::rate`].
    pub similarity: f32,
    /// How often two different fingers score at least so high.
    pub rate: Rate,
}

impl Score {
    /// The score of a similarity.
    #[must_use]
    pub fn of(similarity: f32) -> Self {
        Self {
            similarity,
            rate: rate(similarity),
        }
    }

    /// Is a false match so rare at this score as `fmr` demands?
    #[must_use]
    pub fn is_match(&self, fmr: f64) -> bool {
        self.rate.value() <= fmr
    }
}

/// Weights, and how often different fingers reach a score that is made with them.
pub(crate) struct Calibration {
    pub weights: Weights,
    /// Scores, ascending, and the share of impostor comparisons counted at or above each.
    pub counted: [(f64, f64); 9],
    /// Beyond the last one the rate falls by e with every so much.
    pub tail: f64,
}

/// The threshold of a false match rate, with what stands behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShippedThreshold {
    /// The false match rate.
    pub fmr: f64,
    /// The similarity that different fingers reach so seldom.
    pub similarity: f32,
    /// Ends of the 95 % interval of that similarity, bootstrapped by finger.
    pub interval: (f32, f32),
    /// Ends of the 95 % interval of the false match rate at that similarity, 0 to 1, bootstrapped by finger.
    pub fmr_interval: (f64, f64),
    /// Comparisons of different fingers that were counted.
    pub impostor_pairs: usize,
}

/// The score where there was nothing to compare.
const LOWEST: f32 = -100.0;
/// What is taken from the chance of a way that was not looked at further, so that it is below all that were.
const NOT_LAID: f32 = 20.0;

/// How alike two prints are by these weights, of which some ways were described in full: where the minutiae alone
/// leave too little chance, the ridges have no say. Where there are no ridges, there is no `chance` to ask either.
pub(crate) fn best(weights: &Weights, chance: Option<&Weights>, ways: &[Features]) -> f32 {
    let similarity = |features: &Features| {
        let chance = chance.map(|chance| chance.score(&without_ridges(features)));
        match chance.filter(|chance| *chance < LEAST_CHANCE) {
            Some(chance) => chance - NOT_LAID,
            None => weights.score(features),
        }
    };
    ways.iter().map(similarity).fold(LOWEST, f32::max)
}

/// Compares two prints, 1:1. Where either has no ridges (it was imported), the minutiae speak alone.
#[must_use]
pub fn compare(a: &Prepared, b: &Prepared) -> Score {
    let with_ridges = both_have_ridges(a, b);
    let calibration = Calibration::of(with_ridges);
    let promising = |sketch: &Features| !with_ridges || CHANCE.score(sketch) >= LEAST_CHANCE;
    let mut best = LOWEST;
    each_way(a, b, promising, |features, laid| {
        best = best.max(if laid {
            calibration.weights.score(&features)
        } else {
            CHANCE.score(&features) - NOT_LAID
        });
    });
    scored(best, with_ridges)
}

/// The similarity of the best of some ways that were described in full, as [`compare`] gives it.
pub(crate) fn shipped(ways: &[Features], with_ridges: bool) -> f32 {
    let weights = &Calibration::of(with_ridges).weights;
    let best = best(weights, with_ridges.then_some(&CHANCE), ways);
    scored(best, with_ridges).similarity
}

/// Without ridges it is put on the scale of the others: the similarity that is as rare.
fn scored(best: f32, with_ridges: bool) -> Score {
    if with_ridges {
        return Score::of(best);
    }
    let rate = MINUTIAE_ALONE.rate(best);
    Score {
        similarity: threshold(rate.value()),
        rate,
    }
}

impl Calibration {
    /// The one for prints that both have ridges, or for others.
    pub fn of(with_ridges: bool) -> &'static Self {
        if with_ridges {
            &RIDGES_TOO
        } else {
            &MINUTIAE_ALONE
        }
    }

    /// Between the points counted by straight lines over the logarithm, beyond them by the tail.
    fn rate(&self, similarity: f32) -> Rate {
        let s = f64::from(similarity);
        let [first, .., last] = self.counted;
        if s <= first.0 {
            return Rate::Measured(1.0 - (1.0 - first.1) * (s - first.0).exp());
        }
        if s > last.0 {
            return Rate::Extrapolated(last.1 * (-(s - last.0) / self.tail).exp());
        }
        let after = self.counted.partition_point(|(score, _)| *score < s);
        let (low, high) = (self.counted[after - 1], self.counted[after]);
        let share = (s - low.0) / (high.0 - low.0).max(1e-9);
        Rate::Measured((low.1.ln() + share * (high.1.ln() - low.1.ln())).exp())
    }
}

fn rate(similarity: f32) -> Rate {
    RIDGES_TOO.rate(similarity)
}

/// The similarity at which false matches become as rare as `fmr` (0 to 1, exclusive).
#[must_use]
pub fn threshold(fmr: f64) -> f32 {
    let (mut low, mut high) = (-50.0f32, 200.0f32);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if rate(middle).value() > fmr {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

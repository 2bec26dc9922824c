//! Confidence intervals by drawing subjects again, with replacement.
//!
//! Comparisons that share a subject are not independent, so subjects are drawn and not comparisons: one that
//! was drawn `n` times gives its genuine comparisons the weight `n`, and an impostor comparison the product of
//! both its subjects' counts (ISO/IEC 19795-1, annex on bootstrap; Bolle, Ratha and Pankanti 2004).

use std::collections::HashMap;

use serde::Serialize;

use crate::scores::{self, OperatingPoint};
use crate::{Comparison, Scores};

/// Between the 2.5th and the 97.5th percentile of the draws.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Scores {
    /// The 95 % interval of the equal error rate, bootstrapped by subject with a fixed seed.
    #[must_use]
    pub fn eer_interval(&self, draws: usize) -> Interval {
        self.interval(draws, |points| scores::eer(points).rate)
    }

    /// The 95 % interval of the FNMR where the FMR is at most `fmr`.
    #[must_use]
    pub fn fnmr_interval(&self, fmr: f64, draws: usize) -> Interval {
        self.interval(draws, |points| scores::at_fmr(points, fmr).fnmr)
    }

    /// The 95 % interval of the FMR at one threshold.
    #[must_use]
    pub fn fmr_interval(&self, threshold: f64, draws: usize) -> Interval {
        self.interval(draws, |points| {
            let end = points.partition_point(|p| p.threshold >= threshold);
            points.get(end.saturating_sub(1)).map_or(0.0, |p| p.fmr)
        })
    }

    /// The 95 % interval of the threshold whose FMR is at most `fmr`.
    #[must_use]
    pub fn threshold_interval(&self, fmr: f64, draws: usize) -> Interval {
        self.interval(draws, |points| scores::at_fmr(points, fmr).threshold)
    }

    /// The 95 % interval of anything that follows from the operating points. At least one draw is made.
    #[must_use]
    pub fn interval(&self, draws: usize, statistic: impl Fn(&[OperatingPoint]) -> f64) -> Interval {
        let subjects = self.subjects();
        let index: HashMap<u32, usize> =
            subjects.iter().enumerate().map(|(i, s)| (*s, i)).collect();
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut values: Vec<f64> = (0..draws.max(1))
            .map(|_| {
                let counts = random.draw(subjects.len());
                let count = |s: u32| {
                    let drawn = index.get(&s).and_then(|i| counts.get(*i));
                    drawn.copied().unwrap_or_default()
                };
                let weighted = self.comparisons().iter();
                statistic(&scores::roc(weighted.map(|c| (c, weight(c, count)))))
            })
            .collect();
        values.sort_by(f64::total_cmp);
        Interval {
            low: quantile(&values, 0.025),
            high: quantile(&values, 0.975),
        }
    }

    fn subjects(&self) -> Vec<u32> {
        let both = self.comparisons().iter().flat_map(|c| [c.one, c.other]);
        let mut subjects: Vec<u32> = both.collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}

fn weight(comparison: &Comparison, count: impl Fn(u32) -> u32) -> f64 {
    let one = f64::from(count(comparison.one));
    if comparison.is_genuine() {
        one
    } else {
        one * f64::from(count(comparison.other))
    }
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (share * last as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// SplitMix64: repeatable draws are worth more here than good ones.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// How often each of `n` was drawn in `n` draws.
    fn draw(&mut self, n: usize) -> Vec<u32> {
        let mut counts = vec![0; n];
        for _ in 0..n {
            let at = (u128::from(self.next()) * n as u128) >> 64;
            if let Some(count) = counts.get_mut(at as usize) {
                *count += 1;
            }
        }
        counts
    }
}

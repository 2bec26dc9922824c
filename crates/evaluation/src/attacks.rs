//! Error rates of telling pictures of faces from faces, by the definitions of ISO/IEC 30107-3.

use serde::Serialize;

/// A share that was counted, with the interval that the count speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many, 1 or more.
    pub of: usize,
    /// The share.
    pub rate: f64,
    /// Least share at a confidence of 95 % (Clopper and Pearson 1934). Samples of one person, or of one print, are alike, so
    /// that the true interval is wider.
    pub low: f64,
    /// Greatest share.
    pub high: f64,
}

/// Scores of one kind of attack.
#[derive(Debug, Clone, PartialEq)]
pub struct Attack {
    /// What it is: print, screen, mask.
    pub kind: String,
    /// How surely each was held to be real.
    pub scores: Vec<f64>,
}

/// The errors at a threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttackErrors {
    /// A face is held to be real at this score and above.
    pub threshold: f64,
    /// BPCER: real faces that were held to be pictures.
    pub bpcer: Share,
    /// APCER of each kind of attack: pictures that were held to be real.
    pub apcer: Vec<(String, Share)>,
}

impl AttackErrors {
    /// The errors of `real` faces and `attacks` at `threshold`; `None` where there is no real face, or no sample of a kind.
    #[must_use]
    pub fn at(threshold: f64, real: &[f64], attacks: &[Attack]) -> Option<Self> {
        let passes = |score: &&f64| **score >= threshold;
        let held_back = real.len() - real.iter().filter(passes).count();
        let apcer = attacks.iter().map(|attack| {
            let passed = attack.scores.iter().filter(passes).count();
            Some((attack.kind.clone(), Share::of(passed, attack.scores.len())?))
        });
        Some(Self {
            threshold,
            bpcer: Share::of(held_back, real.len())?,
            apcer: apcer.collect::<Option<_>>()?,
        })
    }

    /// The same at the highest threshold, a score of a real face, at which BPCER is at most `bpcer`.
    #[must_use]
    pub fn at_bpcer(bpcer: f64, real: &[f64], attacks: &[Attack]) -> Option<Self> {
        let mut sorted = real.to_vec();
        sorted.sort_by(f64::total_cmp);
        let held_back = |n: usize| share(n, sorted.len());
        let most = (0..sorted.len()).rfind(|n| held_back(*n) <= bpcer)?;
        Self::at(*sorted.get(most)?, real, attacks)
    }
}

impl Share {
    /// `hits` of `of`; `None` of nothing.
    #[must_use]
    pub fn of(hits: usize, of: usize) -> Option<Self> {
        (of > 0 && hits <= of).then(|| Self {
            hits,
            of,
            rate: share(hits, of),
            // The share at which so many hits, or more, come in one of forty counts; and so many, or fewer.
            low: if hits == 0 {
                0.0
            } else {
                bisect(|share| at_most(hits - 1, of, share) > 0.975)
            },
            high: if hits == of {
                1.0
            } else {
                bisect(|share| at_most(hits, of, share) > 0.025)
            },
        })
    }
}

#[allow(clippy::cast_precision_loss)] // counts are far below 2^52
fn share(hits: usize, of: usize) -> f64 {
    hits as f64 / of.max(1) as f64
}

/// The share up to which `holds`.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// How likely at most `hits` of `of` are where each comes with this `share`, above 0 and below 1. Summed up by logarithms:
/// the terms of many samples are too small and too large for themselves.
#[allow(clippy::cast_precision_loss)] // counts are far below 2^52
fn at_most(hits: usize, of: usize, share: f64) -> f64 {
    let odds = share.ln() - (-share).ln_1p();
    let mut term = of as f64 * (-share).ln_1p();
    let mut sum = term.exp();
    for n in 0..hits {
        term += ((of - n) as f64 / (n + 1) as f64).ln() + odds;
        sum += term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attack(kind: &str, scores: &[f64]) -> Attack {
        Attack {
            kind: kind.to_owned(),
            scores: scores.to_vec(),
        }
    }

    #[test]
    fn errors_are_counted_for_each_kind_of_attack() {
        let real = [0.2, 0.9, 0.8, 0.95];
        let attacks = [
            attack("print", &[0.1, 0.2]),
            attack("screen", &[0.9, 0.1, 0.8]),
        ];
        let errors = AttackErrors::at(0.8, &real, &attacks).unwrap();
        assert_eq!((errors.bpcer.hits, errors.bpcer.of), (1, 4));
        let counted = errors.apcer.iter().map(|(_, share)| (share.hits, share.of));
        assert_eq!(counted.collect::<Vec<_>>(), [(0, 2), (2, 3)]);
        assert_eq!(AttackErrors::at(0.8, &[], &attacks), None);
        assert_eq!(AttackErrors::at(0.8, &real, &[attack("mask", &[])]), None);
        let strict = AttackErrors::at_bpcer(0.25, &real, &attacks).unwrap();
        assert!((strict.threshold - 0.8).abs() < 1e-12);
        let lax = AttackErrors::at_bpcer(0.24, &real, &attacks).unwrap();
        assert!((lax.threshold - 0.2).abs() < 1e-12);
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        // Clopper and Pearson, 95 %: 0 of 10, 1 of 10, 50 of 100, 10 of 10.
        for (hits, of, low, high) in [
            (0, 10, 0.0, 0.3085),
            (1, 10, 0.0025, 0.4450),
            (50, 100, 0.3983, 0.6017),
            (10, 10, 0.6915, 1.0),
        ] {
            let share = Share::of(hits, of).unwrap();
            assert!((share.low - low).abs() < 1e-4, "{share:?}");
            assert!((share.high - high).abs() < 1e-4, "{share:?}");
        }
        let many = Share::of(3_000, 100_000).unwrap();
        assert!(many.low > 0.0289 && many.high < 0.0311, "{many:?}");
        assert_eq!(Share::of(0, 0), None);
    }

    proptest! {
        #[test]
        fn a_share_lies_within_its_interval_and_no_bpcer_is_above_the_one_asked_for(
            real in proptest::collection::vec(0.0_f64..1.0, 1..80), asked in 0.0_f64..0.5,
        ) {
            let attacks = [attack("print", &[0.5])];
            let errors = AttackErrors::at_bpcer(asked, &real, &attacks).unwrap();
            prop_assert!(errors.bpcer.rate <= asked);
            prop_assert!(errors.bpcer.low <= errors.bpcer.rate && errors.bpcer.rate <= errors.bpcer.high);
        }
    }
}

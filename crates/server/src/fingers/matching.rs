//! What a comparison comes to, as it is written down.

use model::{FingerScore, MatchRate, Score};

/// Rates smaller than this are no news to anybody, and whole numbers stay exact in JSON.
const RAREST: f64 = 1e12;

/// A score with what was allowed.
pub fn score(score: fingerprint::Score, allowed: f64) -> FingerScore {
    let measured = matches!(score.rate, fingerprint::Rate::Measured(_));
    FingerScore {
        similarity: Score(millionths(score.similarity)),
        rate: MatchRate {
            one_in: one_in(score.rate.value()),
            measured,
        },
        allowed_one_in: one_in(allowed),
    }
}

/// The rate that each of `templates` compared is allowed, so that one press is allowed `rate`.
#[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 templates")]
pub fn allowed(rate: f64, templates: usize) -> f64 {
    rate / templates.max(1) as f64
}

/// A rate as one in so many, at most 10^12.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 1 and 10^12"
)]
pub fn one_in(rate: f64) -> u64 {
    (1.0 / rate).clamp(1.0, RAREST).round() as u64
}

#[allow(clippy::cast_possible_truncation, reason = "`as` saturates")]
fn millionths(similarity: f32) -> i32 {
    (f64::from(similarity) * 1_000_000.0) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_as_one_in_so_many() {
        assert_eq!(one_in(1e-3), 1_000);
        assert_eq!(one_in(0.5), 2);
        assert_eq!(one_in(2.0), 1);
        assert_eq!(one_in(0.0), 1_000_000_000_000);
        assert_eq!(one_in(f64::NAN.max(1e-30)), 1_000_000_000_000);
    }

    #[test]
    fn what_is_allowed_is_shared_by_all_templates_that_are_compared() {
        assert!((allowed(1e-3, 10) - 1e-4).abs() < 1e-12);
        assert!((allowed(1e-3, 0) - 1e-3).abs() < 1e-12);
    }

    #[test]
    fn a_counted_rate_is_told_from_a_continued_one() {
        let low = score(fingerprint::Score::of(-1.0), 1e-3);
        let high = score(fingerprint::Score::of(9.0), 1e-3);
        assert!(low.rate.measured && !high.rate.measured);
        assert!(high.rate.one_in > low.rate.one_in);
        assert_eq!(high.similarity, Score(9_000_000));
    }
}

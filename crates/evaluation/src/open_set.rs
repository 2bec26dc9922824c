//! Identification against a gallery that does not hold everybody.

use serde::Serialize;

use crate::Error;

/// What one search returned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Search {
    /// Of somebody who is not enrolled: the best score of anybody.
    Stranger {
        /// The highest score in the gallery.
        best: f64,
    },
    /// Of somebody who is enrolled.
    Enrolled {
        /// The score of the right person; negative infinity when not returned at all.
        score: f64,
        /// How many others scored at least as high.
        above: usize,
    },
}

/// Both error rates of identification at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OpenSetPoint {
    /// A candidate is returned when its score is at least this.
    pub threshold: f64,
    /// False positive identification rate: strangers for whom somebody is returned.
    pub fpir: f64,
    /// False negative identification rate: people enrolled who are not returned within the rank.
    pub fnir: f64,
}

/// The searches of an experiment.
#[derive(Debug, Clone)]
pub struct OpenSet {
    strangers: Vec<f64>,
    enrolled: Vec<(f64, usize)>,
}

impl OpenSet {
    /// Collects searches.
    ///
    /// # Errors
    /// When a score is not a number or one of both kinds is missing.
    pub fn new(searches: impl IntoIterator<Item = Search>) -> Result<Self, Error> {
        let (mut strangers, mut enrolled) = (Vec::new(), Vec::new());
        for (at, search) in searches.into_iter().enumerate() {
            let score = match search {
                Search::Stranger { best } => {
                    strangers.push(best);
                    best
                }
                Search::Enrolled { score, above } => {
                    enrolled.push((score, above));
                    score
                }
            };
            if score.is_nan() {
                return Err(Error::NotANumber(at));
            }
        }
        if enrolled.is_empty() {
            return Err(Error::NoGenuine);
        }
        if strangers.is_empty() {
            return Err(Error::NoImpostor);
        }
        strangers.sort_by(|a, b| b.total_cmp(a));
        Ok(Self {
            strangers,
            enrolled,
        })
    }

    /// Both rates at a threshold, the right person counted when among the first `rank` (1: the best only).
    #[must_use]
    pub fn at(&self, threshold: f64, rank: usize) -> OpenSetPoint {
        let positive = self.strangers.partition_point(|s| *s >= threshold);
        let found = |(score, above): &&(f64, usize)| *score >= threshold && *above < rank;
        let found = self.enrolled.iter().filter(found).count();
        OpenSetPoint {
            threshold,
            fpir: positive as f64 / self.strangers.len() as f64,
            fnir: 1.0 - found as f64 / self.enrolled.len() as f64,
        }
    }

    /// The lowest FNIR whose FPIR is at most `fpir`.
    #[must_use]
    pub fn at_fpir(&self, fpir: f64, rank: usize) -> OpenSetPoint {
        let scores = self.enrolled.iter().map(|(score, _)| *score);
        let mut best = self.at(f64::INFINITY, rank);
        for threshold in scores.chain(self.strangers.iter().copied()) {
            let point = self.at(threshold, rank);
            let better = (point.fnir, -point.threshold) < (best.fnir, -best.threshold);
            if point.fpir <= fpir + 1e-12 && better {
                best = point;
            }
        }
        best
    }

    /// Share of people enrolled who are among the first `rank`, whatever their score.
    #[must_use]
    pub fn hit_rate(&self, rank: usize) -> f64 {
        1.0 - self.at(f64::NEG_INFINITY, rank).fnir
    }
}

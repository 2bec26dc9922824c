//! Scores in order, and the rates that follow from them.

use serde::Serialize;

use crate::Error;

/// One comparison of two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The subject (a finger, a face's owner) of the one sample; any number that names it.
    pub one: u32,
    /// The subject of the other sample.
    pub other: u32,
    /// How alike they are: higher is more alike.
    pub score: f64,
}

impl Comparison {
    /// A comparison of a sample of `one` with a sample of `other`; genuine when they are equal.
    #[must_use]
    pub fn new(one: u32, other: u32, score: f64) -> Self {
        Self { one, other, score }
    }

    /// Are both samples of one subject?
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        self.one == self.other
    }
}

/// Both error rates at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OperatingPoint {
    /// A comparison matches when its score is at least this.
    pub threshold: f64,
    /// Share of impostor comparisons that match, 0 to 1.
    pub fmr: f64,
    /// Share of genuine comparisons that do not match, 0 to 1.
    pub fnmr: f64,
}

/// Where both error rates are equal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Eer {
    /// Half the sum of both rates where they are closest, 0 to 1.
    pub rate: f64,
    /// The threshold of that place.
    pub threshold: f64,
}

/// All scores of an experiment, highest first.
#[derive(Debug, Clone)]
pub struct Scores {
    ordered: Vec<Comparison>,
    genuine: usize,
}

impl Scores {
    /// Puts scores in order.
    ///
    /// # Errors
    /// When a score is not a number, or one of both kinds is missing.
    pub fn new(comparisons: impl IntoIterator<Item = Comparison>) -> Result<Self, Error> {
        let mut ordered: Vec<Comparison> = comparisons.into_iter().collect();
        if let Some(at) = ordered.iter().position(|c| c.score.is_nan()) {
            return Err(Error::NotANumber(at));
        }
        let genuine = ordered.iter().filter(|c| c.is_genuine()).count();
        if genuine == 0 {
            return Err(Error::NoGenuine);
        }
        if genuine == ordered.len() {
            return Err(Error::NoImpostor);
        }
        ordered.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(Self { ordered, genuine })
    }

    /// Scores whose subjects are not known: intervals by subject are not possible with them.
    ///
    /// # Errors
    /// As [`Scores::new`].
    pub fn of_kinds(genuine: &[f64], impostor: &[f64]) -> Result<Self, Error> {
        let genuine = genuine.iter().map(|s| Comparison::new(0, 0, *s));
        let impostor = impostor.iter().map(|s| Comparison::new(0, 1, *s));
        Self::new(genuine.chain(impostor))
    }

    /// The comparisons, highest score first.
    #[must_use]
    pub fn comparisons(&self) -> &[Comparison] {
        &self.ordered
    }

    /// How many genuine comparisons there are.
    #[must_use]
    pub fn genuine(&self) -> usize {
        self.genuine
    }

    /// How many impostor comparisons there are.
    #[must_use]
    pub fn impostors(&self) -> usize {
        self.ordered.len() - self.genuine
    }

    /// Share of impostor comparisons with at least this score.
    #[must_use]
    pub fn fmr(&self, threshold: f64) -> f64 {
        let above = self.above(threshold);
        above.iter().filter(|c| !c.is_genuine()).count() as f64 / self.impostors() as f64
    }

    /// Share of genuine comparisons with a lower score.
    #[must_use]
    pub fn fnmr(&self, threshold: f64) -> f64 {
        let above = self.above(threshold);
        1.0 - above.iter().filter(|c| c.is_genuine()).count() as f64 / self.genuine as f64
    }

    fn above(&self, threshold: f64) -> &[Comparison] {
        let end = self.ordered.partition_point(|c| c.score >= threshold);
        self.ordered.get(..end).unwrap_or_default()
    }

    /// Every operating point, from a threshold that nothing reaches to the one that everything does.
    #[must_use]
    pub fn roc(&self) -> Vec<OperatingPoint> {
        roc(self.ordered.iter().map(|c| (c, 1.0)))
    }

    /// Where FMR and FNMR are equal.
    #[must_use]
    pub fn eer(&self) -> Eer {
        eer(&self.roc())
    }

    /// The lowest FNMR whose FMR is at most `fmr`.
    #[must_use]
    pub fn at_fmr(&self, fmr: f64) -> OperatingPoint {
        at_fmr(&self.roc(), fmr)
    }

    /// The lowest FNMR without any false match.
    #[must_use]
    pub fn zero_fmr(&self) -> OperatingPoint {
        self.at_fmr(0.0)
    }

    /// True accept rate where the false accept rate is at most `far`: `1 - FNMR`.
    #[must_use]
    pub fn tar_at_far(&self, far: f64) -> f64 {
        1.0 - self.at_fmr(far).fnmr
    }

    /// Area under the ROC: how often a genuine score is above an impostor one, ties counted half.
    #[must_use]
    pub fn auc(&self) -> f64 {
        self.roc()
            .windows(2)
            .map(|pair| match pair {
                [a, b] => (b.fmr - a.fmr) * (2.0 - a.fnmr - b.fnmr) / 2.0,
                _ => 0.0,
            })
            .sum()
    }
}

/// Operating points of weighted comparisons in order, highest score first. A score that several share is one point.
pub(crate) fn roc<'a>(
    weighted: impl Iterator<Item = (&'a Comparison, f64)> + Clone,
) -> Vec<OperatingPoint> {
    let total = |genuine: bool| -> f64 {
        let of_kind = weighted.clone().filter(|(c, _)| c.is_genuine() == genuine);
        of_kind.map(|(_, weight)| weight).sum::<f64>()
    };
    let (all_genuine, all_impostor) = (total(true), total(false));
    let mut points = vec![OperatingPoint {
        threshold: f64::INFINITY,
        fmr: 0.0,
        fnmr: 1.0,
    }];
    let (mut genuine, mut impostor) = (0.0, 0.0);
    for (comparison, weight) in weighted {
        if comparison.is_genuine() {
            genuine += weight;
        } else {
            impostor += weight;
        }
        let point = OperatingPoint {
            threshold: comparison.score,
            fmr: share(impostor, all_impostor),
            fnmr: 1.0 - share(genuine, all_genuine),
        };
        match points.last_mut() {
            Some(last) if last.threshold == comparison.score => *last = point,
            _ => points.push(point),
        }
    }
    points
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

pub(crate) fn eer(points: &[OperatingPoint]) -> Eer {
    let gap = |p: &OperatingPoint| (p.fmr - p.fnmr).abs();
    let closest = points.iter().min_by(|a, b| gap(a).total_cmp(&gap(b)));
    closest.map_or(
        Eer {
            rate: 1.0,
            threshold: f64::INFINITY,
        },
        |p| Eer {
            rate: (p.fmr + p.fnmr) / 2.0,
            threshold: p.threshold,
        },
    )
}

pub(crate) fn at_fmr(points: &[OperatingPoint], fmr: f64) -> OperatingPoint {
    // A hair of tolerance: 3 of 3,000 is 0.1 %, whatever the division says.
    let end = points.partition_point(|p| p.fmr <= fmr + 1e-12);
    let nowhere = OperatingPoint {
        threshold: f64::INFINITY,
        fmr: 0.0,
        fnmr: 1.0,
    };
    points
        .get(end.saturating_sub(1))
        .copied()
        .unwrap_or(nowhere)
}

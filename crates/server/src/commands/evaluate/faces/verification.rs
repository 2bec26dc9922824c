//! Pairs of photographs: do they show one person?

use super::lists::Pair;
use super::measure::{Described, Image};
use anyhow::{Result, bail};
use evaluation::{Comparison, DetCurve, OperatingPoint, Scores};
use serde::Serialize;
use vision::{Embedder, Template};

/// Which template of an image stands on one side of a comparison.
pub type Side = fn(&Image) -> &Template;

/// Parts the pairs are divided into for the accuracy.
const PARTS: usize = 10;
/// Neighbours that stay in one part: both images of a person's pairs stand together in lists.
const TOGETHER: usize = 5;
/// Points a curve is drawn with at most.
const DRAWN: usize = 2_000;

/// Figures of a list of pairs.
#[derive(Clone, Debug, Serialize)]
pub struct Pairs {
    /// Pairs of one person.
    pub genuine: usize,
    /// Pairs of two people.
    pub impostor: usize,
    /// Pairs that name a photograph without a face.
    pub left_out: usize,
    /// Share judged right, each tenth by the threshold that is best on the others.
    pub accuracy: f64,
    /// Standard error of that share.
    pub standard_error: f64,
    /// Area under the ROC.
    pub auc: f64,
    /// TAR at each FAR.
    pub tar: Vec<Tar>,
}

/// Share of genuine comparisons accepted at a false accept rate.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tar {
    /// The false accept rate.
    pub far: f64,
    /// The true accept rate.
    pub tar: f64,
    /// The score that has to be reached.
    pub threshold: f64,
    /// At a false accept rate of 0.1 %, of a model that has a card: that score on the model's own scale, as the card
    /// takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_for_the_card: Option<f64>,
}

/// A false accept rate of 0.1 %, of which the threshold of a card is.
const OF_CARDS: f64 = 1e-3;

/// Figures of every image against every other.
#[derive(Clone, Debug, Serialize)]
pub struct All {
    /// Comparisons of one person.
    pub genuine: usize,
    /// Comparisons of two people.
    pub impostor: usize,
    /// TAR at each FAR.
    pub tar: Vec<Tar>,
}

/// Compares the pairs of a list.
///
/// # Errors
/// When a score is no number, or pairs of one person or of two are missing.
pub fn of_pairs(
    embedder: &Embedder,
    described: &Described,
    pairs: &[Pair],
    live: Side,
    enrolled: Side,
) -> Result<Pairs> {
    let score = |pair: &Pair| {
        let [a, b] = pair.names().map(|name| described.images.get(name));
        let cosine = live(a?).cosine(enrolled(b?));
        Some((f64::from(cosine), pair.same()))
    };
    let compared: Vec<(f64, bool)> = pairs.iter().filter_map(score).collect();
    let of = |same: bool| -> Vec<f64> {
        let kind = compared.iter().filter(|(_, is)| *is == same);
        kind.map(|(score, _)| *score).collect()
    };
    let (genuine, impostor) = (of(true), of(false));
    if genuine.is_empty() || impostor.is_empty() {
        bail!(
            "of the pairs whose photographs show a face {} are of one person and {} of two: both are needed",
            genuine.len(),
            impostor.len()
        );
    }
    let scores = Scores::of_kinds(&genuine, &impostor)?;
    let (accuracy, standard_error) = ten_fold(&compared);
    Ok(Pairs {
        genuine: genuine.len(),
        impostor: impostor.len(),
        left_out: pairs.len() - compared.len(),
        accuracy,
        standard_error,
        auc: scores.auc(),
        tar: tar(embedder, &scores.roc(), &[1e-2, OF_CARDS]),
    })
}

/// Compares every image with every other once, with the trade-off of both errors under the name of the path; `None`
/// when nobody has two.
pub fn all_against_all(
    embedder: &Embedder,
    described: &Described,
    (name, live, enrolled): (&str, Side, Side),
) -> Option<(All, DetCurve)> {
    let scores = all_scores(described, live, enrolled)?;
    let roc = scores.roc();
    let all = All {
        genuine: scores.genuine(),
        impostor: scores.impostors(),
        tar: tar(embedder, &roc, &[1e-2, OF_CARDS, 1e-4, 1e-5]),
    };
    let curve = DetCurve {
        name: name.into(),
        points: thinned(&roc),
    };
    Some((all, curve))
}

fn all_scores(described: &Described, live: Side, enrolled: Side) -> Option<Scores> {
    let images: Vec<&Image> = described.images.values().collect();
    let mut compared = Vec::with_capacity(images.len() * images.len() / 2);
    for (index, one) in images.iter().enumerate() {
        for other in images.iter().skip(index + 1) {
            let score = live(one).cosine(enrolled(other));
            compared.push(Comparison::new(one.person, other.person, score.into()));
        }
    }
    // Cosines are numbers; what is missing is comparisons of one kind.
    Scores::new(compared).ok()
}

fn tar(embedder: &Embedder, roc: &[OperatingPoint], rates: &[f64]) -> Vec<Tar> {
    let one = |far: f64| {
        let end = roc.partition_point(|point| point.fmr <= far + 1e-12);
        let point = roc.get(end.saturating_sub(1));
        let threshold = point.map_or(1.0, |point| point.threshold);
        Tar {
            far,
            tar: point.map_or(0.0, |point| 1.0 - point.fnmr),
            threshold,
            threshold_for_the_card: (far == OF_CARDS).then(|| embedder.raw(threshold)).flatten(),
        }
    };
    rates.iter().copied().map(one).collect()
}

/// Mean and standard error of the share judged right, over tenths that are judged by the threshold that is
/// best on the other nine (as the protocol of Labeled Faces in the Wild has it).
fn ten_fold(compared: &[(f64, bool)]) -> (f64, f64) {
    let part = |index: usize| index / TOGETHER % PARTS;
    let right = |threshold: f64, (score, same): &(f64, bool)| (*score >= threshold) == *same;
    let mut shares = Vec::new();
    for held in 0..PARTS {
        let indexed = || compared.iter().enumerate();
        let mut rest: Vec<(f64, bool)> = indexed()
            .filter(|(index, _)| part(*index) != held)
            .map(|(_, compared)| *compared)
            .collect();
        let threshold = best_threshold(&mut rest);
        let judged: Vec<bool> = indexed()
            .filter(|(index, _)| part(*index) == held)
            .map(|(_, compared)| right(threshold, compared))
            .collect();
        if !judged.is_empty() {
            let share = judged.iter().filter(|right| **right).count();
            shares.push(share as f64 / judged.len() as f64);
        }
    }
    let count = shares.len().max(1) as f64;
    let mean = shares.iter().sum::<f64>() / count;
    let spread = shares
        .iter()
        .map(|share| (share - mean).powi(2))
        .sum::<f64>();
    (mean, (spread / (count - 1.0).max(1.0) / count).sqrt())
}

/// The threshold by which most are judged right; halfway between two scores.
fn best_threshold(compared: &mut [(f64, bool)]) -> f64 {
    compared.sort_by(|a, b| b.0.total_cmp(&a.0));
    let different = compared.iter().filter(|(_, same)| !same).count();
    // Nobody is accepted yet: all different ones are judged right.
    let (mut right, mut best, mut threshold) = (different, different, f64::INFINITY);
    for (index, (score, same)) in compared.iter().enumerate() {
        right = if *same {
            right + 1
        } else {
            right.saturating_sub(1)
        };
        if right > best {
            best = right;
            let next = compared.get(index + 1).map_or(*score, |(next, _)| *next);
            threshold = (score + next) / 2.0;
        }
    }
    threshold
}

/// At most [`DRAWN`] points, evenly spread on a logarithmic scale of the false matches.
fn thinned(roc: &[OperatingPoint]) -> Vec<OperatingPoint> {
    let mut points: Vec<OperatingPoint> = Vec::new();
    let step = |point: &OperatingPoint| {
        ((point.fmr + 1e-7).log10() * 150.0).round() + ((point.fnmr + 1e-7).log10() * 150.0).round()
    };
    for point in roc {
        let new = points.last().is_none_or(|last| step(last) != step(point));
        if new && points.len() < DRAWN {
            points.push(*point);
        }
    }
    points.extend(roc.last());
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_threshold_judges_most_right() {
        let mut compared = [
            (0.9, true),
            (0.8, true),
            (0.7, false),
            (0.6, true),
            (0.1, false),
        ];
        let threshold = best_threshold(&mut compared);
        assert!((0.7..0.8).contains(&threshold), "{threshold}");
    }

    #[test]
    fn pairs_that_are_told_apart_are_judged_right() {
        let compared: Vec<(f64, bool)> = (0..200)
            .map(|n| (f64::from(n % 2) + f64::from(n) * 1e-4, n % 2 == 1))
            .collect();
        let (accuracy, error) = ten_fold(&compared);
        assert!((accuracy - 1.0).abs() < 1e-9 && error < 1e-9);
        let swapped: Vec<(f64, bool)> = compared.iter().map(|(s, same)| (*s, !same)).collect();
        assert!(ten_fold(&swapped).0 < 0.6);
    }
}

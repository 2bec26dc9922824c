//! From what a comparison shows to one number: logistic regression.

use std::ops::Range;

use crate::bend::Bend;
use crate::overlap::{Overlap, overlap};
use crate::pairing::{Pairing, Tree, pair};
use crate::prepared::Prepared;

/// Numbers that describe one comparison.
pub const FEATURES: usize = 12;

/// What one comparison shows, in the order that [`Weights`] expect.
pub type Features = [f32; FEATURES];

/// Weights of a logistic regression: `bias + Σ weight * (feature - mean) / spread` are log odds.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// What is taken from each feature.
    pub mean: [f32; FEATURES],
    /// By what it is divided then.
    pub spread: [f32; FEATURES],
    /// How much it counts.
    pub weight: [f32; FEATURES],
    /// The log odds when every feature is at its mean.
    pub bias: f32,
}

impl Weights {
    /// The log odds that two prints are of one finger, as far as the learning set's balance goes.
    #[must_use]
    pub fn score(&self, features: &Features) -> f32 {
        let terms =
            (0..FEATURES).map(|i| self.weight[i] * (features[i] - self.mean[i]) / self.spread[i]);
        self.bias + terms.sum::<f32>()
    }

    /// Learns from comparisons whose truth is known, both kinds weighing alike. Deterministic.
    #[must_use]
    pub fn learn(examples: &[(Features, bool)]) -> Self {
        let n = examples.len().max(1) as f32;
        let mut mean = [0.0; FEATURES];
        let mut spread = [0.0; FEATURES];
        for i in 0..FEATURES {
            mean[i] = examples.iter().map(|(f, _)| f[i]).sum::<f32>() / n;
            let squares = examples.iter().map(|(f, _)| (f[i] - mean[i]).powi(2));
            spread[i] = (squares.sum::<f32>() / n).sqrt().max(1e-3);
        }
        let mut weights = Self {
            mean,
            spread,
            weight: [0.0; FEATURES],
            bias: 0.0,
        };
        newton(&mut weights, examples);
        weights
    }
}

const TERMS: usize = FEATURES + 1;
/// Strength of the pull towards zero: examples of 30 fingers must not be learnt by heart.
const RIDGE: f64 = 2.0;

/// Iteratively reweighted least squares.
fn newton(weights: &mut Weights, examples: &[(Features, bool)]) {
    let genuine = examples.iter().filter(|(_, g)| *g).count().max(1) as f64;
    let impostor = (examples.len() as f64 - genuine).max(1.0);
    let mut w = [0.0f64; TERMS];
    for _ in 0..30 {
        let mut gradient = [0.0f64; TERMS];
        let mut hessian = [[0.0f64; TERMS]; TERMS];
        for (features, is_genuine) in examples {
            let x: [f64; TERMS] = std::array::from_fn(|i| match i {
                FEATURES => 1.0,
                i => f64::from((features[i] - weights.mean[i]) / weights.spread[i]),
            });
            let z: f64 = x.iter().zip(&w).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-z).exp());
            let (target, importance) = if *is_genuine {
                (1.0, 1000.0 / genuine)
            } else {
                (0.0, 1000.0 / impostor)
            };
            for i in 0..TERMS {
                gradient[i] += importance * (target - p) * x[i];
                for j in 0..TERMS {
                    hessian[i][j] += importance * p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        for i in 0..TERMS {
            let pull = if i == FEATURES { 1e-6 } else { RIDGE };
            gradient[i] -= pull * w[i];
            hessian[i][i] += pull;
        }
        let step = solve(hessian, gradient);
        w.iter_mut().zip(step).for_each(|(w, s)| *w += s);
    }
    for (weight, w) in weights.weight.iter_mut().zip(w) {
        *weight = w as f32;
    }
    weights.bias = w[FEATURES] as f32;
}

/// Gauss's elimination; the matrix is positive definite, so no row has to be sought.
fn solve(mut m: [[f64; TERMS]; TERMS], mut v: [f64; TERMS]) -> [f64; TERMS] {
    for i in 0..TERMS {
        for j in i + 1..TERMS {
            let factor = m[j][i] / m[i][i];
            let pivot = m[i];
            m[j].iter_mut()
                .zip(pivot)
                .for_each(|(a, b)| *a -= factor * b);
            v[j] -= factor * v[i];
        }
    }
    for i in (0..TERMS).rev() {
        let known: f64 = (i + 1..TERMS).map(|j| m[i][j] * v[j]).sum();
        v[i] = (v[i] - known) / m[i][i];
    }
    v
}

/// Trees that are laid on the other print: the two that hold most.
const WAYS: usize = 2;

/// Compares two prints and describes what was seen, once for each way in which they may lie on one another; nothing
/// where no two minutiae are alike.
#[must_use]
pub fn features(a: &Prepared, b: &Prepared) -> Vec<Features> {
    let mut all = Vec::with_capacity(WAYS);
    each_way(a, b, |_| true, |features, _| all.push(features));
    all
}

/// Hands over each way in which two prints may lie on one another: what was seen, and whether the ridges were laid on
/// one another, which is done where `promising` says so of the sketch.
pub(crate) fn each_way(
    a: &Prepared,
    b: &Prepared,
    promising: impl Fn(&Features) -> bool,
    mut take: impl FnMut(Features, bool),
) {
    let Pairing { local, trees } = pair(a, b);
    for tree in trees.iter().take(WAYS) {
        let sketched = sketch(a, b, tree, local);
        if promising(&sketched.0) {
            take(lay(a, b, tree, sketched), true);
        } else {
            take(sketched.0, false);
        }
    }
}

/// What the minutiae alone show of a tree, and the bend that it stands for.
fn sketch(a: &Prepared, b: &Prepared, tree: &Tree, local: f32) -> (Features, Bend) {
    let bend = Bend::new(a, b, &tree.pairs, tree.motion);
    let matched = tree.pairs.len() as f32;
    let alike: f32 = tree.pairs.iter().map(|p| p.alike).sum();
    let mut features = [0.0; FEATURES];
    features[0] = (1.0 + matched).ln();
    features[1] = matched / (expected(a, b, &bend) + 3.0);
    features[2] = alike / matched.max(1.0);
    features[3] = local;
    features[9] = bend.deviation();
    features[10] = alike.sqrt();
    features[11] = same_kind(a, b, tree);
    (features, bend)
}

/// Features that only the ridges show: those between the two ends.
const OF_RIDGES: Range<usize> = 4..9;

/// A sketch of what was seen, without what the ridges showed.
pub(crate) fn without_ridges(features: &Features) -> Features {
    let mut sketch = *features;
    sketch[OF_RIDGES].fill(0.0);
    sketch
}

/// Lays the ridges on one another, which costs more than everything before.
fn lay(a: &Prepared, b: &Prepared, tree: &Tree, (sketch, bend): (Features, Bend)) -> Features {
    let Overlap {
        windows,
        ridges,
        clear,
        lines,
    } = overlap(a, b, &bend, tree.motion);
    let mut features = sketch;
    features[4] = ridges;
    features[5] = clear;
    features[6] = (1.0 + windows).ln();
    features[7] = ridges * windows.sqrt();
    features[8] = lines;
    features
}

/// How many minutiae could have been paired: the fewer of those that lie in the overlap.
fn expected(a: &Prepared, b: &Prepared, bend: &Bend) -> f32 {
    let seen = |p: &&crate::prepared::Point| {
        let (x, y) = bend.apply(p.x, p.y);
        b.map.block(x, y).is_some()
    };
    let of_a = a.points.iter().filter(seen).count();
    of_a.min(b.points.len()) as f32
}

fn same_kind(a: &Prepared, b: &Prepared, tree: &Tree) -> f32 {
    let same = tree
        .pairs
        .iter()
        .filter(|p| a.points[p.one].ending == b.points[p.other].ending);
    same.count() as f32 / tree.pairs.len().max(1) as f32
}

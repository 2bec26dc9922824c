//! From what a comparison shows to one number: logistic regression.

use crate::overlap::{Overlap, overlap};
use crate::pairing::{Bend, Tree, pair};
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

/// Compares two prints and describes what was seen, once for each way in which they may lie on one another.
#[must_use]
pub fn features(a: &Prepared, b: &Prepared) -> Vec<Features> {
    let pairing = pair(a, b);
    let trees = pairing.trees.iter().take(2);
    let mut all: Vec<Features> = trees.map(|t| describe(a, b, t, pairing.local)).collect();
    if all.is_empty() {
        all.push([0.0; FEATURES]);
    }
    all
}

fn describe(a: &Prepared, b: &Prepared, tree: &Tree, local: f32) -> Features {
    let bend = Bend::new(a, b, &tree.pairs, tree.motion);
    let overlap = overlap(a, b, &bend, tree.motion);
    let matched = tree.pairs.len() as f32;
    let alike: f32 = tree.pairs.iter().map(|p| p.alike).sum();
    let expected = expected(a, b, &bend);
    let Overlap {
        windows,
        ridges,
        clear,
        lines,
    } = overlap;
    [
        (1.0 + matched).ln(),
        matched / (expected + 3.0),
        alike / matched.max(1.0),
        local,
        ridges,
        clear,
        (1.0 + windows).ln(),
        ridges * windows.sqrt(),
        lines,
        bend.deviation(),
        alike.sqrt(),
        same_kind(a, b, tree),
    ]
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

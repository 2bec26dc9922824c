//! Fits the weights by which signs become a verdict: a logistic regression for each part.

use crate::compose::{KINDS, Kind, Part};
use crate::faces::{self, percent, quantile};
use crate::{Image, Images, Seen, covered, look, some, worsened};
use vision::{Engine, Signs};

/// So many in a hundred untouched photographs may be refused for each part.
const REFUSED: f32 = 0.4;
/// What errors count against the squares of the weights.
const ERRORS_COUNT: f64 = 0.3;
/// What all photographs without a cover weigh in a fit, beside those with one.
const WITHOUT: f64 = 1.5;

/// The signs of a photograph; of which kind, unless nothing covers it.
struct Example {
    kind: Option<Kind>,
    signs: Signs,
}

pub fn report(engine: &Engine, images: &Images) {
    let untouched: Vec<Signs> = images.values().filter_map(|one| one.seen.signs).collect();
    let all: Vec<&Image> = images.values().collect();
    let worse = faces::on_two_threads(&all, |image| look(engine, &worsened(image)));
    let mut examples = examples(None, worse);
    for (at, (name, kind)) in KINDS.into_iter().enumerate() {
        if kind != Kind::Nothing {
            let covered = faces::on_two_threads(&some(images, at), |image| {
                look(engine, &covered(image, name, kind))
            });
            examples.extend(self::examples(Some(kind), covered));
        }
    }
    println!("{} untouched, {} others", untouched.len(), examples.len());
    for part in [Part::Eyes, Part::Mouth, Part::Side] {
        println!("\n== {part:?}");
        one_part(part, &untouched, &examples);
    }
}

fn examples(kind: Option<Kind>, seen: Vec<Option<Seen>>) -> Vec<Example> {
    let signs = seen.into_iter().filter_map(|seen| seen?.signs);
    signs.map(|signs| Example { kind, signs }).collect()
}

fn signs_of(part: Part, signs: &Signs) -> Vec<f64> {
    let signs: &[f32] = match part {
        Part::Eyes => &signs.eyes,
        Part::Mouth => &signs.mouth,
        Part::Side => &signs.side,
    };
    signs.iter().copied().map(f64::from).collect()
}

fn one_part(part: Part, untouched: &[Signs], examples: &[Example]) {
    let rows = |covers: fn(Part, Option<Kind>) -> bool| -> Vec<Vec<f64>> {
        let of = examples.iter().filter(|one| covers(part, one.kind));
        of.map(|one| signs_of(part, &one.signs)).collect()
    };
    let bare: Vec<Vec<f64>> = untouched.iter().map(|one| signs_of(part, one)).collect();
    let worse = rows(|_, kind| kind.is_none());
    let with = rows(|part, kind| kind.is_some_and(|kind| kind.covers() == Some(part)));
    let without: Vec<Vec<f64>> = bare.iter().chain(&worse).cloned().collect();
    let line = Line::fitted(&without, &with);
    let bound = quantile(&line.of_all(&bare), 1.0 - REFUSED / 100.0);
    let line = Line {
        start: line.start - f64::from(bound),
        ..line
    };
    let literal: Vec<String> = line
        .slopes
        .iter()
        .map(|slope| format!("{slope:.4}"))
        .collect();
    println!("[{}], {:.4}", literal.join(", "), line.start);
    let above = |rows: &[Vec<f64>]| percent(&line.of_all(rows), |score| *score > 0.0);
    println!(
        "refused: untouched {:.2} %, made worse {:.2} %, covered {:.1} % of {}",
        above(&bare),
        above(&worse),
        above(&with),
        with.len()
    );
    for (name, kind) in KINDS.iter().skip(1) {
        let of_kind = examples.iter().filter(|one| one.kind == Some(*kind));
        let rows: Vec<Vec<f64>> = of_kind.map(|one| signs_of(part, &one.signs)).collect();
        println!("  {name}: {:.1} % of {}", above(&rows), rows.len());
    }
}

/// A weighed sum.
struct Line {
    slopes: Vec<f64>,
    start: f64,
}

impl Line {
    /// By Newton's method on the signs laid about 0 with deviation 1, as they are `without` a cover.
    fn fitted(without: &[Vec<f64>], with: &[Vec<f64>]) -> Self {
        let (means, deviations) = spread(without);
        let scaled = |row: &Vec<f64>| -> Vec<f64> {
            let signs = row.iter().zip(means.iter().zip(&deviations));
            let scaled = signs.map(|(sign, (mean, deviation))| (sign - mean) / deviation);
            scaled.chain([1.0]).collect()
        };
        let weight = with.len() as f64 / without.len() as f64 * WITHOUT;
        let bare = without.iter().map(|row| (scaled(row), 0.0, weight));
        let rows: Vec<(Vec<f64>, f64, f64)> = bare
            .chain(with.iter().map(|row| (scaled(row), 1.0, 1.0)))
            .collect();
        let mut line = vec![0.0; means.len() + 1];
        for _ in 0..40 {
            let step = newton(&rows, &line);
            // Half of it while the whole one leads too far.
            let mut share = 1.0;
            let moved = |share: f64| -> Vec<f64> {
                line.iter()
                    .zip(&step)
                    .map(|(at, by)| at - by * share)
                    .collect()
            };
            while share > 1e-4 && loss(&rows, &moved(share)) > loss(&rows, &line) {
                share /= 2.0;
            }
            line = moved(share);
        }
        let slopes = line.iter().zip(&deviations).map(|(slope, by)| slope / by);
        let slopes: Vec<f64> = slopes.collect();
        let shift: f64 = slopes
            .iter()
            .zip(&means)
            .map(|(slope, mean)| slope * mean)
            .sum();
        let start = line[means.len()] - shift;
        Self { slopes, start }
    }

    fn of_all(&self, rows: &[Vec<f64>]) -> Vec<f32> {
        let score = |row: &Vec<f64>| (dot(&self.slopes, row) + self.start) as f32;
        rows.iter().map(score).collect()
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// Means and deviations of each column.
fn spread(rows: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let count = rows.len() as f64;
    let columns = rows.first().map_or(0, Vec::len);
    let mean = |column: usize| rows.iter().map(|row| row[column]).sum::<f64>() / count;
    let means: Vec<f64> = (0..columns).map(mean).collect();
    let deviation = |column: usize| {
        let squares = rows.iter().map(|row| (row[column] - means[column]).powi(2));
        (squares.sum::<f64>() / count).sqrt().max(1e-9)
    };
    (means.clone(), (0..columns).map(deviation).collect())
}

/// What is made least: the errors' logarithm, and half the squares of all weights but the last, the start.
fn loss(rows: &[(Vec<f64>, f64, f64)], line: &[f64]) -> f64 {
    let errors = rows.iter().map(|(row, is, weight)| {
        let score = if *is > 0.5 {
            dot(row, line)
        } else {
            -dot(row, line)
        };
        weight * ((-score.abs()).exp().ln_1p() + (-score).max(0.0))
    });
    let slopes = &line[..line.len() - 1];
    errors.sum::<f64>() * ERRORS_COUNT + dot(slopes, slopes) / 2.0
}

/// The step that would reach the least if the loss were a parabola.
fn newton(rows: &[(Vec<f64>, f64, f64)], line: &[f64]) -> Vec<f64> {
    let size = line.len();
    let mut slope: Vec<f64> = line.to_vec();
    slope[size - 1] = 0.0;
    let mut bend = vec![vec![0.0; size]; size];
    for (at, row) in bend.iter_mut().enumerate() {
        row[at] = if at + 1 < size { 1.0 } else { 1e-9 };
    }
    for (row, is, weight) in rows {
        let likely = 1.0 / (1.0 + (-dot(row, line)).exp());
        let (error, width) = (likely - is, likely * (1.0 - likely));
        for (at, sign) in row.iter().enumerate() {
            slope[at] += ERRORS_COUNT * weight * error * sign;
            for (other, value) in bend[at].iter_mut().zip(row) {
                *other += ERRORS_COUNT * weight * width * sign * value;
            }
        }
    }
    solved(bend, slope)
}

/// Gauss and Jordan's elimination. The matrix is symmetric and positive, so that no row need be exchanged.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    for pivot in 0..right.len() {
        let (row, value) = (matrix[pivot].clone(), right[pivot]);
        for at in (0..right.len()).filter(|at| *at != pivot) {
            let factor = matrix[at][pivot] / row[pivot];
            for (one, by) in matrix[at].iter_mut().zip(&row) {
                *one -= factor * by;
            }
            right[at] -= factor * value;
        }
    }
    let ends = right.iter().enumerate();
    ends.map(|(at, value)| value / matrix[at][at]).collect()
}

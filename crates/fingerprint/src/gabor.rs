//! Contextual enhancement: each cell is filtered by the Gabor kernel of its direction and ridge distance.

use std::f32::consts::PI;
use std::sync::OnceLock;

use crate::field::{CELL, Field};
use crate::plane::Plane;

/// Directions in the bank, over half a turn.
const DIRECTIONS: usize = 40;
/// Ridge distances in the bank, on a logarithmic scale from ...
const DISTANCES: usize = 12;
const SHORTEST: f32 = 5.0;
/// ... to.
const LONGEST: f32 = 15.0;
/// Half the side of a kernel.
const REACH: usize = 9;
const SIDE: usize = 2 * REACH + 1;

/// Kernels by direction and distance; made once for the process.
struct Bank(Vec<Vec<f32>>);

impl Bank {
    fn get() -> &'static Self {
        static BANK: OnceLock<Bank> = OnceLock::new();
        BANK.get_or_init(|| {
            let kernels = (0..DIRECTIONS * DISTANCES).map(|i| {
                let angle = PI * (i / DISTANCES) as f32 / DIRECTIONS as f32;
                let share = (i % DISTANCES) as f32 / (DISTANCES - 1) as f32;
                kernel(angle, SHORTEST * (LONGEST / SHORTEST).powf(share))
            });
            Self(kernels.collect())
        })
    }

    fn kernel(&self, angle: f32, period: f32) -> &[f32] {
        let direction = (angle / PI * DIRECTIONS as f32).round() as usize % DIRECTIONS;
        let share = (period / SHORTEST).ln() / (LONGEST / SHORTEST).ln();
        let distance = (share * (DISTANCES - 1) as f32).round().max(0.0) as usize;
        &self.0[direction * DISTANCES + distance.min(DISTANCES - 1)]
    }
}

/// A wave across the ridges under a bell, without mean, of gain one for ridges that fit it.
fn kernel(angle: f32, period: f32) -> Vec<f32> {
    let (sin, cos) = angle.sin_cos();
    let (along, across) = (5.0f32, 0.42 * period);
    let mut wave = Vec::with_capacity(SIDE * SIDE);
    let mut bell = Vec::with_capacity(SIDE * SIDE);
    for i in 0..SIDE * SIDE {
        let x = (i % SIDE) as f32 - REACH as f32;
        let y = (i / SIDE) as f32 - REACH as f32;
        let (u, v) = (x * cos + y * sin, y * cos - x * sin);
        let b = (-u * u / (2.0 * along * along) - v * v / (2.0 * across * across)).exp();
        bell.push(b);
        wave.push((2.0 * PI * v / period).cos());
    }
    let mean = |values: &[f32]| values.iter().zip(&bell).map(|(v, b)| v * b).sum::<f32>();
    let level = mean(&wave) / bell.iter().sum::<f32>();
    let mut kernel: Vec<f32> = wave
        .iter()
        .zip(&bell)
        .map(|(w, b)| (w - level) * b)
        .collect();
    let gain: f32 = kernel.iter().zip(&wave).map(|(k, w)| k * w).sum();
    kernel.iter_mut().for_each(|k| *k /= gain);
    kernel
}

/// The image as ridges (positive) and valleys (negative); zero in cells that `wanted` leaves out.
pub(crate) fn enhance(image: &Plane, field: &Field, wanted: &[bool]) -> Plane {
    let bank = Bank::get();
    let padded = padded(image);
    let mut out = Plane::new(image.width, image.height);
    for row in 0..field.rows {
        for column in 0..field.columns {
            let cell = row * field.columns + column;
            if wanted[cell] {
                let kernel = bank.kernel(field.angle[cell], field.period[cell]);
                for half in 0..2 {
                    filter(
                        &padded,
                        kernel,
                        &mut out,
                        column * CELL,
                        row * CELL + half * 4,
                    );
                }
            }
        }
    }
    out
}

/// With a margin of [`REACH`] and whole cells, so that the inner loop has no edges.
fn padded(image: &Plane) -> Plane {
    let width = image.width.div_ceil(CELL) * CELL + 2 * REACH;
    let height = image.height.div_ceil(CELL) * CELL + 2 * REACH;
    let mut out = Plane::new(width, height);
    for y in 0..height {
        for x in 0..width {
            let (x0, y0) = (x as i32 - REACH as i32, y as i32 - REACH as i32);
            out.data[y * width + x] = image.clamped(x0, y0);
        }
    }
    out
}

/// Eight pixels of four rows at once: small enough for registers, long enough for vector units.
fn filter(padded: &Plane, kernel: &[f32], out: &mut Plane, left: usize, top: usize) {
    let mut sums = [[0.0f32; CELL]; 4];
    for (dy, line) in kernel.chunks_exact(SIDE).enumerate() {
        let rows: [&[f32]; 4] = std::array::from_fn(|r| {
            &padded.data[(top + r + dy) * padded.width + left..][..SIDE + CELL - 1]
        });
        for (dx, k) in line.iter().enumerate() {
            for (sum, row) in sums.iter_mut().zip(rows) {
                let from: &[f32; CELL] = match row[dx..].first_chunk() {
                    Some(from) => from,
                    None => continue,
                };
                for i in 0..CELL {
                    sum[i] += k * from[i];
                }
            }
        }
    }
    for (r, sum) in sums.iter().enumerate() {
        let y = top + r;
        if y < out.height {
            let width = CELL.min(out.width - left);
            out.data[y * out.width + left..][..width].copy_from_slice(&sum[..width]);
        }
    }
}

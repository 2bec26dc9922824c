//! Cells of 8x8 pixels: which way the ridges run, how far apart they are, and how much of a print is there.

use std::f32::consts::PI;

use crate::plane::Plane;

/// Side of a cell in pixels at 500 dpi.
pub(crate) const CELL: usize = 8;

/// What is known of each cell.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub columns: usize,
    pub rows: usize,
    /// Direction of the ridges in radians, 0 to π, clockwise from the x axis as rows run downwards.
    pub angle: Vec<f32>,
    /// Pixels from ridge to ridge.
    pub period: Vec<f32>,
    /// 0 to 1: how much of what is there is ridges in that direction at that distance.
    pub quality: Vec<f32>,
    /// Is it part of the print?
    pub print: Vec<bool>,
}

impl Field {
    pub fn cell(&self, x: usize, y: usize) -> usize {
        let column = (x / CELL).min(self.columns - 1);
        let row = (y / CELL).min(self.rows - 1);
        row * self.columns + column
    }

    /// The middle of the print, in pixels.
    pub fn middle(&self) -> (f32, f32) {
        let (mut cells, mut x, mut y) = (0.0f32, 0.0, 0.0);
        for (i, _) in self.print.iter().enumerate().filter(|(_, p)| **p) {
            cells += 1.0;
            x += (i % self.columns) as f32 + 0.5;
            y += (i / self.columns) as f32 + 0.5;
        }
        let scale = CELL as f32 / cells.max(1.0);
        (x * scale, y * scale)
    }
}

/// The image with its local mean taken away and its local contrast made equal, and that contrast.
pub(crate) struct Normalised {
    pub image: Plane,
    /// Standard deviation around each pixel, in grey levels.
    pub contrast: Plane,
}

/// Equalises brightness and contrast, so that dry and wet places weigh alike.
pub(crate) fn normalise(image: &Plane) -> Normalised {
    let mean = image.averaged(12);
    let centred: Vec<f32> = image
        .data
        .iter()
        .zip(&mean.data)
        .map(|(v, m)| v - m)
        .collect();
    let centred = Plane::of(image.width, image.height, centred);
    let contrast = centred.map(|v| v * v).averaged(12);
    // Running sums leave a hair below zero where everything is flat.
    let contrast = contrast.map(|v| v.max(0.0).sqrt());
    let mut order: Vec<f32> = contrast.data.iter().step_by(37).copied().collect();
    order.sort_by(f32::total_cmp);
    let strong = order.get(order.len() * 9 / 10).copied().unwrap_or(1.0);
    let floor = (0.25 * strong).max(1.0);
    let even = centred.data.iter().zip(&contrast.data);
    let even = even
        .map(|(v, c)| (v / (c + floor)).clamp(-2.0, 2.0))
        .collect();
    Normalised {
        image: Plane::of(image.width, image.height, even),
        contrast,
    }
}

/// Sums of products of gradients over cells.
struct Tensor {
    difference: Plane,
    product: Plane,
    energy: Plane,
}

fn tensor(image: &Plane) -> Tensor {
    let columns = image.width.div_ceil(CELL);
    let rows = image.height.div_ceil(CELL);
    let mut difference = Plane::new(columns, rows);
    let mut product = Plane::new(columns, rows);
    let mut energy = Plane::new(columns, rows);
    for y in 1..image.height - 1 {
        let (above, here, below) = (image.row(y - 1), image.row(y), image.row(y + 1));
        let base = (y / CELL) * columns;
        for x in 1..image.width - 1 {
            let side = |x: usize| above[x] + 2.0 * here[x] + below[x];
            let level = |row: &[f32]| row[x - 1] + 2.0 * row[x] + row[x + 1];
            let gx = side(x + 1) - side(x - 1);
            let gy = level(below) - level(above);
            let cell = base + x / CELL;
            difference.data[cell] += gx * gx - gy * gy;
            product.data[cell] += 2.0 * gx * gy;
            energy.data[cell] += gx * gx + gy * gy;
        }
    }
    Tensor {
        difference,
        product,
        energy,
    }
}

/// Direction and its coherence (0 to 1) in each cell: near ones decide where they agree, a wider neighbourhood
/// where they do not.
pub(crate) fn directions(image: &Plane, near: f32, wide: f32) -> (Vec<f32>, Vec<f32>) {
    let tensor = tensor(image);
    let at = |sigma: f32| {
        (
            tensor.difference.smoothed(sigma),
            tensor.product.smoothed(sigma),
            tensor.energy.smoothed(sigma),
        )
    };
    let (d1, p1, e1) = at(near);
    let (d2, p2, e2) = at(wide);
    let mut angles = Vec::with_capacity(d1.data.len());
    let mut coherences = Vec::with_capacity(d1.data.len());
    for i in 0..d1.data.len() {
        let (e1, e2) = (e1.data[i] + 1e-6, e2.data[i] + 1e-6);
        let (d1, p1) = (d1.data[i] / e1, p1.data[i] / e1);
        let (d2, p2) = (d2.data[i] / e2, p2.data[i] / e2);
        let coherence = d1.hypot(p1);
        let far = 0.35 * (1.0 - coherence);
        let doubled = (p1 + far * p2).atan2(d1 + far * d2);
        // The gradient crosses the ridges: turn by a quarter.
        angles.push((0.5 * doubled + 0.5 * PI).rem_euclid(PI));
        coherences.push(coherence);
    }
    (angles, coherences)
}

/// Half the length of the line across ridges over which their distance is read.
const ACROSS: i32 = 24;
/// Distances looked for, in pixels.
const SHORTEST: f32 = 5.0;
const LONGEST: f32 = 16.0;
const PERIODS: usize = 28;

/// Pixels from ridge to ridge in each cell, smoothed over the print.
pub(crate) fn periods(image: &Plane, angle: &[f32], weight: &[f32], columns: usize) -> Vec<f32> {
    let rows = angle.len() / columns;
    let waves = Waves::new();
    let mut sums = Plane::new(columns, rows);
    let mut weights = Plane::new(columns, rows);
    // Every second cell is enough: the distance changes slowly.
    for row in (0..rows).step_by(2) {
        for column in (0..columns).step_by(2) {
            let cell = row * columns + column;
            if weight[cell] <= 0.0 {
                continue;
            }
            let x = (column * CELL + CELL / 2) as f32;
            let y = (row * CELL + CELL / 2) as f32;
            let (period, strength) = waves.strongest(&signature(image, x, y, angle[cell]));
            let w = strength * weight[cell];
            sums.data[cell] = w * period.ln();
            weights.data[cell] = w;
        }
    }
    let all: f32 = weights.data.iter().sum::<f32>() + 1e-6;
    let usual = if all > 1e-3 {
        sums.data.iter().sum::<f32>() / all
    } else {
        9.0f32.ln()
    };
    let (sums, weights) = (sums.smoothed(3.0), weights.smoothed(3.0));
    let trust = 0.02 * weights.data.iter().fold(0.0f32, |a, b| a.max(*b)) + 1e-6;
    let smooth = sums.data.iter().zip(&weights.data);
    // Ridges of one finger are never twice as far apart in one place as in another: smudges are.
    let possible = usual - 0.4..=usual + 0.4;
    smooth
        .map(|(s, w)| (s + trust * usual) / (w + trust))
        .map(|period| period.clamp(*possible.start(), *possible.end()).exp())
        .collect()
}

/// Mean grey along the ridges, for each step across them.
fn signature(image: &Plane, x: f32, y: f32, angle: f32) -> [f32; 2 * ACROSS as usize + 1] {
    let (sin, cos) = angle.sin_cos();
    let mut means = [0.0; 2 * ACROSS as usize + 1];
    for (v, mean) in (-ACROSS..=ACROSS).zip(&mut means) {
        for u in (-8..=8).step_by(2) {
            let (u, v) = (u as f32, v as f32);
            let px = x + u * cos - v * sin;
            let py = y + u * sin + v * cos;
            *mean += image.clamped(px.round() as i32, py.round() as i32);
        }
    }
    means
}

/// Cosines and sines of each distance under a bell.
struct Waves {
    tables: Vec<(f32, Vec<(f32, f32)>)>,
}

impl Waves {
    fn new() -> Self {
        let tables = (0..PERIODS).map(|i| {
            let share = i as f32 / (PERIODS - 1) as f32;
            let period = SHORTEST * (LONGEST / SHORTEST).powf(share);
            let wave = (-ACROSS..=ACROSS).map(|v| {
                let v = v as f32;
                let bell = (-v * v / (2.0 * 12.0 * 12.0)).exp();
                let (sin, cos) = (2.0 * PI * v / period).sin_cos();
                (bell * cos, bell * sin)
            });
            (period, wave.collect())
        });
        Self {
            tables: tables.collect(),
        }
    }

    /// The distance with the most power, and its share of all power.
    fn strongest(&self, signature: &[f32]) -> (f32, f32) {
        let mean = signature.iter().sum::<f32>() / signature.len() as f32;
        let (mut best, mut most, mut total) = (9.0, 0.0, 1e-6);
        for (period, wave) in &self.tables {
            let (mut re, mut im) = (0.0, 0.0);
            for (s, (cos, sin)) in signature.iter().zip(wave) {
                re += (s - mean) * cos;
                im += (s - mean) * sin;
            }
            let power = re * re + im * im;
            total += power;
            if power > most {
                (best, most) = (*period, power);
            }
        }
        (best, most / total)
    }
}

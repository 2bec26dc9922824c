//! Ridges grown from seeds: a filter tuned to the plan at each point, over and over. Where two growing
//! patches meet out of step, ridges end and fork: nobody places a minutia by hand.

use std::f32::consts::PI;

use super::dice::Dice;
use super::flow::{Flow, SIZE, size};

const ROUNDS: usize = 13;
/// The filter reaches this many pixels to each side.
const REACH: usize = 9;
const SIDE: usize = 2 * REACH + 1;
const ANGLES: usize = 36;
/// Periods of the filter bank in pixels.
const PERIODS: (f32, f32) = (6.5, 13.0);
const STEPS: usize = 14;
/// Growth is decided per block of so many pixels.
const BLOCK: usize = 8;

/// The skin of a finger: 1 on the crest of a ridge, -1 at the bottom of a valley, with a margin all around.
#[derive(Clone, Debug)]
pub struct Skin {
    stride: usize,
    values: Vec<f32>,
}

impl Skin {
    fn bare() -> Self {
        let stride = SIZE.0 + 2 * REACH;
        Self {
            stride,
            values: vec![0.0; stride * (SIZE.1 + 2 * REACH)],
        }
    }

    fn place(&self, x: usize, y: usize) -> usize {
        (y + REACH) * self.stride + x + REACH
    }

    /// The value between pixels; 0 outside of the finger.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let (width, height) = size();
        if x < 0.0 || y < 0.0 || x >= width - 1.0 || y >= height - 1.0 {
            return 0.0;
        }
        let (left, top) = (x as usize, y as usize);
        let (fx, fy) = (x - left as f32, y - top as f32);
        let place = self.place(left, top);
        let row = |at: usize| self.values[at] * (1.0 - fx) + self.values[at + 1] * fx;
        row(place) * (1.0 - fy) + row(place + self.stride) * fy
    }
}

/// Draws the ridges of a plan.
pub fn grow(flow: &Flow, dice: &mut Dice) -> Skin {
    let bank = Bank::new();
    let plan = plan(flow);
    let mut skin = sown(dice);
    for round in 0..ROUNDS {
        let last = round + 1 == ROUNDS;
        // Steep while it grows, so that noise becomes ridges; gentle at the end, so that a ridge is round.
        let gain = if last { 1.15 } else { 5.0 };
        skin = filtered(&skin, &bank, &plan, gain);
    }
    skin
}

/// Which filter of the bank each pixel wants.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn plan(flow: &Flow) -> Vec<u16> {
    let mut plan = Vec::with_capacity(SIZE.0 * SIZE.1);
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            let (x, y) = (x as f32, y as f32);
            let angle = (flow.angle(x, y) / PI * ANGLES as f32).round() as usize % ANGLES;
            let share = (flow.period(x, y) - PERIODS.0) / (PERIODS.1 - PERIODS.0);
            let step = (share.clamp(0.0, 1.0) * (STEPS - 1) as f32).round() as usize;
            plan.push((angle * STEPS + step) as u16);
        }
    }
    plan
}

/// Spots of noise at random places: where growth begins.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn sown(dice: &mut Dice) -> Skin {
    let mut skin = Skin::bare();
    let (width, height) = size();
    for _ in 0..110 {
        let x = dice.between(8.0, width - 9.0) as usize;
        let y = dice.between(8.0, height - 9.0) as usize;
        for dy in 0..3 {
            for dx in 0..3 {
                let place = skin.place(x + dx, y + dy);
                skin.values[place] = dice.between(-1.0, 1.0);
            }
        }
    }
    skin
}

fn filtered(skin: &Skin, bank: &Bank, plan: &[u16], gain: f32) -> Skin {
    let mut grown = Skin::bare();
    let live = live_blocks(skin);
    let columns = SIZE.0.div_ceil(BLOCK);
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            if !live[(y / BLOCK) * columns + x / BLOCK] {
                continue;
            }
            let filter = &bank.filters[usize::from(plan[y * SIZE.0 + x])];
            let answer = gain * response(skin, filter, x, y);
            let place = skin.place(x, y);
            // Softer than a cut: the crest stays the highest place of a ridge.
            grown.values[place] = answer / (1.0 + answer * answer).sqrt();
        }
    }
    grown
}

/// The filter laid over the skin around one pixel.
fn response(skin: &Skin, filter: &[f32], x: usize, y: usize) -> f32 {
    let mut sums = [0f32; SIDE];
    // The skin's margin is as wide as the filter reaches, so its corner is at (x, y) with the margin.
    let mut start = y * skin.stride + x;
    for row in filter.chunks_exact(SIDE) {
        let line = &skin.values[start..start + SIDE];
        for ((sum, weight), value) in sums.iter_mut().zip(row).zip(line) {
            *sum += weight * value;
        }
        start += skin.stride;
    }
    sums.iter().sum()
}

/// Blocks that have ridges, or whose neighbour has.
fn live_blocks(skin: &Skin) -> Vec<bool> {
    let (columns, rows) = (SIZE.0.div_ceil(BLOCK), SIZE.1.div_ceil(BLOCK));
    let mut live = vec![false; columns * rows];
    for row in 0..rows {
        for column in 0..columns {
            if !has_ridges(skin, column, row) {
                continue;
            }
            for r in row.saturating_sub(1)..(row + 2).min(rows) {
                for c in column.saturating_sub(1)..(column + 2).min(columns) {
                    live[r * columns + c] = true;
                }
            }
        }
    }
    live
}

fn has_ridges(skin: &Skin, column: usize, row: usize) -> bool {
    (row * BLOCK..((row + 1) * BLOCK).min(SIZE.1)).any(|y| {
        let start = skin.place(column * BLOCK, y);
        let end = skin.place(((column + 1) * BLOCK).min(SIZE.0), y);
        skin.values[start..end].iter().any(|v| v.abs() > 0.02)
    })
}

/// Gabor filters for each angle and period, without a mean, answering 1 to their own wave.
struct Bank {
    filters: Vec<Vec<f32>>,
}

impl Bank {
    #[allow(clippy::cast_precision_loss)]
    fn new() -> Self {
        let mut filters = Vec::with_capacity(ANGLES * STEPS);
        for angle in 0..ANGLES {
            for step in 0..STEPS {
                let share = step as f32 / (STEPS - 1) as f32;
                let period = PERIODS.0 + share * (PERIODS.1 - PERIODS.0);
                filters.push(gabor(angle as f32 * PI / ANGLES as f32, period));
            }
        }
        Self { filters }
    }
}

#[allow(clippy::cast_precision_loss)]
fn gabor(angle: f32, period: f32) -> Vec<f32> {
    let reach = REACH as f32;
    let sigma = period * 0.42;
    let mut filter = Vec::with_capacity(SIDE * SIDE);
    let mut wave = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        for column in 0..SIDE {
            let (x, y) = (column as f32 - reach, reach - row as f32);
            let across = -x * angle.sin() + y * angle.cos();
            let crest = (2.0 * PI * across / period).cos();
            let weight = (-(x * x + y * y) / (2.0 * sigma * sigma)).exp();
            filter.push(weight * crest);
            wave.push((weight, crest));
        }
    }
    let weights: f32 = wave.iter().map(|(weight, _)| weight).sum();
    let mean = filter.iter().sum::<f32>() / weights;
    for (value, (weight, _)) in filter.iter_mut().zip(&wave) {
        *value -= mean * weight;
    }
    let own: f32 = filter.iter().zip(&wave).map(|(f, (_, c))| f * c).sum();
    filter.iter_mut().for_each(|value| *value /= own);
    filter
}

//! How well the ridges of two prints lie on one another once their minutiae are paired.

use crate::pairing::{Bend, Motion};
use crate::prepared::{Map, Prepared};
use crate::ridges::{BLOCK, PITCH};

/// Samples along a side of a window.
const WINDOW: usize = 8;
/// Windows are moved by up to so many fine steps of a pixel and a half to find where they fit.
const SHIFT: usize = 2;
const SIDE: usize = 2 * SHIFT + 1;
/// Places tried for each window.
const SHIFTS: usize = SIDE * SIDE;
/// Samples of a window that have to lie in both prints.
const LEAST: usize = 28;

/// What the overlap of two prints shows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Overlap {
    /// Windows that lie in both.
    pub windows: f32,
    /// Mean correlation of ridges in them, -1 to 1.
    pub ridges: f32,
    /// Share of windows whose ridges agree clearly.
    pub clear: f32,
    /// Mean agreement of the ridges' direction, -1 to 1.
    pub lines: f32,
}

/// Lays `b` over `a`.
pub(crate) fn overlap(a: &Prepared, b: &Prepared, bend: &Bend, motion: Motion) -> Overlap {
    if !a.map.has_ridges() || !b.map.has_ridges() {
        return Overlap {
            lines: lines(&a.map, &b.map, bend, motion),
            ..Overlap::default()
        };
    }
    let columns = a.map.width / WINDOW;
    let rows = a.map.height / WINDOW;
    let mut surfaces = vec![[0.0f32; SHIFTS]; columns * rows];
    let mut weights = vec![0.0f32; columns * rows];
    for window in 0..columns * rows {
        let corner = (window % columns * WINDOW, window / columns * WINDOW);
        let surface = &mut surfaces[window];
        weights[window] = correlate(&a.map, &b.map, corner, bend, motion, surface);
    }
    let mut out = Overlap {
        lines: lines(&a.map, &b.map, bend, motion),
        ..Overlap::default()
    };
    for window in 0..columns * rows {
        let weight = weights[window];
        if weight > 0.0 {
            let best = agreed_shift(&surfaces, &weights, window, columns, rows);
            let fit = surfaces[window][best];
            out.windows += weight;
            out.ridges += weight * fit;
            out.clear += weight * f32::from(fit > 0.55);
        }
    }
    if out.windows > 0.0 {
        out.ridges /= out.windows;
        out.clear /= out.windows;
    }
    out
}

/// Correlations of one window at each shift; its weight, 0 when too little of it lies in both.
fn correlate(
    a: &Map,
    b: &Map,
    (left, top): (usize, usize),
    bend: &Bend,
    motion: Motion,
    surface: &mut [f32; SHIFTS],
) -> f32 {
    let pitch = PITCH as f32;
    let middle = |s: usize| (s as f32 + WINDOW as f32 / 2.0) * pitch;
    let (cx, cy) = (middle(left), middle(top));
    let (bx, by) = bend.apply(cx, cy);
    // Far outside: not even a corner of the window can lie in the other print.
    if b.block(bx, by).is_none() {
        return 0.0;
    }
    let stride = 2 * b.width;
    let reach = SHIFT * (stride + 1);
    let mut places = [(0i32, 0usize); WINDOW * WINDOW];
    let mut common = 0;
    for y in 0..WINDOW {
        for x in 0..WINDOW {
            let grey = a.grey[2 * (top + y) * 2 * a.width + 2 * (left + x)];
            let ux = (left + x) as f32 * pitch + 1.0 - cx;
            let uy = (top + y) as f32 * pitch + 1.0 - cy;
            let px = bx + motion.cos * ux - motion.sin * uy;
            let py = by + motion.sin * ux + motion.cos * uy;
            let at = b.fine(px, py).filter(|at| grey != 0 && b.grey[*at] != 0);
            let at = at.filter(|at| *at >= reach && at + reach < b.grey.len());
            if let Some(at) = at {
                places[common] = (i32::from(grey), at - reach);
                common += 1;
            }
        }
    }
    if common < LEAST {
        return 0.0;
    }
    for (i, fit) in surface.iter_mut().enumerate() {
        let shift = i / SIDE * stride + i % SIDE;
        *fit = correlation(&places[..common], &b.grey, shift);
    }
    common as f32 / (WINDOW * WINDOW) as f32
}

fn correlation(places: &[(i32, usize)], b: &[i8], shift: usize) -> f32 {
    let (mut ab, mut aa, mut bb) = (0i32, 0i32, 0i32);
    for (p, at) in places {
        let q = i32::from(b[at + shift]);
        ab += p * q;
        aa += p * p;
        bb += q * q;
    }
    ab as f32 / ((aa as f32 * bb as f32).sqrt() + 2000.0)
}

/// The shift on which a window and its neighbours agree best: skin does not tear.
fn agreed_shift(
    surfaces: &[[f32; SHIFTS]],
    weights: &[f32],
    window: usize,
    columns: usize,
    rows: usize,
) -> usize {
    let (x, y) = (window % columns, window / columns);
    let mut sum = [0.0f32; SHIFTS];
    for ny in y.saturating_sub(1)..(y + 2).min(rows) {
        for nx in x.saturating_sub(1)..(x + 2).min(columns) {
            let n = ny * columns + nx;
            let w = weights[n] * if n == window { 1.5 } else { 0.6 };
            for (s, v) in sum.iter_mut().zip(&surfaces[n]) {
                *s += w * v;
            }
        }
    }
    let best = sum.iter().enumerate().max_by(|p, q| p.1.total_cmp(q.1));
    best.map_or(SHIFTS / 2, |(i, _)| i)
}

/// Mean cosine of the doubled difference of directions over the blocks in both.
fn lines(a: &Map, b: &Map, bend: &Bend, motion: Motion) -> f32 {
    let turned = motion.sin.atan2(motion.cos);
    let (mut sum, mut count) = (0.0, 0.0f32);
    let side = (BLOCK * PITCH) as f32;
    for (block, _) in a.print.iter().enumerate().filter(|(_, print)| **print) {
        let x = ((block % a.columns) as f32 + 0.5) * side;
        let y = ((block / a.columns) as f32 + 0.5) * side;
        let (bx, by) = bend.apply(x, y);
        let Some(there) = b.block(bx, by) else {
            continue;
        };
        let (c, s) = a.lines[block];
        let (d, t) = b.lines[there];
        let difference = t.atan2(d) - s.atan2(c) - 2.0 * turned;
        sum += difference.cos();
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

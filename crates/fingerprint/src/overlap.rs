//! How well the ridges of two prints lie on one another once their minutiae are paired.

use crate::bend::Bend;
use crate::pairing::Motion;
use crate::prepared::{MARGIN, Map, Prepared, both_have_ridges};
use crate::ridges::{BLOCK, PITCH};

/// Samples along a side of a window.
const WINDOW: usize = 8;
/// Blocks along a side of a window.
const BLOCKS: usize = WINDOW / BLOCK;
/// Windows are moved by up to so many fine steps of a pixel and a half to find where they fit.
const SHIFT: usize = 2;
const SIDE: usize = 2 * SHIFT + 1;
/// Places tried for each window.
const SHIFTS: usize = SIDE * SIDE;
/// Samples of a window that have to lie in both prints.
const LEAST: usize = 28;

// What lies under a shifted window is read without a look at the edges.
const _: () = assert!(MARGIN >= SHIFT && MARGIN + SHIFT >= LANES);

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
    let columns = a.map.columns.div_ceil(BLOCKS);
    let rows = a.map.rows.div_ceil(BLOCKS);
    let both = Both {
        a: &a.map,
        b: &b.map,
        motion,
    };
    let with_ridges = both_have_ridges(a, b);
    let mut surfaces = vec![[0.0f32; SHIFTS]; columns * rows];
    let mut weights = vec![0.0f32; columns * rows];
    let (mut lines, mut blocks) = (0.0, 0.0f32);
    for window in 0..columns * rows {
        let corner = (window % columns, window / columns);
        if !both.holds_print(corner) {
            continue;
        }
        let (x, y) = middle(corner);
        let to = bend.apply(x, y);
        let (sum, count) = both.lines(corner, to);
        lines += sum;
        blocks += count;
        // A window that a print ends in has no partner of its own size.
        let whole =
            (corner.0 + 1) * WINDOW <= a.map.width && (corner.1 + 1) * WINDOW <= a.map.height;
        if with_ridges && whole && b.map.block(to.0, to.1).is_some() {
            weights[window] = both.correlate(corner, to, &mut surfaces[window]);
        }
    }
    let mut out = Overlap {
        lines: if blocks > 0.0 { lines / blocks } else { 0.0 },
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

/// The middle of a window in pixels.
fn middle((column, row): (usize, usize)) -> (f32, f32) {
    let at = |i: usize| (i * WINDOW + WINDOW / 2) as f32 * PITCH as f32;
    (at(column), at(row))
}

/// The two prints, and how the one is turned.
struct Both<'a> {
    a: &'a Map,
    b: &'a Map,
    motion: Motion,
}

impl Both<'_> {
    /// Blocks of the one print that lie in a window.
    fn blocks(&self, (column, row): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
        let (columns, rows, print) = (self.a.columns, self.a.rows, &self.a.print);
        let all = (0..BLOCKS * BLOCKS)
            .map(move |i| (column * BLOCKS + i % BLOCKS, row * BLOCKS + i / BLOCKS));
        all.filter(move |(x, y)| *x < columns && *y < rows && print[y * columns + x])
    }

    fn holds_print(&self, corner: (usize, usize)) -> bool {
        self.blocks(corner).next().is_some()
    }

    /// Sum of the cosines of the doubled difference of directions over the blocks of a window that lie in both, and
    /// how many these are. The middle of the window lies at `to` in the other.
    fn lines(&self, corner: (usize, usize), to: (f32, f32)) -> (f32, f32) {
        let (sin, cos) = (self.motion.sin, self.motion.cos);
        let doubled = (cos * cos - sin * sin, 2.0 * sin * cos);
        let side = (BLOCK * PITCH) as f32;
        let (cx, cy) = middle(corner);
        let (mut sum, mut count) = (0.0, 0.0);
        for (column, row) in self.blocks(corner) {
            let (ux, uy) = (
                (column as f32 + 0.5) * side - cx,
                (row as f32 + 0.5) * side - cy,
            );
            let x = to.0 + cos * ux - sin * uy;
            let y = to.1 + sin * ux + cos * uy;
            if let Some(there) = self.b.block(x, y) {
                let (c, s) = self.a.lines[row * self.a.columns + column];
                let (d, t) = self.b.lines[there];
                let (along, across) = (c * d + s * t, c * t - s * d);
                sum += along * doubled.0 + across * doubled.1;
                count += 1.0;
            }
        }
        (sum, count)
    }

    /// Correlations of one window at each shift; its weight, 0 when too little of it lies in both.
    fn correlate(
        &self,
        (column, row): (usize, usize),
        to: (f32, f32),
        surface: &mut [f32; SHIFTS],
    ) -> f32 {
        let (a, b) = (self.a, self.b);
        let steps = Steps::new(self.motion, to);
        let (width, height) = (2 * b.width as i32, 2 * b.height as i32);
        let mut places = [(0i16, 0u32); WINDOW * WINDOW];
        let mut common = 0;
        for y in 0..WINDOW {
            let from = a.at(2 * column * WINDOW, 2 * (row * WINDOW + y));
            let greys = &a.grey[from..from + 2 * WINDOW];
            for x in 0..WINDOW {
                let (fx, fy) = steps.at(x as i32, y as i32);
                // What lies outside is held against a corner, which is outside of the print too.
                let inside = (0..width).contains(&fx) && (0..height).contains(&fy);
                let at = if inside {
                    b.at(fx as usize, fy as usize)
                } else {
                    0
                };
                let grey = greys[2 * x];
                places[common] = (i16::from(grey), at as u32);
                // Counted without a branch: at the rim of a print no guess is good.
                common += usize::from((grey != 0) & (b.grey[at] != 0));
            }
        }
        if common < LEAST {
            return 0.0;
        }
        correlations(&places[..common], b, surface);
        common as f32 / (WINDOW * WINDOW) as f32
    }
}

/// Fine places of the other print under the samples of a window, in fixed point.
struct Steps {
    start: (i32, i32),
    cos: i32,
    sin: i32,
}

/// Bits behind the point; before it there are 11 at most.
const POINT: u32 = 16;

impl Steps {
    fn new(motion: Motion, to: (f32, f32)) -> Self {
        let fixed = |v: f32| (v * (1u32 << POINT) as f32) as i32;
        let scale = 2.0 / PITCH as f32;
        // From the middle of the window to its first sample, which is in the middle of its pixels.
        let back = 1.0 - (WINDOW / 2 * PITCH) as f32;
        let (sin, cos) = (motion.sin, motion.cos);
        let x = to.0 + (cos - sin) * back;
        let y = to.1 + (sin + cos) * back;
        Self {
            start: (
                fixed((x - 1.0) * scale + 0.5),
                fixed((y - 1.0) * scale + 0.5),
            ),
            cos: fixed(2.0 * cos),
            sin: fixed(2.0 * sin),
        }
    }

    fn at(&self, x: i32, y: i32) -> (i32, i32) {
        let fx = self.start.0 + self.cos * x - self.sin * y;
        let fy = self.start.1 + self.sin * x + self.cos * y;
        (fx >> POINT, fy >> POINT)
    }
}

/// Shifts of a row that are summed at a time; those beyond [`SIDE`] are not used.
const LANES: usize = 8;
/// Products of greys are at most 65 * 65: so many of them fit 16 bits, where eight are summed at a time.
const FIT: usize = 7;

/// The correlation of the places with what lies under them, at each shift.
fn correlations(places: &[(i16, u32)], b: &Map, out: &mut [f32; SHIFTS]) {
    let mut ab = [[0i32; LANES]; SIDE];
    let mut bb = [[0i32; LANES]; SIDE];
    let mut aa = 0i32;
    let first = SHIFT * (b.stride + 1);
    for some in places.chunks(FIT) {
        for row in 0..SIDE {
            let (mut pq, mut qq) = ([0i16; LANES], [0i16; LANES]);
            for (p, at) in some {
                let from = *at as usize - first + row * b.stride;
                let Some(under) = b.grey.get(from..from + LANES) else {
                    continue;
                };
                for i in 0..LANES {
                    let q = i16::from(under[i]);
                    pq[i] += p * q;
                    qq[i] += q * q;
                }
            }
            for i in 0..LANES {
                ab[row][i] += i32::from(pq[i]);
                bb[row][i] += i32::from(qq[i]);
            }
        }
        let squares = some.iter().map(|(p, _)| i32::from(*p) * i32::from(*p));
        aa += squares.sum::<i32>();
    }
    let aa = aa as f32;
    for (i, fit) in out.iter_mut().enumerate() {
        let (ab, bb) = (ab[i / SIDE][i % SIDE], bb[i / SIDE][i % SIDE]);
        *fit = ab as f32 / ((aa * bb as f32).sqrt() + 2000.0);
    }
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

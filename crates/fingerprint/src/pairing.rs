//! Which minutia of one print is which of the other: alike surroundings, then edges that agree.

use std::f32::consts::TAU;

use crate::prepared::{Descriptor, PLACES, Point, Prepared};

/// Pairs of alike minutiae that are looked at together.
const CANDIDATES: usize = 90;
/// Trees that are grown from different roots.
const TREES: usize = 3;
/// A finger is not turned further than this against its enrolment, in 1/256 of a turn (about 80 degrees).
const TURNED: i8 = 57;
/// Directions may differ by this within a tree, in 1/256 of a turn (about 21 degrees).
const BENT: i8 = 15;

/// A minutia of the one and one of the other print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub one: usize,
    pub other: usize,
    /// How alike their surroundings are, 0 to 1.
    pub alike: f32,
}

/// A turn and a move: from the one print to the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion {
    pub cos: f32,
    pub sin: f32,
    pub dx: f32,
    pub dy: f32,
}

impl Motion {
    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (
            self.cos * x - self.sin * y + self.dx,
            self.sin * x + self.cos * y + self.dy,
        )
    }

    /// The best fit of pairs, by least squares.
    fn fitted(a: &[Point], b: &[Point], pairs: &[Pair]) -> Self {
        let n = pairs.len().max(1) as f32;
        let mean = |f: &dyn Fn(&Pair) -> f32| pairs.iter().map(f).sum::<f32>() / n;
        let (ax, ay) = (mean(&|p| a[p.one].x), mean(&|p| a[p.one].y));
        let (bx, by) = (mean(&|p| b[p.other].x), mean(&|p| b[p.other].y));
        let (mut along, mut across) = (0.0, 0.0);
        for p in pairs {
            let (ux, uy) = (a[p.one].x - ax, a[p.one].y - ay);
            let (vx, vy) = (b[p.other].x - bx, b[p.other].y - by);
            along += ux * vx + uy * vy;
            across += ux * vy - uy * vx;
            // Directions say how far it is turned too, which matters when pairs are few and close together.
            let turned = turn(a[p.one], b[p.other]);
            along += 400.0 * turned.cos();
            across += 400.0 * turned.sin();
        }
        let length = along.hypot(across).max(1e-6);
        let (cos, sin) = (along / length, across / length);
        Self {
            cos,
            sin,
            dx: bx - cos * ax + sin * ay,
            dy: by - sin * ax - cos * ay,
        }
    }
}

fn turn(a: Point, b: Point) -> f32 {
    f32::from(b.angle.wrapping_sub(a.angle)) * (TAU / 256.0)
}

/// Pairs that agree with one another, and the motion that they agree on.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub pairs: Vec<Pair>,
    pub motion: Motion,
}

impl Tree {
    fn worth(&self) -> f32 {
        self.pairs.iter().map(|p| 0.4 + p.alike).sum()
    }
}

/// What was found without and with geometry.
pub(crate) struct Pairing {
    /// Mean likeness of the best pairs, whatever their places.
    pub local: f32,
    /// Best first; empty when nothing is alike.
    pub trees: Vec<Tree>,
}

/// How alike two surroundings are, 0 to 1.
pub(crate) fn alike(a: &Descriptor, b: &Descriptor) -> f32 {
    let (mut difference, mut places) = (0u32, 0u32);
    for i in 0..PLACES {
        let known = a.known[i] & b.known[i];
        let apart = (a.lines[i].wrapping_sub(b.lines[i]) as i8).unsigned_abs();
        difference += u32::from(apart & known);
        places += u32::from(known & 1);
    }
    if places < 16 {
        return 0.0;
    }
    let lines = 1.0 - difference as f32 / (40.0 * places as f32);
    if lines < 0.35 {
        return 0.0;
    }
    let (mut differ, mut seen) = (0, 0);
    for i in 0..2 {
        let known = a.texture_known[i] & b.texture_known[i];
        differ += ((a.texture[i] ^ b.texture[i]) & known).count_ones();
        seen += known.count_ones();
    }
    // Without texture on either side the directions have to speak alone.
    let texture = if seen < 30 {
        0.8 * lines
    } else {
        1.0 - 2.0 * differ as f32 / seen as f32
    };
    // Little in common is little evidence.
    let evidence = (places as f32 / 40.0).min(1.0).sqrt();
    (evidence * (0.5 * lines + 0.5 * texture.max(0.0))).max(0.0)
}

/// Finds the pairs of two prints.
pub(crate) fn pair(a: &Prepared, b: &Prepared) -> Pairing {
    let table = Table::new(a, b);
    let candidates = table.best(a, b);
    let top = candidates.len().min(12);
    let local = candidates[..top].iter().map(|p| p.alike).sum::<f32>() / 12.0;
    let supports = supports(a, b, &candidates);
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|i, j| supports[*j].total_cmp(&supports[*i]));
    let mut trees: Vec<Tree> = Vec::new();
    for root in order {
        if trees.len() == TREES {
            break;
        }
        let root = candidates[root];
        let has = |p: &Pair| p.one == root.one && p.other == root.other;
        if !trees.iter().any(|t| t.pairs.iter().any(has)) {
            trees.push(grow(a, b, &table, root));
        }
    }
    trees.sort_by(|s, t| t.worth().total_cmp(&s.worth()));
    Pairing { local, trees }
}

/// Likeness of each minutia with each other one.
struct Table {
    width: usize,
    alike: Vec<f32>,
}

impl Table {
    fn new(a: &Prepared, b: &Prepared) -> Self {
        let width = b.points.len();
        let mut values = Vec::with_capacity(a.points.len() * width);
        for (p, d) in a.points.iter().zip(&a.descriptors) {
            for (q, e) in b.points.iter().zip(&b.descriptors) {
                let turned = q.angle.wrapping_sub(p.angle) as i8;
                let possible = turned.unsigned_abs() <= TURNED.unsigned_abs();
                values.push(if possible { alike(d, e) } else { 0.0 });
            }
        }
        Self {
            width,
            alike: values,
        }
    }

    fn at(&self, one: usize, other: usize) -> f32 {
        self.alike[one * self.width + other]
    }

    /// The most alike pairs, best first.
    fn best(&self, a: &Prepared, b: &Prepared) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for one in 0..a.points.len() {
            for other in 0..b.points.len() {
                let alike = self.at(one, other);
                if alike > 0.2 {
                    pairs.push(Pair { one, other, alike });
                }
            }
        }
        let by_likeness = |p: &Pair, q: &Pair| q.alike.total_cmp(&p.alike);
        if pairs.len() > CANDIDATES {
            pairs.select_nth_unstable_by(CANDIDATES, by_likeness);
            pairs.truncate(CANDIDATES);
        }
        pairs.sort_by(by_likeness);
        pairs
    }
}

/// For each candidate, how much the others speak for the motion that it stands for.
fn supports(a: &Prepared, b: &Prepared, pairs: &[Pair]) -> Vec<f32> {
    let turns: Vec<u8> = pairs
        .iter()
        .map(|p| b.points[p.other].angle.wrapping_sub(a.points[p.one].angle))
        .collect();
    let mut sums: Vec<f32> = pairs.iter().map(|p| p.alike).collect();
    for i in 0..pairs.len() {
        for j in i + 1..pairs.len() {
            let bent = turns[i].wrapping_sub(turns[j]) as i8;
            let shared = pairs[i].one == pairs[j].one || pairs[i].other == pairs[j].other;
            if bent.unsigned_abs() > BENT.unsigned_abs() || shared {
                continue;
            }
            let mean = turns[j].wrapping_add_signed(bent / 2);
            let agreement = edge_agreement(a, b, pairs[i], pairs[j], mean);
            sums[i] += agreement * pairs[j].alike;
            sums[j] += agreement * pairs[i].alike;
        }
    }
    sums
}

/// How well the edge between two minutiae of the one print, turned, is that of the other: 0 to 1.
fn edge_agreement(a: &Prepared, b: &Prepared, p: Pair, q: Pair, turned: u8) -> f32 {
    let (sin, cos) = (f32::from(turned) * (TAU / 256.0)).sin_cos();
    let (p1, q1) = (a.points[p.one], a.points[q.one]);
    let (p2, q2) = (b.points[p.other], b.points[q.other]);
    let (ux, uy) = (q1.x - p1.x, q1.y - p1.y);
    let (vx, vy) = (q2.x - p2.x, q2.y - p2.y);
    let off = (cos * ux - sin * uy - vx).hypot(sin * ux + cos * uy - vy);
    let allowed = 7.0 + 0.12 * ux.hypot(uy);
    (1.0 - off / allowed).max(0.0)
}

/// A tree under construction.
struct Growth<'a> {
    a: &'a Prepared,
    b: &'a Prepared,
    table: &'a Table,
    used_a: Vec<bool>,
    used_b: Vec<bool>,
    pairs: Vec<Pair>,
    /// Sum of turns as a vector.
    turned: (f32, f32),
}

/// Walks from the root along edges that agree, then takes in what fits the motion of the whole.
fn grow(a: &Prepared, b: &Prepared, table: &Table, root: Pair) -> Tree {
    let mut growth = Growth {
        a,
        b,
        table,
        used_a: vec![false; a.points.len()],
        used_b: vec![false; b.points.len()],
        pairs: Vec::new(),
        turned: (0.0, 0.0),
    };
    growth.take(root);
    let mut next = 0;
    while let Some(from) = growth.pairs.get(next).copied() {
        next += 1;
        for &k in &a.edges[from.one] {
            growth.along_edge(from, usize::from(k));
        }
    }
    let motion = Motion::fitted(&a.points, &b.points, &growth.pairs);
    growth.complete(motion);
    let motion = Motion::fitted(&a.points, &b.points, &growth.pairs);
    Tree {
        pairs: growth.pairs,
        motion,
    }
}

impl Growth<'_> {
    fn take(&mut self, pair: Pair) {
        let turned = turn(self.a.points[pair.one], self.b.points[pair.other]);
        self.turned.0 += turned.cos();
        self.turned.1 += turned.sin();
        self.used_a[pair.one] = true;
        self.used_b[pair.other] = true;
        self.pairs.push(pair);
    }

    fn bent(&self, one: usize, other: usize, turned: f32) -> f32 {
        let own = turn(self.a.points[one], self.b.points[other]);
        let bent = (own - turned).rem_euclid(TAU);
        bent.min(TAU - bent)
    }

    fn along_edge(&mut self, from: Pair, k: usize) {
        if self.used_a[k] {
            return;
        }
        let (p, q) = (self.a.points[from.one], self.a.points[k]);
        let turned = self.turned.1.atan2(self.turned.0);
        let (sin, cos) = turned.sin_cos();
        let (ux, uy) = (q.x - p.x, q.y - p.y);
        let start = self.b.points[from.other];
        let (tx, ty) = (start.x + cos * ux - sin * uy, start.y + sin * ux + cos * uy);
        let allowed = 5.0 + 0.11 * ux.hypot(uy);
        let others = self.b.edges[from.other].iter().map(|l| usize::from(*l));
        let best = self.closest(k, others, (tx, ty), allowed, turned);
        if let Some(pair) = best {
            self.take(pair);
        }
    }

    fn closest(
        &self,
        one: usize,
        others: impl Iterator<Item = usize>,
        (x, y): (f32, f32),
        allowed: f32,
        turned: f32,
    ) -> Option<Pair> {
        let mut best: Option<(f32, Pair)> = None;
        for other in others {
            if self.used_b[other] {
                continue;
            }
            let point = self.b.points[other];
            let off = (point.x - x).hypot(point.y - y) / allowed;
            if off > 1.0 {
                continue;
            }
            let bent = self.bent(one, other, turned) / (f32::from(BENT) * TAU / 256.0);
            if bent > 1.0 {
                continue;
            }
            let alike = self.table.at(one, other);
            let cost = off + 0.5 * bent - alike;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, Pair { one, other, alike }));
            }
        }
        best.map(|(_, pair)| pair)
    }

    /// Minutiae that no edge led to, where the motion and its neighbours' deviation from it put them.
    fn complete(&mut self, motion: Motion) {
        let turned = motion.sin.atan2(motion.cos);
        let bend = Bend::new(self.a, self.b, &self.pairs, motion);
        for one in 0..self.a.points.len() {
            if self.used_a[one] {
                continue;
            }
            let point = self.a.points[one];
            let target = bend.apply(point.x, point.y);
            let all = 0..self.b.points.len();
            if let Some(pair) = self.closest(one, all, target, 9.0, turned) {
                self.take(pair);
            }
        }
    }
}

/// A motion, and how the pairs near a place deviate from it: skin is elastic.
pub(crate) struct Bend {
    motion: Motion,
    /// Place in the one print, deviation in the other.
    offsets: Vec<(f32, f32, f32, f32)>,
}

impl Bend {
    pub fn new(a: &Prepared, b: &Prepared, pairs: &[Pair], motion: Motion) -> Self {
        let offset = |p: &Pair| {
            let (from, to) = (a.points[p.one], b.points[p.other]);
            let (x, y) = motion.apply(from.x, from.y);
            (from.x, from.y, to.x - x, to.y - y)
        };
        Self {
            motion,
            offsets: pairs.iter().map(offset).collect(),
        }
    }

    /// Where a place of the one print lies in the other.
    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        let (mx, my) = self.motion.apply(x, y);
        // As if one more pair, undisturbed, weighed a little everywhere.
        let (mut sum_x, mut sum_y, mut total) = (0.0, 0.0, 0.3);
        for (px, py, dx, dy) in &self.offsets {
            let far = (px - x).powi(2) + (py - y).powi(2);
            let w = 1.0 / (1.0 + (far / (45.0 * 45.0)).powi(2));
            sum_x += w * dx;
            sum_y += w * dy;
            total += w;
        }
        (mx + sum_x / total, my + sum_y / total)
    }

    /// Root of the mean squared deviation, in pixels.
    pub fn deviation(&self) -> f32 {
        let n = self.offsets.len().max(1) as f32;
        let squares = self.offsets.iter().map(|(_, _, dx, dy)| dx * dx + dy * dy);
        (squares.sum::<f32>() / n).sqrt()
    }
}

/// Minutiae looked at by the first stage of a search: the clearest of each print.
const QUICK_ONE: usize = 20;
const QUICK_OTHER: usize = 28;

/// How promising a full comparison is, in a few microseconds: the best partner of each clear minutia, and how many
/// of these agree on one motion.
pub(crate) fn quick(a: &Prepared, b: &Prepared) -> f32 {
    let mut best: Vec<Pair> = Vec::with_capacity(QUICK_ONE);
    for one in 0..a.points.len().min(QUICK_ONE) {
        let mut pair = Pair {
            one,
            other: 0,
            alike: 0.2,
        };
        for other in 0..b.points.len().min(QUICK_OTHER) {
            let turned = b.points[other].angle.wrapping_sub(a.points[one].angle) as i8;
            if turned.unsigned_abs() <= TURNED.unsigned_abs() {
                let alike = alike(&a.descriptors[one], &b.descriptors[other]);
                if alike > pair.alike {
                    pair = Pair { one, other, alike };
                }
            }
        }
        if pair.alike > 0.2 {
            best.push(pair);
        }
    }
    supports(a, b, &best).into_iter().fold(0.0, f32::max)
}

//! Which minutia of one print is which of the other: alike surroundings, then edges that agree.

use std::f32::consts::{PI, TAU};
use std::sync::OnceLock;

use crate::bend::Bend;
use crate::glance::supports;
use crate::prepared::{Descriptor, PLACES, Point, Prepared};

/// Pairs of alike minutiae that are looked at together.
const CANDIDATES: usize = 90;
/// Trees that are grown from different roots.
const TREES: usize = 3;
/// A finger is not turned further than this against its enrolment, in 1/256 of a turn (about 80 degrees).
pub(crate) const TURNED: u8 = 57;
/// Turns of pairs that belong together may differ by this, in 1/256 of a turn (about 21 degrees).
pub(crate) const BENT: u8 = 15;
/// Minutiae whose surroundings are not more alike than this are no pair.
pub(crate) const UNLIKE: f32 = 0.2;

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
            let (sin, cos) = turned_by(turn(a[p.one], b[p.other]));
            along += 400.0 * cos;
            across += 400.0 * sin;
        }
        let size = length(along, across).max(1e-6);
        let (cos, sin) = (along / size, across / size);
        Self {
            cos,
            sin,
            dx: bx - cos * ax + sin * ay,
            dy: by - sin * ax - cos * ay,
        }
    }
}

/// From the direction of the one to that of the other, in 1/256 of a turn.
pub(crate) fn turn(a: Point, b: Point) -> u8 {
    b.angle.wrapping_sub(a.angle)
}

/// Sine and cosine of 1/256 of a turn, from a table: they are asked for thousands of times in a comparison.
pub(crate) fn turned_by(angle: u8) -> (f32, f32) {
    static TABLE: OnceLock<[(f32, f32); 256]> = OnceLock::new();
    let table = TABLE.get_or_init(|| std::array::from_fn(|i| (i as f32 * (TAU / 256.0)).sin_cos()));
    table[usize::from(angle)]
}

/// The length of a vector; `hypot` guards against overflow that places in a print cannot cause.
pub(crate) fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// Pairs that agree with one another, and the motion that they agree on.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub pairs: Vec<Pair>,
    pub motion: Motion,
}

impl Tree {
    /// How much it holds.
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

/// Finds the pairs of two prints: trees grown from the roots that are supported best.
pub(crate) fn pair(a: &Prepared, b: &Prepared) -> Pairing {
    let (table, candidates) = Table::new(a, b);
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
    /// The table, and the most alike pairs, best first.
    fn new(a: &Prepared, b: &Prepared) -> (Self, Vec<Pair>) {
        let width = b.points.len();
        let mut values = Vec::with_capacity(a.points.len() * width);
        let mut pairs = Vec::with_capacity(values.capacity() / 4);
        for (one, (p, d)) in a.points.iter().zip(&a.descriptors).enumerate() {
            for (other, (q, e)) in b.points.iter().zip(&b.descriptors).enumerate() {
                let possible = turn(*p, *q).cast_signed().unsigned_abs() <= TURNED;
                let alike = if possible { alike(d, e) } else { 0.0 };
                values.push(alike);
                if alike > UNLIKE {
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
        let alike = values;
        (Self { width, alike }, pairs)
    }

    fn at(&self, one: usize, other: usize) -> f32 {
        self.alike[one * self.width + other]
    }
}

/// A tree under construction.
struct Growth<'a> {
    a: &'a Prepared,
    b: &'a Prepared,
    table: &'a Table,
    used_a: Vec<bool>,
    used_b: Vec<bool>,
    pairs: Vec<Pair>,
    /// Sum of turns as a vector: sines, cosines.
    turns: (f32, f32),
    /// Its direction, in radians.
    turned: f32,
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
        turns: (0.0, 0.0),
        turned: 0.0,
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
        let (sin, cos) = turned_by(turn(self.a.points[pair.one], self.b.points[pair.other]));
        self.turns.0 += sin;
        self.turns.1 += cos;
        self.turned = self.turns.0.atan2(self.turns.1);
        self.used_a[pair.one] = true;
        self.used_b[pair.other] = true;
        self.pairs.push(pair);
    }

    fn bent(&self, one: usize, other: usize, turned: f32) -> f32 {
        let own = f32::from(turn(self.a.points[one], self.b.points[other])) * (TAU / 256.0);
        // Own is 0 to 2 pi, turned is -pi to pi: once round is enough.
        let bent = own - turned;
        if bent > PI {
            (bent - TAU).abs()
        } else {
            bent.abs()
        }
    }

    fn along_edge(&mut self, from: Pair, k: usize) {
        if self.used_a[k] {
            return;
        }
        let (p, q) = (self.a.points[from.one], self.a.points[k]);
        let turned = self.turned;
        let size = length(self.turns.0, self.turns.1).max(1e-6);
        let (sin, cos) = (self.turns.0 / size, self.turns.1 / size);
        let (ux, uy) = (q.x - p.x, q.y - p.y);
        let start = self.b.points[from.other];
        let (tx, ty) = (start.x + cos * ux - sin * uy, start.y + sin * ux + cos * uy);
        let allowed = 5.0 + 0.11 * length(ux, uy);
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
            let point = self.b.points[other];
            let (dx, dy) = (point.x - x, point.y - y);
            let far = dx * dx + dy * dy;
            if far > allowed * allowed || self.used_b[other] {
                continue;
            }
            let off = far.sqrt() / allowed;
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

//! Skin is elastic: a motion, and how the pairs near a place deviate from it.

use crate::pairing::{Motion, Pair};
use crate::prepared::Prepared;

/// Pairs that are weighed at a time.
const LANES: usize = 8;

/// [`LANES`] pairs: place in the one print, deviation in the other.
#[derive(Clone, Copy)]
struct Group {
    x: [f32; LANES],
    y: [f32; LANES],
    dx: [f32; LANES],
    dy: [f32; LANES],
}

/// So far away that it has no weight.
const NOBODY: Group = Group {
    x: [1e9; LANES],
    y: [1e9; LANES],
    dx: [0.0; LANES],
    dy: [0.0; LANES],
};

/// A motion and the deviations from it.
pub(crate) struct Bend {
    motion: Motion,
    groups: Vec<Group>,
    deviation: f32,
}

impl Bend {
    pub fn new(a: &Prepared, b: &Prepared, pairs: &[Pair], motion: Motion) -> Self {
        let mut groups = Vec::with_capacity(pairs.len().div_ceil(LANES));
        let mut squares = 0.0;
        for some in pairs.chunks(LANES) {
            let mut group = NOBODY;
            for (i, p) in some.iter().enumerate() {
                let (from, to) = (a.points[p.one], b.points[p.other]);
                let (x, y) = motion.apply(from.x, from.y);
                (group.x[i], group.y[i]) = (from.x, from.y);
                (group.dx[i], group.dy[i]) = (to.x - x, to.y - y);
                squares += group.dx[i] * group.dx[i] + group.dy[i] * group.dy[i];
            }
            groups.push(group);
        }
        Self {
            motion,
            groups,
            deviation: (squares / pairs.len().max(1) as f32).sqrt(),
        }
    }

    /// Where a place of the one print lies in the other.
    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        let (mx, my) = self.motion.apply(x, y);
        let (mut sum_x, mut sum_y, mut total) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for g in &self.groups {
            for i in 0..LANES {
                let (ux, uy) = (g.x[i] - x, g.y[i] - y);
                let far = (ux * ux + uy * uy) * (1.0 / (45.0 * 45.0));
                let w = 1.0 / (1.0 + far * far);
                sum_x[i] += w * g.dx[i];
                sum_y[i] += w * g.dy[i];
                total[i] += w;
            }
        }
        // As if one more pair, undisturbed, weighed a little everywhere.
        let total = 0.3 + total.iter().sum::<f32>();
        let sum_x: f32 = sum_x.iter().sum();
        let sum_y: f32 = sum_y.iter().sum();
        (mx + sum_x / total, my + sum_y / total)
    }

    /// Root of the mean squared deviation, in pixels.
    pub fn deviation(&self) -> f32 {
        self.deviation
    }
}

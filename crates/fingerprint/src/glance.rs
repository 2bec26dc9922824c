//! Which pairs of minutiae speak for one another: roots of the trees, and the first stage of a search.

use crate::pairing::{BENT, Pair, TURNED, UNLIKE, alike, length, turn, turned_by};
use crate::prepared::Prepared;

/// For each candidate, how much the others speak for the motion that it stands for.
pub(crate) fn supports(a: &Prepared, b: &Prepared, pairs: &[Pair]) -> Vec<f32> {
    // In the order of their turns, so that those that may agree stand together. No turn is beyond TURNED: none wraps.
    let signed = |p: &Pair| turn(a.points[p.one], b.points[p.other]).cast_signed();
    let mut order: Vec<(i8, u32)> = (0..).zip(pairs).map(|(i, p)| (signed(p), i)).collect();
    order.sort_unstable();
    let mut sums: Vec<f32> = pairs.iter().map(|p| p.alike).collect();
    for (n, &(one, i)) in order.iter().enumerate() {
        let p = pairs[i as usize];
        for &(other, j) in &order[n + 1..] {
            let bent = other - one;
            if bent.unsigned_abs() > BENT {
                break;
            }
            let q = pairs[j as usize];
            if p.one == q.one || p.other == q.other {
                continue;
            }
            let mean = (one + bent / 2).cast_unsigned();
            let agreement = edge_agreement(a, b, p, q, mean);
            sums[i as usize] += agreement * q.alike;
            sums[j as usize] += agreement * p.alike;
        }
    }
    sums
}

/// How well the edge between two minutiae of the one print, turned, is that of the other: 0 to 1.
fn edge_agreement(a: &Prepared, b: &Prepared, p: Pair, q: Pair, turned: u8) -> f32 {
    let (sin, cos) = turned_by(turned);
    let (p1, q1) = (a.points[p.one], a.points[q.one]);
    let (p2, q2) = (b.points[p.other], b.points[q.other]);
    let (ux, uy) = (q1.x - p1.x, q1.y - p1.y);
    let (vx, vy) = (q2.x - p2.x, q2.y - p2.y);
    let off = length(cos * ux - sin * uy - vx, sin * ux + cos * uy - vy);
    let allowed = 7.0 + 0.12 * length(ux, uy);
    (1.0 - off / allowed).max(0.0)
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
            alike: UNLIKE,
        };
        for other in 0..b.points.len().min(QUICK_OTHER) {
            let turned = turn(a.points[one], b.points[other]).cast_signed();
            if turned.unsigned_abs() <= TURNED {
                let alike = alike(&a.descriptors[one], &b.descriptors[other]);
                if alike > pair.alike {
                    pair = Pair { one, other, alike };
                }
            }
        }
        if pair.alike > UNLIKE {
            best.push(pair);
        }
    }
    supports(a, b, &best).into_iter().fold(0.0, f32::max)
}

//! Where ridges end and fork, and which of these places are to be believed.

use std::f32::consts::{PI, TAU};

use crate::field::{CELL, Field};
use crate::skeleton::Skeleton;

/// An end or a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A ridge ends.
    Ending,
    /// A ridge becomes two.
    Bifurcation,
}

/// A place where a ridge ends or forks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minutia {
    /// Pixels from the left at 500 dpi.
    pub x: u16,
    /// Pixels from the top at 500 dpi.
    pub y: u16,
    /// Direction into the ridge that ends, or into the valley that a fork closes, in 1/256 of a turn, clockwise
    /// from the x axis as the picture is seen.
    pub angle: u8,
    /// End or fork.
    pub kind: Kind,
    /// 0 to 100: how clear the ridges around it are.
    pub quality: u8,
}

impl Minutia {
    /// The direction in radians.
    #[must_use]
    pub fn radians(&self) -> f32 {
        f32::from(self.angle) * (TAU / 256.0)
    }
}

/// A minutia on its way through the filters.
#[derive(Clone, Copy)]
struct Found {
    x: f32,
    y: f32,
    angle: f32,
    kind: Kind,
    at: usize,
}

/// Steps that a ridge is followed.
const FOLLOW: usize = 14;
/// A ridge shorter than this is an artefact.
const SHORT: usize = 9;
/// Two that point at each other within this distance are a scar, a bridge or a hole, not minutiae.
const FACING: f32 = 9.0;
/// Two within this distance are noise, whatever way they point.
const CROWDED: f32 = 5.0;
/// At most so many are kept, the clearest first.
pub(crate) const MOST: usize = 80;

/// Finds minutiae on a skeleton, the clearest first.
pub(crate) fn find(skeleton: &Skeleton, field: &Field) -> Vec<Minutia> {
    let mut found = Vec::new();
    for y in 2..skeleton.height - 2 {
        for x in 2..skeleton.width - 2 {
            let at = y * skeleton.width + x;
            if skeleton.pixels[at] == 1 && well_inside(field, x, y, skeleton) {
                found.extend(look(skeleton, field, at));
            }
        }
    }
    let found = without_crowds(&without_doubles(found));
    let mut minutiae: Vec<Minutia> = found.iter().map(|m| finished(m, field)).collect();
    minutiae.sort_by_key(|m| std::cmp::Reverse(m.quality));
    minutiae.truncate(MOST);
    minutiae
}

/// Not at the rim of the print, where every ridge ends.
fn well_inside(field: &Field, x: usize, y: usize, skeleton: &Skeleton) -> bool {
    const RIM: usize = 10;
    if x < RIM || y < RIM || x + RIM >= skeleton.width || y + RIM >= skeleton.height {
        return false;
    }
    let corners = [
        (x - RIM, y - RIM),
        (x + RIM, y - RIM),
        (x - RIM, y + RIM),
        (x + RIM, y + RIM),
    ];
    let sides = [(x - RIM, y), (x + RIM, y), (x, y - RIM), (x, y + RIM)];
    let around = corners.into_iter().chain(sides);
    around
        .into_iter()
        .all(|(x, y)| field.print[field.cell(x, y)])
}

fn look(skeleton: &Skeleton, field: &Field, at: usize) -> Option<Found> {
    let around = skeleton.around(at);
    let crossings = (around ^ around.rotate_left(1)).count_ones() / 2;
    let (x, y) = (at % skeleton.width, at / skeleton.width);
    let line = field.angle[field.cell(x, y)];
    let (kind, towards) = match crossings {
        1 => (Kind::Ending, ending(skeleton, at)?),
        3 => (Kind::Bifurcation, fork(skeleton, at)?),
        _ => return None,
    };
    // The field knows the line better than a few pixels do; they know which way along it.
    let agrees = (towards - line).cos();
    if agrees.abs() < 0.5 {
        return None;
    }
    let angle = if agrees > 0.0 { line } else { line + PI };
    Some(Found {
        x: x as f32,
        y: y as f32,
        angle,
        kind,
        at,
    })
}

fn ending(skeleton: &Skeleton, at: usize) -> Option<f32> {
    let next = skeleton.neighbours(at).next()?;
    let (steps, end) = follow(skeleton, at, next);
    (steps >= SHORT).then(|| direction(skeleton, at, end))
}

/// The bisector of the two branches that lie closest together.
fn fork(skeleton: &Skeleton, at: usize) -> Option<f32> {
    let mut branches = Vec::with_capacity(4);
    for next in skeleton.neighbours(at) {
        // Two neighbours that touch belong to the same branch.
        let touches = |(_, first): &(f32, usize)| adjacent(skeleton.width, *first, next);
        if branches.iter().any(touches) {
            continue;
        }
        let (steps, end) = follow(skeleton, at, next);
        if steps < SHORT {
            return None;
        }
        branches.push((direction(skeleton, at, end), next));
    }
    let [a, b, c] = branches.as_slice() else {
        return None;
    };
    let gap = |a: f32, b: f32| (a - b).cos();
    let pairs = [(a.0, b.0), (b.0, c.0), (a.0, c.0)];
    let closest = pairs
        .into_iter()
        .max_by(|p, q| gap(p.0, p.1).total_cmp(&gap(q.0, q.1)))?;
    let (one, other) = closest;
    Some((one.sin() + other.sin()).atan2(one.cos() + other.cos()))
}

fn adjacent(width: usize, a: usize, b: usize) -> bool {
    let dx = (a % width).abs_diff(b % width);
    let dy = (a / width).abs_diff(b / width);
    dx + dy == 1
}

/// Walks from `from` through `next` until a fork, an end or [`FOLLOW`] steps; how far, and where to.
fn follow(skeleton: &Skeleton, from: usize, next: usize) -> (usize, usize) {
    let (mut before, mut here, mut steps) = (from, next, 1);
    while steps < FOLLOW {
        let around = skeleton.around(here);
        if (around ^ around.rotate_left(1)).count_ones() != 4 && steps > 2 {
            break;
        }
        let width = skeleton.width;
        let away =
            |n: &usize| *n != before && *n != from && (steps == 1 || !touches(width, before, *n));
        let on = skeleton.neighbours(here).find(away);
        let Some(on) = on else { break };
        (before, here) = (here, on);
        steps += 1;
    }
    (steps, here)
}

fn touches(width: usize, a: usize, b: usize) -> bool {
    (a % width).abs_diff(b % width) <= 1 && (a / width).abs_diff(b / width) <= 1
}

fn direction(skeleton: &Skeleton, from: usize, to: usize) -> f32 {
    let w = skeleton.width;
    let dx = (to % w) as f32 - (from % w) as f32;
    let dy = (to / w) as f32 - (from / w) as f32;
    dy.atan2(dx)
}

/// A thick junction shows as several pixels: one of them stays.
fn without_doubles(found: Vec<Found>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    for m in found {
        let double = |k: &Found| k.kind == m.kind && (k.x - m.x).hypot(k.y - m.y) < 3.0;
        if !kept.iter().any(double) {
            kept.push(m);
        }
    }
    kept
}

fn without_crowds(found: &[Found]) -> Vec<Found> {
    let false_pair = |a: &Found, b: &Found| {
        let distance = (a.x - b.x).hypot(a.y - b.y);
        let facing = (a.angle - b.angle).cos() < -0.7;
        distance < CROWDED || (facing && distance < FACING)
    };
    let lonely = |m: &&Found| !found.iter().any(|o| o.at != m.at && false_pair(m, o));
    found.iter().filter(lonely).copied().collect()
}

fn finished(m: &Found, field: &Field) -> Minutia {
    let (x, y) = (m.x as usize, m.y as usize);
    // Half a cell of reach: the worst of the neighbourhood counts.
    let reach = CELL;
    let near = [
        (x - reach, y),
        (x + reach, y),
        (x, y - reach),
        (x, y + reach),
        (x, y),
    ];
    let clear = near.iter().map(|(x, y)| field.quality[field.cell(*x, *y)]);
    let clear = clear.fold(1.0f32, f32::min);
    Minutia {
        x: x as u16,
        y: y as u16,
        angle: (m.angle * (256.0 / TAU)).round().rem_euclid(256.0) as u8,
        kind: m.kind,
        quality: (clear * 100.0) as u8,
    }
}

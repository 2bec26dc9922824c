//! A template made ready for comparison: neighbours and descriptors of each minutia, a grey map of the ridges.

use std::f32::consts::{PI, TAU};
use std::sync::OnceLock;

use crate::ridges::{BLOCK, LEVELS, PITCH, Ridges};
use crate::{Kind, Template};

/// Directions sampled around each minutia: radius in pixels and number of places on it.
const RINGS: [(f32, usize); 5] = [(18.0, 8), (34.0, 12), (52.0, 16), (70.0, 20), (90.0, 8)];
/// Places on all rings.
pub(crate) const PLACES: usize = 64;
/// Texture is sampled on a square of so many ...
const PATCH: i32 = 11;
/// ... places, so many pixels apart.
const PATCH_STEP: f32 = 6.0;
/// Neighbours to which a minutia has an edge.
pub(crate) const EDGES: usize = 12;

/// A minutia with numbers ready for geometry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub x: f32,
    pub y: f32,
    /// 1/256 of a turn.
    pub angle: u8,
    pub ending: bool,
}

/// What surrounds a minutia, seen along its own direction.
#[derive(Debug, Clone)]
pub(crate) struct Descriptor {
    /// Direction of the ridges minus that of the minutia, in 1/256 of half a turn.
    pub lines: [u8; PLACES],
    /// 255 where the place lies in the print, 0 elsewhere.
    pub known: [u8; PLACES],
    /// Ridge or valley on the square.
    pub texture: [u64; 2],
    /// Which places of the square lie in the print.
    pub texture_known: [u64; 2],
}

/// A template ready to be compared many times.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(crate) points: Vec<Point>,
    pub(crate) descriptors: Vec<Descriptor>,
    /// For each point its nearest neighbours, nearest first.
    pub(crate) edges: Vec<Vec<u8>>,
    pub(crate) map: Map,
}

impl Prepared {
    /// Makes a template ready; costs about as much as a few comparisons.
    #[must_use]
    pub fn new(template: &Template) -> Self {
        let points: Vec<Point> = template
            .minutiae()
            .iter()
            .map(|m| Point {
                x: f32::from(m.x),
                y: f32::from(m.y),
                angle: m.angle,
                ending: m.kind == Kind::Ending,
            })
            .collect();
        let map = if template.has_ridges() {
            Map::new(&template.ridges)
        } else {
            Map::of_points(&points)
        };
        let descriptors = points.iter().map(|p| map.describe(p)).collect();
        let edges = (0..points.len()).map(|i| nearest(&points, i)).collect();
        Self {
            points,
            descriptors,
            edges,
            map,
        }
    }
}

/// Are there ridges of both to be laid on one another?
pub(crate) fn both_have_ridges(a: &Prepared, b: &Prepared) -> bool {
    a.map.has_ridges() && b.map.has_ridges()
}

fn nearest(points: &[Point], of: usize) -> Vec<u8> {
    let here = points[of];
    let others = (0..points.len()).filter(|i| *i != of);
    let distance = |i: usize| (points[i].x - here.x).hypot(points[i].y - here.y);
    let mut order: Vec<(f32, u8)> = others.map(|i| (distance(i), i as u8)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    order.into_iter().take(EDGES).map(|(_, i)| i).collect()
}

/// Fine places around [`Map::grey`] that are outside, so that whoever looks a little beside a place finds something.
pub(crate) const MARGIN: usize = 8;

/// The ridges of a template as greys, and the directions that follow from them.
#[derive(Debug, Clone)]
pub(crate) struct Map {
    /// Samples in a row, and rows of them.
    pub width: usize,
    pub height: usize,
    /// -64 (valley) to 64 (ridge), 0 outside; one every pixel and a half, with [`MARGIN`] around them.
    pub grey: Vec<i8>,
    /// From a row of [`Map::grey`] to the next.
    pub stride: usize,
    /// Blocks in a row.
    pub columns: usize,
    pub rows: usize,
    pub print: Vec<bool>,
    /// Direction of the ridges in each block, as cosine and sine of the doubled angle; zero outside.
    pub lines: Vec<(f32, f32)>,
}

impl Map {
    fn new(ridges: &Ridges) -> Self {
        let (width, height) = (ridges.width(), ridges.height());
        let doubled = |(line, print): (&u8, &bool)| {
            let angle = f32::from(*line) * (TAU / f32::from(LEVELS));
            if *print {
                (angle.cos(), angle.sin())
            } else {
                (0.0, 0.0)
            }
        };
        let lines = ridges
            .lines
            .iter()
            .zip(&ridges.print)
            .map(doubled)
            .collect();
        Self {
            width,
            height,
            grey: woven(ridges),
            stride: 2 * (width + MARGIN),
            columns: ridges.columns,
            rows: ridges.rows,
            print: ridges.print.clone(),
            lines,
        }
    }

    /// Of a template without ridges: the directions that the minutiae themselves have, near them.
    fn of_points(points: &[Point]) -> Self {
        let side = (BLOCK * PITCH) as f32;
        let farthest = |f: fn(&Point) -> f32| points.iter().map(f).fold(0.0, f32::max);
        let columns = (farthest(|p| p.x) / side) as usize + 5;
        let rows = (farthest(|p| p.y) / side) as usize + 5;
        let (mut print, mut lines) = (Vec::new(), Vec::new());
        for i in 0..columns * rows {
            let (x, y) = ((i % columns) as f32 + 0.5, (i / columns) as f32 + 0.5);
            let (mut re, mut im, mut near) = (0.0, 0.0, false);
            for p in points {
                let far = (p.x - x * side).powi(2) + (p.y - y * side).powi(2);
                let weight = 1.0 / (1.0 + (far / (30.0 * 30.0)).powi(2));
                let doubled = f32::from(p.angle) * (2.0 * TAU / 256.0);
                re += weight * doubled.cos();
                im += weight * doubled.sin();
                near |= far < 48.0 * 48.0;
            }
            let length = f32::hypot(re, im).max(1e-6);
            print.push(near);
            lines.push((re / length, im / length));
        }
        Self {
            width: 0,
            height: 0,
            grey: Vec::new(),
            stride: 0,
            columns,
            rows,
            print,
            lines,
        }
    }

    /// Does it hold more than directions?
    pub fn has_ridges(&self) -> bool {
        !self.grey.is_empty()
    }

    /// The block at a place in pixels, if it is in the print.
    pub fn block(&self, x: f32, y: f32) -> Option<usize> {
        let side = (BLOCK * PITCH) as f32;
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let (column, row) = ((x / side) as usize, (y / side) as usize);
        let block = row * self.columns + column;
        (column < self.columns && row < self.rows && self.print[block]).then_some(block)
    }

    /// The direction of ridges at a place, between four blocks, in radians; `None` outside the print.
    pub fn line(&self, x: f32, y: f32) -> Option<f32> {
        self.block(x, y)?;
        let side = (BLOCK * PITCH) as f32;
        let (fx, fy) = (x / side - 0.5, y / side - 0.5);
        let (ix, iy) = (fx.floor(), fy.floor());
        let (mut re, mut im) = (0.0, 0.0);
        for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0f32)] {
            let (bx, by) = (ix + dx, iy + dy);
            let w = (1.0 - (fx - bx).abs()) * (1.0 - (fy - by).abs());
            let inside =
                bx >= 0.0 && by >= 0.0 && (bx as usize) < self.columns && (by as usize) < self.rows;
            if inside {
                let (c, s) = self.lines[by as usize * self.columns + bx as usize];
                re += w * c;
                im += w * s;
            }
        }
        Some(0.5 * im.atan2(re))
    }

    /// Where in [`Map::grey`] a place in pixels is; `None` outside the picture.
    pub fn fine(&self, x: f32, y: f32) -> Option<usize> {
        let scale = 2.0 / PITCH as f32;
        // The first fine place is where the first sample is, in the middle of its pixels.
        let (fx, fy) = ((x - 1.0) * scale + 0.5, (y - 1.0) * scale + 0.5);
        if fx < 0.0 || fy < 0.0 {
            return None;
        }
        let (ix, iy) = (fx as usize, fy as usize);
        let inside = ix < 2 * self.width && iy < 2 * self.height;
        inside.then(|| self.at(ix, iy))
    }

    /// Where in [`Map::grey`] the fine place `x`, `y` is, which has to be inside.
    pub fn at(&self, x: usize, y: usize) -> usize {
        (y + MARGIN) * self.stride + x + MARGIN
    }

    fn describe(&self, point: &Point) -> Descriptor {
        let mut out = Descriptor {
            lines: [0; PLACES],
            known: [0; PLACES],
            texture: [0; 2],
            texture_known: [0; 2],
        };
        let own = f32::from(point.angle) * (TAU / 256.0);
        let mut place = 0;
        for (radius, count) in RINGS {
            for i in 0..count {
                let (sin, cos) = (own + TAU * i as f32 / count as f32).sin_cos();
                if let Some(line) = self.line(point.x + radius * cos, point.y + radius * sin) {
                    let turned = (line - own).rem_euclid(PI);
                    out.lines[place] = (turned * (256.0 / PI)).round() as u32 as u8;
                    out.known[place] = 255;
                }
                place += 1;
            }
        }
        self.describe_texture(point, own, &mut out);
        out
    }

    fn describe_texture(&self, point: &Point, own: f32, out: &mut Descriptor) {
        let (sin, cos) = own.sin_cos();
        for i in 0..PATCH * PATCH {
            let u = (i % PATCH - PATCH / 2) as f32 * PATCH_STEP;
            let v = (i / PATCH - PATCH / 2) as f32 * PATCH_STEP;
            let x = point.x + u * cos - v * sin;
            let y = point.y + u * sin + v * cos;
            let grey = self.fine(x, y).map_or(0, |at| self.grey[at]);
            if grey != 0 {
                let (word, bit) = ((i / 64) as usize, i % 64);
                out.texture_known[word] |= 1 << bit;
                out.texture[word] |= u64::from(grey > 0) << bit;
            }
        }
    }
}

/// Weights of the samples around a fine place, for each direction and each place between samples.
struct Weaver(Vec<[[i32; TAPS]; 4]>);

/// Samples around a place that have a say: five by five.
const TAPS: usize = 25;

impl Weaver {
    fn get() -> &'static Self {
        static WEAVER: OnceLock<Weaver> = OnceLock::new();
        WEAVER.get_or_init(|| {
            let levels = (0..LEVELS).map(|level| {
                let angle = f32::from(level) * (PI / f32::from(LEVELS));
                std::array::from_fn(|phase| taps(angle, phase))
            });
            Self(levels.collect())
        })
    }
}

/// A bell, long along the ridges and narrow across: what one bit says of a wave, its neighbours along the ridge
/// complete.
fn taps(angle: f32, phase: usize) -> [i32; TAPS] {
    let (sin, cos) = angle.sin_cos();
    let half = 0.5;
    let (px, py) = ((phase % 2) as f32 * half, (phase / 2) as f32 * half);
    let weight = |i: usize| {
        let dx = ((i % 5) as f32 - 2.0 - px) * PITCH as f32;
        let dy = ((i / 5) as f32 - 2.0 - py) * PITCH as f32;
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        (-u * u / (2.0 * 3.6 * 3.6) - v * v / (2.0 * 1.3 * 1.3)).exp()
    };
    let weights: [f32; TAPS] = std::array::from_fn(weight);
    let total: f32 = weights.iter().sum();
    weights.map(|w| (w / total * 1024.0).round() as i32)
}

/// Greys of -64 to 64 at twice the density of the samples.
fn woven(ridges: &Ridges) -> Vec<i8> {
    let (width, height) = (ridges.width(), ridges.height());
    let margin = 2;
    let stride = width + 2 * margin;
    // With a margin of nothing, so that the inner loop has no edges.
    let mut signs = vec![0i32; stride * (height + 2 * margin + 1)];
    for y in 0..height {
        for x in 0..width {
            if ridges.print[y / BLOCK * ridges.columns + x / BLOCK] {
                let sign = if ridges.bits[y * width + x] { 1 } else { -1 };
                signs[(y + margin) * stride + x + margin] = sign;
            }
        }
    }
    let weaver = Weaver::get();
    let fine_stride = 2 * (width + MARGIN);
    let mut out = vec![0i8; fine_stride * 2 * (height + MARGIN)];
    for y in 0..2 * height {
        for x in 0..2 * width {
            let block = y / 2 / BLOCK * ridges.columns + x / 2 / BLOCK;
            if !ridges.print[block] {
                continue;
            }
            let taps = &weaver.0[usize::from(ridges.lines[block])][y % 2 * 2 + x % 2];
            let mut sum = 0;
            for (row, weights) in taps.chunks_exact(5).enumerate() {
                let from = &signs[(y / 2 + row) * stride + x / 2..][..5];
                sum += weights.iter().zip(from).map(|(w, s)| w * s).sum::<i32>();
            }
            // Zero means outside.
            let grey = (sum / 16) as i8;
            out[(y + MARGIN) * fine_stride + x + MARGIN] = if grey == 0 { 1 } else { grey };
        }
    }
    out
}

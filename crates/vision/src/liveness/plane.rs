//! Whether one plane explains how a face changed from one frame to another.

use crate::geometry::{Point, Similarity};
use crate::landmarks::Landmarks;

/// Points of the mesh that move with the skull: nose, forehead, temples, corners of the eyes, cheekbones.
const FIRM: [usize; 26] = [
    1, 2, 4, 5, 6, 8, 9, 10, 33, 94, 98, 127, 133, 151, 168, 195, 197, 227, 234, 263, 327, 356,
    362, 447, 454, 19,
];
/// Outer corners of the eyes.
const EYES: [usize; 2] = [33, 263];

/// The firm points of a face in one frame.
#[derive(Clone, Debug)]
pub struct Shape(Vec<Point>, f32);

/// How a shape differs from another, root mean square in distances between the eyes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Difference {
    /// After turning, shifting and scaling in the picture: what changed at all.
    pub change: f32,
    /// After the best projective map: what no plane explains.
    pub depth: f32,
}

impl Shape {
    /// The shape of a face; `None` if the mesh is incomplete or has no extent.
    pub fn of(landmarks: &Landmarks) -> Option<Self> {
        let points: Option<Vec<Point>> = FIRM.iter().map(|n| landmarks.point(*n)).collect();
        let [left, right] = EYES.map(|n| landmarks.point(n));
        let eyes = left?.distance(right?);
        (eyes > 1.0).then_some(Self(points?, eyes))
    }

    /// How this shape differs from another; `None` if they cannot be laid on one another.
    pub fn against(&self, other: &Self) -> Option<Difference> {
        let similar = Similarity::fit(&other.0, &self.0)?;
        let projective = Projective::fit(&other.0, &self.0)?;
        let change = distance(&self.0, other.0.iter().map(|p| similar.apply(*p)));
        let depth = distance(&self.0, other.0.iter().map(|p| projective.apply(*p)));
        Some(Difference {
            change: change / self.1,
            depth: depth / self.1,
        })
    }
}

/// Root mean square.
#[allow(clippy::cast_precision_loss)] // a handful of points
fn distance(to: &[Point], from: impl Iterator<Item = Point>) -> f32 {
    let squares: f32 = to
        .iter()
        .zip(from)
        .map(|(a, b)| a.distance(b).powi(2))
        .sum();
    (squares / to.len().max(1) as f32).sqrt()
}

/// A map of the plane that keeps lines straight: h of eight numbers, the ninth being 1.
struct Projective {
    h: [f64; 8],
    /// Points are taken from this middle in this unit, for the sake of the equations.
    middle: Point,
    unit: f32,
}

impl Projective {
    /// The map that brings `from` onto `to` best (least squares of the linear equations, Hartley and
    /// Zisserman 2003, 4.1). `None` if the points lie on a line.
    fn fit(from: &[Point], to: &[Point]) -> Option<Self> {
        let middle = *from.first()?;
        let unit = from.iter().map(|p| p.distance(middle)).fold(1.0, f32::max);
        let scaled = |p: &Point| {
            let x = f64::from((p.x - middle.x) / unit);
            (x, f64::from((p.y - middle.y) / unit))
        };
        let mut normal = [[0.0; 9]; 8];
        for (from, to) in from.iter().zip(to) {
            let ((x, y), (u, v)) = (scaled(from), scaled(to));
            add(&mut normal, [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u);
            add(&mut normal, [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v);
        }
        solve(normal).map(|h| Self { h, middle, unit })
    }

    #[allow(clippy::cast_possible_truncation)] // back to pixels
    fn apply(&self, point: Point) -> Point {
        let x = f64::from((point.x - self.middle.x) / self.unit);
        let y = f64::from((point.y - self.middle.y) / self.unit);
        let [a, b, c, d, e, f, g, h] = self.h;
        let w = g * x + h * y + 1.0;
        let w = if w.abs() < 1e-9 { 1e-9 } else { w };
        let back = |value: f64, middle: f32| (value / w) as f32 * self.unit + middle;
        Point::new(
            back(a * x + b * y + c, self.middle.x),
            back(d * x + e * y + f, self.middle.y),
        )
    }
}

/// One equation into the normal equations.
fn add(normal: &mut [[f64; 9]; 8], row: [f64; 8], right: f64) {
    for (line, factor) in normal.iter_mut().zip(row) {
        let values = row.into_iter().chain([right]);
        line.iter_mut()
            .zip(values)
            .for_each(|(sum, value)| *sum += factor * value);
    }
}

/// Gaussian elimination with the largest pivot of each column.
fn solve(mut lines: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for column in 0..8 {
        let pivot = (column..8)
            .max_by(|a, b| lines[*a][column].abs().total_cmp(&lines[*b][column].abs()))?;
        lines.swap(column, pivot);
        let first = lines[column];
        if first[column].abs() < 1e-12 {
            return None;
        }
        for (row, line) in lines.iter_mut().enumerate() {
            if row != column {
                let factor = line[column] / first[column];
                line.iter_mut()
                    .zip(first)
                    .for_each(|(value, first)| *value -= factor * first);
            }
        }
    }
    Some(std::array::from_fn(|n| lines[n][8] / lines[n][n]))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A face as a bent sheet with a nose, turned aside by `turn` radians; with `flat` as a picture of
    /// one that is itself turned. Seen from five times its width away.
    pub fn head(turn: f32, flat: bool) -> Landmarks {
        let points = (0u16..468).map(|n| {
            let spread = |prime: u16| f32::from(n.wrapping_mul(prime) % 101) / 50.0 - 1.0;
            let (x, y) = (spread(37), spread(71));
            let nose = if [1, 2, 4, 5, 19, 94, 195].contains(&n) {
                0.5
            } else {
                0.0
            };
            let z = if flat {
                0.0
            } else {
                0.6 * (1.0 - x * x) + nose
            };
            let (sin, cos) = turn.sin_cos();
            let (across, away) = (x * cos + z * sin, 10.0 + x * sin - z * cos);
            Point::new(300.0 + 600.0 * across / away, 200.0 + 600.0 * y / away)
        });
        Landmarks {
            points: points.collect(),
            presence: 1.0,
        }
    }

    fn difference(from: &Landmarks, to: &Landmarks) -> Difference {
        Shape::of(to)
            .unwrap()
            .against(&Shape::of(from).unwrap())
            .unwrap()
    }

    proptest! {
        #[test]
        fn a_sheet_that_is_turned_has_no_depth_and_a_head_has(turn in 0.2f32..0.5) {
            let sheet = difference(&head(0.0, true), &head(turn, true));
            prop_assert!(sheet.change > 0.005 && sheet.depth < sheet.change / 50.0, "{sheet:?}");
            let real = difference(&head(0.0, false), &head(turn, false));
            prop_assert!(real.depth > 0.02 && real.depth > real.change / 5.0, "{real:?}");
        }
    }

    #[test]
    fn a_face_that_does_not_move_does_not_change() {
        let still = difference(&head(0.1, false), &head(0.1, false));
        assert!(still.change < 1e-4 && still.depth < 1e-4);
    }
}

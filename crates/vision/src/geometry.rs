//! Points, boxes and similarity transforms, in pixels of a frame.
//!
//! Coordinates are continuous: the pixel in column 0 reaches from 0 to 1, its centre is 0.5.
//! x grows to the right, y grows downwards.

use serde::{Deserialize, Serialize};

/// A point in a frame.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the upper edge.
    pub y: f32,
}

impl Point {
    /// The point (x, y).
    #[must_use]
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// Distance in pixels.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point halfway to `other`.
    #[must_use]
    pub fn midway(self, other: Self) -> Self {
        Self::new((self.x + other.x) / 2.0, (self.y + other.y) / 2.0)
    }
}

/// An upright box in a frame; it may reach over the frame's edges.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width, not negative.
    pub width: f32,
    /// Height, not negative.
    pub height: f32,
}

impl Rect {
    /// The middle of the box.
    #[must_use]
    pub fn centre(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Width times height.
    #[must_use]
    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// Intersection over union with `other`, 0 to 1.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f32 {
        let width = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let height = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        if width <= 0.0 || height <= 0.0 {
            return 0.0;
        }
        let common = width * height;
        common / (self.area() + other.area() - common)
    }

    /// The box grown about its centre by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f32) -> Self {
        let centre = self.centre();
        let (width, height) = (self.width * factor, self.height * factor);
        Self {
            x: centre.x - width / 2.0,
            y: centre.y - height / 2.0,
            width,
            height,
        }
    }
}

/// A similarity: turn, scale and shift. Maps (x, y) to (a x - b y + tx, b x + a y + ty).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Similarity {
    a: f32,
    b: f32,
    tx: f32,
    ty: f32,
}

impl Similarity {
    /// Turns by `angle` (radians, clockwise on the screen) and scales by `scale` such that
    /// `from` comes to lie on `to`.
    #[must_use]
    pub fn about(from: Point, to: Point, angle: f32, scale: f32) -> Self {
        let (a, b) = (scale * angle.cos(), scale * angle.sin());
        Self {
            a,
            b,
            tx: to.x - a * from.x + b * from.y,
            ty: to.y - b * from.x - a * from.y,
        }
    }

    /// The similarity that brings `from` closest to `to` in the sense of least squares
    /// (Umeyama 1991, without reflection). `None` if the points of `from` coincide.
    #[must_use]
    pub fn fit(from: &[Point], to: &[Point]) -> Option<Self> {
        let (from_mean, to_mean) = (mean(from)?, mean(to)?);
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (f, t) in from.iter().zip(to) {
            let (fx, fy) = (f.x - from_mean.x, f.y - from_mean.y);
            let (tx, ty) = (t.x - to_mean.x, t.y - to_mean.y);
            along += fx * tx + fy * ty;
            across += fx * ty - fy * tx;
            spread += fx * fx + fy * fy;
        }
        if spread <= f32::EPSILON {
            return None;
        }
        let (a, b) = (along / spread, across / spread);
        Some(Self {
            a,
            b,
            tx: to_mean.x - a * from_mean.x + b * from_mean.y,
            ty: to_mean.y - b * from_mean.x - a * from_mean.y,
        })
    }

    /// The same about the point `fixed` of the first plane, whose surroundings are scaled by `factor`.
    #[must_use]
    pub fn widened(&self, fixed: Point, factor: f32) -> Self {
        let (a, b) = (self.a * factor, self.b * factor);
        let to = self.apply(fixed);
        Self {
            a,
            b,
            tx: to.x - a * fixed.x + b * fixed.y,
            ty: to.y - b * fixed.x - a * fixed.y,
        }
    }

    /// Where `point` comes to lie.
    #[must_use]
    pub fn apply(&self, point: Point) -> Point {
        Point::new(
            self.a * point.x - self.b * point.y + self.tx,
            self.b * point.x + self.a * point.y + self.ty,
        )
    }

    /// The way back; `None` if everything comes to lie on one spot.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        (square > f32::EPSILON).then(|| Self {
            a,
            b,
            tx: b * self.ty - a * self.tx,
            ty: -b * self.tx - a * self.ty,
        })
    }

    /// The factor by which lengths grow.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Followed by a shift of (-`x`, -`y`) and a division by `factor`.
    #[must_use]
    pub fn then_shrink(&self, x: f32, y: f32, factor: f32) -> Self {
        Self {
            a: self.a / factor,
            b: self.b / factor,
            tx: (self.tx - x) / factor,
            ty: (self.ty - y) / factor,
        }
    }

    /// The step in the target for one step to the right in the source.
    pub(crate) fn step(&self) -> (f32, f32) {
        (self.a, self.b)
    }
}

fn mean(points: &[Point]) -> Option<Point> {
    if points.is_empty() {
        return None;
    }
    #[allow(clippy::cast_precision_loss)] // a handful of points
    let count = points.len() as f32;
    let sum = points
        .iter()
        .fold((0.0, 0.0), |sum, p| (sum.0 + p.x, sum.1 + p.y));
    Some(Point::new(sum.0 / count, sum.1 / count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_fit_finds_the_similarity_that_moved_the_points(
            angle in -3.0f32..3.0, scale in 0.1f32..9.0, x in -500.0f32..500.0, y in -500.0f32..500.0,
        ) {
            let truth = Similarity::about(Point::default(), Point::new(x, y), angle, scale);
            let from = [Point::new(10.0, 20.0), Point::new(90.0, 25.0), Point::new(50.0, 80.0)];
            let to = from.map(|p| truth.apply(p));
            let found = Similarity::fit(&from, &to).unwrap();
            for (p, q) in from.iter().zip(to) {
                prop_assert!(found.apply(*p).distance(q) < 0.05);
            }
            prop_assert!((found.scale() - scale).abs() < 1e-2);
        }

        #[test]
        fn the_way_back_leads_to_where_a_point_was(
            angle in -3.0f32..3.0, scale in 0.1f32..9.0, x in -500.0f32..500.0, y in -500.0f32..500.0,
        ) {
            let there = Similarity::about(Point::new(7.0, 3.0), Point::new(x, y), angle, scale);
            let point = Point::new(40.0, -25.0);
            let back = there.inverse().unwrap().apply(there.apply(point));
            prop_assert!(back.distance(point) < 0.05, "{back:?}");
        }

        #[test]
        fn overlap_is_symmetric_and_at_most_one(
            x in 0.0f32..50.0, y in 0.0f32..50.0, w in 1.0f32..50.0, h in 1.0f32..50.0,
        ) {
            let one = Rect { x: 20.0, y: 20.0, width: 20.0, height: 20.0 };
            let other = Rect { x, y, width: w, height: h };
            prop_assert!((one.overlap(&other) - other.overlap(&one)).abs() < 1e-6);
            prop_assert!((0.0..=1.000_1).contains(&one.overlap(&other)));
        }
    }

    #[test]
    fn there_is_no_way_back_from_one_spot() {
        let flat = Similarity::about(Point::default(), Point::new(1.0, 1.0), 0.3, 0.0);
        assert_eq!(flat.inverse(), None);
    }

    #[test]
    fn coinciding_points_have_no_fit() {
        assert_eq!(
            Similarity::fit(&[Point::default(); 3], &[Point::new(1.0, 1.0); 3]),
            None
        );
    }
}

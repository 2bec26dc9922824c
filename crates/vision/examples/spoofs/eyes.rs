//! Eyes that are shut in a photograph where they are open: the lids are drawn over it.

use vision::{Landmarks, Point};

/// Outer corner, upper lid, inner corner; and the lower lid between them: of the eye to the left of the picture and of
/// the other.
const UPPER: [[usize; 9]; 2] = [
    [33, 246, 161, 160, 159, 158, 157, 173, 133],
    [362, 398, 384, 385, 386, 387, 388, 466, 263],
];
const LOWER: [[usize; 9]; 2] = [
    [33, 7, 163, 144, 145, 153, 154, 155, 133],
    [362, 382, 381, 380, 374, 373, 390, 249, 263],
];
/// How far over the open lid its old lashes are covered, and how far under the lower one, in widths of the eye.
const FOLD: f32 = 0.2;
const EDGE: f32 = 0.04;
/// Where the skin under an eye begins, below its lower lid.
const BAG: f32 = 0.1;

/// Two eyes of a photograph.
pub struct Eyes([Eye; 2]);

struct Eye {
    corner: Point,
    /// Along the eye; its length is the eye's width.
    along: Point,
    upper: Vec<(f32, f32)>,
    lower: Vec<(f32, f32)>,
}

impl Eyes {
    pub fn of(landmarks: &Landmarks) -> Option<Self> {
        let eye = |n: usize| {
            let corner = landmarks.point(UPPER[n][0])?;
            let other = landmarks.point(UPPER[n][8])?;
            let along = Point::new(other.x - corner.x, other.y - corner.y);
            let mut eye = Eye {
                corner,
                along,
                upper: Vec::new(),
                lower: Vec::new(),
            };
            eye.upper = eye.line(landmarks, &UPPER[n])?;
            eye.lower = eye.line(landmarks, &LOWER[n])?;
            Some(eye)
        };
        Some(Self([eye(0)?, eye(1)?]))
    }

    /// Where the colour at `at` comes from when the eyes are shut so far, and how dark the lashes make it.
    pub fn shut(&self, at: Point, shut: f32) -> (Point, f32) {
        let drawn = self.0.iter().find_map(|eye| eye.drawn(at, shut));
        drawn.unwrap_or((at, 1.0))
    }

    /// How far `at` is from an eye, in widths of the eye.
    pub fn distance(&self, at: Point) -> f32 {
        let away = self.0.iter().map(|eye| {
            let (u, v) = eye.turned(at);
            ((u - 0.5) / 1.2).hypot(v)
        });
        away.fold(f32::MAX, f32::min)
    }
}

impl Eye {
    /// Along the eye and across it, in its widths.
    fn turned(&self, at: Point) -> (f32, f32) {
        let square = self.along.x.powi(2) + self.along.y.powi(2);
        let (x, y) = (at.x - self.corner.x, at.y - self.corner.y);
        let along = (x * self.along.x + y * self.along.y) / square;
        let across = (y * self.along.x - x * self.along.y) / square;
        (along, across)
    }

    fn back(&self, (u, v): (f32, f32)) -> Point {
        Point::new(
            self.corner.x + u * self.along.x - v * self.along.y,
            self.corner.y + u * self.along.y + v * self.along.x,
        )
    }

    fn line(&self, landmarks: &Landmarks, points: &[usize]) -> Option<Vec<(f32, f32)>> {
        let points: Option<Vec<Point>> = points.iter().map(|n| landmarks.point(*n)).collect();
        let mut line: Vec<(f32, f32)> = points?.into_iter().map(|p| self.turned(p)).collect();
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
        Some(line)
    }

    fn drawn(&self, at: Point, shut: f32) -> Option<(Point, f32)> {
        let (u, v) = self.turned(at);
        let (upper, lower) = (height(&self.upper, u)?, height(&self.lower, u)?);
        let lid = upper + (lower - upper).max(0.0) * shut;
        let round = 1.0 - (2.0 * u - 1.0).powi(2);
        if shut <= 0.0 || v <= upper - FOLD * round * shut || v >= lower + EDGE {
            return None;
        }
        // The lid, its old lashes too, has the skin from under the eye; the new lashes lie along its edge.
        let from = lower + BAG + (lid - v).abs() * 0.7;
        let lashes = (-((v - lid) / 0.035).powi(2)).exp() * 0.5 * shut;
        Some((self.back((u, from)), 1.0 - lashes))
    }
}

/// Of a line at `u`, between its points.
fn height(line: &[(f32, f32)], u: f32) -> Option<f32> {
    line.windows(2).find_map(|two| {
        let ((from, a), (to, b)) = (two[0], two[1]);
        let inside = (from..=to).contains(&u) && to > from;
        inside.then(|| a + (b - a) * (u - from) / (to - from))
    })
}

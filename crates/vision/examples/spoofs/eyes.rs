//! Eyes that are shut in a photograph where they are open: the upper lid is drawn down onto the lower one, its lashes with it,
//! and the skin up to the brow is stretched.

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
/// The lower edge of the brow over it.
const BROW: [[usize; 5]; 2] = [[46, 53, 52, 65, 55], [285, 295, 282, 283, 276]];
/// How far under the line of a lid its lashes reach, and how far over the upper one its fold lies, in widths of the eye. That
/// much comes down as it is.
const LASHES: f32 = 0.03;
const FOLD: f32 = 0.08;
/// Least skin between fold and brow.
const SKIN: f32 = 0.1;
/// How dark the lids' shadow is where they meet.
const SHADOW: f32 = 0.4;
/// Down to here the skin under the eye follows its lid, below the lower one.
const BAG: f32 = 0.25;

/// Two eyes of a photograph.
pub struct Eyes([Eye; 2]);

struct Eye {
    corner: Point,
    /// Along the eye; its length is the eye's width.
    along: Point,
    upper: Vec<(f32, f32)>,
    lower: Vec<(f32, f32)>,
    brow: Vec<(f32, f32)>,
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
                brow: Vec::new(),
            };
            eye.upper = eye.line(landmarks, &UPPER[n])?;
            eye.lower = eye.line(landmarks, &LOWER[n])?;
            eye.brow = eye.line(landmarks, &BROW[n])?;
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
        let round = 1.0 - (2.0 * u - 1.0).powi(2);
        let brow = height(&self.brow, u)
            .unwrap_or(upper - 3.0 * SKIN)
            .min(upper - FOLD - SKIN);
        // The edge of the lid with its lashes, the fold above it and where both come to lie.
        let edge = upper + LASHES * round;
        let fold = upper - FOLD * round;
        let skin = lower + LASHES * round;
        let meet = edge + (skin - edge).max(0.0) * shut;
        let moved = meet - edge;
        let bottom = lower + BAG;
        if shut <= 0.0 || v <= brow || v >= bottom {
            return None;
        }
        let from = if v < fold + moved {
            brow + (v - brow) * (fold - brow) / (fold + moved - brow)
        } else if v < meet {
            v - moved
        } else {
            skin + (v - meet) * (bottom - skin) / (bottom - meet)
        };
        let line = (-((v - meet) / 0.03).powi(2)).exp() * SHADOW * shut * round;
        Some((self.back((u, from)), 1.0 - line))
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

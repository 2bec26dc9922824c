//! Where a face will be next.

use crate::geometry::{Point, Rect};
use std::time::Duration;

/// Share of a new speed that counts; the rest is what was known of it before.
const FRESH: f32 = 0.5;
/// A face is foretold no further than this, in its own heights: people turn round.
const FURTHEST: f32 = 2.0;

/// The place of a face and how it moves.
#[derive(Clone, Copy, Debug)]
pub struct Motion {
    bounds: Rect,
    at: Duration,
    /// Pixels a second; `None` until it was seen twice.
    speed: Option<Point>,
}

impl Motion {
    /// First seen here.
    pub fn begin(bounds: Rect, at: Duration) -> Self {
        Self {
            bounds,
            at,
            speed: None,
        }
    }

    /// Seen here now.
    pub fn moved(&mut self, bounds: Rect, at: Duration) {
        let seconds = at.saturating_sub(self.at).as_secs_f32();
        if seconds > 0.0 {
            let (from, to) = (self.bounds.centre(), bounds.centre());
            let now = Point::new((to.x - from.x) / seconds, (to.y - from.y) / seconds);
            let mix = |old: f32, new: f32| old + (new - old) * FRESH;
            self.speed = Some(
                self.speed
                    .map_or(now, |old| Point::new(mix(old.x, now.x), mix(old.y, now.y))),
            );
            self.at = at;
        }
        self.bounds = bounds;
    }

    /// Where it was last seen.
    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    /// When it was last seen.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// Where it is at `at` if it goes on as it did.
    pub fn foretold(&self, at: Duration) -> Rect {
        let seconds = at.saturating_sub(self.at).as_secs_f32();
        let speed = self.speed.unwrap_or_default();
        let (dx, dy) = (speed.x * seconds, speed.y * seconds);
        let far = dx.hypot(dy);
        let most = self.bounds.height * FURTHEST;
        let part = if far > most { most / far } else { 1.0 };
        Rect {
            x: self.bounds.x + dx * part,
            y: self.bounds.y + dy * part,
            ..self.bounds
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_x(x: f32) -> Rect {
        Rect {
            x,
            y: 0.0,
            width: 50.0,
            height: 60.0,
        }
    }

    #[test]
    fn a_face_that_moves_evenly_is_foretold_and_one_that_stands_stays() {
        let seconds = Duration::from_secs;
        let mut motion = Motion::begin(at_x(0.0), seconds(0));
        assert_eq!(motion.foretold(seconds(9)), at_x(0.0));
        motion.moved(at_x(20.0), seconds(1));
        motion.moved(at_x(40.0), seconds(2));
        assert!((motion.foretold(seconds(3)).x - 60.0).abs() < 0.01);
        assert!(
            (motion.foretold(seconds(900)).x - 160.0).abs() < 0.01,
            "not out of the world"
        );
    }
}

//! Where a head is turned to, from the mesh.

use crate::geometry::Point;
use crate::landmarks::Landmarks;

const NOSE_TIP: usize = 1;
const CHEEKS: [usize; 2] = [234, 454];
const EYES: [usize; 2] = [33, 263];
const CHIN: usize = 152;
/// Where between eyes and chin the tip of the nose is in a level face: the median of the photographs.
const LEVEL: f32 = 0.38;
/// How far it moves to the eyes or to the chin until a face is lowered or raised by about 45 degrees.
const STEEP: f32 = 0.22;

/// How far the nose lies from halfway between the cheeks, -1 to 1.
pub fn turn(landmarks: &Landmarks) -> Option<f32> {
    let nose = landmarks.point(NOSE_TIP)?;
    let [left, right] = CHEEKS.map(|n| landmarks.point(n));
    let along = along(left?, right?, nose)?;
    Some(((along - 0.5) * 2.0).clamp(-1.0, 1.0))
}

/// How far the nose is towards the eyes (raised, 1) or the chin (lowered, -1).
pub fn nod(landmarks: &Landmarks) -> Option<f32> {
    let [left, right] = EYES.map(|n| landmarks.point(n));
    let eyes = left?.midway(right?);
    let nose = along(eyes, landmarks.point(CHIN)?, landmarks.point(NOSE_TIP)?)?;
    Some(((LEVEL - nose) / STEEP).clamp(-1.0, 1.0))
}

/// Where between two points a third one lies: 0 at the one, 1 at the other.
fn along(from: Point, to: Point, point: Point) -> Option<f32> {
    let way = Point::new(to.x - from.x, to.y - from.y);
    let length = way.x * way.x + way.y * way.y;
    let part = (point.x - from.x) * way.x + (point.y - from.y) * way.y;
    (length > 0.0).then(|| part / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face of 100 x 120 pixels whose nose is at a place.
    fn face(nose: Point) -> Landmarks {
        let mut points = vec![Point::default(); 468];
        points[NOSE_TIP] = nose;
        points[CHEEKS[0]] = Point::new(0.0, 60.0);
        points[CHEEKS[1]] = Point::new(100.0, 60.0);
        points[EYES[0]] = Point::new(20.0, 30.0);
        points[EYES[1]] = Point::new(80.0, 30.0);
        points[CHIN] = Point::new(50.0, 120.0);
        Landmarks {
            points,
            presence: 1.0,
        }
    }

    #[test]
    fn a_nose_aside_is_a_turn_and_one_up_or_down_a_nod() {
        let level = face(Point::new(50.0, 30.0 + 90.0 * LEVEL));
        assert!(turn(&level).unwrap().abs() < 1e-6 && nod(&level).unwrap().abs() < 1e-5);
        assert!(turn(&face(Point::new(20.0, 64.0))).unwrap() < -0.5);
        assert!(nod(&face(Point::new(50.0, 50.0))).unwrap() > 0.5, "raised");
        assert!(
            nod(&face(Point::new(50.0, 85.0))).unwrap() < -0.5,
            "lowered"
        );
    }
}

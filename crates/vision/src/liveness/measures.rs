//! What the mesh says of eyes and head in one frame.

use crate::geometry::Point;
use crate::landmarks::Landmarks;
use crate::quality::turn;

/// Corner, two points of the upper lid, corner, two of the lower: of the eye to the left of the picture and of the other.
const EYES: [[usize; 6]; 2] = [
    [33, 160, 158, 133, 153, 144],
    [362, 385, 387, 263, 373, 380],
];

/// What a face does in one frame.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Measures {
    /// How far the nose lies from halfway between the cheeks, in half their distance: -1 (the nose
    /// points to the left of the picture) to 1; 0 is straight ahead. On a sheet it hardly moves, however the sheet is turned.
    pub turn: f32,
    /// Height of the eyes by their width, the mean of both: .27 for most by the mesh alone, .30 if the eyes were looked at
    /// closely ([`crate::Engine::look_at_eyes`]), and then about .1 when shut (eye aspect ratio, Soukupova and Cech 2016).
    pub openness: f32,
}

impl Measures {
    /// By the mesh of a face; `None` if the mesh is incomplete or has no extent.
    #[must_use]
    pub fn of(landmarks: &Landmarks) -> Option<Self> {
        let [left, right] = EYES.map(|eye| eye.map(|n| landmarks.point(n)));
        let ((left, left_height), (right, right_height)) = (eye(left)?, eye(right)?);
        (left > 0.0 && right > 0.0).then_some(())?;
        Some(Self {
            turn: turn(landmarks)?,
            openness: (left_height / left + right_height / right) / 2.0,
        })
    }
}

/// Width and height of an eye.
fn eye(points: [Option<Point>; 6]) -> Option<(f32, f32)> {
    let [corner, upper, upper_inner, inner, lower_inner, lower] = points;
    let heights = upper?.distance(lower?) + upper_inner?.distance(lower_inner?);
    Some((corner?.distance(inner?), heights / 2.0))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A mesh with these points, the rest in one place.
    fn mesh(placed: &[(usize, f32, f32)]) -> Landmarks {
        let mut points = vec![Point::new(50.0, 60.0); 468];
        for (n, x, y) in placed {
            points[*n] = Point::new(*x, *y);
        }
        Landmarks {
            points,
            presence: 1.0,
            nod: 0.0,
        }
    }

    /// Eyes of these widths, open by this share of their widths, with the nose at `nose`; cheeks at 0 and 100.
    pub fn face(widths: [f32; 2], open: f32, nose: f32) -> Landmarks {
        let mut placed = vec![(1, nose, 60.0), (234, 0.0, 50.0), (454, 100.0, 50.0)];
        for ((eye, middle), width) in EYES.iter().zip([30.0, 70.0]).zip(widths) {
            let half = width * open / 2.0;
            placed.push((eye[0], middle - width / 2.0, 40.0));
            placed.push((eye[3], middle + width / 2.0, 40.0));
            for (upper, lower) in [(eye[1], eye[5]), (eye[2], eye[4])] {
                placed.push((upper, middle, 40.0 - half));
                placed.push((lower, middle, 40.0 + half));
            }
        }
        mesh(&placed)
    }

    proptest! {
        #[test]
        fn openness_does_not_hang_on_the_turn_and_the_turn_has_the_side_of_the_nose(
            left in 8.0f32..20.0, right in 8.0f32..20.0, open in 0.05f32..0.4, nose in 10.0f32..90.0,
        ) {
            let seen = Measures::of(&face([left, right], open, nose)).unwrap();
            prop_assert!((seen.openness - open).abs() < 1e-3);
            prop_assert!((seen.turn - (nose - 50.0) / 50.0).abs() < 1e-3);
        }
    }

    #[test]
    fn a_mesh_without_extent_says_nothing() {
        assert_eq!(Measures::of(&mesh(&[])), None);
        let nothing = Landmarks {
            points: Vec::new(),
            presence: 1.0,
            nod: 0.0,
        };
        assert_eq!(Measures::of(&nothing), None);
    }
}

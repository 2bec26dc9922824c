//! What is known of a camera's faces before its next frame, so that less of it need be computed.
//!
//! Whoever is known and stands alone is followed by the detector only, in a small part of the frame, and
//! described anew now and then; a newcomer is found when the whole frame is searched, which is often.

use crate::detector::Detection;
use crate::geometry::Rect;
use serde::{Deserialize, Serialize};

/// A face continues an expected one when the two overlap by so much at least (intersection over union).
const CONTINUES: f32 = 0.15;
/// And when neither overlaps any other by more than this.
const TOUCHES: f32 = 0.02;

/// Where a frame's faces are expected, and how closely it is to be looked at.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Attention {
    /// Whether the whole frame is searched. Otherwise it is searched only if an expected face is missed.
    pub everywhere: bool,
    /// The faces that are expected.
    pub expected: Vec<Expected>,
}

/// A face that is expected in the next frame.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Expected {
    /// The track it continues.
    pub track: u64,
    /// Where it should be.
    pub place: Rect,
    /// Whether it is described if it is there; its place alone is told otherwise.
    pub described: bool,
    /// Whether the site's spoof models are asked about it, if it is described.
    pub scored: bool,
}

/// An expected face that is there and was not described.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Followed {
    /// The track it continues.
    pub track: u64,
    /// Where it is.
    pub bounds: Rect,
}

impl Attention {
    /// Of a frame of which nothing is known.
    #[must_use]
    pub fn everywhere() -> Self {
        Self {
            everywhere: true,
            expected: Vec::new(),
        }
    }

    /// The same where the whole frame is searched and every face described.
    #[must_use]
    pub fn in_full(mut self) -> Self {
        self.everywhere = true;
        for face in &mut self.expected {
            face.described = true;
        }
        self
    }

    /// Whether spoof models are asked about a face at `bounds`: about newcomers, and where that is asked.
    pub(crate) fn wants_score(&self, bounds: &Rect) -> bool {
        let expected = self.continued(bounds);
        expected.is_none_or(|expected| expected.scored)
    }

    /// Divides what was detected into faces that are only followed and those to be described: newcomers,
    /// those for which that is asked, and any of which it is not clear who they are.
    pub(crate) fn divide(&self, found: Vec<Detection>) -> (Vec<Followed>, Vec<Detection>) {
        let (mut followed, mut rest) = (Vec::new(), Vec::new());
        for (index, face) in found.iter().enumerate() {
            let others = found
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index);
            let alone = |place: &Rect| {
                others
                    .clone()
                    .all(|(_, other)| other.bounds.overlap(place) <= TOUCHES)
            };
            match self.continued(&face.bounds) {
                Some(expected) if !expected.described && alone(&expected.place) => {
                    followed.push(Followed {
                        track: expected.track,
                        bounds: face.bounds,
                    });
                }
                _ => rest.push(*face),
            }
        }
        (followed, rest)
    }

    /// The only expected face that one at `bounds` can be.
    fn continued(&self, bounds: &Rect) -> Option<&Expected> {
        let touching = |expected: &&Expected| expected.place.overlap(bounds) > TOUCHES;
        let mut touching = self.expected.iter().filter(touching);
        let only = touching.next()?;
        let clear = touching.next().is_none() && only.place.overlap(bounds) >= CONTINUES;
        clear.then_some(only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    fn place(x: f32) -> Rect {
        Rect {
            x,
            y: 0.0,
            width: 100.0,
            height: 100.0,
        }
    }

    fn face(x: f32) -> Detection {
        Detection {
            bounds: place(x),
            score: 0.9,
            eyes: [Point::default(); 2],
        }
    }

    fn expecting(expected: &[(u64, f32, bool)]) -> Attention {
        let one = |&(track, x, described): &(u64, f32, bool)| Expected {
            track,
            place: place(x),
            described,
            scored: described,
        };
        Attention {
            everywhere: true,
            expected: expected.iter().map(one).collect(),
        }
    }

    #[test]
    fn a_known_face_is_followed_and_a_newcomer_described() {
        let attention = expecting(&[(1, 0.0, false), (2, 900.0, true)]);
        let (followed, rest) = attention.divide(vec![face(20.0), face(400.0), face(910.0)]);
        assert_eq!(
            followed,
            [Followed {
                track: 1,
                bounds: place(20.0)
            }]
        );
        assert_eq!(rest, [face(400.0), face(910.0)]);
    }

    #[test]
    fn spoof_models_are_asked_about_newcomers_and_where_more_is_wanted() {
        let attention = expecting(&[(1, 0.0, false), (2, 900.0, true)]);
        assert!(!attention.wants_score(&place(10.0)));
        assert!(attention.wants_score(&place(890.0)));
        assert!(attention.wants_score(&place(450.0)));
        let in_full = attention.in_full();
        assert!(in_full.everywhere && in_full.expected.iter().all(|face| face.described));
        assert!(!in_full.wants_score(&place(10.0)), "enough is known of it");
    }

    #[test]
    fn whoever_may_be_one_of_two_is_described() {
        let two_places = expecting(&[(1, 0.0, false), (2, 90.0, false)]);
        assert!(two_places.divide(vec![face(45.0)]).0.is_empty());
        let two_faces = expecting(&[(1, 0.0, false)]);
        assert!(two_faces.divide(vec![face(-40.0), face(60.0)]).0.is_empty());
    }
}

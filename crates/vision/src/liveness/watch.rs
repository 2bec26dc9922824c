//! Following the one face that is asked through the frames.

use super::challenge::{Challenge, Progress, Sight};
use super::measures::Measures;
use crate::engine::Face;
use crate::geometry::Rect;
use crate::template::Template;
use std::time::Duration;

/// Greatest distance between two frames, in face heights.
const REACH: f32 = 1.0;
/// How much a face may grow or shrink between two frames.
const GROWTH: f32 = 1.6;

/// A challenge to one face of a camera.
///
/// The face is followed by its place alone: turned aside it is no longer much like itself, so a tracker that goes by
/// likeness may lose it. That it is still the same is checked by the challenge, in every frame.
#[derive(Clone, Debug)]
pub struct Watch {
    challenge: Challenge,
    template: Template,
    bounds: Rect,
    /// What it looked like in the frame before, if that showed it.
    before: Option<Template>,
}

impl Watch {
    /// Begins to ask whoever looks like `template` and is at `bounds`.
    ///
    /// The template is to be what the face was recognised by: whoever stands there by now may be somebody else.
    #[must_use]
    pub fn begin(template: Template, bounds: Rect, challenge: Challenge) -> Self {
        Self {
            challenge,
            template,
            bounds,
            before: None,
        }
    }

    /// What is asked, and how it stands.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// Where the face was last.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    /// Takes in the faces of the next frame.
    pub fn see(&mut self, faces: &[Face], at: Duration) -> Progress {
        let near = faces.iter().filter(|face| self.reaches(&face.bounds));
        let away = |face: &Face| self.bounds.centre().distance(face.bounds.centre());
        let face = near.min_by(|a, b| away(a).total_cmp(&away(b)));
        let before = self.before.take();
        let sight = face.and_then(|face| {
            let continuity = before.as_ref().map(|before| before.cosine(&face.template));
            Some(Sight {
                measures: Measures::of(&face.landmarks)?,
                likeness: self.template.cosine(&face.template),
                continuity: continuity.unwrap_or(1.0),
            })
        });
        if let Some(face) = face {
            self.bounds = face.bounds;
            self.before = Some(face.template.clone());
        }
        self.challenge.see(sight, at)
    }

    fn reaches(&self, next: &Rect) -> bool {
        let height = self.bounds.height.max(1.0);
        let growth = next.height / height;
        let distance = self.bounds.centre().distance(next.centre());
        distance <= REACH * height && (1.0 / GROWTH..=GROWTH).contains(&growth)
    }
}

#[cfg(test)]
mod tests {
    use super::super::challenge::Phase;
    use super::super::measures::tests::face as mesh;
    use super::*;
    use crate::quality::Quality;
    use crate::template::ModelId;
    use model::{NotEstablished, Prompt};

    /// A face at `x`, of the person whose template has this axis, with eyes open so far.
    fn face(x: f32, axis: usize, open: f32) -> Face {
        let mut values = vec![0.0; 128];
        values[axis] = 1.0;
        Face {
            bounds: Rect {
                x,
                y: 100.0,
                width: 100.0,
                height: 120.0,
            },
            confidence: 0.9,
            landmarks: mesh([16.0, 16.0], open, 50.0),
            quality: Quality::well_shown(120.0),
            template: Template::new(ModelId::FACE_API, values).unwrap(),
            real: None,
        }
    }

    /// Person 1 is asked, at `x`.
    fn asked(x: f32) -> Watch {
        let face = face(x, 1, 0.28);
        Watch::begin(face.template, face.bounds, Challenge::new(0, ms(0)))
    }

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn the_face_that_was_asked_answers_whoever_stands_beside_it() {
        let mut watch = asked(100.0);
        let beside = || face(260.0, 2, 0.1);
        watch.see(&[beside(), face(110.0, 1, 0.28)], ms(200));
        watch.see(&[beside(), face(115.0, 1, 0.28)], ms(400));
        let asked = watch.challenge().progress();
        assert_eq!(asked, Progress::Asked(Prompt::Blink, Phase::Act));
        let asked = watch.see(&[face(120.0, 1, 0.1), beside()], ms(600));
        assert_eq!(asked, Progress::Asked(Prompt::Blink, Phase::Back));
        watch.see(&[beside(), face(125.0, 1, 0.28)], ms(800));
        assert_eq!(watch.challenge().answered(), (1, 3));
    }

    #[test]
    fn a_face_too_far_away_is_not_it_and_one_in_its_place_is_another() {
        let mut watch = asked(100.0);
        watch.see(&[face(400.0, 1, 0.28)], ms(1_000));
        let away = watch.see(&[face(400.0, 1, 0.28)], ms(2_000));
        assert_eq!(away, Progress::NotEstablished(NotEstablished::OutOfSight));
        let mut watch = asked(100.0);
        let other = watch.see(&[face(100.0, 2, 0.28)], ms(200));
        assert_eq!(other, Progress::NotEstablished(NotEstablished::AnotherFace));
    }
}

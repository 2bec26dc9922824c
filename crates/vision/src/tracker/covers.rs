//! What was not to be seen of a face over its good frames.

use crate::quality::Quality;
use model::CoveredPart;

/// How many good frames showed the whole face, and how many each part was hidden in.
#[derive(Debug, Default)]
pub struct Covers {
    whole: usize,
    hidden: Vec<(CoveredPart, usize)>,
    frames: usize,
}

impl Covers {
    /// Takes in a good frame.
    pub fn add(&mut self, quality: &Quality) {
        self.frames += 1;
        self.whole += usize::from(quality.is_whole());
        for part in quality.covered() {
            match self.hidden.iter_mut().find(|(known, _)| *known == part) {
                Some((_, times)) => *times += 1,
                None => self.hidden.push((part, 1)),
            }
        }
    }

    /// What was hidden, where fewer than half of the frames showed the whole face: the part that was most often, and any
    /// other that was in half of the frames.
    pub fn parts(&self) -> Vec<CoveredPart> {
        if self.whole * 2 >= self.frames {
            return Vec::new();
        }
        let most = self.hidden.iter().map(|(_, times)| *times).max();
        let often = |times: usize| Some(times) == most || times * 2 >= self.frames;
        let parts = self.hidden.iter().filter(|(_, times)| often(*times));
        let mut parts: Vec<_> = parts.map(|(part, _)| *part).collect();
        parts.sort_unstable();
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::Cover;
    use CoveredPart::{BeyondFrame, Eyes, Mouth};

    fn shown(eyes: f32, mouth: f32, outside: f32) -> Quality {
        let cover = Cover {
            eyes,
            mouth,
            side: 0.0,
        };
        Quality {
            cover,
            outside,
            ..Quality::well_shown(120.0)
        }
    }

    fn parts_of(frames: &[Quality]) -> Vec<CoveredPart> {
        let mut covers = Covers::default();
        frames.iter().for_each(|frame| covers.add(frame));
        covers.parts()
    }

    #[test]
    fn a_face_of_which_half_of_the_frames_show_everything_is_not_covered() {
        let (whole, masked) = (shown(0.0, 0.0, 0.0), shown(0.0, 1.0, 0.0));
        assert_eq!(parts_of(&[]), []);
        assert_eq!(parts_of(&[whole, masked]), []);
        assert_eq!(parts_of(&[whole, masked, masked]), [Mouth]);
    }

    #[test]
    fn what_is_hidden_in_half_of_the_frames_is_told_and_never_nothing() {
        let (masked, both) = (shown(0.0, 1.0, 0.0), shown(1.0, 1.0, 0.0));
        assert_eq!(parts_of(&[both, masked]), [Eyes, Mouth]);
        assert_eq!(parts_of(&[both, masked, masked]), [Mouth]);
        let (glasses, cut) = (shown(1.0, 0.0, 0.0), shown(0.0, 0.0, 0.5));
        assert_eq!(
            parts_of(&[glasses, masked, cut]),
            [Eyes, Mouth, BeyondFrame]
        );
    }
}

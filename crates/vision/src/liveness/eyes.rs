//! How far the eyes are open, and blinks.

use crate::landmarks::Landmarks;
use std::time::Duration;

/// Corner, two points of the upper lid, corner, two of the lower: of the one eye and of the other.
const EYES: [[usize; 6]; 2] = [
    [33, 160, 158, 133, 153, 144],
    [362, 385, 387, 263, 373, 380],
];
/// Below this share of how far they are open at other times the eyes are shut.
const SHUT: f32 = 0.55;
/// Above this share they are open again.
const OPEN: f32 = 0.8;
/// Whoever shuts their eyes for longer does not blink.
const LONGEST: Duration = Duration::from_millis(900);

/// Height of the eyes by their width, the mean of both: .28 for most, about .1 when shut (Soukupova and
/// Cech 2016).
#[must_use]
pub fn openness(landmarks: &Landmarks) -> Option<f32> {
    let one = |eye: &[usize; 6]| {
        let [corner, up, up_inner, inner, down_inner, down] = eye.map(|n| landmarks.point(n));
        let width = corner?.distance(inner?);
        let height = up?.distance(down?) + up_inner?.distance(down_inner?);
        (width > 0.0).then(|| height / (2.0 * width))
    };
    let [left, right] = &EYES;
    Some((one(left)? + one(right)?) / 2.0)
}

/// Counts blinks.
#[derive(Clone, Debug, Default)]
pub struct Blinks {
    /// How far the eyes are open when they are, learnt.
    usual: Option<f32>,
    shut_since: Option<Duration>,
    count: usize,
}

impl Blinks {
    /// Takes in how far the eyes are open now.
    pub fn see(&mut self, openness: f32, at: Duration) {
        let usual = *self.usual.get_or_insert(openness);
        if openness < usual * SHUT {
            self.shut_since.get_or_insert(at);
            return;
        }
        if openness > usual * OPEN
            && let Some(since) = self.shut_since.take()
            && at.saturating_sub(since) <= LONGEST
        {
            self.count += 1;
        }
        self.usual = Some(usual + (openness - usual) * 0.2);
    }

    /// Blinks so far.
    pub fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blinks(openness: &[f32]) -> usize {
        let mut blinks = Blinks::default();
        for (n, open) in (0..).zip(openness) {
            blinks.see(*open, Duration::from_millis(n * 150));
        }
        blinks.count()
    }

    #[test]
    fn a_blink_is_eyes_that_shut_and_open_again_soon() {
        assert_eq!(blinks(&[0.28, 0.29, 0.1, 0.27, 0.28]), 1);
        assert_eq!(
            blinks(&[0.28, 0.22, 0.28, 0.2, 0.28]),
            0,
            "the mesh trembles"
        );
        assert_eq!(
            blinks(&[0.28, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.28]),
            0
        );
        assert_eq!(blinks(&[0.28, 0.1, 0.1]), 0, "not open again");
    }
}

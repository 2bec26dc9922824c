//! What a track shows of being alive without being asked.

use super::eyes::{self, Blinks};
use super::plane::{Difference, Shape};
use super::{Assessment, Liveness, Sign};
use crate::landmarks::Landmarks;
use std::time::Duration;

/// Shapes kept to compare with; older ones are left out evenly.
const KEPT: usize = 12;
/// What must have changed, in distances between the eyes, before motion says anything.
const LEAST_CHANGE: f32 = 0.045;
/// Share of the change that no plane explains, from which a face has depth.
const DEPTH: f32 = 0.45;
/// Share of the change below which it moved as a plane.
const PLANE: f32 = 0.25;
/// Pairs of frames that must say so: the mesh errs on single ones.
const AGREEING: usize = 3;
/// Frames that a site's own model must have judged.
const JUDGED: usize = 3;
/// Mean score of the site's own model (1 is genuine) below which it holds the face a picture.
const MODEL_SPOOF: f32 = 0.3;
/// Mean score from which it holds it genuine.
const MODEL_GENUINE: f32 = 0.8;

/// Watches one track.
#[derive(Clone, Debug, Default)]
pub struct Passive {
    shapes: Vec<Shape>,
    moved: Vec<Difference>,
    blinks: Blinks,
    scores: (f32, usize),
}

impl Passive {
    /// Takes in the face of a frame that shows it well.
    pub fn see(&mut self, landmarks: &Landmarks, at: Duration) {
        if let Some(open) = eyes::openness(landmarks) {
            self.blinks.see(open, at);
        }
        let Some(shape) = Shape::of(landmarks) else {
            return;
        };
        let compared = self.shapes.iter().filter_map(|other| shape.against(other));
        self.moved.extend(compared);
        self.moved.sort_by(|a, b| b.change.total_cmp(&a.change));
        self.moved.truncate(KEPT);
        self.shapes.push(shape);
        if self.shapes.len() > KEPT {
            // Every other one goes: what is left reaches back as far.
            let mut number = 0;
            self.shapes.retain(|_| {
                number += 1;
                number % 2 == 1
            });
        }
    }

    /// Takes in what the site's own model says of a frame: 1 is genuine, 0 a picture.
    pub fn judged(&mut self, genuine: f32) {
        if genuine.is_finite() {
            self.scores.0 += genuine.clamp(0.0, 1.0);
            self.scores.1 += 1;
        }
    }

    /// What is held by now.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        let telling: Vec<&Difference> = self
            .moved
            .iter()
            .filter(|d| d.change >= LEAST_CHANGE)
            .collect();
        let (change, depth) = middle(&telling);
        let share = if change > 0.0 { depth / change } else { 0.0 };
        let motion = match telling.len() {
            0..AGREEING => Sign::KeptStill,
            _ if share >= DEPTH => Sign::HasDepth,
            _ if share <= PLANE => Sign::MovedAsPlane,
            _ => Sign::KeptStill,
        };
        let mut signs = vec![motion];
        signs.extend((self.blinks.count() > 0).then_some(Sign::Blinked));
        signs.extend(self.model());
        Assessment {
            liveness: verdict(&signs),
            signs,
            change,
            depth,
        }
    }

    #[allow(clippy::cast_precision_loss)] // a count of frames
    fn model(&self) -> Option<Sign> {
        let (sum, count) = self.scores;
        let mean = (count >= JUDGED).then(|| sum / count as f32)?;
        if mean < MODEL_SPOOF {
            return Some(Sign::ModelHeldSpoof);
        }
        (mean >= MODEL_GENUINE).then_some(Sign::ModelHeldGenuine)
    }
}

/// What speaks against wins: a guard is to look. A blink alone proves nothing, for a mask has holes.
fn verdict(signs: &[Sign]) -> Liveness {
    let has = |sign| signs.contains(&sign);
    if has(Sign::MovedAsPlane) || has(Sign::ModelHeldSpoof) {
        Liveness::SpoofSuspected
    } else if has(Sign::HasDepth) || (has(Sign::ModelHeldGenuine) && has(Sign::Blinked)) {
        Liveness::Established
    } else {
        Liveness::NotEstablished
    }
}

/// The middle one of the changes, and of what no plane explains.
fn middle(differences: &[&Difference]) -> (f32, f32) {
    let of = |pick: fn(&Difference) -> f32| {
        let mut values: Vec<f32> = differences.iter().map(|d| pick(d)).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    (of(|d| d.change), of(|d| d.depth))
}

#[cfg(test)]
mod tests {
    use super::super::plane::tests::head;
    use super::*;

    fn watched(turns: &[f32], flat: bool) -> Passive {
        let mut passive = Passive::default();
        for (n, turn) in (0..).zip(turns) {
            passive.see(&head(*turn, flat), Duration::from_millis(n * 200));
        }
        passive
    }

    const TURNING: [f32; 8] = [0.0, 0.1, 0.25, 0.4, 0.45, 0.3, 0.1, -0.2];

    #[test]
    fn a_head_that_turns_is_alive_and_a_waved_print_is_suspected() {
        let alive = watched(&TURNING, false).assess();
        assert_eq!(alive.liveness, Liveness::Established, "{alive:?}");
        assert!(alive.signs.contains(&Sign::HasDepth));
        let waved = TURNING.map(|turn| turn * 2.0);
        let print = watched(&waved, true).assess();
        assert_eq!(print.liveness, Liveness::SpoofSuspected, "{print:?}");
    }

    #[test]
    fn who_keeps_still_is_neither() {
        for flat in [true, false] {
            let still = watched(&[0.05; 30], flat).assess();
            assert_eq!(still.liveness, Liveness::NotEstablished);
            assert_eq!(still.signs, [Sign::KeptStill]);
        }
    }

    #[test]
    fn a_model_of_the_site_counts_after_enough_frames_and_against_wins() {
        let mut passive = watched(&TURNING, false);
        passive.judged(0.1);
        passive.judged(f32::NAN);
        assert_eq!(passive.assess().liveness, Liveness::Established);
        passive.judged(0.1);
        passive.judged(0.1);
        assert_eq!(passive.assess().liveness, Liveness::SpoofSuspected);
    }
}

//! Asked to blink and to turn, by chance: a state machine without a clock or a camera of its own.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long somebody may take for one prompt.
pub const PATIENCE: Duration = Duration::from_secs(6);
/// An answer sooner than this was under way before the prompt could be read.
const TOO_SOON: Duration = Duration::from_millis(250);
/// How long the face may be out of sight.
const OUT_OF_SIGHT: Duration = Duration::from_millis(1_200);
/// How far a head must be turned (see [`crate::Quality::turn`]), and below what it looks ahead.
const TURNED: f32 = 0.35;
const AHEAD: f32 = 0.15;
/// Eyes are shut below this share of how far they were open when the prompt was given.
const SHUT: f32 = 0.55;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Shut the eyes and open them.
    Blink,
    /// Turn the head so that the nose goes to the left of the picture.
    TurnLeft,
    /// The other way.
    TurnRight,
}

/// Why it was not passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Nothing was done in time.
    TooLate,
    /// Something else was done.
    WrongWay,
    /// The face went out of sight.
    Lost,
    /// Another face came in its place.
    AnotherFace,
}

/// How it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// This is asked for now.
    Asked(Prompt),
    /// Everything was done.
    Passed,
    /// It was not.
    Failed(Failure),
}

/// The face in one frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pose {
    /// How far the head is turned, see [`crate::Quality::turn`].
    pub turn: f32,
    /// How far the eyes are open, see [`super::openness`].
    pub openness: f32,
    /// Whether it is the face that the challenge began with.
    pub same: bool,
}

/// One round of prompts.
#[derive(Clone, Debug)]
pub struct Challenge {
    prompts: Vec<Prompt>,
    done: usize,
    asked_at: Duration,
    seen_at: Duration,
    /// Looking ahead with open eyes, after the prompt: without it nothing counts as an answer.
    ready: Option<f32>,
    /// The eyes were shut.
    shut: bool,
    ended: Option<Progress>,
}

impl Challenge {
    /// A turn and a blink, which of the two sides and which first as `chance` says; begins at `at`, on any
    /// clock that does not go back. `chance` is to be random and not known to anybody before.
    #[must_use]
    pub fn new(chance: u64, at: Duration) -> Self {
        let turn = if chance & 1 == 0 {
            Prompt::TurnLeft
        } else {
            Prompt::TurnRight
        };
        let mut prompts = vec![turn, Prompt::Blink];
        if chance & 2 != 0 {
            prompts.reverse();
        }
        if chance & 4 != 0 {
            prompts.push(turn.other());
        }
        Self {
            prompts,
            done: 0,
            asked_at: at,
            seen_at: at,
            ready: None,
            shut: false,
            ended: None,
        }
    }

    /// How it stands.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let asked = self.prompts.get(self.done).copied();
        self.ended
            .unwrap_or_else(|| asked.map_or(Progress::Passed, Progress::Asked))
    }

    /// Takes in a frame, with the face if it shows one.
    pub fn see(&mut self, pose: Option<Pose>, at: Duration) -> Progress {
        if let Progress::Asked(prompt) = self.progress() {
            match self.step(prompt, pose, at) {
                Ok(false) => {}
                Ok(true) => self.next(at),
                Err(failure) => self.ended = Some(Progress::Failed(failure)),
            }
        }
        self.progress()
    }

    fn next(&mut self, at: Duration) {
        self.done += 1;
        self.asked_at = at;
        self.ready = None;
        self.shut = false;
    }

    /// Whether the prompt is answered.
    fn step(&mut self, prompt: Prompt, pose: Option<Pose>, at: Duration) -> Result<bool, Failure> {
        let waited = at.saturating_sub(self.asked_at);
        if waited > PATIENCE {
            return Err(Failure::TooLate);
        }
        let Some(pose) = pose else {
            let gone = at.saturating_sub(self.seen_at) > OUT_OF_SIGHT;
            return if gone { Err(Failure::Lost) } else { Ok(false) };
        };
        self.seen_at = at;
        if !pose.same {
            return Err(Failure::AnotherFace);
        }
        let Some(open) = self.ready else {
            let ahead = pose.turn.abs() < AHEAD;
            self.ready = (ahead && pose.openness > 0.0).then_some(pose.openness);
            return Ok(false);
        };
        if waited < TOO_SOON {
            return Ok(false);
        }
        match prompt {
            Prompt::Blink => Ok(self.blinked(open, pose)),
            Prompt::TurnLeft => turned(-pose.turn),
            Prompt::TurnRight => turned(pose.turn),
        }
    }

    fn blinked(&mut self, open: f32, pose: Pose) -> bool {
        let shut = pose.openness < open * SHUT;
        let opened = self.shut && !shut;
        self.shut |= shut;
        opened
    }
}

fn turned(asked_way: f32) -> Result<bool, Failure> {
    if asked_way < -TURNED {
        return Err(Failure::WrongWay);
    }
    Ok(asked_way > TURNED)
}

impl Prompt {
    fn other(self) -> Self {
        match self {
            Self::TurnLeft => Self::TurnRight,
            Self::TurnRight => Self::TurnLeft,
            Self::Blink => Self::Blink,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT_REST: Pose = Pose {
        turn: 0.0,
        openness: 0.28,
        same: true,
    };

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// What somebody who does as asked looks like, a frame each 200 ms.
    fn answer(prompt: Prompt, frame: u64) -> Pose {
        match (prompt, frame % 5) {
            (Prompt::TurnLeft, 3) => Pose {
                turn: -0.5,
                ..AT_REST
            },
            (Prompt::TurnRight, 3) => Pose {
                turn: 0.5,
                ..AT_REST
            },
            (Prompt::Blink, 3) => Pose {
                openness: 0.08,
                ..AT_REST
            },
            _ => AT_REST,
        }
    }

    #[test]
    fn whoever_does_as_asked_passes_whatever_is_asked() {
        for chance in 0..8 {
            let mut challenge = Challenge::new(chance, ms(0));
            let mut progress = challenge.progress();
            for frame in 0..40 {
                if let Progress::Asked(prompt) = progress {
                    progress = challenge.see(Some(answer(prompt, frame)), ms(frame * 200));
                }
            }
            assert_eq!(progress, Progress::Passed, "{chance}");
        }
    }

    #[test]
    fn a_print_that_does_nothing_fails_in_time() {
        let mut challenge = Challenge::new(5, ms(0));
        let progress = (0..40)
            .map(|n| challenge.see(Some(AT_REST), ms(n * 200)))
            .last();
        assert_eq!(progress, Some(Progress::Failed(Failure::TooLate)));
    }

    #[test]
    fn the_wrong_way_another_face_and_no_face_fail() {
        let turn = |turn: f32| Pose { turn, ..AT_REST };
        let mut wrong = Challenge::new(0, ms(0));
        wrong.see(Some(AT_REST), ms(0));
        assert_eq!(
            wrong.see(Some(turn(0.5)), ms(400)),
            Progress::Failed(Failure::WrongWay)
        );
        let mut other = Challenge::new(0, ms(0));
        let another = Pose {
            same: false,
            ..AT_REST
        };
        assert_eq!(
            other.see(Some(another), ms(0)),
            Progress::Failed(Failure::AnotherFace)
        );
        let mut lost = Challenge::new(0, ms(0));
        assert_eq!(lost.see(None, ms(500)), Progress::Asked(Prompt::TurnLeft));
        assert_eq!(lost.see(None, ms(1_500)), Progress::Failed(Failure::Lost));
        assert_eq!(
            lost.see(Some(AT_REST), ms(1_600)),
            Progress::Failed(Failure::Lost),
            "for good"
        );
    }

    fn pose() -> impl Strategy<Value = Option<Pose>> {
        let seen = (-1.0f32..1.0, 0.0f32..0.4, proptest::bool::weighted(0.97));
        proptest::option::weighted(
            0.9,
            seen.prop_map(|(turn, openness, same)| Pose {
                turn,
                openness,
                same,
            }),
        )
    }

    proptest! {
        #[test]
        fn nobody_passes_without_the_turn_and_the_blink_that_were_asked_for(
            chance: u64, frames in proptest::collection::vec((pose(), 50u64..600), 0..80),
        ) {
            let mut challenge = Challenge::new(chance, ms(0));
            let (mut at, mut shut, mut ways) = (0, false, [false; 2]);
            for (pose, pause) in frames {
                at += pause;
                let before = challenge.progress();
                let after = challenge.see(pose, ms(at));
                let Progress::Asked(prompt) = before else {
                    prop_assert_eq!(before, after, "an end is an end");
                    continue;
                };
                if let Some(pose) = pose {
                    shut |= prompt == Prompt::Blink && pose.openness < 0.4 * SHUT;
                    ways[0] |= prompt == Prompt::TurnLeft && pose.turn < -TURNED;
                    ways[1] |= prompt == Prompt::TurnRight && pose.turn > TURNED;
                }
            }
            if challenge.progress() == Progress::Passed {
                prop_assert!(shut && ways[usize::from(chance & 1 != 0)]);
                prop_assert!(chance & 4 == 0 || ways == [true; 2]);
            }
        }
    }
}

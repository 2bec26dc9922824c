//! Asked to blink and to turn, by chance: a state machine without a clock or a camera of its own.

use super::measures::Measures;
use model::{NotEstablished, Prompt};
use std::time::Duration;

/// How long somebody may take for one prompt.
pub const PATIENCE: Duration = Duration::from_secs(8);
/// An answer sooner than this was under way before the prompt could be read.
const TOO_SOON: Duration = Duration::from_millis(250);
/// How long the face may be out of sight.
const OUT_OF_SIGHT: Duration = Duration::from_millis(1_500);
/// How far a head must be turned (see [`Measures::turn`]), and below what it looks ahead.
const TURNED: f32 = 0.35;
const AHEAD: f32 = 0.2;
/// Eyes are shut below this share of how far they were open when the prompt was given. Eleven of twelve photographs of shut
/// eyes are below, by the usual openness and looked at closely (`docs/measurements.md`, *Shut eyes*).
const SHUT: f32 = 0.6;
/// They are open again above this share.
const OPEN: f32 = 0.75;
/// Eyes that are open less than this are not open, whoever's they are: less than one photograph in a hundred is below.
const LEAST_OPEN: f32 = 0.14;
/// A face ahead that is less alike (cosine) to the one that was asked is another: no two photographs of one person
/// are below, of different days either.
const ANOTHER: f32 = 0.88;
/// How alike a frame has to be to count, to the face that was asked and to the frame before. Of two people one
/// photograph in 1,700 is above, however the head is turned; see `docs/measurements.md`, *Active liveness*.
const SAME: f32 = 0.93;

/// The face in one frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sight {
    /// What it does.
    pub measures: Measures,
    /// How much it is like the face that was asked, a cosine.
    pub likeness: f32,
    /// How much it is like the frame before; 1 where that showed no face.
    pub continuity: f32,
}

impl Sight {
    fn is_ahead(&self) -> bool {
        self.measures.turn.abs() < AHEAD
    }

    /// Whether it is the face that was asked, beyond doubt.
    fn is_same(&self) -> bool {
        self.likeness >= SAME && self.continuity >= SAME
    }

    /// Whether it is another. Turned aside a face is less like itself, so that is told once it looks ahead.
    fn is_another(&self) -> bool {
        self.is_ahead() && self.likeness < ANOTHER
    }
}

/// How far the answer to one prompt is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// First the face that was asked has to look ahead with open eyes.
    Ready,
    /// What was asked for has to be done.
    Act,
    /// It was done: the face has to look ahead with open eyes again.
    Back,
}

/// How it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// This is asked for now.
    Asked(Prompt, Phase),
    /// Everything was done.
    Established,
    /// It was not.
    NotEstablished(NotEstablished),
}

/// One round of prompts.
#[derive(Clone, Debug)]
pub struct Challenge {
    prompts: Vec<Prompt>,
    done: usize,
    asked_at: Duration,
    seen_at: Duration,
    phase: Phase,
    /// How far the eyes were open when the face was ready.
    open: f32,
    ended: Option<Progress>,
}

impl Challenge {
    /// Three prompts, a blink and a turn to each side, in an order that `chance` says; begins at `at`, on any
    /// clock that does not go back. `chance` is to be random and not known to anybody before.
    #[must_use]
    pub fn new(chance: u64, at: Duration) -> Self {
        Self::of(order(chance), at)
    }

    /// The same with these prompts, e.g. to measure them one by one.
    #[must_use]
    pub fn of(prompts: Vec<Prompt>, at: Duration) -> Self {
        Self {
            prompts,
            done: 0,
            asked_at: at,
            seen_at: at,
            phase: Phase::Ready,
            open: 0.0,
            ended: None,
        }
    }

    /// How it stands.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let asked = self.prompts.get(self.done);
        self.ended.unwrap_or_else(|| {
            asked.map_or(Progress::Established, |prompt| {
                Progress::Asked(*prompt, self.phase)
            })
        })
    }

    /// Prompts that were answered, and all of them.
    #[must_use]
    pub fn answered(&self) -> (usize, usize) {
        (self.done, self.prompts.len())
    }

    /// How long there is left for the prompt at `at`.
    #[must_use]
    pub fn left(&self, at: Duration) -> Duration {
        PATIENCE.saturating_sub(at.saturating_sub(self.asked_at))
    }

    /// Takes in a frame, with the face if it shows one.
    ///
    /// From looking ahead over the answer to looking ahead again every frame has to show the face that was asked: where
    /// one does not, or not beyond doubt, the prompt has to be answered from its beginning, within the same time.
    pub fn see(&mut self, sight: Option<Sight>, at: Duration) -> Progress {
        if let Progress::Asked(prompt, _) = self.progress() {
            match self.step(prompt, sight, at) {
                Ok(false) => {}
                Ok(true) => self.next(at),
                Err(why) => self.ended = Some(Progress::NotEstablished(why)),
            }
        }
        self.progress()
    }

    fn next(&mut self, at: Duration) {
        self.done += 1;
        self.asked_at = at;
        self.phase = Phase::Ready;
    }

    /// Whether the prompt is answered.
    fn step(
        &mut self,
        prompt: Prompt,
        sight: Option<Sight>,
        at: Duration,
    ) -> Result<bool, NotEstablished> {
        let waited = at.saturating_sub(self.asked_at);
        if waited > PATIENCE {
            return Err(NotEstablished::TooLate);
        }
        let Some(sight) = sight else {
            // Whoever comes back need not be the same.
            self.phase = Phase::Ready;
            let gone = at.saturating_sub(self.seen_at) > OUT_OF_SIGHT;
            return if gone {
                Err(NotEstablished::OutOfSight)
            } else {
                Ok(false)
            };
        };
        self.seen_at = at;
        if sight.is_another() {
            return Err(NotEstablished::AnotherFace);
        }
        if !sight.is_same() {
            self.phase = Phase::Ready;
            return Ok(false);
        }
        match self.phase {
            Phase::Ready => self.ready(&sight),
            Phase::Act if waited < TOO_SOON => {}
            Phase::Act => self.act(prompt, &sight)?,
            Phase::Back => return Ok(self.is_back(&sight)),
        }
        Ok(false)
    }

    fn ready(&mut self, sight: &Sight) {
        let openness = sight.measures.openness;
        if sight.is_ahead() && openness >= LEAST_OPEN {
            self.open = openness;
            self.phase = Phase::Act;
        }
    }

    fn act(&mut self, prompt: Prompt, sight: &Sight) -> Result<(), NotEstablished> {
        let seen = &sight.measures;
        // Who opens the eyes wider only now is measured by that.
        self.open = self.open.max(seen.openness.min(self.open * 1.5));
        let done = match prompt {
            Prompt::Blink => sight.is_ahead() && seen.openness < self.open * SHUT,
            Prompt::TurnLeft => is_turned(seen, 1.0)?,
            Prompt::TurnRight => is_turned(seen, -1.0)?,
        };
        if done {
            self.phase = Phase::Back;
        }
        Ok(())
    }

    fn is_back(&self, sight: &Sight) -> bool {
        sight.is_ahead() && sight.measures.openness > self.open * OPEN
    }
}

/// Whether the head is turned to the side of the picture that `side` has the sign of.
fn is_turned(seen: &Measures, side: f32) -> Result<bool, NotEstablished> {
    let turn = seen.turn * side;
    if turn < -TURNED {
        return Err(NotEstablished::OtherAnswer);
    }
    Ok(turn > TURNED)
}

/// One of the six orders.
fn order(chance: u64) -> Vec<Prompt> {
    use Prompt::{Blink, TurnLeft, TurnRight};
    match chance % 6 {
        0 => vec![Blink, TurnLeft, TurnRight],
        1 => vec![Blink, TurnRight, TurnLeft],
        2 => vec![TurnLeft, Blink, TurnRight],
        3 => vec![TurnLeft, TurnRight, Blink],
        4 => vec![TurnRight, Blink, TurnLeft],
        _ => vec![TurnRight, TurnLeft, Blink],
    }
}

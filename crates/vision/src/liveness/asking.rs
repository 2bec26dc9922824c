//! Who is asked before one camera: one face after the other.

mod again;

pub use again::SeenAgain;

use super::challenge::{Challenge, Phase, Progress};
use super::watch::Watch;
use crate::engine::Face;
use crate::tracker::{Decided, Overlay, TrackUpdate};
use again::{Again, Stay};
use model::{FaceLiveness, NotEstablished, PersonId, Prompt};
use std::collections::VecDeque;
use std::time::Duration;

/// Most people who wait to be asked; whoever comes then is not asked.
const MOST_WAITING: usize = 4;
/// Most further tracks of people who are asked.
const MOST_FURTHER: usize = 8;
/// How long the end of a challenge is shown.
const SHOWN: Duration = Duration::from_secs(5);
/// Whoever's turn it is may be missed by a frame, or only followed in it, for so long.
const MISSED: Duration = Duration::from_secs(1);
/// Least overlap of a track and the face it was seen by.
const SAME_PLACE: f32 = 0.5;

/// A track that was decided, with what came of asking.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// The track.
    pub decided: Decided,
    /// Whether it was seen to be alive.
    pub liveness: FaceLiveness,
}

/// What somebody before the camera is to be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// This is asked for.
    Asked {
        /// Whom.
        person: PersonId,
        /// What.
        prompt: Prompt,
        /// How far it is.
        phase: Phase,
        /// Prompts that were answered.
        answered: usize,
        /// Prompts in all.
        of: usize,
        /// How long there is left for this one.
        left: Duration,
    },
    /// It came to an end a moment ago.
    Ended {
        /// Whom.
        person: PersonId,
        /// What came of it.
        liveness: FaceLiveness,
    },
}

/// Holds back the tracks of people who are named until they have answered.
#[derive(Debug, Default)]
pub struct Asking {
    now: Option<(Decided, PersonId, Watch)>,
    waiting: VecDeque<Waiting>,
    /// Further tracks of people who are asked, or wait for it.
    further: Vec<(Decided, PersonId)>,
    /// People who were asked.
    stays: Vec<Stay>,
    /// What was not taken out yet.
    again: Again,
    ended: Option<(PersonId, FaceLiveness, Duration)>,
}

/// Somebody who waits to be asked.
#[derive(Debug)]
struct Waiting {
    decided: Decided,
    person: PersonId,
    /// Since when no frame showed their face although it is their turn.
    missed: Option<Duration>,
}

impl Asking {
    /// Takes in a frame: what the tracker says of it (people decided in it are asked, in turn, and taken out of
    /// `update`), and its faces. `chance` gives numbers that nobody can know before.
    pub fn step(
        &mut self,
        update: &mut TrackUpdate,
        faces: &[Face],
        at: Duration,
        chance: impl FnOnce() -> u64,
    ) -> Vec<Answered> {
        self.note_stays(&update.overlays, at);
        let mut answered = Vec::new();
        for mut decided in std::mem::take(&mut update.decided) {
            self.withdraw(&mut decided);
            match decided.person {
                Some(person) => answered.extend(self.queue(decided, person)),
                None => update.decided.push(decided),
            }
        }
        answered.extend(self.watch(faces, at));
        answered.extend(self.look_further());
        if self.now.is_none() {
            answered.extend(self.next(update, faces, at, chance));
        }
        answered
    }

    /// Asks the first of those who wait whose face this frame shows. Whoever was before them is asked as soon as they are
    /// seen again; those who were missed for too long.
    fn next(
        &mut self,
        update: &TrackUpdate,
        faces: &[Face],
        at: Duration,
        chance: impl FnOnce() -> u64,
    ) -> Vec<Answered> {
        let mut out_of_sight = Vec::new();
        let mut passed_over = VecDeque::new();
        while let Some(mut one) = self.waiting.pop_front() {
            if let Some(face) = face_of(&one.decided, &update.overlays, faces) {
                let challenge = Challenge::new(chance(), at);
                let watch = Watch::begin(one.decided.template.clone(), face.bounds, challenge);
                self.now = Some((one.decided, one.person, watch));
                break;
            }
            let since = *one.missed.get_or_insert(at);
            if at.saturating_sub(since) < MISSED {
                passed_over.push_back(one);
            } else {
                let why = NotEstablished::OutOfSight;
                out_of_sight.push(not_established(one.decided, why));
            }
        }
        passed_over.append(&mut self.waiting);
        self.waiting = passed_over;
        out_of_sight
    }

    /// Whether somebody is being asked or waits for it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.now.is_some() || !self.waiting.is_empty()
    }

    /// What somebody was asked ends as `liveness` instead, for whoever is told of it and for their further tracks: they
    /// look like a picture, whatever they answered.
    pub fn end_as(&mut self, whose: PersonId, liveness: FaceLiveness) {
        let stays = self.stays.iter_mut().filter(|stay| stay.person == whose);
        for stay in stays {
            stay.liveness = liveness;
        }
        self.again.end_as(whose, liveness);
        if let Some((person, shown, _)) = &mut self.ended
            && *person == whose
        {
            *shown = liveness;
        }
    }

    /// What is to be shown at `at`.
    #[must_use]
    pub fn shown(&self, at: Duration) -> Option<Shown> {
        if let Some((_, person, watch)) = &self.now
            && let Progress::Asked(prompt, phase) = watch.challenge().progress()
        {
            let (answered, of) = watch.challenge().answered();
            return Some(Shown::Asked {
                person: *person,
                prompt,
                phase,
                answered,
                of,
                left: watch.challenge().left(at),
            });
        }
        let (person, liveness, ended_at) = self.ended?;
        let fresh = at.saturating_sub(ended_at) <= SHOWN;
        fresh.then_some(Shown::Ended { person, liveness })
    }

    /// A track of a person is asked when it is its turn. A second track of somebody who is asked, or was and has not
    /// been away, is no passage of its own.
    fn queue(&mut self, decided: Decided, person: PersonId) -> Option<Answered> {
        let asked = self.now.as_ref().is_some_and(|(_, now, _)| *now == person)
            || self.waiting.iter().any(|waits| waits.person == person);
        if asked {
            self.hold_further(decided, person);
            return None;
        }
        if let Some(stay) = self.stays.iter().find(|stay| stay.person == person) {
            let is_another = stay.track != decided.track;
            self.again
                .tell(decided.track, person, stay.liveness, is_another);
            return None;
        }
        if self.waiting.len() >= MOST_WAITING {
            return Some(not_established(decided, NotEstablished::NotAsked));
        }
        self.waiting.push_back(Waiting {
            decided,
            person,
            missed: None,
        });
        None
    }

    fn watch(&mut self, faces: &[Face], at: Duration) -> Option<Answered> {
        let (_, _, watch) = self.now.as_mut()?;
        let liveness = match watch.see(faces, at) {
            Progress::Asked(..) => return None,
            Progress::Established => FaceLiveness::Established,
            Progress::NotEstablished(why) => FaceLiveness::NotEstablished { why },
        };
        let (decided, person, _) = self.now.take()?;
        self.stays.push(Stay {
            person,
            track: decided.track,
            liveness,
            seen: at,
        });
        self.ended = Some((person, liveness, at));
        Some(Answered { decided, liveness })
    }
}

fn not_established(decided: Decided, why: NotEstablished) -> Answered {
    let liveness = FaceLiveness::NotEstablished { why };
    Answered { decided, liveness }
}

/// The face by which the track was seen in this frame.
fn face_of<'a>(decided: &Decided, overlays: &[Overlay], faces: &'a [Face]) -> Option<&'a Face> {
    let overlay = overlays.iter().find(|one| one.track == decided.track)?;
    let same = |face: &Face| face.bounds.overlap(&overlay.bounds);
    let nearest = faces.iter().max_by(|a, b| same(a).total_cmp(&same(b)))?;
    (same(nearest) >= SAME_PLACE).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::super::measures::tests::face as mesh;
    use super::super::spoof::SpoofScores;
    use super::*;
    use crate::geometry::Rect;
    use crate::quality::Quality;
    use crate::template::{ModelId, Template};
    use crate::tracker::Identity;
    use bytes::Bytes;
    use uuid::Uuid;

    pub(super) fn who(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    pub(super) fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// Person `n` at their place, with eyes open so far and the nose there (50 is ahead).
    pub(super) fn face(n: u8, open: f32, nose: f32) -> Face {
        let mut values = vec![0.0; 128];
        values[usize::from(n)] = 1.0;
        Face {
            bounds: place(n),
            confidence: 0.9,
            landmarks: mesh([16.0, 16.0], open, nose),
            quality: Quality::well_shown(120.0),
            template: Template::new(ModelId::FACE_API, values).unwrap(),
            real: None,
        }
    }

    fn place(n: u8) -> Rect {
        Rect {
            x: f32::from(n) * 200.0,
            y: 100.0,
            width: 100.0,
            height: 120.0,
        }
    }

    /// What a tracker says of these people, all named; of `new` ones for the first time.
    pub(super) fn update(seen: &[u8], new: &[(u8, u64)]) -> TrackUpdate {
        let overlay = |n: &u8| Overlay {
            track: u64::from(*n),
            bounds: place(*n),
            identity: Identity::Known(who(u128::from(*n))),
            score: None,
        };
        let decided = |(n, track): &(u8, u64)| Decided {
            track: *track,
            person: (*n != 9).then(|| who(u128::from(*n))),
            one_of: None,
            before: None,
            score: 0.97,
            threshold: 0.93,
            false_identifications: None,
            allowed: 0.005,
            runner_up: None,
            margin: None,
            frames: 3,
            gallery: 2,
            first_seen: ms(0),
            decided_at: ms(0),
            pictured_at: ms(0),
            template: face(*n, 1.0, 50.0).template,
            unlike: 1.0,
            picture: Bytes::new(),
            bounds: place(*n),
            spoof: SpoofScores::default(),
            covered: Vec::new(),
        };
        TrackUpdate {
            overlays: seen.iter().map(overlay).collect(),
            decided: new.iter().map(decided).collect(),
        }
    }

    /// Person 1 does as asked until the end; the time of it.
    fn answer(asking: &mut Asking, from: u64) -> (Vec<Answered>, u64) {
        for n in 1..100 {
            let at = from + n * 300;
            let acted = match asking.shown(ms(at)) {
                Some(Shown::Asked {
                    prompt,
                    phase: Phase::Act,
                    ..
                }) => match prompt {
                    Prompt::Blink => face(1, 0.1, 50.0),
                    Prompt::TurnLeft => face(1, 0.28, 75.0),
                    Prompt::TurnRight => face(1, 0.28, 25.0),
                },
                _ => face(1, 0.28, 50.0),
            };
            let told = asking.step(&mut update(&[1], &[]), &[acted], ms(at), || 3);
            if !told.is_empty() {
                return (told, at);
            }
        }
        (Vec::new(), 0)
    }

    #[test]
    fn who_is_named_is_told_once_the_prompts_are_answered_and_not_asked_again_while_they_stay() {
        let mut asking = Asking::default();
        let first = &mut update(&[1], &[(1, 1)]);
        assert!(
            asking
                .step(first, &[face(1, 0.28, 50.0)], ms(0), || 3)
                .is_empty()
        );
        assert!(first.decided.is_empty() && asking.is_busy());
        let (told, at) = answer(&mut asking, 0);
        assert_eq!(told[0].liveness, FaceLiveness::Established);
        // That it looks like a picture all the same is shown of that person, and of nobody else.
        let liveness = FaceLiveness::NotEstablished {
            why: NotEstablished::LooksLikeAPicture,
        };
        asking.end_as(who(2), liveness);
        let ended = |liveness| Shown::Ended {
            person: who(1),
            liveness,
        };
        assert_eq!(asking.shown(ms(at)), Some(ended(told[0].liveness)));
        asking.end_as(who(1), liveness);
        assert_eq!(asking.shown(ms(at)), Some(ended(liveness)));
        assert_eq!(asking.shown(ms(at + 6_000)), None);
        let again = &mut update(&[1], &[(1, 1)]);
        asking.step(again, &[face(1, 0.28, 50.0)], ms(at + 2_000), || 3);
        assert!(!asking.is_busy() && again.decided.is_empty());
        // Away for longer: asked anew.
        asking.step(&mut update(&[], &[]), &[], ms(at + 6_000), || 3);
        asking.step(
            &mut update(&[1], &[(1, 1)]),
            &[face(1, 0.28, 50.0)],
            ms(at + 6_200),
            || 3,
        );
        assert!(asking.is_busy());
    }

    #[test]
    fn a_face_that_does_nothing_is_told_as_not_established_with_the_reason() {
        let mut asking = Asking::default();
        asking.step(
            &mut update(&[1], &[(1, 1)]),
            &[face(1, 0.28, 50.0)],
            ms(0),
            || 3,
        );
        let told = asking.step(
            &mut update(&[1], &[]),
            &[face(1, 0.28, 50.0)],
            ms(9_000),
            || 3,
        );
        let why = NotEstablished::TooLate;
        assert_eq!(told[0].liveness, FaceLiveness::NotEstablished { why });
    }

    #[test]
    fn strangers_pass_by_unasked_and_others_wait_for_their_turn() {
        let mut asking = Asking::default();
        let both = [face(1, 0.28, 50.0), face(2, 0.28, 50.0)];
        let first = &mut update(&[1, 2], &[(1, 1), (9, 9), (2, 2)]);
        assert!(asking.step(first, &both, ms(0), || 3).is_empty());
        assert_eq!(first.decided.len(), 1, "the stranger");
        let told = asking.step(&mut update(&[1, 2], &[]), &both, ms(9_000), || 3);
        assert_eq!(told.len(), 1);
        assert!(
            matches!(asking.shown(ms(9_000)), Some(Shown::Asked { person, .. }) if person == who(2))
        );
    }

    #[test]
    fn who_turns_out_to_be_somebody_else_while_asked_is_asked_as_that_other_and_told_once() {
        let mut asking = Asking::default();
        let here = [face(1, 0.28, 50.0)];
        asking.step(&mut update(&[1], &[(1, 1)]), &here, ms(0), || 3);
        let mut other = update(&[1], &[(2, 1)]);
        other.decided[0].before = Some(who(1));
        other.decided[0].template = here[0].template.clone();
        assert!(asking.step(&mut other, &here, ms(200), || 3).is_empty());
        let (told, _) = answer(&mut asking, 200);
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].decided.person, told[0].decided.before),
            (Some(who(2)), None)
        );
    }

    #[test]
    fn whoever_stands_there_once_it_is_their_turn_is_held_against_what_was_recognised() {
        let mut asking = Asking::default();
        let mut first = update(&[1], &[(1, 1)]);
        first.decided[0].template = face(2, 1.0, 50.0).template;
        asking.step(&mut first, &[face(1, 0.28, 50.0)], ms(0), || 3);
        let told = asking.step(
            &mut update(&[1], &[]),
            &[face(1, 0.28, 50.0)],
            ms(200),
            || 3,
        );
        let why = NotEstablished::AnotherFace;
        assert_eq!(told[0].liveness, FaceLiveness::NotEstablished { why });
    }

    #[test]
    fn who_is_gone_when_it_is_their_turn_is_told_as_out_of_sight() {
        let mut asking = Asking::default();
        let both = [face(1, 0.28, 50.0), face(2, 0.28, 50.0)];
        asking.step(&mut update(&[1, 2], &[(1, 1), (2, 2)]), &both, ms(0), || 3);
        let mut why = |at| {
            let told = asking.step(&mut update(&[1], &[]), &both[..1], ms(at), || 3);
            told.first().map(|one| one.liveness)
        };
        let not = |why| Some(FaceLiveness::NotEstablished { why });
        assert_eq!(why(9_000), not(NotEstablished::TooLate));
        assert_eq!(why(9_900), None, "a frame may miss a face");
        assert_eq!(why(10_000), not(NotEstablished::OutOfSight));
        assert!(!asking.is_busy());
    }

    #[test]
    fn who_is_missed_by_the_frame_of_their_turn_is_asked_with_the_next_that_shows_them() {
        let mut asking = Asking::default();
        // Only followed: there is a box, and no face that was looked at.
        let told = asking.step(&mut update(&[1], &[(1, 1)]), &[], ms(0), || 3);
        assert!(told.is_empty() && asking.is_busy());
        let told = asking.step(
            &mut update(&[1], &[]),
            &[face(1, 0.28, 50.0)],
            ms(200),
            || 3,
        );
        assert!(told.is_empty());
        assert!(
            matches!(asking.shown(ms(200)), Some(Shown::Asked { person, .. }) if person == who(1))
        );
    }
}

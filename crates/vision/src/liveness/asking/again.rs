//! Further tracks of people who were asked already: no passages of their own.

use super::{Answered, Asking, MOST_FURTHER, not_established};
use crate::tracker::{Decided, Identity, Overlay, TrackUpdate};
use model::{FaceLiveness, NotEstablished, PersonId};
use std::collections::VecDeque;
use std::time::Duration;

/// Who was asked and is seen again within so long has not been away, and is not asked again.
const STAY: Duration = Duration::from_secs(3);
/// Most tracks that are remembered as never having been told as that person's.
const MOST: usize = 32;

/// A track that turned out to be that of somebody who was told already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeenAgain {
    /// The track.
    pub track: u64,
    /// Whose it is.
    pub person: PersonId,
    /// What came of asking them.
    pub liveness: FaceLiveness,
}

/// Such tracks.
#[derive(Debug, Default)]
pub(super) struct Again {
    told: Vec<SeenAgain>,
    /// Tracks by which that person was never told.
    silent: VecDeque<(u64, PersonId)>,
}

impl Again {
    /// The track is `person`'s, who was told; `is_silent`: by another track.
    pub fn tell(&mut self, track: u64, person: PersonId, liveness: FaceLiveness, is_silent: bool) {
        self.told.push(SeenAgain {
            track,
            person,
            liveness,
        });
        if is_silent {
            self.silent.truncate(MOST - 1);
            self.silent.push_front((track, person));
        }
    }

    /// Whether whom the track was held to be before was never told of it: that passage is another track's, and right.
    pub fn was_silent(&self, decided: &Decided) -> bool {
        let before = decided.before.map(|person| (decided.track, person));
        before.is_some_and(|before| self.silent.contains(&before))
    }

    /// What was told of a person, and not taken yet, is `liveness` instead.
    pub fn end_as(&mut self, whose: PersonId, liveness: FaceLiveness) {
        let told = self.told.iter_mut().filter(|told| told.person == whose);
        for told in told {
            told.liveness = liveness;
        }
    }

    /// Takes out what was told.
    pub fn take(&mut self) -> Vec<SeenAgain> {
        std::mem::take(&mut self.told)
    }
}

/// Somebody who was asked, and has not been away since.
#[derive(Debug)]
pub(super) struct Stay {
    pub person: PersonId,
    pub track: u64,
    pub liveness: FaceLiveness,
    pub seen: Duration,
}

impl Asking {
    pub(super) fn note_stays(&mut self, overlays: &[Overlay], at: Duration) {
        for stay in &mut self.stays {
            let known = Identity::Known(stay.person);
            if overlays.iter().any(|overlay| overlay.identity == known) {
                stay.seen = at;
            }
        }
        self.stays
            .retain(|stay| at.saturating_sub(stay.seen) <= STAY);
    }

    /// A track that is asked, or waits for it, turned out to be somebody else: what it was held to be is never told.
    pub(super) fn withdraw(&mut self, decided: &mut Decided) {
        let wrong = |other: &Decided, person: PersonId| {
            other.track == decided.track && Some(person) != decided.person
        };
        let asked = self.now.take_if(|(other, who, _)| wrong(other, *who));
        let held = self.waiting.len() + self.further.len();
        self.waiting.retain(|one| !wrong(&one.decided, one.person));
        self.further.retain(|(other, who)| !wrong(other, *who));
        let fewer = self.waiting.len() + self.further.len() < held;
        if asked.is_some() || fewer || self.again.was_silent(decided) {
            decided.before = None;
        }
    }

    /// A further track of somebody who is asked, or waits for it. Where there are too many the last gives way, and is told
    /// at once: what was kept of it as a stranger's is taken back all the same.
    pub(super) fn hold_further(&mut self, decided: Decided, person: PersonId) {
        if self.further.len() >= MOST_FURTHER
            && let Some((dropped, whose)) = self.further.pop()
        {
            let why = NotEstablished::NotAsked;
            let liveness = FaceLiveness::NotEstablished { why };
            self.again.tell(dropped.track, whose, liveness, true);
        }
        self.further.push((decided, person));
    }

    /// Whoever is neither asked any more nor waits for it leaves their further tracks to be told, or asked.
    pub(super) fn look_further(&mut self) -> Vec<Answered> {
        let further = std::mem::take(&mut self.further);
        let asked = further.into_iter();
        asked
            .filter_map(|(decided, person)| self.queue(decided, person))
            .collect()
    }

    /// Nobody can be asked for now: whoever was, or waited for it, is told as not asked. Whoever is decided in `update`
    /// stays in it.
    pub fn give_up(&mut self, update: &mut TrackUpdate) -> Vec<Answered> {
        let why = NotEstablished::NotAsked;
        for decided in &mut update.decided {
            self.withdraw(decided);
        }
        let asked = self.now.take().map(|(decided, who, _)| (decided, who));
        let waiting = self.waiting.drain(..).map(|one| (one.decided, one.person));
        let mut told: Vec<(Decided, PersonId)> = asked.into_iter().chain(waiting).collect();
        for (decided, person) in std::mem::take(&mut self.further) {
            let stays = self.stays.iter().any(|stay| stay.person == person);
            let named = |other: &Decided| other.person == Some(person);
            if stays
                || told.iter().any(|(_, who)| *who == person)
                || update.decided.iter().any(named)
            {
                let liveness = FaceLiveness::NotEstablished { why };
                self.again.tell(decided.track, person, liveness, true);
            } else {
                // The track that they were asked by is somebody else's, so nothing else tells of them.
                told.push((decided, person));
            }
        }
        let all = told.into_iter();
        all.map(|(decided, _)| not_established(decided, why))
            .collect()
    }

    /// Takes out the tracks that turned out to be those of people who were told already.
    pub fn again(&mut self) -> Vec<SeenAgain> {
        self.again.take()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{face, ms, update, who};
    use super::*;

    /// Person 1 is asked on track 1.
    fn asked() -> Asking {
        let mut asking = Asking::default();
        see(&mut asking, &[(1, 1)], 0);
        asking
    }

    fn see(asking: &mut Asking, new: &[(u8, u64)], at: u64) {
        let here = [face(1, 0.28, 50.0)];
        asking.step(&mut update(&[1], new), &here, ms(at), || 3);
    }

    #[test]
    fn who_is_left_with_further_tracks_when_asking_ends_is_told_once() {
        let mut asking = asked();
        see(&mut asking, &[(1, 2), (1, 3)], 200);
        let mut other = update(&[1], &[(2, 1)]);
        other.decided[0].before = Some(who(1));
        let told = asking.give_up(&mut other);
        let tracks: Vec<_> = told.iter().map(|one| one.decided.track).collect();
        assert_eq!(tracks, [2]);
        let liveness = FaceLiveness::NotEstablished {
            why: NotEstablished::NotAsked,
        };
        assert_eq!(
            (told[0].decided.person, told[0].liveness),
            (Some(who(1)), liveness)
        );
        let again: Vec<_> = asking.again().iter().map(|seen| seen.track).collect();
        assert_eq!(again, [3]);
        assert_eq!(other.decided[0].before, None);
    }

    #[test]
    fn further_tracks_of_whoever_is_told_when_asking_ends_are_no_passages() {
        let mut asking = asked();
        see(&mut asking, &[(1, 2)], 200);
        let told = asking.give_up(&mut update(&[1], &[]));
        let tracks: Vec<_> = told.iter().map(|one| one.decided.track).collect();
        assert_eq!(tracks, [1]);
        let again: Vec<_> = asking.again().iter().map(|seen| seen.track).collect();
        assert_eq!(again, [2]);
    }

    #[test]
    fn a_further_track_that_gives_way_to_another_is_told_as_that_persons() {
        let mut asking = asked();
        let further: Vec<(u8, u64)> = (2..=9).map(|track| (1, track)).collect();
        see(&mut asking, &further, 200);
        assert_eq!(asking.again(), []);
        see(&mut asking, &[(1, 10)], 400);
        let dropped = SeenAgain {
            track: 9,
            person: who(1),
            liveness: FaceLiveness::NotEstablished {
                why: NotEstablished::NotAsked,
            },
        };
        assert_eq!(asking.again(), [dropped]);
    }
}

//! What the site's own spoof models make of the faces before a camera.

use super::{Following, LiveCameras};
use model::{Device, DeviceKind, FaceLiveness, SpoofCheck, SpoofVerdict, combined_liveness};
use vision::Decided;
use vision::liveness::{SeenAgain, SpoofRule};

impl LiveCameras {
    /// The same with spoof models, whose scores come to what `rule` says.
    #[must_use]
    pub fn looking_for_pictures(self, rule: Option<SpoofRule>) -> Self {
        Self {
            spoof: rule,
            ..self
        }
    }

    /// What spoof models say of a track by now: whoever answered prompts meanwhile was seen in more frames since it was
    /// decided.
    pub(super) fn spoof_check(
        &self,
        following: &Following,
        decided: &Decided,
    ) -> Option<SpoofCheck> {
        let rule = self.spoof.as_ref()?;
        let tracker = following.tracker.as_ref().map(|(_, tracker)| tracker);
        let by_now = tracker.and_then(|tracker| tracker.spoof(decided.track));
        let more = by_now.filter(|by_now| by_now.frames() > decided.spoof.frames());
        Some(rule.check(more.unwrap_or(&decided.spoof)))
    }

    /// What is known of a further track of somebody who was asked: how it looks counts beside what they answered.
    pub(super) fn known_again(
        &self,
        following: &Following,
        seen: SeenAgain,
    ) -> Option<FaceLiveness> {
        let tracker = following.tracker.as_ref().map(|(_, tracker)| tracker);
        let scores = tracker.and_then(|tracker| tracker.spoof(seen.track));
        let rule = self.spoof.as_ref();
        let check = rule.and_then(|rule| scores.map(|scores| rule.check(scores)));
        combined_liveness(Some(seen.liveness), check.as_ref())
    }

    /// The same as it goes into the log. Before a camera station that asks, how a face looks does not stand in for an
    /// answer, whether or not there was a turn for it.
    pub(super) fn spoof_evidence(
        &self,
        station: &Device,
        following: &Following,
        decided: &Decided,
    ) -> Option<SpoofCheck> {
        let check = self.spoof_check(following, decided)?;
        let asks = station.kind == DeviceKind::CameraStation && following.policy.asks();
        Some(no_answer(check, asks))
    }

    /// Whoever answered the prompts and looks like a picture is told that it did not help.
    pub(super) fn tell_pictures(
        &self,
        following: &mut Following,
        told: &[(Decided, Option<FaceLiveness>)],
    ) {
        for (decided, asked) in told {
            let (Some(asked), Some(person)) = (*asked, decided.person) else {
                continue;
            };
            let check = self.spoof_check(following, decided);
            let is_picture = |check: &SpoofCheck| check.verdict == SpoofVerdict::Picture;
            let picture = check.filter(is_picture);
            if let Some(known) =
                picture.and_then(|check| combined_liveness(Some(asked), Some(&check)))
            {
                following.asking.end_as(person, known);
            }
        }
    }
}

/// A check that stands for no answer where people are asked.
fn no_answer(check: SpoofCheck, asks: bool) -> SpoofCheck {
    SpoofCheck {
        establishes: check.establishes && !asks,
        ..check
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{NotEstablished, Score};

    #[test]
    fn looking_real_answers_no_prompt_for_whom_there_was_no_turn() {
        let check = SpoofCheck {
            models: vec!["silent-27".into()],
            score: Some(Score(900_000)),
            threshold: Score(500_000),
            frames: 8,
            verdict: SpoofVerdict::Real,
            establishes: true,
        };
        let not_asked = Some(FaceLiveness::NotEstablished {
            why: NotEstablished::NotAsked,
        });
        for liveness in [None, not_asked] {
            let here = no_answer(check.clone(), true);
            assert_eq!(combined_liveness(liveness, Some(&here)), liveness);
            let elsewhere = no_answer(check.clone(), false);
            let known = combined_liveness(liveness, Some(&elsewhere));
            assert_eq!(known, Some(FaceLiveness::Established));
        }
    }
}

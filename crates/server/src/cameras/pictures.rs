//! What the site's own spoof models make of the faces before a camera.

use super::{Following, LiveCameras};
use model::{
    Device, DeviceKind, FaceLiveness, NotEstablished, SpoofCheck, SpoofVerdict, combined_liveness,
};
use vision::Decided;
use vision::liveness::{SeenAgain, SpoofRule, SpoofScores};

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
        let by_now = following.spoof_scores(decided.track);
        let more = by_now.filter(|by_now| by_now.frames() > decided.spoof.frames());
        Some(rule.check(more.unwrap_or(&decided.spoof)))
    }

    /// What is known of a further track of somebody who was asked: that it looks like a picture counts beside what they
    /// answered.
    pub(super) fn known_again(
        &self,
        following: &Following,
        seen: SeenAgain,
    ) -> Option<FaceLiveness> {
        let scores = following.spoof_scores(seen.track);
        let rule = self.spoof.as_ref();
        let check = rule.and_then(|rule| scores.map(|scores| no_answer(rule.check(scores), true)));
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
            let (Some(_), Some(person)) = (asked, decided.person) else {
                continue;
            };
            let check = self.spoof_check(following, decided);
            if check.is_some_and(|check| check.verdict == SpoofVerdict::Picture) {
                let why = NotEstablished::LooksLikeAPicture;
                let liveness = FaceLiveness::NotEstablished { why };
                following.asking.end_as(person, liveness);
            }
        }
    }
}

impl Following {
    /// What spoof models said of the frames of a track so far.
    fn spoof_scores(&self, track: u64) -> Option<&SpoofScores> {
        self.tracker.as_ref()?.1.spoof(track)
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
    use model::Score;

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

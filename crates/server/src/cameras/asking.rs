//! Asking whoever stands before a camera station to show that they are alive, where the access point does.

use super::{Following, LiveCameras};
use api::ports::{Challenge, ChallengeStep};
use model::{Device, DeviceKind, FaceLiveness, LivenessPolicy, NotEstablished};
use std::time::Duration;
use vision::liveness::{Answered, Phase, Shown};
use vision::{Decided, Face, TrackUpdate};

/// What is ready to be delivered.
type Told = Vec<(Decided, Option<FaceLiveness>)>;

impl LiveCameras {
    /// What of a frame is to be delivered: strangers at once, people once they have answered if they are asked. `at` is
    /// on the clock of trackers.
    pub(super) async fn told(
        &self,
        station: &Device,
        following: &mut Following,
        mut update: TrackUpdate,
        faces: &[Face],
        at: Duration,
    ) -> Told {
        let somebody = |one: &Decided| one.person.is_some() || one.one_of.is_some();
        if update.decided.iter().any(somebody) {
            following.policy = self.policy(station).await;
        }
        // A room full of people is not asked one by one.
        let calls_roll = following.called == Some(at);
        let can_ask = station.kind == DeviceKind::CameraStation && !calls_roll;
        let asks = following.policy.asks() || following.asking.is_busy();
        if asks && !can_ask {
            // Whoever was asked when the roll call began is not left waiting until it is over.
            let given_up = following.asking.give_up(&mut update);
            let given_up = given_up.into_iter().map(with_liveness);
            return given_up.chain(not_asked(update)).collect();
        }
        let answered = if asks {
            following.asking.step(&mut update, faces, at, chance)
        } else {
            Vec::new()
        };
        let rest = update.decided.into_iter().map(|decided| (decided, None));
        rest.chain(answered.into_iter().map(with_liveness))
            .collect()
    }

    /// What the access point of the camera makes of faces that are not known to be alive. Where it cannot be read,
    /// the strictest holds: it asks, and what it makes of the answer is decided when the passage is.
    async fn policy(&self, station: &Device) -> LivenessPolicy {
        match self.store.access_points().await {
            Ok(points) => points
                .iter()
                .find(|point| point.id == station.access_point)
                .map_or(LivenessPolicy::NotAsked, |point| point.liveness),
            Err(error) => {
                tracing::error!(%error, "the access points could not be read");
                LivenessPolicy::Required
            }
        }
    }
}

fn with_liveness(answered: Answered) -> (Decided, Option<FaceLiveness>) {
    (answered.decided, Some(answered.liveness))
}

/// Cameras without a page to ask on.
fn not_asked(update: TrackUpdate) -> Told {
    let why = NotEstablished::NotAsked;
    let decided = update.decided.into_iter();
    let with = decided.map(|decided| {
        let named = decided.person.is_some();
        let liveness = named.then_some(FaceLiveness::NotEstablished { why });
        (decided, liveness)
    });
    with.collect()
}

/// Numbers that nobody can know before. A machine without randomness would ask in one order only.
fn chance() -> u64 {
    let mut bytes = [0; 8];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "no randomness: prompts can be foretold");
    }
    u64::from_le_bytes(bytes)
}

/// What whoever stands before the camera is to be shown at `at`, on the clock of trackers.
pub(super) fn shown(following: &Following, at: Duration) -> Option<Challenge> {
    Some(match following.asking.shown(at)? {
        Shown::Asked {
            person,
            prompt,
            phase,
            answered,
            of,
            left,
        } => Challenge::Asked {
            person,
            prompt,
            step: match phase {
                Phase::Ready => ChallengeStep::Ready,
                Phase::Act => ChallengeStep::Act,
                Phase::Back => ChallengeStep::Back,
            },
            answered,
            of,
            left,
        },
        Shown::Ended { person, liveness } => Challenge::Ended {
            person,
            liveness,
            policy: following.policy,
        },
    })
}

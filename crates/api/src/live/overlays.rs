//! Boxes over the video, with names.

use super::messages::{ChallengeView, OverlayPerson, OverlayView};
use crate::ports::{Challenge, Overlay};
use crate::state::House;
use model::{FaceLiveness, PersonId, Score};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a name is used without asking again: frames come ten times a second, names rarely
/// change.
const FRESH: Duration = Duration::from_secs(5);

/// Names of the people seen by one camera.
#[derive(Default)]
pub(super) struct NameCache(HashMap<PersonId, (String, Instant)>);

impl NameCache {
    /// Boxes with the names of those in them.
    pub(super) async fn named(&mut self, house: &House, overlays: &[Overlay]) -> Vec<OverlayView> {
        let mut views = Vec::with_capacity(overlays.len());
        for overlay in overlays {
            let person = match overlay.person {
                Some(id) => Some(OverlayPerson {
                    id: id.0,
                    name: self.name(house, id).await,
                }),
                None => None,
            };
            views.push(OverlayView {
                track: overlay.track,
                area: overlay.area,
                decided: overlay.decided,
                person,
                score: overlay.score.map(Score::as_cosine),
            });
        }
        views
    }

    /// What is asked, with the name of whoever is.
    pub(super) async fn challenge(&mut self, house: &House, challenge: Challenge) -> ChallengeView {
        match challenge {
            Challenge::Asked {
                person,
                prompt,
                step,
                answered,
                of,
                left,
            } => ChallengeView::Asked {
                name: self.name(house, person).await,
                prompt: prompt.into(),
                step,
                answered,
                of,
                left_ms: u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
            },
            Challenge::Ended {
                person,
                liveness: FaceLiveness::Established,
                ..
            } => ChallengeView::Established {
                name: self.name(house, person).await,
            },
            Challenge::Ended {
                person,
                liveness: FaceLiveness::NotEstablished { why },
                policy,
            } => ChallengeView::NotEstablished {
                name: self.name(house, person).await,
                why: why.into(),
                policy: policy.into(),
            },
        }
    }

    /// A name; empty when the person is gone or cannot be read now: a box without a name is
    /// better than no picture.
    async fn name(&mut self, house: &House, id: PersonId) -> String {
        self.0.retain(|_, (_, read)| read.elapsed() < FRESH);
        if let Some((name, _)) = self.0.get(&id) {
            return name.clone();
        }
        let person = house.store.person(id).await.ok().flatten();
        let name = person.map(|person| person.name).unwrap_or_default();
        self.0.insert(id, (name.clone(), Instant::now()));
        name
    }
}

//! What a look at a camera's picture decided, on its way into the log.

use super::{Following, LiveCameras, may_be_taken_for, sighting};
use bytes::Bytes;
use model::{
    Device, DeviceTime, FaceLiveness, FaceSighting, ObservationDraft, PersonId, PictureId, Receipt,
    Sighting, SourceKey, Timestamp,
};
use std::time::{Duration, Instant};
use store::Pictures;
use vision::Decided;

/// How soon a decided track is delivered again to a store that was overloaded.
const AGAIN: Duration = Duration::from_millis(200);

/// The tracks that were decided in one look at a camera's picture.
pub struct Passages {
    pub(super) decided: Vec<Passage>,
}

/// One of them.
pub(super) struct Passage {
    station: Device,
    /// When the picture that decided it came.
    at: Timestamp,
    decided: Decided,
    liveness: Option<FaceLiveness>,
    /// The picture that is kept.
    kept: Bytes,
    /// When that picture came.
    pictured: Instant,
}

/// One that is ready to be committed, but for its picture.
pub(super) struct Ready {
    decided: Decided,
    kept: Bytes,
    face: FaceSighting,
    draft: ObservationDraft,
}

/// One that was.
pub(super) struct Committed {
    decided: Decided,
    at: Timestamp,
    picture: Option<PictureId>,
    known: Option<FaceLiveness>,
}

impl Passages {
    /// Whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.decided.is_empty()
    }

    /// The pictures that are to be kept, each with the moment when it came: others of the same moment may take their place.
    pub fn pictures(&mut self) -> impl Iterator<Item = (Instant, &mut Bytes)> {
        let passages = self.decided.iter_mut();
        passages.map(|passage| (passage.pictured, &mut passage.kept))
    }
}

impl LiveCameras {
    pub(super) fn passages(
        &self,
        station: &Device,
        at: Timestamp,
        told: Vec<(Decided, Option<FaceLiveness>)>,
    ) -> Passages {
        let passage = |(decided, liveness): (Decided, Option<FaceLiveness>)| Passage {
            station: station.clone(),
            at,
            kept: decided.picture.clone(),
            pictured: self.started + decided.pictured_at,
            decided,
            liveness,
        };
        Passages {
            decided: told.into_iter().map(passage).collect(),
        }
    }

    /// Hands in what was decided, in order, while the camera waits.
    pub(super) async fn deliver(&self, following: &mut Following, passages: Passages) {
        for passage in passages.decided {
            let ready = self.ready(following, passage);
            let committed = self.commit(ready).await;
            self.settle(following, committed);
        }
        for seen in following.asking.again() {
            let whose = may_be_taken_for(seen.person, self.known_again(following, seen));
            self.was_no_stranger(following, seen.track, whose);
        }
    }

    pub(super) fn ready(&self, following: &mut Following, passage: Passage) -> Ready {
        let Passage {
            station,
            at,
            decided,
            liveness,
            kept,
            ..
        } = passage;
        following.sequence += 1;
        let face = FaceSighting {
            liveness,
            spoof: self.spoof_evidence(&station, following, &decided),
            ..sighting(&decided)
        };
        let draft = ObservationDraft {
            device: station.id,
            access_point: station.access_point,
            key: SourceKey::Sequence {
                boot_id: self.boot_id.clone(),
                sequence: following.sequence,
            },
            device_time: DeviceTime::Absent,
            received_at: at,
            deferred: false,
            sighting: Sighting::Face(face.clone()),
            raw: Vec::new(),
        };
        Ready {
            decided,
            kept,
            face,
            draft,
        }
    }

    /// A picture is durable before the observation that names it. `None` when the house closed or refused.
    pub(super) async fn commit(&self, ready: Ready) -> Option<Committed> {
        let Ready {
            decided,
            kept,
            face,
            draft,
        } = ready;
        let (camera, at) = (draft.device, draft.received_at);
        let kept = self.pictures.put(&kept).await;
        let picture = kept
            .inspect_err(|error| tracing::warn!(%error, "a picture is lost"))
            .ok();
        let known = face.known_liveness();
        let sighting = Sighting::Face(FaceSighting { picture, ..face });
        if !self.insist(ObservationDraft { sighting, ..draft }).await {
            tracing::error!(%camera, "a decided track could not be committed");
            return None;
        }
        Some(Committed {
            decided,
            at,
            picture,
            known,
        })
    }

    /// Delivers until the store takes it: a track is decided only once. `false` when the house closed or refused.
    async fn insist(&self, draft: ObservationDraft) -> bool {
        loop {
            match self.house.deliver(draft.clone()).await {
                Receipt::Committed { .. } | Receipt::Duplicate { .. } => return true,
                Receipt::Overloaded if !self.house.deliveries.is_closed() => {
                    tokio::time::sleep(AGAIN).await;
                }
                Receipt::Overloaded | Receipt::Refused(_) => return false,
            }
        }
    }

    /// Keeps a stranger, or takes back what was kept of somebody who is none.
    pub(super) fn settle(&self, following: &mut Following, committed: Option<Committed>) {
        let Some(committed) = committed else { return };
        let Committed {
            decided,
            at,
            picture,
            known,
        } = committed;
        if decided.one_of.is_some() {
            following.mistaken.like_two(decided.track);
        }
        if decided.person.is_some() || decided.one_of.is_some() {
            // Of two who cannot be told apart one is enrolled as well, and no stranger.
            let person = decided.person;
            let whose = person.and_then(|person| may_be_taken_for(person, known));
            self.was_no_stranger(following, decided.track, whose);
        } else if let Some(picture) = picture
            && !following.mistaken.was_like_two(decided.track)
        {
            let track = decided.track;
            let keeping = self.strangers.keep_aside(decided, picture, at);
            following.mistaken.told(track, picture, keeping);
        }
    }

    /// Takes back what was kept of a track as a stranger's, if anything was: it is `person`'s.
    fn was_no_stranger(&self, following: &mut Following, track: u64, person: Option<PersonId>) {
        if let Some((picture, keeping)) = following.mistaken.named(track) {
            self.strangers.take_back_aside(keeping, picture, person);
        }
    }
}

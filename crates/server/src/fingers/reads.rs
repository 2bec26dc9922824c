//! Which tag was read last where: whom a finger is held against where a tag is required too.

use super::waiting::Waiting;
use devices::Delivery;
use evidence::FACTOR_WAIT;
use model::{AccessPointId, Observation, ObservationDraft, Sighting, TagText, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The last tag of each access point, with when it was read; and the failures that wait for their retry, because a
/// claim ends with the next tag.
#[derive(Default)]
pub struct Reads {
    last: Mutex<HashMap<AccessPointId, (TagText, Timestamp)>>,
    /// First presses that came to nothing.
    pub waiting: Waiting,
}

impl Reads {
    /// Something was committed.
    pub fn note(&self, seen: &Observation) {
        if let Sighting::Tag { tag } = &seen.sighting
            && !seen.deferred
        {
            let read = (tag.clone(), seen.received_at);
            self.inner().insert(seen.access_point, read);
        }
    }

    /// What has to be committed before `draft`: where it is another tag, the failed claims by the tag before, which
    /// are of that tag's passage.
    pub fn due_before(&self, draft: &ObservationDraft) -> Vec<Delivery> {
        match &draft.sighting {
            Sighting::Tag { tag } if !draft.deferred => {
                self.waiting.before_tag(draft.access_point, tag)
            }
            _ => Vec::new(),
        }
    }

    /// The tag that a finger at `at` belongs to, and when it was read: less than [`FACTOR_WAIT`] before.
    pub fn before(&self, point: AccessPointId, at: Timestamp) -> Option<(TagText, Timestamp)> {
        let inner = self.inner();
        let (tag, read_at) = inner.get(&point)?;
        let near = at.duration_since(*read_at).abs() < FACTOR_WAIT;
        near.then(|| (tag.clone(), *read_at))
    }

    fn inner(&self) -> MutexGuard<'_, HashMap<AccessPointId, (TagText, Timestamp)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{DeviceId, DeviceTime, ObservationId};
    use uuid::Uuid;

    #[test]
    fn a_tag_counts_for_ten_seconds_at_its_own_access_point() {
        let reads = Reads::default();
        let at = |s: i64| Timestamp::from_second(1_790_000_000 + s).unwrap();
        let [here, there] = [1, 2].map(|n| AccessPointId(Uuid::from_u128(n)));
        let tag = TagText::new("04A1").unwrap();
        let mut seen = Observation {
            id: ObservationId(Uuid::nil()),
            order: 1,
            device: DeviceId(Uuid::nil()),
            access_point: here,
            device_time: DeviceTime::Absent,
            received_at: at(0),
            deferred: true,
            sighting: Sighting::Tag { tag: tag.clone() },
        };
        reads.note(&seen);
        assert_eq!(reads.before(here, at(1)), None);
        seen.deferred = false;
        reads.note(&seen);
        assert_eq!(reads.before(here, at(9)), Some((tag, at(0))));
        assert_eq!(reads.before(here, at(10)), None);
        assert_eq!(reads.before(there, at(1)), None);
    }
}

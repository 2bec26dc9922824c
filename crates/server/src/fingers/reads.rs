//! Which tag was read last where: whom a finger is held against where a tag is required too.

use evidence::FACTOR_WAIT;
use model::{AccessPointId, Observation, Sighting, TagText, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The last tag of each access point, with when it was read.
#[derive(Default)]
pub struct Reads(Mutex<HashMap<AccessPointId, (TagText, Timestamp)>>);

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

    /// The tag that a finger at `at` belongs to: one that was read less than [`FACTOR_WAIT`] before.
    pub fn before(&self, point: AccessPointId, at: Timestamp) -> Option<TagText> {
        let inner = self.inner();
        let (tag, read_at) = inner.get(&point)?;
        let near = at.duration_since(*read_at).abs() < FACTOR_WAIT;
        near.then(|| tag.clone())
    }

    fn inner(&self) -> MutexGuard<'_, HashMap<AccessPointId, (TagText, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(reads.before(here, at(9)), Some(tag));
        assert_eq!(reads.before(here, at(10)), None);
        assert_eq!(reads.before(there, at(1)), None);
    }
}

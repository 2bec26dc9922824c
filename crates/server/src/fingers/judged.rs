//! A press, judged: what it came to, and of which verification it is.

use bytes::Bytes;
use devices::Press;
use evidence::FACTOR_WAIT;
use fingerprint::Prepared;
use jiff::SignedDuration;
use model::{
    DeviceTime, FingerResult, FingerSighting, FingerSubject, ObservationDraft, PersonId, Sighting,
    SourceKey, TagText, Timestamp,
};
use std::sync::Arc;
use std::time::Duration;

/// How long the retry of a verification is awaited.
const RETRY_WAIT: Duration = Duration::from_secs(10);
/// How long after its tag the retry of a claim is awaited: the failure has to be handed in while the passage of that
/// tag is open, or it would stand alone in the log, and be nobody's.
const CLAIM_WAIT: SignedDuration = SignedDuration::from_secs(FACTOR_WAIT.as_secs() - 1);

/// A press, judged.
#[derive(Clone)]
pub struct Judged {
    /// The press.
    pub press: Press,
    /// Of the pixels of its picture.
    pub digest: [u8; 32],
    /// Its picture, PNG.
    pub picture: Bytes,
    /// What was compared; `None` where nothing was to be.
    pub print: Option<Arc<Prepared>>,
    /// What it came to.
    pub sighting: FingerSighting,
    /// Whom a tag claimed it to be.
    pub claim: Option<Claim>,
}

/// Whom a tag claims a finger to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The tag's holder.
    pub person: PersonId,
    /// The tag.
    pub tag: TagText,
    /// When it was read.
    pub read_at: Timestamp,
}

impl Judged {
    /// Whether it matched nobody it was compared with.
    pub fn failed(&self) -> bool {
        self.sighting.result == FingerResult::Unmatched
    }

    /// Whether `next` may belong to the same verification: where the device counts, under the same count, with the
    /// same question, and not without a comparison.
    pub fn may_go_on_with(&self, next: &Self) -> bool {
        let counted = |key: &SourceKey| matches!(key, SourceKey::Sequence { .. });
        let is_counted = counted(&self.press.key) || counted(&next.press.key);
        let compared = next.print.is_some() && next.sighting.result != FingerResult::NotCompared;
        compared
            && (!is_counted || self.has_key_of(next))
            && self.sighting.mode == next.sighting.mode
            && self.whose() == next.whose()
    }

    /// Whether both are of one count of their device.
    pub fn has_key_of(&self, next: &Self) -> bool {
        self.press.key == next.press.key
    }

    fn whose(&self) -> Option<(PersonId, &TagText)> {
        let claim = self.claim.as_ref();
        claim.map(|claim| (claim.person, &claim.tag))
    }

    /// How long its retry is awaited; `None`: there is no time for one.
    pub fn retry_wait(&self, now: Timestamp) -> Option<Duration> {
        let Some(claim) = &self.claim else {
            return Some(RETRY_WAIT);
        };
        let end = claim.read_at.saturating_add(CLAIM_WAIT).ok()?;
        let left = Duration::try_from(end.duration_since(now)).ok()?;
        (!left.is_zero()).then(|| left.min(RETRY_WAIT))
    }

    /// When it happened, as far as it can lock something: what was stored offline counts by its device's time, and
    /// not at all without one.
    pub fn happened_at(&self) -> Option<Timestamp> {
        match self.press.device_time {
            _ if !self.press.deferred => Some(self.press.received_at),
            DeviceTime::Claimed { at, .. } => Some(at),
            DeviceTime::Absent | DeviceTime::Impossible { .. } => None,
        }
    }

    /// Against whom it counts, if it failed.
    pub fn subjects(&self) -> impl Iterator<Item = FingerSubject> {
        let access_point = self.press.access_point;
        let person = self.claim.as_ref().map(|claim| FingerSubject::Person {
            person: claim.person,
        });
        [Some(FingerSubject::AccessPoint { access_point }), person]
            .into_iter()
            .flatten()
    }

    /// The observation.
    pub fn draft(&self) -> ObservationDraft {
        let sighting = Sighting::Fingerprint(self.sighting.clone());
        self.press.clone().seeing(sighting)
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::desk::unseen;
    use super::*;
    use model::{AccessPointId, DeviceId, FingerMode};
    use uuid::Uuid;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + ms).unwrap()
    }

    /// A press that failed, under a count of its device.
    pub fn failed(sequence: u64, claim: Option<(u128, &str)>) -> Judged {
        let mode = claim.map_or(FingerMode::Search, |_| FingerMode::Claim);
        Judged {
            press: Press {
                device: DeviceId(Uuid::nil()),
                access_point: AccessPointId(Uuid::nil()),
                key: SourceKey::Sequence {
                    boot_id: "b1".to_owned(),
                    sequence,
                },
                device_time: DeviceTime::Absent,
                received_at: at(0),
                deferred: false,
            },
            digest: [7; 32],
            picture: Bytes::new(),
            print: None,
            sighting: FingerSighting {
                result: FingerResult::Unmatched,
                searched: 1,
                ..unseen(mode)
            },
            claim: claim.map(|(person, tag)| Claim {
                person: PersonId(Uuid::from_u128(person)),
                tag: TagText::new(tag).unwrap(),
                read_at: at(0),
            }),
        }
    }

    #[test]
    fn the_retry_of_a_claim_is_awaited_as_long_as_its_tag_has_a_passage() {
        let search = failed(1, None);
        assert_eq!(search.retry_wait(at(60_000)), Some(RETRY_WAIT));
        let claim = failed(1, Some((1, "04A1")));
        let wait = |ms| claim.retry_wait(at(ms)).map(|wait| wait.as_millis());
        assert_eq!(wait(2_000), Some(7_000));
        assert_eq!(wait(8_999), Some(1));
        assert_eq!([wait(9_000), wait(20_000)], [None, None]);
    }

    #[test]
    fn what_was_stored_offline_counts_by_its_devices_time_or_not() {
        let mut press = failed(1, None);
        assert_eq!(press.happened_at(), Some(at(0)));
        press.press.deferred = true;
        assert_eq!(press.happened_at(), None);
        press.press.device_time = DeviceTime::Claimed {
            at: at(-5),
            synced: false,
        };
        assert_eq!(press.happened_at(), Some(at(-5)));
    }
}

//! First presses that came to nothing, while their retry is awaited: one of each device.

use super::judged::{Claim, Judged};
use devices::{Delivery, Press};
use model::{AccessPointId, DeviceId, Receipt, SourceKey, TagText};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use uuid::Uuid;

/// First presses that came to nothing.
#[derive(Default)]
pub struct Waiting(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    held: HashMap<DeviceId, Held>,
    /// The last one of each device that ended without a retry.
    ended: HashMap<DeviceId, Ended>,
}

/// One that waits.
struct Held {
    token: Uuid,
    failed: Judged,
    /// Whoever keeps watch over it hears what became of it when it was handed in, and that it is gone otherwise.
    reply: oneshot::Sender<Receipt>,
}

/// One that ended without a retry: its device may press once more under its count all the same.
struct Ended {
    key: SourceKey,
    digest: [u8; 32],
    /// Up to where the device's count is durable, once it was committed.
    contiguous: Option<u64>,
}

impl Waiting {
    /// Keeps one; with what it can be ended, and what waited in its place.
    pub fn put(&self, failed: Judged, reply: oneshot::Sender<Receipt>) -> (Uuid, Option<Judged>) {
        let (device, token) = (failed.press.device, Uuid::new_v4());
        let held = Held {
            token,
            failed,
            reply,
        };
        let before = self.inner().held.insert(device, held);
        (token, before.map(|held| held.failed))
    }

    /// Whether this very picture waits already: its answer was lost on its way.
    pub fn has(&self, press: &Press, digest: &[u8; 32]) -> bool {
        let inner = self.inner();
        inner
            .held
            .get(&press.device)
            .is_some_and(|held| held.failed.press.key == press.key && held.failed.digest == *digest)
    }

    /// The one of a device, which waits no more.
    pub fn take(&self, device: DeviceId) -> Option<Judged> {
        let held = self.inner().held.remove(&device);
        held.map(|held| held.failed)
    }

    /// Its time is over; whether it still waited.
    pub fn end(&self, device: DeviceId, token: Uuid) -> bool {
        let mut inner = self.inner();
        let waits = |held: &Held| held.token == token;
        if !inner.held.get(&device).is_some_and(waits) {
            return false;
        }
        let held = inner.held.remove(&device);
        held.inspect(|held| inner.ended(&held.failed)).is_some()
    }

    /// Claims by another tag end where `tag` is read: what has to be committed before it.
    pub fn before_tag(&self, point: AccessPointId, tag: &TagText) -> Vec<Delivery> {
        let mut inner = self.inner();
        let other = |claim: &Claim| claim.tag != *tag;
        let ended = inner.held.extract_if(|_, held| {
            let failed = &held.failed;
            failed.press.access_point == point && failed.claim.as_ref().is_some_and(other)
        });
        let ended: Vec<Held> = ended.map(|(_, held)| held).collect();
        let delivery = |held: Held| {
            inner.ended(&held.failed);
            Delivery {
                draft: held.failed.draft(),
                reply: held.reply,
            }
        };
        ended.into_iter().map(delivery).collect()
    }

    /// One that was taken ends without a retry.
    pub fn ended(&self, failed: &Judged) {
        self.inner().ended(failed);
    }

    /// Up to where the count of its device is durable, now that it was committed.
    pub fn committed(&self, failed: &Judged, contiguous: Option<u64>) {
        let mut inner = self.inner();
        let ended = inner.ended.get_mut(&failed.press.device);
        if let Some(ended) = ended.filter(|ended| ended.key == failed.press.key) {
            ended.contiguous = contiguous;
        }
    }

    /// A press under a key that is its own: where its count was used up by one that failed without a retry, it is no
    /// repetition of that.
    pub fn keyed(&self, mut press: Press, digest: &[u8; 32]) -> Press {
        let inner = self.inner();
        if let SourceKey::Sequence { boot_id, sequence } = &press.key
            && let Some(ended) = inner.ended.get(&press.device)
            && ended.key == press.key
            && ended.digest != *digest
        {
            let mut own = Sha256::new();
            own.update(b"a press under a count that was used up\0");
            own.update(boot_id.as_bytes());
            own.update(sequence.to_be_bytes());
            own.update(digest);
            press.key = SourceKey::Content {
                digest: own.finalize().into(),
                window_s: None,
            };
        }
        press
    }

    /// What the device of a press that is kept under such a key is told.
    pub fn counted(&self, device: DeviceId, receipt: Receipt) -> Receipt {
        let inner = self.inner();
        let counted = inner.ended.get(&device).and_then(|ended| ended.contiguous);
        match receipt {
            Receipt::Committed { contiguous: None } => Receipt::Committed {
                contiguous: counted,
            },
            Receipt::Duplicate { contiguous: None } => Receipt::Duplicate {
                contiguous: counted,
            },
            receipt => receipt,
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn ended(&mut self, failed: &Judged) {
        let ended = Ended {
            key: failed.press.key.clone(),
            digest: failed.digest,
            contiguous: None,
        };
        self.ended.insert(failed.press.device, ended);
    }
}

#[cfg(test)]
mod tests {
    use super::super::judged::tests::failed;
    use super::*;

    #[test]
    fn a_claim_ends_with_the_next_tag_and_nothing_else_does() {
        let waiting = Waiting::default();
        let claim = failed(1, Some((1, "04A1")));
        let (device, point) = (claim.press.device, claim.press.access_point);
        let (reply, mut told) = oneshot::channel();
        waiting.put(claim.clone(), reply);
        let [same, other] = ["04A1", "04E2"].map(|tag| TagText::new(tag).unwrap());
        let elsewhere = AccessPointId(Uuid::from_u128(9));
        assert!(waiting.before_tag(point, &same).is_empty());
        assert!(waiting.before_tag(elsewhere, &other).is_empty());
        let ended = waiting.before_tag(point, &other);
        assert_eq!(ended[0].draft, claim.draft());
        assert!(told.try_recv().is_err() && waiting.take(device).is_none());
        let (reply, _told) = oneshot::channel();
        waiting.put(failed(1, None), reply);
        assert!(waiting.before_tag(point, &other).is_empty());
    }

    #[test]
    fn only_the_one_that_is_meant_ends() {
        let waiting = Waiting::default();
        let search = failed(1, None);
        let device = search.press.device;
        let (first, second) = (oneshot::channel().0, oneshot::channel().0);
        let (token, before) = waiting.put(search.clone(), first);
        assert!(before.is_none() && waiting.has(&search.press, &search.digest));
        let (newer, before) = waiting.put(failed(2, None), second);
        assert!(before.is_some() && !waiting.has(&search.press, &search.digest));
        assert!(!waiting.end(device, token));
        assert!(waiting.end(device, newer) && !waiting.end(device, newer));
    }

    #[test]
    fn a_press_under_a_count_that_a_failure_used_up_is_none_that_is_known() {
        let waiting = Waiting::default();
        let first = failed(3, None);
        let keyed = |press: &Press, digest: u8| waiting.keyed(press.clone(), &[digest; 32]).key;
        assert_eq!(keyed(&first.press, 8), first.press.key);
        waiting.ended(&first);
        let own = keyed(&first.press, 8);
        assert!(matches!(own, SourceKey::Content { window_s: None, .. }));
        assert_eq!(keyed(&first.press, 8), own);
        assert_ne!(keyed(&first.press, 9), own);
        // Its own picture again is a repetition, and the next count is a count.
        assert_eq!(keyed(&first.press, 7), first.press.key);
        let next = failed(4, None);
        assert_eq!(keyed(&next.press, 8), next.press.key);
        waiting.committed(&first, Some(3));
        let told = Receipt::Committed { contiguous: None };
        let told = waiting.counted(first.press.device, told);
        assert_eq!(
            told,
            Receipt::Committed {
                contiguous: Some(3)
            }
        );
    }
}

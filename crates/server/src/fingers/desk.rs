//! The desk: every picture of a finger is compared and reported here, whoever brings it.

use super::config::FingersConfig;
use super::image;
use super::judged::{Claim, Judged};
use super::keeping::Shelf;
use super::locks::Locks;
use super::matching::{allowed, score};
use super::prints::{Finger, Found, Prints};
use super::reads::Reads;
use crate::clock::SystemClock;
use anyhow::Result;
use api::ports::Clock;
use async_trait::async_trait;
use bytes::Bytes;
use decision::holder;
use devices::{FingerDesk, House, Press, Pressed, PrintImage};
use fingerprint::{Candidate, GreyImage, Prepared, extract};
use model::{
    AccessPointId, Factor, FingerMode, FingerResult, FingerSighting, FingerSubject, Receipt,
    SourceKey,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use storage::PictureFiles;
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Compares fingers with the registry and hands in what it finds. Clones share it.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

/// What the desk has; [`super::handing_in`] has the other half of what it does.
pub struct Inner {
    pub(super) store: Arc<dyn Store>,
    pub(super) pictures: Arc<PictureFiles>,
    pub(super) house: House,
    pub(super) prints: Arc<Prints>,
    pub(super) locks: Locks,
    /// Which tags were read, and which failures wait for their retry.
    pub(super) reads: Arc<Reads>,
    /// Of whoever keeps a finger.
    turn: Arc<tokio::sync::Mutex<()>>,
    rate: f64,
    /// Whoever waits for a retry, or for a store that takes a failure.
    pub(super) tasks: TaskTracker,
    /// No retry is awaited any more.
    pub(super) closing: CancellationToken,
}

/// What a finger is compared with.
enum Against {
    Everybody,
    Claimed(Claim),
    /// Nothing: it is locked, or there is nobody to compare it with.
    Nobody(FingerResult),
}

impl Desk {
    /// A desk that knows whose fingers are enrolled and what was locked before, and where it is to be told which
    /// tags are read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(
        store: &Arc<dyn Store>,
        pictures: &Arc<PictureFiles>,
        house: &House,
        config: &FingersConfig,
    ) -> Result<(Self, Arc<Reads>)> {
        let reads = Arc::new(Reads::default());
        let desk = Self(Arc::new(Inner {
            locks: Locks::load(&**store, SystemClock.now()).await?,
            store: store.clone(),
            pictures: pictures.clone(),
            house: house.clone(),
            prints: Arc::new(Prints::load(&**store).await?),
            reads: reads.clone(),
            turn: Arc::default(),
            rate: config.false_match_rate,
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }));
        Ok((desk, reads))
    }

    /// Whose fingers are enrolled.
    pub fn prints(&self) -> &Arc<Prints> {
        &self.0.prints
    }

    /// Where fingers are kept.
    pub fn shelf(&self) -> Shelf {
        Shelf {
            store: self.0.store.clone(),
            pictures: self.0.pictures.clone(),
            prints: self.0.prints.clone(),
            turn: self.0.turn.clone(),
        }
    }

    /// Locks that stand.
    pub fn locks(&self) -> &Locks {
        &self.0.locks
    }

    /// How fingers are compared at an access point.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn mode_of(&self, point: AccessPointId) -> Result<FingerMode, StoreError> {
        self.0.mode_of(point).await
    }

    /// No retry is awaited any more: what failed last is handed in. Ends when the store has it.
    pub async fn close(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// A press, compared as `mode` says, or else as the factors of its access point. It goes on where its device does
    /// not wait for the answer.
    pub async fn take(&self, press: Press, image: GreyImage, mode: Option<FingerMode>) -> Pressed {
        let taking = self.clone().taken(press, image, mode);
        let taken = self.0.tasks.spawn(taking).await;
        taken.unwrap_or_else(|error| {
            tracing::error!(%error, "comparing a finger broke down");
            Pressed::Observed(Receipt::Overloaded)
        })
    }

    async fn taken(self, press: Press, image: GreyImage, mode: Option<FingerMode>) -> Pressed {
        let digest: [u8; 32] = Sha256::digest(image.pixels()).into();
        let (device, waiting) = (press.device, &self.0.reads.waiting);
        let press = waiting.keyed(press, &digest);
        if waiting.has(&press, &digest) {
            // The answer to this very picture was lost on its way.
            return Pressed::Again;
        }
        let judging = self.0.clone().judge(press, (image, digest), mode);
        let mut judged = match judging.await {
            Ok(judged) => judged,
            Err(Trouble::Unusable(error)) => return Pressed::Unusable(error.to_string()),
            Err(Trouble::Store(error)) => {
                tracing::error!(%error, "a finger could not be compared");
                return Pressed::Observed(Receipt::Overloaded);
            }
        };
        // Whoever's press was stored offline is gone, and has nothing to do with who stands there now.
        if !judged.press.deferred {
            if let Some(first) = waiting.take(device) {
                judged = self.0.clone().following(first, judged).await;
            }
            let is_first = judged.failed() && judged.sighting.presses == 1;
            let wait = judged.retry_wait(SystemClock.now());
            if is_first
                && let Some(wait) = wait
                && !self.0.is_recorded(&judged).await
            {
                self.0.clone().hold(judged, wait).await;
                return Pressed::Again;
            }
        }
        let is_counted = matches!(judged.press.key, SourceKey::Sequence { .. });
        let receipt = self.0.report(judged).await;
        Pressed::Observed(if is_counted {
            receipt
        } else {
            waiting.counted(device, receipt)
        })
    }
}

#[async_trait]
impl FingerDesk for Desk {
    async fn press(&self, press: Press, image: PrintImage) -> Pressed {
        let decoding = move || image::read(&image.bytes, image.raw, image.dpi);
        match tokio::task::spawn_blocking(decoding).await {
            Ok(Ok(image)) => self.take(press, image, None).await,
            Ok(Err(error)) => Pressed::Unusable(error.to_string()),
            Err(error) => {
                tracing::error!(%error, "reading a picture of a finger broke down");
                Pressed::Unusable("the picture cannot be read".to_owned())
            }
        }
    }
}

/// Why a press was not judged.
enum Trouble {
    Unusable(fingerprint::Error),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What a look at a picture gave.
struct Looked {
    picture: Bytes,
    print: Option<Arc<Prepared>>,
    sighting: FingerSighting,
}

/// A press of which nothing is known yet.
pub(super) const fn unseen(mode: FingerMode) -> FingerSighting {
    FingerSighting {
        result: FingerResult::NotCompared,
        mode,
        person: None,
        position: None,
        duress: false,
        presses: 1,
        score: None,
        searched: 0,
        picture: None,
    }
}

impl Inner {
    async fn judge(
        self: Arc<Self>,
        press: Press,
        (image, digest): (GreyImage, [u8; 32]),
        mode: Option<FingerMode>,
    ) -> Result<Judged, Trouble> {
        let mode = match mode {
            Some(mode) => mode,
            None => self.mode_of(press.access_point).await?,
        };
        let against = self.against(&press, mode).await?;
        let claim = match &against {
            Against::Claimed(claim) => Some(claim.clone()),
            _ => None,
        };
        let looking = {
            let desk = self.clone();
            tokio::task::spawn_blocking(move || desk.look(&image, mode, &against))
        };
        let broken = |error: tokio::task::JoinError| StoreError::Engine(error.to_string());
        let looked = looking.await.map_err(broken)?.map_err(Trouble::Unusable)?;
        Ok(Judged {
            press,
            digest,
            picture: looked.picture,
            print: looked.print,
            sighting: looked.sighting,
            claim,
        })
    }

    /// Where a tag is required too, its holder is who the finger has to be of.
    async fn mode_of(&self, point: AccessPointId) -> Result<FingerMode, StoreError> {
        let points = self.store.access_points().await?;
        let point = points.iter().find(|known| known.id == point);
        let with_tag = point.is_some_and(|point| point.factors.contains(&Factor::Tag));
        Ok(if with_tag {
            FingerMode::Claim
        } else {
            FingerMode::Search
        })
    }

    /// Whether its verification was recorded before, and the answer got lost on its way: then nobody stands there
    /// to press once more, and the answer is given again.
    async fn is_recorded(&self, judged: &Judged) -> bool {
        let known = self.store.is_known(&judged.draft()).await;
        known.unwrap_or_else(|error| {
            tracing::error!(%error, "whether a press was recorded cannot be read");
            false
        })
    }

    async fn against(&self, press: &Press, mode: FingerMode) -> Result<Against, StoreError> {
        let access_point = press.access_point;
        if self
            .locks
            .holds(FingerSubject::AccessPoint { access_point })
        {
            return Ok(Against::Nobody(FingerResult::Locked));
        }
        if mode == FingerMode::Search {
            return Ok(Against::Everybody);
        }
        let read = self.reads.before(access_point, press.received_at);
        let Some((tag, read_at)) = read else {
            return Ok(Against::Nobody(FingerResult::NotCompared));
        };
        let custody = self.store.custody(&tag).await?;
        let Some(person) = custody.as_ref().and_then(holder) else {
            return Ok(Against::Nobody(FingerResult::NotCompared));
        };
        if self.locks.holds(FingerSubject::Person { person }) {
            return Ok(Against::Nobody(FingerResult::Locked));
        }
        Ok(Against::Claimed(Claim {
            person,
            tag,
            read_at,
        }))
    }

    /// Looks at the picture; takes tens of milliseconds of a core, and more for a large gallery.
    fn look(
        &self,
        image: &GreyImage,
        mode: FingerMode,
        against: &Against,
    ) -> Result<Looked, fingerprint::Error> {
        let template = extract(image)?;
        let mut looked = Looked {
            picture: Bytes::from(image.to_png()),
            print: None,
            sighting: unseen(mode),
        };
        if let Against::Nobody(result) = against {
            looked.sighting.result = *result;
            return Ok(looked);
        }
        let print = Prepared::new(&template);
        let found = match against {
            Against::Claimed(claim) => self.prints.claim(&print, claim.person),
            _ => self.prints.search(&print),
        };
        let nobody_enrolled = mode == FingerMode::Claim && found.searched == 0;
        if !nobody_enrolled {
            self.decide(&mut looked.sighting, &found);
        }
        looked.print = Some(Arc::new(print));
        Ok(looked)
    }

    fn decide(&self, sighting: &mut FingerSighting, found: &Found) {
        let allowed = allowed(self.rate, found.templates);
        let is_match = |c: &&Candidate<Finger>| c.score.is_match(allowed);
        let best = found.best.as_ref();
        sighting.searched = u32::try_from(found.searched).unwrap_or(u32::MAX);
        sighting.score = best.map(|candidate| score(candidate.score, allowed));
        sighting.result = FingerResult::Unmatched;
        if let Some(candidate) = best.filter(is_match) {
            let finger = candidate.key;
            let person = finger.person;
            let locked = self.locks.holds(FingerSubject::Person { person });
            sighting.person = Some(person);
            sighting.position = Some(finger.position);
            sighting.duress = finger.duress;
            sighting.result = if locked {
                FingerResult::Locked
            } else {
                FingerResult::Matched
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::judged::tests::failed;
    use super::*;
    use crate::house;
    use crate::tests::opened;
    use devices::Delivery;
    use model::{PictureId, Sighting};
    use std::time::Duration;
    use store::Pictures;
    use tempfile::TempDir;
    use tokio::sync::mpsc;

    /// A desk whose observations are answered by the test.
    async fn desk() -> (TempDir, Desk, mpsc::Receiver<Delivery>) {
        let (dir, site) = opened().await;
        let store: Arc<dyn Store> = Arc::new(site.store.clone());
        let pictures = Arc::new(site.pictures.clone());
        let (house, deliveries, _) = house::open(&store, &pictures).await.unwrap();
        let config = FingersConfig::default();
        let opened = Desk::open(&store, &pictures, &house, &config).await;
        (dir, opened.unwrap().0, deliveries)
    }

    fn failed_now() -> Judged {
        let mut failed = failed(1, None);
        failed.press.received_at = SystemClock.now();
        failed.picture = Bytes::from_static(b"a picture");
        failed
    }

    /// Answers the next observation; the picture that it names.
    async fn answer(deliveries: &mut mpsc::Receiver<Delivery>, receipt: Receipt) -> PictureId {
        let next = tokio::time::timeout(Duration::from_secs(5), deliveries.recv());
        let delivery = next.await.unwrap().unwrap();
        delivery.reply.send(receipt).unwrap();
        let Sighting::Fingerprint(finger) = delivery.draft.sighting else {
            panic!("{:?}", delivery.draft);
        };
        finger.picture.unwrap()
    }

    #[tokio::test]
    async fn a_failure_is_handed_in_until_the_store_takes_it_and_counts_then() {
        let (_dir, desk, mut deliveries) = desk().await;
        let failed = failed_now();
        let subject = failed.subjects().next().unwrap();
        let handing_in = tokio::spawn(desk.0.clone().fail(failed, false));
        let last = Receipt::Duplicate { contiguous: None };
        for receipt in [Receipt::Overloaded, Receipt::Overloaded, last] {
            answer(&mut deliveries, receipt).await;
        }
        handing_in.await.unwrap();
        let now = SystemClock.now();
        let more = || desk.locks().fail(subject, now, now).is_some();
        assert_eq!(
            [more(), more(), more(), more()],
            [false, false, false, true]
        );
    }

    #[tokio::test]
    async fn a_stop_hands_in_what_waits_for_its_retry() {
        let (_dir, desk, mut deliveries) = desk().await;
        let long = Duration::from_secs(600);
        desk.0.clone().hold(failed_now(), long).await;
        assert!(deliveries.try_recv().is_err());
        let closing = desk.clone();
        let closing = tokio::spawn(async move { closing.close().await });
        let committed = Receipt::Committed { contiguous: None };
        let picture = answer(&mut deliveries, committed).await;
        closing.await.unwrap();
        assert!(desk.0.pictures.get(picture).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_failure_that_cannot_be_recorded_any_more_ends_with_the_house() {
        let (_dir, desk, mut deliveries) = desk().await;
        let handing_in = tokio::spawn(desk.0.clone().fail(failed_now(), false));
        answer(&mut deliveries, Receipt::Overloaded).await;
        drop(deliveries);
        let ended = tokio::time::timeout(Duration::from_secs(5), handing_in);
        ended.await.unwrap().unwrap();
    }
}

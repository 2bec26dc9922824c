//! The desk: every picture of a finger is compared and reported here, whoever brings it.

use super::config::FingersConfig;
use super::image;
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
    AccessPointId, DeviceId, Factor, FingerMode, FingerResult, FingerSighting, FingerSubject,
    PersonId, Receipt, Sighting,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use storage::PictureFiles;
use store::{Pictures, Store, StoreError};
use uuid::Uuid;

/// How long a place in the queue of observations is waited for, as for other observations of devices.
const PLACE_WAIT: Duration = Duration::from_secs(5);
/// How long the retry of a verification is awaited.
const RETRY_WAIT: Duration = Duration::from_secs(10);

/// Compares fingers with the registry and hands in what it finds. Clones share it.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    pictures: Arc<PictureFiles>,
    house: House,
    prints: Arc<Prints>,
    locks: Locks,
    reads: Arc<Reads>,
    /// Of whoever keeps a finger.
    turn: Arc<tokio::sync::Mutex<()>>,
    held: Mutex<HashMap<DeviceId, Held>>,
    rate: f64,
}

/// A first press that came to nothing, while the retry is awaited.
struct Held {
    token: Uuid,
    digest: [u8; 32],
    failed: Judged,
}

/// A press, judged.
#[derive(Clone)]
struct Judged {
    press: Press,
    picture: Bytes,
    sighting: FingerSighting,
    /// Whom a tag claimed it to be.
    claimed: Option<PersonId>,
}

/// What a finger is compared with.
enum Against {
    Everybody,
    Claimed(PersonId),
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
            held: Mutex::default(),
            rate: config.false_match_rate,
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

    /// A press, compared as `mode` says, or else as the factors of its access point.
    pub async fn take(&self, press: Press, image: GreyImage, mode: Option<FingerMode>) -> Pressed {
        let digest: [u8; 32] = Sha256::digest(image.pixels()).into();
        if self.is_held(press.device, &digest) {
            // The answer to this very picture was lost on its way.
            return Pressed::Again;
        }
        let judged = match self.0.clone().judge(press, image, mode).await {
            Ok(judged) => judged,
            Err(Trouble::Unusable(error)) => return Pressed::Unusable(error.to_string()),
            Err(Trouble::Store(error)) => {
                tracing::error!(%error, "a finger could not be compared");
                return Pressed::Observed(Receipt::Overloaded);
            }
        };
        let before = self.held().remove(&judged.press.device);
        let failed = judged.sighting.result == FingerResult::Unmatched;
        let presses = match before {
            None if failed && !judged.press.deferred && !self.0.is_recorded(&judged).await => {
                self.hold(digest, judged);
                return Pressed::Again;
            }
            None => 1,
            Some(_) => 2,
        };
        Pressed::Observed(self.0.report(judged, presses).await)
    }

    fn is_held(&self, device: DeviceId, digest: &[u8; 32]) -> bool {
        let held = self.held();
        held.get(&device).is_some_and(|held| held.digest == *digest)
    }

    /// Keeps a failed press until the retry comes, or the time for it is over.
    fn hold(&self, digest: [u8; 32], failed: Judged) {
        let (device, token) = (failed.press.device, Uuid::new_v4());
        let held = Held {
            token,
            digest,
            failed,
        };
        self.held().insert(device, held);
        let desk = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(RETRY_WAIT).await;
            let still = |held: &Held| held.token == token;
            let over = {
                let mut all = desk.held();
                let over = all.get(&device).is_some_and(still);
                over.then(|| all.remove(&device)).flatten()
            };
            if let Some(over) = over {
                let receipt = desk.0.report(over.failed, 1).await;
                if !matches!(receipt, Receipt::Committed { .. }) {
                    tracing::error!(%device, ?receipt, "a finger that failed was not recorded");
                }
            }
        });
    }

    fn held(&self) -> MutexGuard<'_, HashMap<DeviceId, Held>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Inner {
    async fn judge(
        self: Arc<Self>,
        press: Press,
        image: GreyImage,
        mode: Option<FingerMode>,
    ) -> Result<Judged, Trouble> {
        let mode = match mode {
            Some(mode) => mode,
            None => self.mode_of(press.access_point).await?,
        };
        let against = self.against(&press, mode).await?;
        let claimed = match against {
            Against::Claimed(person) => Some(person),
            _ => None,
        };
        let looking = {
            let desk = self.clone();
            tokio::task::spawn_blocking(move || desk.look(&image, mode, &against))
        };
        let broken = |error: tokio::task::JoinError| StoreError::Engine(error.to_string());
        let (picture, sighting) = looking.await.map_err(broken)?.map_err(Trouble::Unusable)?;
        Ok(Judged {
            press,
            picture,
            sighting,
            claimed,
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
        let sighting = Sighting::Fingerprint(judged.sighting.clone());
        let draft = judged.press.clone().seeing(sighting);
        let known = self.store.is_known(&draft).await;
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
        let Some(tag) = self.reads.before(access_point, press.received_at) else {
            return Ok(Against::Nobody(FingerResult::NotCompared));
        };
        let custody = self.store.custody(&tag).await?;
        let Some(person) = custody.as_ref().and_then(holder) else {
            return Ok(Against::Nobody(FingerResult::NotCompared));
        };
        if self.locks.holds(FingerSubject::Person { person }) {
            return Ok(Against::Nobody(FingerResult::Locked));
        }
        Ok(Against::Claimed(person))
    }

    /// Looks at the picture; takes tens of milliseconds of a core, and more for a large gallery.
    fn look(
        &self,
        image: &GreyImage,
        mode: FingerMode,
        against: &Against,
    ) -> Result<(Bytes, FingerSighting), fingerprint::Error> {
        let template = extract(image)?;
        let picture = Bytes::from(image.to_png());
        let mut sighting = FingerSighting {
            result: FingerResult::NotCompared,
            mode,
            person: None,
            position: None,
            duress: false,
            presses: 1,
            score: None,
            searched: 0,
            picture: None,
        };
        let found = match against {
            Against::Nobody(result) => {
                sighting.result = *result;
                return Ok((picture, sighting));
            }
            Against::Everybody => self.prints.search(&Prepared::new(&template)),
            Against::Claimed(person) => self.prints.claim(&Prepared::new(&template), *person),
        };
        let nobody_enrolled = mode == FingerMode::Claim && found.searched == 0;
        if !nobody_enrolled {
            self.decide(&mut sighting, &found);
        }
        Ok((picture, sighting))
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

    /// Hands it in: the picture is durable before the observation that names it, and a failure counts once that
    /// is committed.
    async fn report(&self, judged: Judged, presses: u8) -> Receipt {
        let Judged {
            press,
            picture,
            mut sighting,
            claimed,
        } = judged;
        let (point, at) = (press.access_point, press.received_at);
        sighting.presses = presses;
        match self.pictures.put(&picture).await {
            Ok(picture) => sighting.picture = Some(picture),
            Err(error) => tracing::warn!(%error, "the picture of a finger is lost"),
        }
        let failed = sighting.result == FingerResult::Unmatched;
        let picture = sighting.picture;
        let receipt = self
            .house
            .deliver_within(press.seeing(Sighting::Fingerprint(sighting)), PLACE_WAIT)
            .await;
        let new = matches!(receipt, Receipt::Committed { .. });
        if new && failed {
            let place = FingerSubject::AccessPoint {
                access_point: point,
            };
            let person = claimed.map(|person| FingerSubject::Person { person });
            for subject in [Some(place), person].into_iter().flatten() {
                if let Some(lock) = self.locks.fail(subject, at) {
                    self.locks.write_down(&*self.store, lock).await;
                }
            }
        }
        if !new && let Some(picture) = picture {
            // Nothing names it.
            let _ = self.pictures.remove(picture).await;
        }
        receipt
    }
}

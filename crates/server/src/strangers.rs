//! Strangers are kept for the time that the settings say, and erased after it.

#[cfg(test)]
mod tests;

use crate::clock::SystemClock;
use crate::recognition::Recogniser;
use anyhow::{Context, Result};
use api::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use model::{Author, Correction, Entry, EventId, PersonId, PictureId, Record, StrangerId};
use std::sync::Arc;
use std::time::Duration;
use storage::PictureFiles;
use store::{Append, Pictures, Store, StoreError, StrangerSeen};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use vision::{Decided, Frame, Limits, Rect, VisionError};

/// How often it is looked for what is to be erased.
const EVERY: Duration = Duration::from_secs(60);
/// How much larger than the face is what is cut out: the head, and enough around it that the face is found again.
const AROUND: f32 = 2.0;
/// JPEG quality of what is cut out, 1..=100.
const QUALITY: u8 = 92;
/// How long a passage may take to be decided, at most: it may wait for other factors, and behind others after an outage.
const DECIDED_WITHIN: Duration = Duration::from_secs(120);
/// How often it is looked whether it is.
const LOOKED_EVERY: Duration = Duration::from_millis(500);
/// How soon a store that does not answer is asked again.
const AGAIN: Duration = Duration::from_secs(2);
/// How long a stop waits for what is still to be taken back.
const AT_STOP: Duration = Duration::from_secs(5);
/// In the place of a model: there is no template.
const COVERED: &str = "covered";
/// The reason of the correction for whoever was a stranger at first.
const REASON: &str = "Recognised a moment later: the same face, followed by the same camera.";

/// Keeps strangers. Clones share them.
#[derive(Clone)]
pub struct StrangerBook {
    store: Arc<dyn Store>,
    pictures: Arc<PictureFiles>,
    recogniser: Arc<Recogniser>,
    /// Held from when it is asked who somebody is until they can be found: two cameras that see one new stranger at
    /// once see one.
    naming: Arc<Mutex<()>>,
    /// What is kept and taken back beside the cameras.
    work: TaskTracker,
    /// Ends what is still tried.
    over: CancellationToken,
}

impl StrangerBook {
    /// The strangers of the site.
    pub fn new(
        store: &Arc<dyn Store>,
        pictures: &Arc<PictureFiles>,
        recogniser: &Arc<Recogniser>,
    ) -> Self {
        Self {
            store: store.clone(),
            pictures: pictures.clone(),
            recogniser: recogniser.clone(),
            naming: Arc::default(),
            work: TaskTracker::new(),
            over: CancellationToken::new(),
        }
    }

    /// As [`Self::keep`]; the camera does not wait for it, a stop does.
    pub fn keep_aside(
        &self,
        decided: Decided,
        picture: PictureId,
        at: Timestamp,
    ) -> JoinHandle<()> {
        let book = self.clone();
        self.work.spawn(async move {
            let keeping = book.keep(decided, picture, at);
            if book.over.run_until_cancelled(keeping).await.is_none() {
                tracing::warn!(error = "Gatebook stops", "a stranger is not kept");
            }
        })
    }

    /// As [`Self::take_back`], once the `keeping` of it is done; the camera does not wait for it, a stop does.
    pub fn take_back_aside(
        &self,
        keeping: JoinHandle<()>,
        picture: PictureId,
        person: Option<PersonId>,
    ) {
        let book = self.clone();
        self.work.spawn(async move {
            drop(keeping.await);
            book.take_back(picture, person).await;
        });
    }

    /// Keeps the face of a stranger, seen on that picture of a passage, unless the settings say that none is kept. What
    /// goes wrong is told to the log of the server only: the passage is recorded already.
    pub async fn keep(&self, decided: Decided, picture: PictureId, at: Timestamp) {
        if let Err(error) = self.try_to_keep(decided, picture, at).await {
            tracing::warn!(error = format!("{error:#}"), "a stranger is not kept");
        }
    }

    async fn try_to_keep(&self, decided: Decided, picture: PictureId, at: Timestamp) -> Result<()> {
        if self.store.settings().await?.strangers_kept_days == 0 {
            return Ok(());
        }
        let (frame, bounds) = (decided.picture, decided.bounds);
        let cutting = move || cut(&Frame::decode(&frame, Limits::LIVE)?, &bounds);
        let cut = tokio::task::spawn_blocking(cutting).await??;
        let face = self.pictures.put(&cut).await?;
        let _alone = self.naming.lock().await;
        let serving = self.recogniser.serving();
        if !decided.covered.is_empty() {
            return Ok(self
                .store
                .keep_stranger(&covered(picture, face, at))
                .await?);
        }
        let (searching, template) = (serving.clone(), decided.template.clone());
        // A large gallery takes a while.
        let whose = move || searching.strangers().whose(&template, decided.unlike);
        let seen = StrangerSeen {
            picture,
            face,
            stranger: tokio::task::spawn_blocking(whose).await?,
            at,
            model: decided.template.model().to_string(),
            template: decided.template.to_bytes(),
        };
        self.store.keep_stranger(&seen).await?;
        serving.strangers().put(&seen);
        if self.store.stranger_on(picture).await?.is_none() {
            // Erased meanwhile.
            serving.strangers().take(seen.stranger, picture);
        }
        Ok(())
    }

    /// Takes back the sighting on that picture: the same track was named since, so it was no stranger's. The event is
    /// corrected to be `person`'s, where it names nobody; `None`: it stays as it is. A store that does not answer is
    /// asked again until the stop; what is given up is told to the log of the server.
    pub async fn take_back(&self, picture: PictureId, person: Option<PersonId>) {
        let kept = "a face of somebody known is kept";
        // A store may take it back without being able to say so: whose it was is asked before.
        let asking = || async move { Ok(self.store.stranger_on(picture).await?) };
        let whose = self.insist(kept, asking).await.flatten();
        self.insist(kept, || self.forget(picture, whose)).await;
        if let Some(person) = person {
            let correcting = || self.correct(picture, person);
            self.insist("an event of somebody known names nobody", correcting)
                .await;
        }
    }

    /// Tries until the store answers, or the stop; `otherwise` says what it means where it fails.
    async fn insist<T, F>(&self, otherwise: &'static str, work: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T>>,
    {
        let tried = async {
            loop {
                match work().await {
                    Err(error) if is_away(&error) => sleep(AGAIN).await,
                    done => return done,
                }
            }
        };
        match self.over.run_until_cancelled(tried).await {
            Some(Ok(done)) => return Some(done),
            Some(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "{otherwise}");
            }
            None => tracing::warn!(error = "Gatebook stops", "{otherwise}"),
        }
        None
    }

    /// Takes back the sighting, which was `whose`.
    async fn forget(&self, picture: PictureId, whose: Option<StrangerId>) -> Result<()> {
        let gone = self.store.take_back_stranger(picture).await?;
        if let Some(stranger) = gone.map(|gone| gone.stranger).or(whose) {
            let serving = self.recogniser.serving();
            serving.strangers().take(stranger, picture);
        }
        // The file of what was gone already is swept: no row names it.
        if let Some(gone) = gone {
            self.pictures.remove(gone.face).await?;
        }
        Ok(())
    }

    async fn correct(&self, picture: PictureId, person: PersonId) -> Result<()> {
        let event = self.event_on(picture).await?;
        let event = event.context("its passage was not decided in time")?;
        let Some(stored) = self.store.entry(event).await? else {
            return Ok(());
        };
        let is_nobodys = matches!(&stored.entry.record,
            Record::Access(access) if access.decision.person.is_none());
        if !is_nobodys || !stored.corrected_by.is_empty() {
            return Ok(());
        }
        let correction = Correction::NotThisPerson {
            event,
            instead: Some(person),
            reason: REASON.to_owned(),
        };
        let entry = Entry {
            id: EventId(Uuid::new_v4()),
            written_at: SystemClock.now(),
            author: Author::System,
            record: Record::Correction(correction),
        };
        // Somebody may make a person of the stranger at the same time.
        match self.store.append(Append::first(entry)).await {
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The event of that picture, once it is decided.
    async fn event_on(&self, picture: PictureId) -> Result<Option<EventId>> {
        let mut waited = Duration::ZERO;
        loop {
            let event = self.store.event_on(picture).await?;
            if event.is_some() || waited >= DECIDED_WITHIN {
                return Ok(event);
            }
            sleep(LOOKED_EVERY).await;
            waited += LOOKED_EVERY;
        }
    }

    /// Erases what is older than the settings allow: template and pictures. The event stays and shows a gap.
    ///
    /// # Errors
    /// When the store cannot be read or written, or a picture cannot be removed.
    pub async fn erase(&self, now: Timestamp) -> store::Result<()> {
        let days = self.store.settings().await?.strangers_kept_days;
        let kept = SignedDuration::from_hours(24 * i64::from(days));
        let before = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let gone = self.store.erase_strangers(before).await?;
        let serving = self.recogniser.serving();
        for seen in &gone {
            serving.strangers().take(seen.stranger, seen.picture);
        }
        let mut outcome = Ok(());
        for picture in gone.iter().flat_map(|seen| [seen.picture, seen.face]) {
            outcome = outcome.and(self.pictures.remove(picture).await);
        }
        outcome
    }

    /// Erases at once and from time to time until `stop`; then waits a moment for what is still to be taken back.
    ///
    /// # Errors
    /// Never; the signature is that of the edges.
    pub async fn watch(self, stop: CancellationToken) -> Result<()> {
        loop {
            if let Err(error) = self.erase(SystemClock.now()).await {
                tracing::error!(%error, "strangers whose time is over are still kept");
            }
            let pause = tokio::time::sleep(EVERY);
            if stop.run_until_cancelled(pause).await.is_none() {
                self.finish().await;
                return Ok(());
            }
        }
    }

    /// Waits for what is kept and taken back beside the cameras; whatever takes longer than a stop may is given up.
    pub async fn finish(&self) {
        self.work.close();
        if timeout(AT_STOP, self.work.wait()).await.is_err() {
            self.over.cancel();
            self.work.wait().await;
        }
    }
}

/// Whether the store may take later what it did not take now.
fn is_away(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<StoreError>();
    error.is_some_and(StoreError::may_pass)
}

/// A face that was covered, as a stranger of its own, kept as long as any other. It is compared with nobody, for two under
/// masks are like one another; and nobody is enrolled with it.
fn covered(picture: PictureId, face: PictureId, at: Timestamp) -> StrangerSeen {
    StrangerSeen {
        picture,
        face,
        stranger: StrangerId(Uuid::new_v4()),
        at,
        model: COVERED.to_owned(),
        template: Vec::new(),
    }
}

/// The face with what is around it, as JPEG.
///
/// # Errors
/// [`VisionError`] where it cannot be encoded.
pub fn cut(frame: &Frame, face: &Rect) -> std::result::Result<Vec<u8>, VisionError> {
    let part = frame.crop(&face.scaled(AROUND));
    part.as_ref().unwrap_or(frame).to_jpeg(QUALITY)
}

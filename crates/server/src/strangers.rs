//! Strangers are kept for the time that the settings say, and erased after it.

use crate::clock::SystemClock;
use crate::recognition::Recogniser;
use anyhow::Result;
use api::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use model::PictureId;
use std::sync::Arc;
use std::time::Duration;
use storage::PictureFiles;
use store::{Pictures, Store, StrangerSeen};
use tokio_util::sync::CancellationToken;
use vision::{Decided, Frame, Limits, Rect, VisionError};

/// How often it is looked for what is to be erased.
const EVERY: Duration = Duration::from_secs(60);
/// How much larger than the face is what is cut out: the head, and enough around it that the face is found again.
const AROUND: f32 = 2.0;
/// JPEG quality of what is cut out, 1..=100.
const QUALITY: u8 = 92;

/// Keeps strangers. Clones share them.
#[derive(Clone)]
pub struct StrangerBook {
    store: Arc<dyn Store>,
    pictures: Arc<PictureFiles>,
    recogniser: Arc<Recogniser>,
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
        }
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
        let cut = tokio::task::spawn_blocking(move || cut(&frame, &bounds)).await??;
        let face = self.pictures.put(&cut).await?;
        let serving = self.recogniser.serving();
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

    /// Erases at once and from time to time until `stop`.
    pub async fn watch(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.erase(SystemClock.now()).await {
                tracing::error!(%error, "strangers whose time is over are still kept");
            }
            let pause = tokio::time::sleep(EVERY);
            if stop.run_until_cancelled(pause).await.is_none() {
                break;
            }
        }
    }
}

/// The face with what is around it, as JPEG.
fn cut(picture: &[u8], face: &Rect) -> std::result::Result<Vec<u8>, VisionError> {
    let frame = Frame::decode(picture, Limits::LIVE)?;
    let part = frame.crop(&face.scaled(AROUND));
    part.as_ref().unwrap_or(&frame).to_jpeg(QUALITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::tests::{at, opened};
    use model::{Act, Author, Entry, EventId, Record, Settings};
    use store::{Append, Write};
    use tempfile::TempDir;
    use uuid::Uuid;
    use vision::{ModelId, Template};

    const DAY: i64 = 24 * 3600;

    fn decided() -> Decided {
        let frame = Frame::from_rgb(80, 60, vec![100; 80 * 60 * 3]).unwrap();
        Decided {
            track: 1,
            person: None,
            one_of: None,
            before: None,
            score: 0.0,
            threshold: 0.9,
            runner_up: None,
            margin: None,
            frames: 8,
            gallery: 0,
            first_seen: Duration::ZERO,
            decided_at: Duration::ZERO,
            template: Template::new(ModelId::FACE_API, vec![1.0, 0.0]).unwrap(),
            unlike: 1.0,
            picture: frame.to_jpeg(90).unwrap().into(),
            bounds: Rect {
                x: 30.0,
                y: 20.0,
                width: 10.0,
                height: 10.0,
            },
        }
    }

    async fn book() -> (TempDir, Arc<dyn Store>, StrangerBook) {
        let (dir, site) = opened().await;
        let store: Arc<dyn Store> = Arc::new(site.store.clone());
        let pictures = Arc::new(site.pictures.clone());
        let mut config = Config::default();
        config.vision.threads = 0;
        let recogniser = Recogniser::load(store.clone(), pictures.clone(), &config);
        let recogniser = Arc::new(recogniser.await.unwrap());
        let book = StrangerBook::new(&store, &pictures, &recogniser);
        (dir, store, book)
    }

    #[tokio::test]
    async fn a_stranger_is_kept_for_the_days_of_the_settings_with_template_and_pictures() {
        let (_dir, store, book) = book().await;
        let pictures = book.pictures.clone();
        let face = decided();
        let [first, second] = [pictures.put(b"1").await, pictures.put(b"2").await];
        let (first, second) = (first.unwrap(), second.unwrap());
        book.keep(face.clone(), first, at(0)).await;
        book.keep(face.clone(), second, at(DAY)).await;
        let listed = store.strangers(10).await.unwrap();
        assert_eq!((listed.len(), listed[0].times), (1, 2));
        let cut = pictures.get(listed[0].face).await.unwrap().unwrap();
        let cut = Frame::decode(&cut, Limits::LIVE).unwrap();
        assert_eq!((cut.width(), cut.height()), (20, 20));
        let seen = store.stranger(listed[0].id).await.unwrap();
        let (newest, oldest) = (seen[0].0.face, seen[1].0.face);
        book.erase(at(30 * DAY + 1)).await.unwrap();
        assert_eq!(pictures.get(first).await.unwrap(), None);
        assert_eq!(pictures.get(oldest).await.unwrap(), None);
        assert!(pictures.get(second).await.unwrap().is_some());
        assert!(pictures.get(newest).await.unwrap().is_some());
        assert_eq!(store.strangers(10).await.unwrap()[0].times, 1);
        book.erase(at(32 * DAY)).await.unwrap();
        assert!(store.strangers(10).await.unwrap().is_empty());
        let serving = book.recogniser.serving();
        assert!(serving.strangers().most_alike(&face.template, 1).is_empty());
    }

    #[tokio::test]
    async fn nobody_is_kept_where_the_settings_say_so() {
        let (_dir, store, book) = book().await;
        let settings = Settings {
            strangers_kept_days: 0,
            ..Settings::default()
        };
        let entry = Entry {
            id: EventId(Uuid::new_v4()),
            written_at: at(0),
            author: Author::System,
            record: Record::Act(Act::SettingsChanged),
        };
        let append = Append {
            writes: vec![Write::Settings(settings)],
            ..Append::entry(entry)
        };
        store.append(append).await.unwrap();
        let picture = book.pictures.put(b"1").await.unwrap();
        book.keep(decided(), picture, at(0)).await;
        assert!(store.strangers(10).await.unwrap().is_empty());
    }
}

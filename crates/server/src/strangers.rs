//! Strangers are kept for the time that the settings say, and erased after it.

use crate::clock::SystemClock;
use crate::recognition::Recogniser;
use api::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use model::PictureId;
use std::sync::Arc;
use std::time::Duration;
use storage::PictureFiles;
use store::{Pictures, Store, StrangerSeen};
use tokio_util::sync::CancellationToken;
use vision::Template;

/// How often it is looked for what is to be erased.
const EVERY: Duration = Duration::from_secs(600);

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

    /// Keeps a sighting, unless the settings say that none is kept. What goes wrong is told to the log of the server
    /// only: the passage is recorded already.
    pub async fn keep(&self, face: &Template, picture: PictureId, at: Timestamp) {
        if let Err(error) = self.try_to_keep(face, picture, at).await {
            tracing::warn!(%error, "a stranger is not kept");
        }
    }

    async fn try_to_keep(
        &self,
        face: &Template,
        picture: PictureId,
        at: Timestamp,
    ) -> store::Result<()> {
        if self.store.settings().await?.strangers_kept_days == 0 {
            return Ok(());
        }
        let strangers = self.recogniser.strangers();
        let seen = StrangerSeen {
            picture,
            stranger: strangers.whose(face),
            at,
            model: face.model().to_string(),
            template: face.to_bytes(),
        };
        self.store.keep_stranger(&seen).await?;
        strangers.keep(&seen);
        Ok(())
    }

    /// Erases what is older than the settings allow: template and picture. The event stays and shows a gap.
    ///
    /// # Errors
    /// When the store cannot be read or written, or a picture cannot be removed.
    pub async fn erase(&self, now: Timestamp) -> store::Result<()> {
        let days = self.store.settings().await?.strangers_kept_days;
        let kept = SignedDuration::from_hours(24 * i64::from(days));
        let before = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        for gone in self.store.forget_strangers(before).await? {
            self.recogniser
                .strangers()
                .take(gone.stranger, gone.picture);
            self.pictures.remove(gone.picture).await?;
        }
        Ok(())
    }

    /// Erases from time to time until `stop`.
    pub async fn watch(self, stop: CancellationToken) {
        while stop
            .run_until_cancelled(tokio::time::sleep(EVERY))
            .await
            .is_some()
        {
            if let Err(error) = self.erase(SystemClock.now()).await {
                tracing::error!(%error, "strangers whose time is over are still kept");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::tests::{at, opened};
    use vision::ModelId;

    #[tokio::test]
    async fn a_stranger_is_kept_for_the_days_of_the_settings_with_template_and_picture() {
        let (_dir, site) = opened().await;
        let store: Arc<dyn Store> = Arc::new(site.store.clone());
        let pictures = Arc::new(site.pictures.clone());
        let mut config = Config::default();
        config.vision.threads = 0;
        let recogniser = Recogniser::load(store.clone(), &config).await.unwrap();
        let recogniser = Arc::new(recogniser);
        let book = StrangerBook::new(&store, &pictures, &recogniser);
        let face = Template::new(ModelId::FACE_API, vec![1.0, 0.0]).unwrap();
        let [first, second] = [pictures.put(b"1").await, pictures.put(b"2").await];
        let (first, second) = (first.unwrap(), second.unwrap());
        let day = 24 * 3600;
        book.keep(&face, first, at(0)).await;
        book.keep(&face, second, at(day)).await;
        let listed = store.strangers(10).await.unwrap();
        assert_eq!((listed.len(), listed[0].times), (1, 2));
        book.erase(at(30 * day + 1)).await.unwrap();
        assert_eq!(pictures.get(first).await.unwrap(), None);
        assert!(pictures.get(second).await.unwrap().is_some());
        assert_eq!(store.strangers(10).await.unwrap()[0].times, 1);
        book.erase(at(32 * day)).await.unwrap();
        assert!(store.strangers(10).await.unwrap().is_empty());
        assert!(recogniser.strangers().most_alike(&face, 1).is_empty());
    }
}

//! Recognition for the whole site: those who look at images, and the gallery of who is enrolled.

mod analyser;
mod enrolled;
mod pool;
mod port;
mod reenrolment;
pub mod remote;
mod strangers;
#[cfg(test)]
mod tests;
mod wire;
pub mod worker;

#[cfg(test)]
pub use analyser::Fault;
pub use analyser::{Analyser, LocalAnalyser};
pub use pool::{Membership, Pool};
pub use port::RecognitionPort;

use crate::config::Config;
use crate::models;
use anyhow::Result;
use api::ports::{ImportReport, Tell};
use bytes::Bytes;
use enrolled::Enrolled;
use model::{Comparison, CredentialId, PersonId, Score};
use reenrolment::{Reenrolment, Waiting};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use store::{FaceTemplateKey, Pictures, Store, StrangerSeen};
use strangers::Strangers;
use tokio_util::sync::CancellationToken;
use vision::{Face, Gallery, Look, ModelId, Purpose, Verification};

/// A face counts as in front when it is at least so high in relation to the tallest.
const IN_FRONT: f32 = 0.6;

/// Those who look at images, and the gallery.
pub struct Recogniser {
    pool: Arc<Pool>,
    serving: RwLock<Arc<Serving>>,
    /// The threads of this process, where there are any.
    local: Mutex<Option<Membership>>,
    /// Enrols with the model that is asked for.
    reenrolment: Reenrolment,
    /// Whether there is somebody to enrol anew, until that succeeded.
    outdated: AtomicBool,
    /// The site's spoof models, see [`models::spoof_ids`].
    spoof: Vec<String>,
}

/// The model that serves, with the galleries of its templates.
pub struct Serving {
    model: ModelId,
    enrolled: Enrolled,
    strangers: Strangers,
    /// Ends when another model serves: its workers have nothing to do any more.
    over: CancellationToken,
}

impl Serving {
    fn of(model: ModelId) -> Arc<Self> {
        Arc::new(Self {
            model,
            enrolled: Enrolled::of(model, "gatebook_gallery_people"),
            strangers: Strangers::of(model),
            over: CancellationToken::new(),
        })
    }

    /// What makes the templates that are compared.
    pub fn model(&self) -> ModelId {
        self.model
    }

    /// Who was seen and is like nobody enrolled.
    pub fn strangers(&self) -> &Strangers {
        &self.strangers
    }

    /// Ends when another model serves.
    pub fn over(&self) -> &CancellationToken {
        &self.over
    }

    /// Takes in those of the stored templates that are of its model. Strangers whom another model saw stay until their
    /// time is over, and who comes again is a new one.
    async fn fill(&self, store: &dyn Store) -> store::Result<()> {
        let model = self.model.to_string();
        store::face_templates(store, |page| {
            let own = page.iter().filter(|template| template.model == model);
            let own = own.map(|one| (one.person, one.credential, one.bytes.as_slice()));
            self.enrolled.put_all(own);
        })
        .await?;
        let strangers = store.strangers_seen().await?;
        let own = strangers.iter().filter(|seen| seen.model == model);
        self.strangers.put_all(own);
        Ok(())
    }

    /// Takes out whoever is not stored any more.
    fn keep_only(&self, stored: &[FaceTemplateKey], strangers: &[StrangerSeen]) {
        let credentials = stored.iter().map(|template| template.credential);
        self.enrolled.keep_only(&credentials.collect());
        self.strangers.keep_only(strangers);
    }
}

impl Recogniser {
    /// Loads the nets, unless this process has no recognition threads, and fills the gallery from `store`.
    ///
    /// Where most templates are of another model than `config` asks for, that one serves until everybody is enrolled
    /// anew, see [`Self::reenrol`].
    ///
    /// # Errors
    /// When the nets cannot be loaded or the store cannot be read.
    pub async fn load(
        store: Arc<dyn Store>,
        pictures: Arc<dyn Pictures>,
        config: &Config,
    ) -> Result<Self> {
        let stored = store.face_template_keys().await?;
        let wanted = models::embedder(config)?;
        let first = reenrolment::first_to_serve(&stored, wanted, config)?;
        let own = wanted.to_string();
        let outdated = stored.iter().any(|template| template.model != own);
        drop(stored);
        let pool = Arc::new(Pool::default());
        let local = match config.vision.threads {
            0 => None,
            threads => Some(pool.join("here", threads, LocalAnalyser::load(first.setup).await?)),
        };
        let serving = Serving::of(first.model);
        serving.fill(&*store).await?;
        Ok(Self {
            pool,
            serving: RwLock::new(serving),
            local: Mutex::new(local),
            reenrolment: Reenrolment::new(store, pictures, config, wanted),
            outdated: AtomicBool::new(outdated),
            spoof: models::spoof_ids(config)?,
        })
    }

    /// Those who look at images.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// The model that serves now.
    pub fn serving(&self) -> Arc<Serving> {
        let serving = self.serving.read();
        serving.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the answers of a worker have to come from while `serving` serves.
    pub fn wanted(&self, serving: &Serving) -> remote::Wanted {
        remote::Wanted {
            model: serving.model,
            spoof: self.spoof.clone(),
        }
    }

    /// Whether there are templates of another model than the one asked for.
    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Acquire)
    }

    /// Enrols everybody with the model that is asked for, from the registered photographs, while the one before goes
    /// on serving; then that one serves. Who was done before a restart is not done again.
    ///
    /// # Errors
    /// When the model cannot be loaded, or the store or the pictures cannot be read or written.
    pub async fn reenrol(&self, tell: Tell) -> Result<ImportReport> {
        if !self.is_outdated() {
            return Ok(ImportReport::default());
        }
        let report = self.reenrolment.run(self, tell).await?;
        self.outdated.store(false, Ordering::Release);
        Ok(report)
    }

    /// Enrols with the model that serves a credential whose photograph the one before had looked at. Where that
    /// does not succeed, the next start tries again.
    async fn enrol_late(&self, person: PersonId, credential: CredentialId) {
        let late = Waiting { person, credential };
        match self.reenrolment.late(self, &late).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => {
                tracing::warn!(%credential, why, "not enrolled with the model that serves")
            }
            Err(error) => {
                tracing::error!(%credential, %error, "not enrolled with the model that serves");
            }
        }
    }

    /// From now on `analyser`'s model serves, with the templates that are stored of it.
    fn serve(&self, analyser: LocalAnalyser, threads: usize, next: Arc<Serving>) {
        let before = {
            let mut serving = self.serving.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *serving, next)
        };
        let joined = (threads > 0).then(|| self.pool.join("here", threads, analyser));
        let mut local = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        // Joined before the other leaves, so that somebody is always there.
        *local = joined;
        before.over.cancel();
    }

    /// Runs `work` on the gallery, which may change meanwhile, on a thread of its own: a large gallery takes a
    /// while to search. `None` when it broke down.
    pub async fn with_gallery<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Gallery) -> T + Send + 'static,
    ) -> Option<T> {
        let serving = self.serving();
        let done = tokio::task::spawn_blocking(move || work(serving.enrolled.gallery())).await;
        done.inspect_err(|error| tracing::error!(%error, "the search of the gallery broke down"))
            .ok()
    }

    /// Compares the faces in front of a picture with one person (1:1).
    pub async fn compare(&self, jpeg: Vec<u8>, person: PersonId) -> Comparison {
        if !self.serving().enrolled.gallery().contains(person) {
            return Comparison::NotCompared;
        }
        match self.pool.look(Bytes::from(jpeg), Purpose::Comparison).await {
            // Another model may serve by now.
            Some(Look::Seen(seen)) => {
                compare(&seen.faces, self.serving().enrolled.gallery(), person)
            }
            Some(Look::Unreadable(_)) => Comparison::Unreadable,
            None => Comparison::NotCompared,
        }
    }
}

fn compare(faces: &[Face], gallery: &Gallery, person: PersonId) -> Comparison {
    let foreign = |face: &Face| face.template.model() != gallery.model();
    if !gallery.contains(person) || faces.iter().any(foreign) {
        return Comparison::NotCompared;
    }
    let Some(verified) = best_in_front(faces, gallery, person) else {
        return Comparison::NoFace;
    };
    let score = Score::from_cosine(verified.score);
    let threshold = Score::from_cosine(verified.threshold);
    if verified.agrees() {
        Comparison::Agrees { score, threshold }
    } else {
        Comparison::Disagrees { score, threshold }
    }
}

/// The likeness of whoever stands in front and is most like the person. Two people may stand side by
/// side before a gate; people further behind do not count.
fn best_in_front(faces: &[Face], gallery: &Gallery, person: PersonId) -> Option<Verification> {
    let tallest = faces
        .iter()
        .map(|face| face.bounds.height)
        .fold(0.0, f32::max);
    let in_front = faces
        .iter()
        .filter(|face| face.bounds.height >= tallest * IN_FRONT);
    in_front
        .filter_map(|face| gallery.verify(person, &face.template))
        .max_by(|a, b| a.score.total_cmp(&b.score))
}

//! Recognition for the whole site: those who look at images, and the gallery of who is enrolled.

mod analyser;
mod enrolled;
mod pool;
mod port;
pub mod remote;
#[cfg(test)]
mod tests;
mod wire;
pub mod worker;

pub use analyser::{Analyser, LocalAnalyser};
pub use pool::{Membership, Pool};
pub use port::RecognitionPort;

use crate::config::Config;
use crate::models;
use anyhow::{Result, bail};
use bytes::Bytes;
use enrolled::Enrolled;
use model::{Comparison, PersonId, Score};
use std::sync::Arc;
use store::{FaceTemplate, Store};
use vision::{Face, Gallery, Look, ModelId, Purpose, Verification};

/// A face counts as in front when it is at least so high in relation to the tallest.
const IN_FRONT: f32 = 0.6;

/// Those who look at images, and the gallery.
pub struct Recogniser {
    pool: Arc<Pool>,
    /// What makes the templates that are compared.
    model: ModelId,
    /// The threads of this process, where there are any.
    _local: Option<Membership>,
    enrolled: Arc<Enrolled>,
}

impl Recogniser {
    /// Loads the nets, unless this process has no recognition threads, and fills the gallery from `store`.
    ///
    /// # Errors
    /// When the nets cannot be loaded or the store cannot be read.
    pub async fn load(store: Arc<dyn Store>, config: &Config) -> Result<Self> {
        let pool = Arc::new(Pool::default());
        let local = match config.vision.threads {
            0 => None,
            threads => Some(pool.join("here", threads, LocalAnalyser::load(config).await?)),
        };
        let model = models::embedder(config)?;
        let enrolled = Enrolled::of(model);
        let stored = store.face_templates().await?;
        comparable(&stored, model)?;
        for template in stored {
            enrolled.put(template.person, template.credential, &template.bytes);
        }
        Ok(Self {
            pool,
            model,
            _local: local,
            enrolled: Arc::new(enrolled),
        })
    }

    /// Those who look at images.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// What makes the templates that are compared.
    pub fn model(&self) -> ModelId {
        self.model
    }

    /// Runs `work` on the gallery, which may change meanwhile, on a thread of its own: a large gallery takes a
    /// while to search. `None` when it broke down.
    pub async fn with_gallery<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Gallery) -> T + Send + 'static,
    ) -> Option<T> {
        let enrolled = self.enrolled.clone();
        let done = tokio::task::spawn_blocking(move || work(enrolled.gallery())).await;
        done.inspect_err(|error| tracing::error!(%error, "the search of the gallery broke down"))
            .ok()
    }

    /// Compares the faces in front of a picture with one person (1:1).
    pub async fn compare(&self, jpeg: Vec<u8>, person: PersonId) -> Comparison {
        let gallery = self.enrolled.gallery();
        if !gallery.contains(person) {
            return Comparison::NotCompared;
        }
        match self.pool.look(Bytes::from(jpeg), Purpose::Comparison).await {
            Some(Look::Seen(seen)) => compare(&seen.faces, gallery, person),
            Some(Look::Unreadable(_)) => Comparison::Unreadable,
            None => Comparison::NotCompared,
        }
    }
}

/// That all templates are of `model`. Going on without some would let a guard believe that people who are
/// enrolled are strangers.
fn comparable(stored: &[FaceTemplate], model: ModelId) -> Result<()> {
    let model = model.to_string();
    let foreign = stored.iter().find(|template| template.model != model);
    let Some(foreign) = foreign else {
        return Ok(());
    };
    let count = stored
        .iter()
        .filter(|template| template.model != model)
        .count();
    bail!(
        "{count} of {} face templates were made by the model {}, vision.embedder makes {model}: set it back \
         (`gatebook models list`), or remove these faces with it and enrol them anew",
        stored.len(),
        foreign.model
    );
}

fn compare(faces: &[Face], gallery: &Gallery, person: PersonId) -> Comparison {
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

//! Recognition for the whole site: those who look at images, and the gallery of who is enrolled.

mod analyser;
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

use anyhow::Result;
use bytes::Bytes;
use model::{Comparison, CredentialId, PersonId, Score};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use store::Store;
use vision::{Face, Gallery, Look, Purpose, Template, Verification};

/// A face counts as in front when it is at least so high in relation to the tallest.
const IN_FRONT: f32 = 0.6;

/// Those who look at images, and the gallery.
pub struct Recogniser {
    pool: Arc<Pool>,
    /// The threads of this process, where there are any.
    _local: Option<Membership>,
    /// Computations hold on to what they began with, so that nobody waits for a change.
    enrolled: RwLock<Arc<Enrolled>>,
}

/// The gallery, and which template of a person came from which credential.
#[derive(Clone, Default)]
struct Enrolled {
    gallery: Gallery,
    templates: BTreeMap<PersonId, BTreeMap<CredentialId, Template>>,
}

impl Enrolled {
    fn put(&mut self, person: PersonId, credential: CredentialId, bytes: &[u8]) {
        match Template::from_bytes(bytes) {
            Ok(template) => {
                self.templates
                    .entry(person)
                    .or_default()
                    .insert(credential, template);
                self.refresh(person);
            }
            Err(error) => tracing::error!(%credential, %error, "a face template is unreadable"),
        }
    }

    fn refresh(&mut self, person: PersonId) {
        let templates = self.templates.get(&person);
        let templates = templates
            .map(|all| all.values().cloned().collect())
            .unwrap_or_default();
        if let Err(error) = self.gallery.set(person, templates) {
            tracing::error!(%person, %error, "a person's templates cannot be compared");
        }
    }
}

impl Recogniser {
    /// Loads the nets, unless `threads` is 0, and fills the gallery from `store`; at most `threads`
    /// of this process compute at once.
    ///
    /// # Errors
    /// When the nets cannot be loaded or the store cannot be read.
    pub async fn load(store: Arc<dyn Store>, threads: usize) -> Result<Self> {
        let pool = Arc::new(Pool::default());
        let local = match threads {
            0 => None,
            _ => Some(pool.join("here", threads, LocalAnalyser::load().await?)),
        };
        let mut enrolled = Enrolled::default();
        for template in store.face_templates().await? {
            enrolled.put(template.person, template.credential, &template.bytes);
        }
        metrics::gauge!("gatebook_gallery_people").set(people(&enrolled.gallery));
        Ok(Self {
            pool,
            _local: local,
            enrolled: RwLock::new(Arc::new(enrolled)),
        })
    }

    /// Those who look at images.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Runs `work` on the gallery as it is now, on a thread of its own: a large gallery takes a
    /// while to search. `None` when it broke down.
    pub async fn with_gallery<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Gallery) -> T + Send + 'static,
    ) -> Option<T> {
        let enrolled = self.enrolled();
        let done = tokio::task::spawn_blocking(move || work(&enrolled.gallery)).await;
        done.inspect_err(|error| tracing::error!(%error, "the search of the gallery broke down"))
            .ok()
    }

    fn enrolled(&self) -> Arc<Enrolled> {
        let enrolled = self.enrolled.read();
        enrolled.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Enrolled)) {
        let mut enrolled = self
            .enrolled
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut enrolled));
        metrics::gauge!("gatebook_gallery_people").set(people(&enrolled.gallery));
    }

    /// Compares the faces in front of a picture with one person (1:1).
    pub async fn compare(&self, jpeg: Vec<u8>, person: PersonId) -> Comparison {
        if !self.enrolled().gallery.contains(person) {
            return Comparison::NotCompared;
        }
        match self.pool.look(Bytes::from(jpeg), Purpose::Comparison).await {
            Some(Look::Seen(seen)) => compare(&seen.faces, &self.enrolled().gallery, person),
            Some(Look::Unreadable(_)) => Comparison::Unreadable,
            None => Comparison::NotCompared,
        }
    }
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

/// Exact up to 2^53 people.
#[allow(clippy::cast_precision_loss)]
fn people(gallery: &Gallery) -> f64 {
    gallery.len() as f64
}

//! Whose fingers are known: the gallery.

use anyhow::Result;
use fingerprint::{Candidate, Enrolment, Gallery, Prepared, Search, Template};
use model::{CredentialId, CredentialKind, FingerPosition, PersonId};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use store::{FingerTemplate, Store};

/// A finger that is enrolled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finger {
    /// Whose.
    pub person: PersonId,
    /// The credential.
    pub credential: CredentialId,
    /// Which one.
    pub position: FingerPosition,
    /// Whether it is marked for duress.
    pub duress: bool,
}

/// What was found among some fingers.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many were looked at.
    pub searched: usize,
    /// How many templates they have: so many chances there were to score by accident.
    pub templates: usize,
    /// The most alike.
    pub best: Option<Candidate<Finger>>,
}

/// The gallery. It changes while it is searched: whoever changes it waits for the searches under way.
#[derive(Default)]
pub struct Prints(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    gallery: Gallery<Finger>,
    /// With how many templates each has.
    fingers: Vec<(Finger, usize)>,
}

impl Prints {
    /// Everything that is enrolled.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &dyn Store) -> Result<Self> {
        let prints = Self::default();
        let mut of: HashMap<CredentialId, Vec<FingerTemplate>> = HashMap::new();
        let mut people = Vec::new();
        for template in store.finger_templates().await? {
            people.push(template.person);
            of.entry(template.credential).or_default().push(template);
        }
        people.sort_unstable();
        people.dedup();
        for person in people {
            for credential in store.credentials(person).await? {
                if let CredentialKind::Finger { position, .. } = credential.kind {
                    prints.put(position, &of.remove(&credential.id).unwrap_or_default());
                }
            }
        }
        Ok(prints)
    }

    /// Adds a finger; its templates are as they are stored.
    pub fn put(&self, position: FingerPosition, templates: &[FingerTemplate]) {
        // Preparing takes a while: nobody waits for it.
        let mut prepared = Vec::with_capacity(templates.len());
        for stored in templates {
            match Template::from_bytes(&stored.bytes) {
                Ok(template) => prepared.push((stored, Prepared::new(&template))),
                Err(error) => {
                    let credential = stored.credential;
                    tracing::error!(%credential, %error, "a template of a finger is unreadable");
                }
            }
        }
        let mut inner = self.write();
        for (stored, print) in prepared {
            let finger = Finger {
                person: stored.person,
                credential: stored.credential,
                position,
                duress: stored.duress,
            };
            inner.gallery.insert(finger, print);
            match inner.fingers.iter_mut().find(|(known, _)| *known == finger) {
                Some((_, templates)) => *templates += 1,
                None => inner.fingers.push((finger, 1)),
            }
        }
        inner.measure();
    }

    /// The finger is gone.
    pub fn take(&self, credential: CredentialId) {
        self.remove(|finger| finger.credential == credential);
    }

    /// The person is gone.
    pub fn forget(&self, person: PersonId) {
        self.remove(|finger| finger.person == person);
    }

    fn remove(&self, gone: impl Fn(&Finger) -> bool) {
        let mut inner = self.write();
        inner.gallery.remove(&gone);
        inner.fingers.retain(|(finger, _)| !gone(finger));
        inner.measure();
    }

    /// Looks among everybody.
    pub fn search(&self, print: &Prepared) -> Found {
        let inner = self.read();
        let found = inner.gallery.identify(print, Search::default());
        Found {
            searched: inner.fingers.len(),
            templates: inner.gallery.len(),
            best: found.into_iter().next(),
        }
    }

    /// Looks among one person's fingers.
    pub fn claim(&self, print: &Prepared, person: PersonId) -> Found {
        let inner = self.read();
        let fingers = inner.fingers.iter();
        let own: Vec<_> = fingers
            .filter(|(finger, _)| finger.person == person)
            .collect();
        let compared = own.iter().filter_map(|(finger, _)| {
            let score = inner.gallery.verify(print, finger)?;
            Some(Candidate {
                key: *finger,
                score,
            })
        });
        Found {
            searched: own.len(),
            templates: own.iter().map(|(_, templates)| templates).sum(),
            best: compared.max_by(|a, b| a.score.similarity.total_cmp(&b.score.similarity)),
        }
    }

    /// Whose finger is being enrolled, if it is enrolled already.
    pub fn owner(&self, enrolment: &Enrolment) -> Option<Finger> {
        let inner = self.read();
        let found = enrolment.belongs_to(&inner.gallery, |_| false);
        found.map(|candidate| candidate.key)
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Exact up to 2^53 fingers.
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) {
        metrics::gauge!("gatebook_gallery_fingers").set(self.fingers.len() as f64);
    }
}

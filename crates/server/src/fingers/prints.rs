//! Whose fingers are known: the gallery.

use anyhow::Result;
use fingerprint::{Candidate, Enrolment, Gallery, Prepared, Search, Template};
use model::{CredentialId, CredentialKind, FingerPosition, PersonId};
use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
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
    /// Each person's, with how many templates each has.
    fingers: HashMap<PersonId, Vec<(Finger, usize)>>,
    /// How many fingers there are.
    count: usize,
}

impl Prints {
    /// Everything that is enrolled.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &dyn Store) -> Result<Self> {
        let prints = Self::default();
        let mut of: HashMap<CredentialId, Vec<FingerTemplate>> = HashMap::new();
        for template in store.finger_templates().await? {
            of.entry(template.credential).or_default().push(template);
        }
        if of.is_empty() {
            return Ok(prints);
        }
        let mut fingers = Vec::with_capacity(of.len());
        for credential in store.all_credentials().await? {
            if let CredentialKind::Finger { position, .. } = credential.kind {
                fingers.push((position, of.remove(&credential.id).unwrap_or_default()));
            }
        }
        let filling = tokio::task::spawn_blocking(move || {
            prints.fill(&fingers);
            prints
        });
        Ok(filling.await?)
    }

    /// Adds many, on all cores.
    fn fill(&self, fingers: &[(FingerPosition, Vec<FingerTemplate>)]) {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let each = fingers.len().div_ceil(threads).max(1);
        thread::scope(|scope| {
            for part in fingers.chunks(each) {
                scope.spawn(move || {
                    for (position, templates) in part {
                        self.put(*position, templates);
                    }
                });
            }
        });
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
            inner.add(finger);
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
        inner.fingers.retain(|_, own| {
            own.retain(|(finger, _)| !gone(finger));
            !own.is_empty()
        });
        inner.count = inner.fingers.values().map(Vec::len).sum();
        inner.measure();
    }

    /// Looks among everybody.
    pub fn search(&self, print: &Prepared) -> Found {
        let inner = self.read();
        let found = inner.gallery.identify(print, Search::default());
        Found {
            searched: inner.count,
            templates: inner.gallery.len(),
            best: found.into_iter().next(),
        }
    }

    /// Looks among one person's fingers.
    pub fn claim(&self, print: &Prepared, person: PersonId) -> Found {
        let inner = self.read();
        let own = inner.fingers.get(&person);
        let own = own.map(Vec::as_slice).unwrap_or_default();
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
    /// One more template of a finger.
    fn add(&mut self, finger: Finger) {
        let own = self.fingers.entry(finger.person).or_default();
        if let Some((_, templates)) = own.iter_mut().find(|(known, _)| *known == finger) {
            *templates += 1;
        } else {
            own.push((finger, 1));
            self.count += 1;
        }
    }

    /// Exact up to 2^53 fingers.
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) {
        metrics::gauge!("gatebook_gallery_fingers").set(self.count as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{at, opened, person, write};
    use fingerprint::{GreyImage, extract};
    use model::Credential;
    use std::time::Instant;
    use store::{Put, Write};
    use testkit::prints::{Finger as Grown, Press, Sensor};
    use uuid::Uuid;

    fn grown(seed: u64, number: u64) -> Template {
        let print = Grown::new(seed).pressed(Sensor::R307, Press::CAREFUL, number);
        let image = GreyImage::new(print.width, print.height, print.dpi, print.pixels);
        extract(&image.unwrap()).unwrap()
    }

    fn stored(person: u128, credential: u128, templates: &[Template]) -> Vec<FingerTemplate> {
        let stored = |(impression, template): (u8, &Template)| FingerTemplate {
            credential: CredentialId(Uuid::from_u128(credential)),
            person: PersonId(Uuid::from_u128(person)),
            impression,
            model: "test".to_owned(),
            duress: false,
            bytes: template.to_bytes(),
        };
        (0..).zip(templates).map(stored).collect()
    }

    #[test]
    fn each_finger_is_counted_with_its_person_and_gone_with_either() {
        let (thumb, index) = (FingerPosition::RightThumb, FingerPosition::LeftIndex);
        let prints = Prints::default();
        prints.fill(&[
            (thumb, stored(1, 10, &[grown(3, 1), grown(3, 2)])),
            (index, stored(1, 11, &[grown(8, 1)])),
            (thumb, stored(2, 20, &[grown(21, 1), grown(21, 2)])),
        ]);
        let probe = Prepared::new(&grown(3, 7));
        let [ada, eve] = [1, 2].map(|n| PersonId(Uuid::from_u128(n)));
        let counted = |found: &Found| (found.searched, found.templates);
        let all = prints.search(&probe);
        assert_eq!(counted(&all), (3, 5));
        let hers = prints.claim(&probe, ada);
        assert_eq!(counted(&hers), (2, 3));
        let best = hers.best.unwrap().key;
        assert_eq!((best.person, best.position), (ada, thumb));
        assert_eq!(counted(&prints.claim(&probe, eve)), (1, 2));
        prints.take(best.credential);
        assert_eq!(counted(&prints.claim(&probe, ada)), (1, 1));
        assert_eq!(counted(&prints.search(&probe)), (2, 3));
        prints.forget(ada);
        assert_eq!(counted(&prints.claim(&probe, ada)), (0, 0));
        assert_eq!(counted(&prints.search(&probe)), (1, 2));
    }

    /// A person with a finger.
    fn somebody(n: u128, templates: &[Template]) -> Vec<Write> {
        let templates = stored(n, n, templates);
        let credential = Credential {
            id: templates[0].credential,
            person: templates[0].person,
            kind: CredentialKind::Finger {
                position: FingerPosition::RightThumb,
                impressions: Vec::new(),
                model: "test".to_owned(),
            },
            enrolled_at: at(0),
        };
        vec![
            Write::Person(Put::Add(person(n))),
            Write::Credential(credential, None),
            Write::FingerTemplates(templates),
        ]
    }

    #[tokio::test]
    #[ignore = "a measurement: how long 5,000 fingers take at a start, and a claim among them"]
    async fn five_thousand_fingers() {
        let (_dir, site) = opened().await;
        let templates = [grown(3, 1), grown(3, 2), grown(3, 3)];
        for hundred in 0..50 {
            let people = (1..=100).map(|n| hundred * 100 + n);
            let writes = people.flat_map(|n| somebody(n, &templates));
            write(&site, writes.collect()).await;
        }
        let begun = Instant::now();
        let prints = Prints::load(&site.store).await.unwrap();
        println!("known after {:?}", begun.elapsed());
        let probe = Prepared::new(&templates[0]);
        let begun = Instant::now();
        for n in 1..=100 {
            let found = prints.claim(&probe, PersonId(Uuid::from_u128(n)));
            assert_eq!((found.searched, found.templates), (1, 3));
        }
        println!("100 claims in {:?}", begun.elapsed());
        let begun = Instant::now();
        assert_eq!(prints.search(&probe).searched, 5_000);
        println!("a search in {:?}", begun.elapsed());
    }
}

//! Who is enrolled: the gallery, and which template of a person came from which credential.

use model::{CredentialId, PersonId};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use vision::{Gallery, ModelId, Template};

/// The gallery and where it came from. It changes in place while cameras search it.
pub struct Enrolled {
    gallery: Gallery,
    /// The gauge that shows how many there are.
    gauge: &'static str,
    /// Held while a person changes, so that the gallery follows in the same order; no search takes it.
    templates: Mutex<Templates>,
}

type Templates = HashMap<PersonId, Own>;

/// A person's templates in the order of their credentials. A list, for most have a few of them and there may be a
/// million people: a node of a tree has room for eleven.
#[derive(Default)]
struct Own(Vec<(CredentialId, Template)>);

impl Own {
    fn put(&mut self, credential: CredentialId, template: Template) {
        match self.place(credential) {
            Ok(place) => {
                if let Some((_, kept)) = self.0.get_mut(place) {
                    *kept = template;
                }
            }
            Err(place) => {
                self.0.reserve_exact(1);
                self.0.insert(place, (credential, template));
            }
        }
    }

    fn take(&mut self, credential: CredentialId) {
        if let Ok(place) = self.place(credential) {
            self.0.remove(place);
        }
    }

    fn place(&self, credential: CredentialId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&credential, |(id, _)| *id)
    }
}

impl Enrolled {
    /// Nobody yet, for templates of `model`; how many there are is shown as `gauge`.
    pub fn of(model: ModelId, gauge: &'static str) -> Self {
        Self {
            gallery: Gallery::new(model),
            gauge,
            templates: Mutex::default(),
        }
    }

    /// Those most alike by any of their templates, the most alike first, with the cosine.
    pub fn most_alike(&self, face: &Template, most: usize) -> Vec<(PersonId, f32)> {
        let templates = self.templates();
        let best = |own: &Own| {
            let scores = own.0.iter().map(|(_, one)| one.cosine(face));
            scores.reduce(f32::max)
        };
        let scored = templates
            .iter()
            .filter_map(|(id, own)| Some((*id, best(own)?)));
        let mut scored: Vec<_> = scored.collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored.truncate(most);
        scored
    }

    /// The gallery.
    pub fn gallery(&self) -> &Gallery {
        &self.gallery
    }

    /// A credential with its template, as it is stored. `false` where another model made the template, which is
    /// passed over: the person's others would not be comparable any more.
    pub fn put(&self, person: PersonId, credential: CredentialId, bytes: &[u8]) -> bool {
        match Template::from_bytes(bytes) {
            Ok(template) if template.model() != self.gallery.model() => return false,
            Ok(template) => {
                let mut templates = self.templates();
                let own = templates.entry(person).or_default();
                own.put(credential, template);
                self.refresh(person, own);
            }
            Err(error) => tracing::error!(%credential, %error, "a face template is unreadable"),
        }
        true
    }

    /// Many at once, as [`Self::put`] for each: whoever has a thousand is worked out once.
    pub fn put_all<'a>(
        &self,
        stored: impl IntoIterator<Item = (PersonId, CredentialId, &'a [u8])>,
    ) {
        let mut templates = self.templates();
        let mut changed = HashSet::new();
        for (person, credential, bytes) in stored {
            match Template::from_bytes(bytes) {
                Ok(template) if template.model() != self.gallery.model() => {}
                Ok(template) => {
                    let own = templates.entry(person).or_default();
                    own.put(credential, template);
                    changed.insert(person);
                }
                Err(error) => tracing::error!(%credential, %error, "a face template is unreadable"),
            }
        }
        for person in changed {
            if let Some(own) = templates.get(&person) {
                self.refresh(person, own);
            }
        }
    }

    /// The credential is gone, its person may have others.
    pub fn take(&self, person: PersonId, credential: CredentialId) {
        self.take_all(person, &[credential]);
    }

    /// Those credentials are gone; somebody without any is, too.
    pub fn take_all(&self, person: PersonId, credentials: &[CredentialId]) {
        let mut templates = self.templates();
        let Some(own) = templates.get_mut(&person) else {
            return;
        };
        for credential in credentials {
            own.take(*credential);
        }
        self.refresh(person, own);
        if own.0.is_empty() {
            templates.remove(&person);
        }
    }

    /// The person is gone.
    pub fn forget(&self, person: PersonId) {
        let mut templates = self.templates();
        templates.remove(&person);
        self.gallery.remove(person);
        self.measure();
    }

    /// Takes out every credential that is not among those.
    pub fn keep_only(&self, credentials: &HashSet<CredentialId>) {
        let mut templates = self.templates();
        for (person, own) in templates.iter_mut() {
            let before = own.0.len();
            own.0
                .retain(|(credential, _)| credentials.contains(credential));
            if own.0.len() < before {
                self.refresh(*person, own);
            }
        }
    }

    fn refresh(&self, person: PersonId, own: &Own) {
        let own: Vec<Template> = own.0.iter().map(|(_, one)| one.clone()).collect();
        if let Err(error) = self.gallery.set(person, &own) {
            tracing::error!(%person, %error, "a person's templates cannot be compared");
        }
        self.measure();
    }

    /// Exact up to 2^53 people.
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) {
        metrics::gauge!(self.gauge).set(self.gallery.len() as f64);
    }

    fn templates(&self) -> MutexGuard<'_, Templates> {
        self.templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn template(values: [f32; 2]) -> Vec<u8> {
        let template = Template::new(ModelId::FACE_API, values.to_vec());
        template.unwrap().to_bytes()
    }

    #[test]
    fn a_person_is_known_by_their_last_credential_and_forgotten_with_it() {
        let enrolled = Enrolled::of(ModelId::FACE_API, "people");
        let person = PersonId(Uuid::from_u128(1));
        let [first, second] = [2, 3].map(|n| CredentialId(Uuid::from_u128(n)));
        let face = Template::from_bytes(&template([1.0, 0.0])).unwrap();
        let images = || enrolled.gallery().search(&face).map(|found| found.images);
        enrolled.put(person, first, &template([1.0, 0.0]));
        enrolled.put(person, second, &template([0.9, 0.1]));
        enrolled.put(person, second, b"no template");
        assert_eq!(images(), Some(2));
        enrolled.keep_only(&HashSet::from([second]));
        assert_eq!(images(), Some(1));
        enrolled.take(person, second);
        assert_eq!(images(), None);
        enrolled.put(person, first, &template([1.0, 0.0]));
        enrolled.forget(person);
        assert!(enrolled.gallery().is_empty());
    }

    #[test]
    fn many_templates_of_one_person_are_worked_out_once() {
        let enrolled = Enrolled::of(ModelId::FACE_API, "people");
        let person = PersonId(Uuid::from_u128(1));
        let face = template([1.0, 0.0]);
        let foreign = [b"another1".as_slice(), &1.0f32.to_le_bytes()].concat();
        let before = enrolled.gallery().revision();
        let one = |n: u128| (person, CredentialId(Uuid::from_u128(n)), face.as_slice());
        let other = (
            person,
            CredentialId(Uuid::from_u128(900)),
            foreign.as_slice(),
        );
        enrolled.put_all((0..200).map(one).chain([other]));
        assert_eq!(enrolled.gallery().revision(), before + 1);
        let found = enrolled
            .gallery()
            .search(&Template::from_bytes(&face).unwrap());
        assert_eq!(found.map(|found| found.images), Some(200));
    }

    #[test]
    fn a_template_of_another_model_leaves_its_person_known() {
        let enrolled = Enrolled::of(ModelId::FACE_API, "people");
        let person = PersonId(Uuid::from_u128(1));
        let [first, second] = [2, 3].map(|n| CredentialId(Uuid::from_u128(n)));
        let foreign = [b"another1".as_slice(), &1.0f32.to_le_bytes()].concat();
        assert!(enrolled.put(person, first, &template([1.0, 0.0])));
        assert!(!enrolled.put(person, second, &foreign));
        assert!(enrolled.put(person, first, &template([0.9, 0.1])));
        let face = Template::from_bytes(&template([0.9, 0.1])).unwrap();
        let found = enrolled.gallery().search(&face).unwrap();
        assert!(found.score > 0.999, "the newest template counts");
    }
}

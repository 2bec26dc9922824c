//! Another embedder: everybody is enrolled with it from the registered photographs, while the one before goes on
//! serving.

#[cfg(test)]
mod tests;

use super::{Analyser, LocalAnalyser, Recogniser, Serving};
use crate::config::Config;
use crate::models;
use anyhow::{Result, bail};
use api::ports::{ImportReport, Step, Tell};
use bytes::Bytes;
use model::{CredentialId, CredentialKind, Person, PersonId, PictureId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use store::{FaceTemplate, FaceTemplateKey, Pictures, Store};
use vision::{Look, ModelId, Purpose, Setup, Template};

/// An enrolment that began with the model before is stored by then, as a rule; else see [`Reenrolment::late`].
const STRAGGLERS: Duration = Duration::from_secs(2);
/// Why a photograph yields nothing.
const BREAKS: &str = "the model breaks down on a registered photograph";

/// The model that serves at first, and what its engine is made of.
pub struct First {
    pub model: ModelId,
    pub setup: Setup,
}

/// The model of which most credentials have a template, if it is here; the one asked for where it has as many.
///
/// # Errors
/// When the model asked for cannot be loaded.
pub fn first_to_serve(
    stored: &[FaceTemplateKey],
    wanted: ModelId,
    config: &Config,
) -> Result<First> {
    let setup = models::setup(config)?;
    let mut templates: HashMap<&str, usize> = HashMap::new();
    for template in stored {
        *templates.entry(&template.model).or_default() += 1;
    }
    let own = wanted.to_string();
    let of = |model: &str| templates.get(model).copied().unwrap_or_default();
    let most = templates
        .iter()
        .filter(|(_, count)| **count > of(&own))
        .max_by_key(|(_, count)| **count);
    let Some((before, count)) = most else {
        return Ok(First {
            model: wanted,
            setup,
        });
    };
    let found = models::embedder_by_id(config, before).unwrap_or_else(|error| {
        tracing::warn!(
            model = before,
            error = format!("{error:#}"),
            "a model with face templates cannot be loaded"
        );
        None
    });
    match found {
        Some(found) => Ok(First {
            model: found.model,
            setup: Setup {
                embedder: found.own,
                edition: found.edition,
                ..setup
            },
        }),
        None => {
            tracing::warn!(
                model = before,
                count,
                "a model with face templates is gone: people are strangers until they are enrolled anew"
            );
            Ok(First {
                model: wanted,
                setup,
            })
        }
    }
}

/// Enrolling anew; see the module.
pub struct Reenrolment {
    store: Arc<dyn Store>,
    pictures: Arc<dyn Pictures>,
    config: Config,
    model: ModelId,
}

/// How far it came.
struct Progress {
    report: ImportReport,
    /// Credentials whose photograph yields nothing, or that were removed meanwhile.
    without: BTreeSet<CredentialId>,
    /// Whether the model broke down on one.
    broke: bool,
    tell: Tell,
}

/// A photograph that the model has not looked at yet.
pub struct Waiting {
    pub person: PersonId,
    pub credential: CredentialId,
}

impl Reenrolment {
    pub fn new(
        store: Arc<dyn Store>,
        pictures: Arc<dyn Pictures>,
        config: &Config,
        model: ModelId,
    ) -> Self {
        Self {
            store,
            pictures,
            config: config.clone(),
            model,
        }
    }

    /// See [`Recogniser::reenrol`].
    pub async fn run(&self, recogniser: &Recogniser, tell: Tell) -> Result<ImportReport> {
        tracing::info!(model = %self.model, "everybody is enrolled anew with another model");
        let analyser = LocalAnalyser::load(models::setup(&self.config)?).await?;
        let mut progress = Progress {
            report: ImportReport::default(),
            without: BTreeSet::new(),
            broke: false,
            tell,
        };
        self.catch_up(&analyser, &mut progress).await?;
        if progress.broke && !self.has_templates().await? {
            bail!("the model breaks down on the registered photographs and yields no template");
        }
        self.settle(recogniser, analyser.clone()).await?;
        tokio::time::sleep(STRAGGLERS).await;
        if self.catch_up(&analyser, &mut progress).await? > 0 {
            self.settle(recogniser, analyser).await?;
        }
        Ok(progress.report)
    }

    /// Enrols one credential more after the model came to serve; else tells why its photograph yields nothing.
    pub async fn late(
        &self,
        recogniser: &Recogniser,
        late: &Waiting,
    ) -> Result<Result<(), String>> {
        let picture = Photographs::default().of(&*self.store, late).await?;
        let Some(jpeg) = self.photograph(picture).await? else {
            return Ok(Err("a registered photograph is lost".into()));
        };
        let template = match largest_face(recogniser.pool.look(jpeg, Purpose::Enrolment).await) {
            Ok(template) if template.model() == self.model => template,
            Ok(_) => return Ok(Err("the model before looked at it once more".into())),
            Err(why) => return Ok(Err(why)),
        };
        self.keep(late, &template).await?;
        self.store.settle_on_model(&self.model.to_string()).await?;
        let serving = recogniser.serving();
        let bytes = template.to_bytes();
        serving.enrolled.put(late.person, late.credential, &bytes);
        if self.still_there(late).await?.is_none() {
            serving.enrolled.take(late.person, late.credential);
        }
        Ok(Ok(()))
    }

    /// Whether anybody has a template of the model.
    async fn has_templates(&self) -> Result<bool> {
        let own = self.model.to_string();
        let stored = self.store.face_template_keys().await?;
        Ok(stored.iter().any(|template| template.model == own))
    }

    /// Looks at every photograph that has no template of the model yet. Tells how many there were.
    async fn catch_up(&self, analyser: &dyn Analyser, progress: &mut Progress) -> Result<usize> {
        let waiting = self.waiting(&progress.without).await?;
        let all = waiting.len();
        let mut photographs = Photographs::default();
        for (done, one) in waiting.into_iter().enumerate() {
            progress.at(done, all);
            let picture = photographs.of(&*self.store, &one).await?;
            match self.template(analyser, picture).await? {
                Ok(template) => {
                    self.keep(&one, &template).await?;
                    progress.report.changed += 1;
                }
                Err(why) => {
                    progress.without.insert(one.credential);
                    progress.broke |= why == BREAKS;
                    let remark = |person: Person| {
                        format!("{} ({}): {why}; enrol anew", person.name, person.number)
                    };
                    let there = self.still_there(&one).await?;
                    progress.report.remarks.extend(there.map(remark));
                }
            }
        }
        progress.at(all, all);
        Ok(all)
    }

    async fn waiting(&self, without: &BTreeSet<CredentialId>) -> Result<Vec<Waiting>> {
        let own = self.model.to_string();
        let mut people: BTreeMap<CredentialId, (PersonId, bool)> = BTreeMap::new();
        for template in self.store.face_template_keys().await? {
            let known = people.entry(template.credential);
            let known = known.or_insert((template.person, false));
            known.1 |= template.model == own;
        }
        let lacking = people
            .into_iter()
            .filter(|(credential, (_, known))| !known && !without.contains(credential));
        let mut waiting: Vec<Waiting> = lacking
            .map(|(credential, (person, _))| Waiting { person, credential })
            .collect();
        // A person's photographs follow one another.
        waiting.sort_by_key(|waiting| waiting.person);
        Ok(waiting)
    }

    /// The template of the largest face on a photograph; else why there is none.
    async fn template(
        &self,
        analyser: &dyn Analyser,
        picture: Option<PictureId>,
    ) -> Result<Result<Template, String>> {
        let Some(jpeg) = self.photograph(picture).await? else {
            return Ok(Err("a registered photograph is lost".into()));
        };
        Ok(largest_face(
            analyser.look(jpeg, Purpose::Enrolment).await.ok(),
        ))
    }

    async fn photograph(&self, picture: Option<PictureId>) -> Result<Option<Bytes>> {
        let Some(picture) = picture else {
            return Ok(None);
        };
        Ok(self.pictures.get(picture).await?.map(Bytes::from))
    }

    async fn keep(&self, one: &Waiting, template: &Template) -> Result<()> {
        let template = FaceTemplate {
            credential: one.credential,
            person: one.person,
            model: self.model.to_string(),
            bytes: template.to_bytes(),
        };
        Ok(self.store.keep_templates(vec![template]).await?)
    }

    /// Lets the model serve, and forgets what others made.
    async fn settle(&self, recogniser: &Recogniser, analyser: LocalAnalyser) -> Result<()> {
        self.store.settle_on_model(&self.model.to_string()).await?;
        let next = Serving::of(analyser.model());
        next.fill(&*self.store).await?;
        recogniser.serve(analyser, self.config.vision.threads, next);
        // Who was removed while this gallery was filled was taken out of the one before only.
        let stored = self.store.face_template_keys().await?;
        let strangers = self.store.strangers_seen().await?;
        recogniser.serving().keep_only(&stored, &strangers);
        Ok(())
    }

    /// The person, unless the credential was removed meanwhile.
    async fn still_there(&self, one: &Waiting) -> Result<Option<Person>> {
        let credentials = self.store.credentials(one.person).await?;
        if credentials.iter().all(|kept| kept.id != one.credential) {
            return Ok(None);
        }
        Ok(self.store.person(one.person).await?)
    }
}

/// The template of the largest face; else why there is none.
pub(super) fn largest_face(look: Option<Look>) -> Result<Template, String> {
    match look {
        None => Err(BREAKS.into()),
        Some(Look::Unreadable(why)) => Err(why),
        Some(Look::Seen(seen)) => {
            let face = seen.faces.into_iter().next();
            let none = || "no face was found on a registered photograph".into();
            face.map(|face| face.template).ok_or_else(none)
        }
    }
}

impl Progress {
    fn at(&self, done: usize, all: usize) {
        (self.tell)(Step {
            done: done as u64,
            all: all as u64,
            pictures: self.report.changed,
        });
    }
}

/// The photographs of the person whose turn it is.
#[derive(Default)]
struct Photographs {
    person: Option<PersonId>,
    pictures: HashMap<CredentialId, PictureId>,
}

impl Photographs {
    async fn of(&mut self, store: &dyn Store, one: &Waiting) -> Result<Option<PictureId>> {
        if self.person != Some(one.person) {
            let credentials = store.credentials(one.person).await?;
            let faces = credentials
                .into_iter()
                .filter_map(|credential| match credential.kind {
                    CredentialKind::Face { picture, .. } => Some((credential.id, picture)),
                    CredentialKind::Tag { .. } | CredentialKind::Finger { .. } => None,
                });
            self.pictures = faces.collect();
            self.person = Some(one.person);
        }
        Ok(self.pictures.get(&one.credential).copied())
    }
}

//! Another embedder: everybody is enrolled with it from the registered photographs, while the one before goes on
//! serving.

use super::{Analyser, LocalAnalyser, Recogniser};
use crate::config::Config;
use crate::models;
use anyhow::{Context, Result, anyhow};
use api::ports::{ImportReport, Step, Tell};
use bytes::Bytes;
use model::{CredentialId, CredentialKind, PersonId, PictureId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use store::{FaceTemplate, Pictures, Store};
use vision::{Look, ModelId, Purpose, Setup, Template};

/// An enrolment that began with the model before is stored by then.
const STRAGGLERS: Duration = Duration::from_secs(2);

/// The model that serves at first, and what its engine is made of.
pub struct First {
    pub model: ModelId,
    pub setup: Setup,
}

/// The model of which most credentials have a template, if it is here; the one asked for where it has as many.
///
/// # Errors
/// When the model asked for cannot be loaded.
pub fn first_to_serve(stored: &[FaceTemplate], wanted: ModelId, config: &Config) -> Result<First> {
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
    match models::embedder_by_id(config, before)? {
        Some((model, embedder)) => Ok(First {
            model,
            setup: Setup { embedder, ..setup },
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
    /// Credentials whose photograph yields nothing.
    without: BTreeSet<CredentialId>,
    tell: Tell,
}

/// A photograph that the model has not looked at yet.
struct Waiting {
    person: PersonId,
    credential: CredentialId,
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
            tell,
        };
        self.catch_up(&analyser, &mut progress).await?;
        self.settle(recogniser, analyser.clone()).await?;
        tokio::time::sleep(STRAGGLERS).await;
        if self.catch_up(&analyser, &mut progress).await? > 0 {
            self.settle(recogniser, analyser).await?;
        }
        Ok(progress.report)
    }

    /// Looks at every photograph that has no template of the model yet. Tells how many there were.
    async fn catch_up(&self, analyser: &LocalAnalyser, progress: &mut Progress) -> Result<usize> {
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
                    let remark = format!("{}: {why}; enrol anew", self.name(one.person).await?);
                    progress.report.remarks.push(remark);
                }
            }
        }
        progress.at(all, all);
        Ok(all)
    }

    async fn waiting(&self, without: &BTreeSet<CredentialId>) -> Result<Vec<Waiting>> {
        let own = self.model.to_string();
        let mut people: BTreeMap<CredentialId, (PersonId, bool)> = BTreeMap::new();
        for template in self.store.face_templates().await? {
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
        analyser: &LocalAnalyser,
        picture: Option<PictureId>,
    ) -> Result<Result<Template, String>> {
        let picture = match picture {
            Some(picture) => self.pictures.get(picture).await?,
            None => None,
        };
        let Some(jpeg) = picture else {
            return Ok(Err("a registered photograph is lost".into()));
        };
        let look = analyser.look(Bytes::from(jpeg), Purpose::Enrolment).await;
        match look.map_err(|_| anyhow!("the model breaks down on a photograph"))? {
            Look::Unreadable(why) => Ok(Err(why)),
            Look::Seen(seen) => {
                let face = seen.faces.into_iter().next();
                let none = || "no face was found on a registered photograph".into();
                Ok(face.map(|face| face.template).ok_or_else(none))
            }
        }
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
        let stored = self.store.face_templates().await?;
        recogniser.serve(analyser, self.config.vision.threads, &stored);
        // Who was removed while this gallery was filled was taken out of the one before only.
        let stored = self.store.face_templates().await?;
        recogniser.serving().keep_only(&stored);
        Ok(())
    }

    async fn name(&self, person: PersonId) -> Result<String> {
        let person = self.store.person(person).await?;
        let person = person.context("a person with a template is gone")?;
        Ok(format!("{} ({})", person.name, person.number))
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

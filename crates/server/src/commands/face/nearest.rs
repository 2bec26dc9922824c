//! The people of a site who are most alike a face.

use crate::config::Config;
use crate::site::Site;
use anyhow::Result;
use model::PersonId;
use std::collections::BTreeMap;
use std::fmt;
use store::People;
use vision::threshold::Rate;
use vision::{ModelId, Template};

/// People that are told.
const TOLD: usize = 5;

/// Everybody enrolled at a site.
pub struct Known {
    templates: BTreeMap<PersonId, Vec<Template>>,
    names: BTreeMap<PersonId, String>,
    rate: Rate,
}

/// How alike a person is.
pub struct Near {
    name: String,
    images: usize,
    score: f32,
    /// What a stranger would have to reach to be taken for this person.
    threshold: f32,
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            images,
            score,
            threshold,
        } = self;
        let verdict = if score >= threshold {
            "alike"
        } else {
            "not alike"
        };
        write!(
            f,
            "{name}: {score:.3}, {verdict} (needs {threshold:.3}; {images} image(s))"
        )
    }
}

impl Known {
    /// Reads the templates of `model` of the site; it must not run. `None` where there is no site.
    ///
    /// # Errors
    /// When the site cannot be opened or read.
    pub async fn open(config: &Config, model: ModelId) -> Result<Option<Self>> {
        // To look must not found one.
        if !config.data_dir.join("keys").is_dir() {
            return Ok(None);
        }
        let site = Site::open(&config.data_dir, &config.database).await?;
        let mut templates: BTreeMap<PersonId, Vec<Template>> = BTreeMap::new();
        for stored in site.store.face_templates().await? {
            let template = Template::from_bytes(&stored.bytes);
            if let Some(template) = template.ok().filter(|own| own.model() == model) {
                templates.entry(stored.person).or_default().push(template);
            }
        }
        let mut names = BTreeMap::new();
        for person in templates.keys() {
            let name = site.store.person(*person).await?;
            names.insert(*person, name.map_or_else(|| person.to_string(), |p| p.name));
        }
        site.store.close().await?;
        Ok(Some(Self {
            templates,
            names,
            rate: config.vision.rate()?,
        }))
    }

    /// The people most alike, each with what they must reach in a gallery of everybody.
    pub fn nearest(&self, face: &Template) -> Vec<Near> {
        let mean = |own: &Vec<Template>| Template::mean(own).map(|mean| face.cosine(&mean));
        let mut near: Vec<Near> = self
            .templates
            .iter()
            .filter_map(|(person, own)| {
                Some(Near {
                    name: self.names.get(person).cloned().unwrap_or_default(),
                    images: own.len(),
                    score: mean(own)?,
                    threshold: self.threshold(own.len()),
                })
            })
            .collect();
        near.sort_by(|a, b| b.score.total_cmp(&a.score));
        near.truncate(TOLD);
        near
    }

    fn threshold(&self, images: usize) -> f32 {
        vision::threshold::identification(self.templates.len(), images, self.rate)
    }
}

//! The people of a site who are most alike a face.

use crate::config::Config;
use crate::site::Site;
use anyhow::Result;
use model::PersonId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use store::People;
use vision::threshold::{self, Rate};
use vision::{ModelId, Template};

/// People that are told.
const TOLD: usize = 5;

/// How alike a person is.
pub struct Near {
    person: PersonId,
    /// Or the identity where the name is not known.
    name: String,
    images: usize,
    score: f32,
    /// What a stranger would have to reach to be taken for this person.
    threshold: f32,
    /// Share of strangers who come as close to somebody of this site.
    strangers: f32,
}

impl Near {
    /// How often a stranger comes as close, in words; the rates that were measured bound what is told.
    fn rarity(&self) -> String {
        match self.strangers {
            share if share > 0.1 => {
                "more than 1 stranger in 10 comes as close to somebody here".to_owned()
            }
            share if share < 1e-4 => {
                "fewer than 1 stranger in 10,000 comes as close to somebody here".to_owned()
            }
            share => format!(
                "1 stranger in {:.0} comes as close to somebody here",
                1.0 / share
            ),
        }
    }
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            images,
            score,
            threshold,
            ..
        } = self;
        let verdict = if score >= threshold {
            "alike"
        } else {
            "not alike"
        };
        write!(
            f,
            "{name}: {score:.3}, {verdict} (needs {threshold:.3}; {images} image(s)); {}",
            self.rarity()
        )
    }
}

/// The people of the site who are most alike each face, with what they must reach in a gallery of everybody enrolled
/// with `model`; the site must not run. `None` where there is no site.
///
/// # Errors
/// When the site cannot be opened or read.
pub async fn of(
    config: &Config,
    model: ModelId,
    faces: &[&Template],
) -> Result<Option<Vec<Vec<Near>>>> {
    // To look must not found one.
    if !config.data_dir.join("keys").is_dir() {
        return Ok(None);
    }
    let site = Site::open(&config.data_dir, &config.database).await?;
    let mut templates: BTreeMap<PersonId, Vec<Template>> = BTreeMap::new();
    store::face_templates(&site.store, |page| {
        for stored in page {
            let template = Template::from_bytes(&stored.bytes);
            if let Some(template) = template.ok().filter(|own| own.model() == model) {
                templates.entry(stored.person).or_default().push(template);
            }
        }
    })
    .await?;
    let rate = config.vision.rate()?;
    let near = faces.iter().map(|face| nearest(face, &templates, rate));
    let mut near: Vec<Vec<Near>> = near.collect();
    name(&site.store, near.iter_mut().flatten()).await?;
    site.store.close().await?;
    Ok(Some(near))
}

fn nearest(
    face: &Template,
    templates: &BTreeMap<PersonId, Vec<Template>>,
    rate: Rate,
) -> Vec<Near> {
    let mean = |own: &Vec<Template>| Template::mean(own).map(|mean| face.cosine(&mean));
    let one = |(person, own): (&PersonId, &Vec<Template>)| {
        let score = mean(own)?;
        Some(Near {
            person: *person,
            name: person.to_string(),
            images: own.len(),
            score,
            threshold: threshold::identification(templates.len(), own.len(), rate.of_each_look()),
            strangers: threshold::false_identifications(templates.len(), own.len(), 1.0, score),
        })
    };
    let mut near: Vec<Near> = templates.iter().filter_map(one).collect();
    near.sort_by(|a, b| b.score.total_cmp(&a.score));
    near.truncate(TOLD);
    near
}

/// Puts the names of people in place of their identities.
async fn name(store: &impl People, near: impl Iterator<Item = &mut Near>) -> Result<()> {
    let near: Vec<&mut Near> = near.collect();
    let ids: BTreeSet<PersonId> = near.iter().map(|near| near.person).collect();
    let people = store
        .people_of(&ids.into_iter().collect::<Vec<_>>())
        .await?;
    let names: BTreeMap<PersonId, String> =
        people.into_iter().map(|one| (one.id, one.name)).collect();
    for near in near {
        if let Some(name) = names.get(&near.person) {
            near.name.clone_from(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(strangers: f32) -> Near {
        Near {
            person: PersonId(uuid::Uuid::nil()),
            name: "Ada".to_owned(),
            images: 3,
            score: 0.951,
            threshold: 0.945,
            strangers,
        }
    }

    #[test]
    fn a_score_is_told_with_how_often_a_stranger_reaches_it() {
        let told = near(0.004).to_string();
        assert!(told.starts_with("Ada: 0.951, alike (needs 0.945"), "{told}");
        assert!(
            told.ends_with("1 stranger in 250 comes as close to somebody here"),
            "{told}"
        );
    }

    #[test]
    fn rates_beyond_what_was_measured_are_told_as_bounds() {
        assert!(
            near(0.6)
                .to_string()
                .contains("more than 1 stranger in 10 ")
        );
        assert!(
            near(1e-7)
                .to_string()
                .contains("fewer than 1 stranger in 10,000")
        );
    }
}

//! Models a site brings: where they are kept, how they come there, and what an engine is made of.

mod fetch;
mod package;
mod shelf;
pub mod shipped;

pub use fetch::fetch;
pub use shelf::{Consent, Shelf};

use crate::config::{Config, Vision};
use anyhow::{Context, Result, bail};
use vision::liveness::SpoofRule;
use vision::models::{Card, Kind, Model};
use vision::{Edition, ModelId, Runtime, Setup};

/// Name of the embedded detector.
pub const BLAZEFACE: &str = "blazeface";
/// Name of the embedded embedder.
pub const FACE_API: &str = "face-api";

/// The runtime that the configuration asks for; says in the log which it is and why.
pub fn runtime(vision: &Vision) -> Runtime {
    let (runtime, why) = Runtime::choose(&vision.onnx_runtime);
    match why {
        None => tracing::info!(%runtime, "recognition runs on"),
        Some(why) => tracing::info!(%runtime, %why, "recognition runs on"),
    }
    runtime
}

/// What an engine is made of by the configuration.
///
/// # Errors
/// When a model that is asked for was not added, or its file was changed.
pub fn setup(config: &Config) -> Result<Setup> {
    let shelf = Shelf::of(&config.data_dir);
    Ok(Setup {
        runtime: runtime(&config.vision),
        detector: chosen(
            &shelf,
            "vision.detector",
            &config.vision.detector,
            BLAZEFACE,
        )?,
        embedder: chosen(&shelf, "vision.embedder", &config.vision.embedder, FACE_API)?,
        edition: Edition::default(),
        spoof: spoof_cards(config)?
            .iter()
            .map(|card| shelf.load(&card.name))
            .collect::<Result<_>>()?,
    })
}

/// The cards of the spoof models by the configuration. Their files are not read.
///
/// # Errors
/// When one was not added, is named twice, or is a model of another kind.
fn spoof_cards(config: &Config) -> Result<Vec<Card>> {
    const SETTING: &str = "vision.spoof";
    let shelf = Shelf::of(&config.data_dir);
    let names = &config.vision.spoof;
    let mut cards: Vec<Card> = Vec::with_capacity(names.len());
    for name in names {
        let card = shelf.card(name).with_context(|| unknown(SETTING, name))?;
        if card.kind != Kind::Spoof {
            bail!("{SETTING} names {name}, which is a model of another kind");
        }
        if cards.iter().any(|other| other.name == card.name) {
            bail!("{SETTING} names {name} twice");
        }
        cards.push(card);
    }
    Ok(cards)
}

/// What the scores of the spoof models come to by the configuration; `None` where it names none.
///
/// # Errors
/// As [`setup`].
pub fn spoof_rule(config: &Config) -> Result<Option<SpoofRule>> {
    let cards = spoof_cards(config)?;
    Ok(SpoofRule::of(&cards, config.vision.spoof_establishes))
}

/// The spoof models by the configuration, each with the identity of what its score follows from: those of a worker have to
/// be the same.
///
/// # Errors
/// As [`setup`].
pub fn spoof_ids(config: &Config) -> Result<Vec<String>> {
    let cards = spoof_cards(config)?.into_iter();
    let ids = cards.map(|card| format!("{} ({})", card.name, card.model_id()));
    Ok(ids.collect())
}

/// Which model makes the templates by the configuration. Its file is not read.
///
/// # Errors
/// When it was not added.
pub fn embedder(config: &Config) -> Result<ModelId> {
    let name = &config.vision.embedder;
    if name == FACE_API {
        return Ok(ModelId::FACE_API);
    }
    let card = Shelf::of(&config.data_dir).card(name);
    let card = card.with_context(|| unknown("vision.embedder", name))?;
    Ok(card.model_id())
}

/// An embedder as an engine gets it.
pub struct Embedding {
    /// The model that makes its templates.
    pub model: ModelId,
    /// Its file; `None` for the embedded one.
    pub own: Option<Model>,
    /// Of the embedded one.
    pub edition: Edition,
}

impl Embedding {
    fn embedded(model: ModelId, edition: Edition) -> Self {
        Self {
            model,
            own: None,
            edition,
        }
    }
}

/// The embedder with this identity, if it is embedded or was added. A model that is wrong is passed over.
///
/// # Errors
/// When the folder of models cannot be read, or the file of this one.
pub fn embedder_by_id(config: &Config, id: &str) -> Result<Option<Embedding>> {
    for (model, edition) in [
        (ModelId::FACE_API, Edition::Second),
        (ModelId::FACE_API_FIRST, Edition::First),
    ] {
        if id == model.to_string() {
            return Ok(Some(Embedding::embedded(model, edition)));
        }
    }
    let shelf = Shelf::of(&config.data_dir);
    for (name, kept) in shelf.list()? {
        let card = match kept {
            Ok(kept) => kept.card,
            Err(error) => {
                tracing::warn!(name, error = format!("{error:#}"), "a model is wrong");
                continue;
            }
        };
        let model = card.model_id();
        if card.kind == Kind::Embedder && model.to_string() == id {
            return Ok(Some(Embedding {
                model,
                own: Some(shelf.load(&name)?),
                edition: Edition::default(),
            }));
        }
    }
    Ok(None)
}

fn unknown(setting: &str, name: &str) -> String {
    format!("{setting} is {name}: see `gatebook models list`")
}

/// The model called `name`; `None` for the embedded one.
fn chosen(shelf: &Shelf, setting: &str, name: &str, embedded: &str) -> Result<Option<Model>> {
    if name == embedded {
        return Ok(None);
    }
    let model = shelf.load(name).with_context(|| unknown(setting, name))?;
    let wanted = if embedded == BLAZEFACE {
        Kind::Yunet
    } else {
        Kind::Embedder
    };
    if model.card.kind != wanted {
        bail!("{setting} is {name}, which is a model of another kind");
    }
    Ok(Some(model))
}

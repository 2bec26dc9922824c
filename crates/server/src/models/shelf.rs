//! The folder of models in the data directory: `models/NAME/` with the card, the file and the consent.

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::{fs, io};
use vision::models::{Card, Model};

const CARD: &str = "card.toml";
const FILE: &str = "model.onnx";
const CONSENT: &str = "consent.json";

/// That somebody agreed to a model's licence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Consent {
    /// The licence, as the card had it.
    pub licence: String,
    /// When.
    pub at: Timestamp,
    /// How: asked, or by `--yes`.
    pub how: String,
}

/// A model on the shelf.
pub struct Kept {
    /// Its card.
    pub card: Card,
    /// Who agreed to its licence; models put there by hand have none.
    pub consent: Option<Consent>,
}

/// Models that were added.
pub struct Shelf(PathBuf);

impl Shelf {
    /// The models of a site.
    pub fn of(data_dir: &Path) -> Self {
        Self(data_dir.join("models"))
    }

    /// All models by the names of their folders, or what is wrong with one. What has no card is no model.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> Result<Vec<(String, Result<Kept>)>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e).context(self.0.display().to_string()),
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| !name.starts_with('.') && self.0.join(name).join(CARD).is_file())
            .collect();
        names.sort();
        let kept = names.into_iter().map(|name| {
            let kept = self.kept(&name);
            (name, kept)
        });
        Ok(kept.collect())
    }

    fn kept(&self, name: &str) -> Result<Kept> {
        let consent = fs::read(self.0.join(name).join(CONSENT));
        Ok(Kept {
            card: self.card(name)?,
            consent: consent
                .ok()
                .and_then(|json| serde_json::from_slice(&json).ok()),
        })
    }

    /// Where the card of a model lies.
    fn path(&self, name: &str) -> Result<PathBuf> {
        // A name is a folder here: one that is not plain leads elsewhere.
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let path = self.0.join(name).join(CARD);
        if name.is_empty() || !name.chars().all(plain) || !path.is_file() {
            bail!("there is no model {name:?} here");
        }
        Ok(path)
    }

    /// The card of a model.
    ///
    /// # Errors
    /// When there is none of this name, or it cannot be read.
    pub fn card(&self, name: &str) -> Result<Card> {
        let path = self.path(name)?;
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let card = Card::read(&text).with_context(|| path.display().to_string())?;
        if card.name != name {
            bail!("{} is the card of {}", path.display(), card.name);
        }
        Ok(card)
    }

    /// A model with its file, which is hashed.
    ///
    /// # Errors
    /// When there is none of this name, or its file was changed.
    pub fn load(&self, name: &str) -> Result<Model> {
        let card = self.card(name)?;
        let path = self.0.join(name).join(FILE);
        let file = fs::read(&path).with_context(|| path.display().to_string())?;
        Ok(Model::new(card, file)?)
    }

    /// Keeps a model. It appears whole or not at all.
    ///
    /// # Errors
    /// When there is one of this name already, or the folder cannot be written.
    pub fn add(&self, card: &str, model: &Model, file: &[u8], consent: &Consent) -> Result<()> {
        let place = self.0.join(&model.card.name);
        if place.exists() {
            bail!(
                "there is a model {} already: `gatebook models remove {0}` takes it away",
                model.card.name
            );
        }
        fs::create_dir_all(&self.0)?;
        let incoming = tempfile::Builder::new()
            .prefix(".incoming-")
            .tempdir_in(&self.0)?;
        let write = |name: &str, bytes: &[u8]| -> io::Result<()> {
            let path = incoming.path().join(name);
            fs::write(&path, bytes)?;
            fs::File::open(&path)?.sync_all()
        };
        write(CARD, card.as_bytes())?;
        write(FILE, file)?;
        write(CONSENT, &serde_json::to_vec_pretty(consent)?)?;
        fs::rename(incoming.keep(), &place).with_context(|| place.display().to_string())?;
        Ok(())
    }

    /// Takes a model away, also one whose card is wrong.
    ///
    /// # Errors
    /// When there is none of this name or it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<()> {
        self.path(name)?;
        let place = self.0.join(name);
        fs::remove_dir_all(&place).with_context(|| place.display().to_string())
    }
}

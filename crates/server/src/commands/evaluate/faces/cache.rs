//! Templates kept between two runs, so that other figures of the same photographs cost no second hour.

use super::measure::Image;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use vision::ModelId;

/// Changes whenever what is kept, or how a face is laid on its chip, changes.
const FORM: &str = "gatebook-faces-1";

/// What is kept; nothing where no file is named.
pub struct Cache {
    file: Option<PathBuf>,
    kept: Kept,
}

#[derive(Serialize, Deserialize, Default)]
struct Kept {
    form: String,
    model: String,
    /// By name, with the SHA-256 of the photograph; `None`: it shows no face.
    images: HashMap<String, ([u8; 32], Option<Image>)>,
}

impl Cache {
    /// Reads the file, where there is one of this model; else begins anew.
    pub fn open(file: Option<&Path>, model: ModelId) -> Self {
        let model = model.to_string();
        let bytes = file.and_then(|file| std::fs::read(file).ok());
        let kept = bytes.and_then(|bytes| postcard::from_bytes::<Kept>(&bytes).ok());
        let fits = |kept: &Kept| kept.form == FORM && kept.model == model;
        let kept = kept.filter(fits).unwrap_or_else(|| Kept {
            form: FORM.into(),
            model,
            images: HashMap::new(),
        });
        Self {
            file: file.map(Path::to_owned),
            kept,
        }
    }

    /// What is kept of a photograph, if it is still the same.
    pub fn get(&self, name: &str, bytes: &[u8]) -> Option<Option<Image>> {
        let (digest, image) = self.kept.images.get(name)?;
        (*digest == <[u8; 32]>::from(Sha256::digest(bytes))).then(|| image.clone())
    }

    /// Keeps what came of a photograph.
    pub fn put(&mut self, name: &str, bytes: &[u8], image: Option<&Image>) {
        if self.file.is_some() {
            let digest = Sha256::digest(bytes).into();
            self.kept
                .images
                .insert(name.into(), (digest, image.cloned()));
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let bytes = postcard::to_stdvec(&self.kept)?;
        std::fs::write(file, bytes).with_context(|| file.display().to_string())
    }
}

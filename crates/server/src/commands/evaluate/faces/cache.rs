//! Templates kept between two runs, so that other figures of the same photographs cost no second hour.

use super::measure::Image;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Changes whenever what is kept, or how a face is laid on its chip, changes.
const FORM: &str = "gatebook-faces-3";

/// SHA-256 of a photograph.
pub type Hash = [u8; 32];

/// The hash of a photograph's bytes.
pub fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// What describes photographs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Maker {
    /// What finds faces.
    pub detector: String,
    /// What makes templates.
    pub embedder: String,
    /// What runs both: templates are the same with another one, times are not.
    pub runtime: String,
}

/// What is kept; nothing where no file is named.
pub struct Cache {
    file: Option<PathBuf>,
    kept: Kept,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    form: String,
    maker: Maker,
    /// By name; `None`: it shows no face.
    images: HashMap<String, (Hash, Option<Image>)>,
}

impl Cache {
    /// Reads the file, where there is one of these models; else begins anew.
    pub fn open(file: Option<&Path>, maker: Maker) -> Self {
        let bytes = file.and_then(|file| std::fs::read(file).ok());
        let kept = bytes.and_then(|bytes| postcard::from_bytes::<Kept>(&bytes).ok());
        Self {
            file: file.map(Path::to_owned),
            kept: Kept::of(maker, kept),
        }
    }

    /// What is kept of a photograph, if it is still the same.
    pub fn get(&self, name: &str, hash: &Hash) -> Option<Option<Image>> {
        let (known, image) = self.kept.images.get(name)?;
        (known == hash).then(|| image.clone())
    }

    /// Keeps what came of a photograph.
    pub fn put(&mut self, name: &str, hash: Hash, image: Option<&Image>) {
        if self.file.is_some() {
            let kept = (hash, image.cloned());
            self.kept.images.insert(name.into(), kept);
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

impl Kept {
    /// What of `before` is as if `maker` had made it.
    fn of(maker: Maker, before: Option<Self>) -> Self {
        let fits = |kept: &Self| {
            let models = |maker: &Maker| (maker.detector.clone(), maker.embedder.clone());
            kept.form == FORM && models(&kept.maker) == models(&maker)
        };
        let before = before.filter(fits);
        let timed = before.as_ref().is_some_and(|kept| kept.maker == maker);
        let mut images = before.map(|kept| kept.images).unwrap_or_default();
        if !timed {
            let described = images.values_mut().filter_map(|(_, image)| image.as_mut());
            described.for_each(|image| image.times = None);
        }
        Self {
            form: FORM.into(),
            maker,
            images,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vision::{ModelId, Rect, Template};

    #[test]
    fn templates_serve_another_runtime_without_their_times_and_another_model_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("templates.bin");
        let maker = |detector: &str, runtime: &str| Maker {
            detector: detector.into(),
            embedder: "mine".into(),
            runtime: runtime.into(),
        };
        let template = Template::new(ModelId::FACE_API, vec![1.0, 0.0]).unwrap();
        let image = Image {
            person: 0,
            single: template.clone(),
            mirrored: template.clone(),
            enrolled: template,
            bounds: Rect::default(),
            times: Some([1.0; 7]),
        };
        let mut cache = Cache::open(Some(&file), maker("one", "tract"));
        cache.put("a.jpg", hash(b"a"), Some(&image));
        cache.write().unwrap();
        let times = |maker: Maker| {
            let kept = Cache::open(Some(&file), maker).get("a.jpg", &hash(b"a"));
            kept.map(|image| image.unwrap().times)
        };
        assert_eq!(times(maker("one", "tract")), Some(Some([1.0; 7])));
        assert_eq!(times(maker("one", "another")), Some(None));
        assert_eq!(times(maker("other", "tract")), None);
        let changed = Cache::open(Some(&file), maker("one", "tract"));
        assert!(changed.get("a.jpg", &hash(b"b")).is_none());
    }
}

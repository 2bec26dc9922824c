//! Where the pictures beside a card file come from: a folder, an upload, or memory.

use api::ports::{CardPictures, Spool};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Result, StoreError};

/// Largest picture that is read, in bytes: what recognition takes at most.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The files of a folder.
pub struct Folder(PathBuf);

impl Folder {
    /// The files of `folder`; without one, there are none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(folder: Option<&Path>) -> std::io::Result<Arc<dyn CardPictures>> {
        let Some(folder) = folder else {
            return Ok(Arc::new(InMemory::default()));
        };
        std::fs::read_dir(folder)?;
        Ok(Arc::new(Self(folder.to_owned())))
    }
}

#[async_trait]
impl CardPictures for Folder {
    async fn picture(&self, name: &str) -> Result<Option<Bytes>> {
        // A card names files, and nothing outside the folder.
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
            return Ok(None);
        }
        let path = self.0.join(name);
        aside(move || read(&path)).await
    }
}

fn read(path: &Path) -> Result<Option<Bytes>> {
    let what = |why: &dyn std::fmt::Display| StoreError::Engine(format!("its picture: {why}"));
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|error| what(&error))?,
    };
    let mut bytes = Vec::new();
    let mut start = file.take(LARGEST + 1);
    start
        .read_to_end(&mut bytes)
        .map_err(|error| what(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(what(&"larger than 16 MiB"));
    }
    Ok(Some(bytes.into()))
}

/// The pictures of an upload, sealed on disk until the import is done.
pub struct Spooled(Arc<storage::Spool>);

impl Spooled {
    /// Empty, under `root`.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub async fn open(root: PathBuf) -> Result<Self> {
        let spool = aside(move || storage::Spool::open(&root)).await?;
        Ok(Self(Arc::new(spool)))
    }
}

#[async_trait]
impl CardPictures for Spooled {
    async fn picture(&self, name: &str) -> Result<Option<Bytes>> {
        let (spool, name) = (self.0.clone(), name.to_owned());
        let picture = aside(move || spool.get(&name)).await?;
        Ok(picture.map(Bytes::from))
    }
}

#[async_trait]
impl Spool for Spooled {
    async fn put(&self, name: String, picture: Bytes) -> Result<()> {
        let spool = self.0.clone();
        aside(move || spool.put(&name, &picture)).await
    }
}

/// Pictures that are there already.
#[derive(Default)]
pub struct InMemory(pub HashMap<String, Bytes>);

#[async_trait]
impl CardPictures for InMemory {
    async fn picture(&self, name: &str) -> Result<Option<Bytes>> {
        Ok(self.0.get(name).cloned())
    }
}

/// On a thread that may wait for a disk.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Engine(error.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_card_names_files_of_its_folder_and_of_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("card");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(dir.path().join("secret"), "x").unwrap();
        std::fs::write(folder.join("7_08:00:00.jpg"), "picture").unwrap();
        let pictures = Folder::open(Some(&folder)).unwrap();
        let found = pictures.picture("7_08:00:00.jpg").await.unwrap();
        assert_eq!(found.unwrap(), "picture");
        for name in ["../secret", "", ".", "..", "8.jpg"] {
            assert_eq!(pictures.picture(name).await.unwrap(), None);
        }
    }
}

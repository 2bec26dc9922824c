//! Files that are kept for the length of one piece of work, sealed under a key that is nowhere
//! but in memory.

use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

use store::{Result, StoreError};
use uuid::Uuid;

use crate::seal::Sealer;
use crate::{DataDir, SiteKey};

/// Named files on disk. They go when the spool is dropped; what a crash leaves can be read by
/// nobody, and [`Spool::clear`] removes it at the next start.
pub struct Spool {
    folder: PathBuf,
    sealer: Sealer,
    /// The number of each file, which is its name on disk.
    numbers: Mutex<HashMap<String, u64>>,
}

impl Spool {
    /// Where spools are, in a data directory.
    #[must_use]
    pub fn root(dir: &DataDir) -> PathBuf {
        dir.path().join("incoming")
    }

    /// Removes what earlier processes left under `root`.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if the folder cannot be removed.
    pub fn clear(root: &Path) -> Result<()> {
        match fs::remove_dir_all(root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(explain(&error)),
            _ => Ok(()),
        }
    }

    /// An empty spool under `root`.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Engine`] if its folder cannot be made.
    pub fn open(root: &Path) -> Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| StoreError::Engine(error.to_string()))?;
        let folder = root.join(Uuid::new_v4().to_string());
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        made.map_err(|error| explain(&error))?;
        Ok(Self {
            folder,
            sealer: Sealer::new(&SiteKey::from_bytes(key), "spool"),
            numbers: Mutex::default(),
        })
    }

    /// Keeps a file; one of the same name before it is replaced.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Engine`] if it cannot be written.
    pub fn put(&self, name: &str, content: &[u8]) -> Result<()> {
        let number = {
            let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
            let next = numbers.len() as u64;
            *numbers.entry(name.to_owned()).or_insert(next)
        };
        let sealed = self.sealer.seal(&number.to_be_bytes(), content)?;
        fs::write(self.path(number), sealed).map_err(|error| explain(&error))
    }

    /// The file of that name.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if it cannot be read, [`StoreError::Unsealable`] if it was changed.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(number) = numbers.get(name).copied() else {
            return Ok(None);
        };
        drop(numbers);
        let sealed = fs::read(self.path(number)).map_err(|error| explain(&error))?;
        self.sealer.open(&number.to_be_bytes(), &sealed).map(Some)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(number.to_string())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "files of an upload stay until the next start");
        }
    }
}

fn explain(error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Engine(format!("files of an upload: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(root: &Path) -> Vec<PathBuf> {
        let folders = fs::read_dir(root).unwrap().flatten();
        folders
            .flat_map(|folder| fs::read_dir(folder.path()).unwrap().flatten())
            .map(|file| file.path())
            .collect()
    }

    #[test]
    fn a_file_is_read_back_by_its_name_whatever_that_is_and_goes_with_the_spool() {
        let root = tempfile::tempdir().unwrap();
        let spool = Spool::open(root.path()).unwrap();
        spool.put("../../1.jpg", b"a face").unwrap();
        spool.put("2.jpg", b"first").unwrap();
        spool.put("2.jpg", b"second").unwrap();
        assert_eq!(spool.get("../../1.jpg").unwrap().unwrap(), b"a face");
        assert_eq!(spool.get("2.jpg").unwrap().unwrap(), b"second");
        assert_eq!(spool.get("3.jpg").unwrap(), None);
        assert_eq!(files(root.path()).len(), 2);
        drop(spool);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_on_disk_shows_what_is_kept_and_a_crash_leaves_nothing_after_a_start() {
        let root = tempfile::tempdir().unwrap();
        let spool = Spool::open(root.path()).unwrap();
        spool.put("1.jpg", b"somebody's face").unwrap();
        std::mem::forget(spool);
        let left = files(root.path());
        let bytes = fs::read(&left[0]).unwrap();
        assert!(!bytes.windows(4).any(|part| part == b"face"));
        Spool::clear(root.path()).unwrap();
        assert!(!root.path().exists());
    }
}

//! The data directory, held by one process at a time.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use store::{Result, StoreError};

use crate::SiteKey;
use crate::site_key::sync_parent;

/// Stands in a data directory that is being restored.
const RESTORING: &str = "restore.incomplete";

/// A data directory that this process holds. The hold ends when the last clone of what was
/// opened from it is dropped, and with the process, however that ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    key: SiteKey,
    lock: std::sync::Arc<File>,
}

impl DataDir {
    /// Takes hold of the data directory at `path`, which is made if need be, and reads its site
    /// key. A new site gets a new key; a database without its key is refused, since a new
    /// key would open nothing in it.
    ///
    /// # Errors
    /// [`StoreError::InUseElsewhere`] if another process holds it; otherwise as
    /// [`SiteKey::read`] and [`SiteKey::create`].
    pub fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).map_err(|error| explain(path, &error))?;
        make_private(&path.join("keys"))?;
        let lock = hold(&path.join("gatebook.lock"))?;
        if path.join(RESTORING).exists() {
            return Err(StoreError::Damaged(format!(
                "a restore into {} was interrupted; remove what is there and restore again",
                path.display()
            )));
        }
        let key = site_key(path)?;
        Ok(Self {
            path: path.to_owned(),
            key,
            lock: std::sync::Arc::new(lock),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The site key, for whatever else has to be derived from it.
    #[must_use]
    pub const fn site_key(&self) -> &SiteKey {
        &self.key
    }

    /// The folder of the keys, for its owner only. Copies of it belong elsewhere than copies of
    /// the rest.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        Self::database_in(&self.path)
    }

    /// The database file of the data directory at `path`, for whoever reads it without a hold.
    pub(crate) fn database_in(path: &Path) -> PathBuf {
        path.join("gatebook.db")
    }

    /// The pictures of the data directory at `path`, for whoever reads them without a hold.
    pub(crate) fn pictures_in(path: &Path) -> PathBuf {
        path.join("pictures")
    }

    /// From now on nobody opens it, until [`DataDir::end_restoring`].
    pub(crate) fn begin_restoring(&self) -> Result<()> {
        let mark = self.path.join(RESTORING);
        let made = File::create(&mark).and_then(|mark| mark.sync_all());
        made.and_then(|()| sync_parent(&mark))
            .map_err(|error| explain(&mark, &error))
    }

    /// It is whole.
    pub(crate) fn end_restoring(&self) -> Result<()> {
        let mark = self.path.join(RESTORING);
        fs::remove_file(&mark)
            .and_then(|()| sync_parent(&mark))
            .map_err(|error| explain(&mark, &error))
    }

    /// The folder of the pictures.
    #[must_use]
    pub fn pictures(&self) -> PathBuf {
        Self::pictures_in(&self.path)
    }

    /// A share in the hold.
    pub(crate) fn lock(&self) -> std::sync::Arc<File> {
        std::sync::Arc::clone(&self.lock)
    }
}

fn make_private(folder: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| explain(folder, &error))
}

fn hold(path: &Path) -> Result<File> {
    let file = File::create(path).map_err(|error| explain(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUseElsewhere),
        Err(TryLockError::Error(error)) => Err(explain(path, &error)),
    }
}

fn site_key(dir: &Path) -> Result<SiteKey> {
    let path = dir.join("keys").join("site.key");
    match SiteKey::read(&path) {
        Err(StoreError::NotFound { .. }) if dir.join("gatebook.db").exists() => {
            Err(StoreError::Damaged(format!(
                "{} is missing; put back the copy of it that belongs to this database",
                path.display()
            )))
        }
        Err(StoreError::NotFound { .. }) => SiteKey::create(&path),
        other => other,
    }
}

fn explain(path: &Path, error: &std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full;
    }
    StoreError::Engine(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_hold_on_one_directory_is_refused_until_the_first_ends() {
        let dir = tempfile::tempdir().unwrap();
        let first = DataDir::open(dir.path()).unwrap();
        let second = DataDir::open(dir.path());
        assert!(matches!(second, Err(StoreError::InUseElsewhere)));
        drop(first);
        DataDir::open(dir.path()).unwrap();
    }

    #[test]
    fn what_an_interrupted_restore_left_is_opened_by_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let held = DataDir::open(dir.path()).unwrap();
        held.begin_restoring().unwrap();
        drop(held);
        let refused = DataDir::open(dir.path()).unwrap_err();
        assert!(refused.to_string().contains("restore again"), "{refused}");
    }

    #[test]
    fn a_database_without_its_key_is_refused_and_gets_no_new_one() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("gatebook.db"), "").unwrap();
        let refused = DataDir::open(dir.path());
        assert!(matches!(refused, Err(StoreError::Damaged(_))));
        assert!(!dir.path().join("keys/site.key").exists());
    }
}

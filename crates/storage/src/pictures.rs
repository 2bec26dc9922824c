//! Pictures as sealed files, apart from the database.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use model::PictureId;
use store::{Pictures, Result, StoreError};
use uuid::Uuid;

use crate::seal::Sealer;
use crate::site_key::sync_parent;
use crate::{DataDir, SqlStore};

/// A file that no row names yet may be about to be named: it is an orphan only when this old.
const SETTLED: Duration = Duration::from_secs(60 * 60);

/// Pictures in `pictures/aa/bb/<id>`, where `aa` and `bb` are the last digits of the identity.
#[derive(Clone)]
pub struct PictureFiles(Arc<Inner>);

struct Inner {
    root: PathBuf,
    sealer: Sealer,
    _lock: Arc<File>,
}

impl PictureFiles {
    /// Opens the pictures of a data directory and removes what an interrupted write left.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Engine`] if the folder cannot be written.
    pub fn open(dir: &DataDir) -> Result<Self> {
        let root = dir.pictures();
        let drafts = root.join("new");
        match fs::remove_dir_all(&drafts) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(explain(&error)),
            _ => fs::create_dir_all(&drafts).map_err(|error| explain(&error))?,
        }
        let sealer = Sealer::new(dir.site_key(), "pictures");
        let _lock = dir.lock();
        Ok(Self(Arc::new(Inner {
            root,
            sealer,
            _lock,
        })))
    }

    /// Removes the files that no row of `store` names and that are old enough never to be named.
    /// Returns how many went.
    ///
    /// # Errors
    /// As the store, and [`StoreError::Engine`] if the folder cannot be read.
    pub async fn sweep(&self, store: &SqlStore) -> Result<u64> {
        let before = SystemTime::now() - SETTLED;
        let old = self.blocking(move |inner| inner.older_than(before)).await?;
        let mut removed = 0;
        for chunk in old.chunks(500) {
            for orphan in store.unnamed_pictures(chunk).await? {
                self.remove(orphan).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Files are written and read on threads that may wait for a disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|error| StoreError::Engine(error.to_string()))?
    }
}

#[async_trait]
impl Pictures for PictureFiles {
    async fn put(&self, jpeg: &[u8]) -> Result<PictureId> {
        let jpeg = jpeg.to_vec();
        self.blocking(move |inner| inner.put(&jpeg)).await
    }

    async fn get(&self, id: PictureId) -> Result<Option<Vec<u8>>> {
        self.blocking(move |inner| inner.get(id)).await
    }

    async fn remove(&self, id: PictureId) -> Result<()> {
        self.blocking(move |inner| inner.remove(id)).await
    }
}

impl Inner {
    /// Durable before it has its name: content first, then the name, then the folder.
    fn put(&self, jpeg: &[u8]) -> Result<PictureId> {
        let id = PictureId(Uuid::new_v4());
        let sealed = self.sealer.seal(id.0.as_bytes(), jpeg)?;
        let draft = self.root.join("new").join(id.to_string());
        let kept = self.write(&draft, &self.path(id), &sealed);
        if kept.is_err() {
            // The space is given back; what cannot be removed now goes at the next start.
            let _ = fs::remove_file(&draft);
        }
        kept.map_err(|error| explain(&error))?;
        Ok(id)
    }

    fn write(&self, draft: &Path, path: &Path, sealed: &[u8]) -> io::Result<()> {
        let mut file = File::create_new(draft)?;
        file.write_all(sealed)?;
        file.sync_all()?;
        self.make_folder_of(path)?;
        fs::rename(draft, path)?;
        sync_parent(path)
    }

    /// New folders are made durable in their own parents.
    fn make_folder_of(&self, path: &Path) -> io::Result<()> {
        let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) else {
            return Ok(());
        };
        fs::create_dir_all(folder)?;
        sync_parent(folder)?;
        folder.parent().map_or(Ok(()), sync_parent)
    }

    fn get(&self, id: PictureId) -> Result<Option<Vec<u8>>> {
        match fs::read(self.path(id)) {
            Ok(sealed) => self.sealer.open(id.0.as_bytes(), &sealed).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(explain(&error)),
        }
    }

    fn remove(&self, id: PictureId) -> Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(explain(&error)),
            _ => Ok(()),
        }
    }

    fn path(&self, id: PictureId) -> PathBuf {
        place(&self.root, id)
    }

    fn older_than(&self, before: SystemTime) -> Result<Vec<PictureId>> {
        let mut found = Vec::new();
        for outer in folders(&self.root)? {
            for inner in folders(&outer)? {
                for file in fs::read_dir(inner)
                    .map_err(|error| explain(&error))?
                    .flatten()
                {
                    let id = file.file_name().to_str().and_then(|name| name.parse().ok());
                    let changed = file.metadata().and_then(|meta| meta.modified());
                    if changed.is_ok_and(|at| at < before) {
                        found.extend(id.map(PictureId));
                    }
                }
            }
        }
        Ok(found)
    }
}

/// Where the file of a picture is below `root`.
pub(crate) fn place(root: &Path, id: PictureId) -> PathBuf {
    let [.., a, b] = id.0.into_bytes();
    let folder = root.join(format!("{b:02x}")).join(format!("{a:02x}"));
    folder.join(id.to_string())
}

fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path).map_err(|error| explain(&error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.is_dir()).collect())
}

fn explain(error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Engine(format!("pictures: {error}")),
    }
}

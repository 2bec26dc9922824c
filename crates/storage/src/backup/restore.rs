//! Checking a backup, and making a site of it.

use std::fs;
use std::path::{Path, PathBuf};

use model::PictureId;
use sha2::{Digest, Sha256};
use store::{Result, StoreError};

use super::files::{copied, make_folder, sum_of, sync_folder};
use super::pictures::list;
use super::{FORMAT, MANIFEST, Manifest, Progress, SEAL, SUMS, explain, take};
use crate::engine::postgres::ServerAddress;
use crate::pictures::place;
use crate::sql::{Filling, TABLES, schema};
use crate::{DataDir, Sealer, SiteKey};

/// A complete backup.
#[derive(Clone, Debug)]
pub struct Backup {
    path: PathBuf,
    manifest: Manifest,
}

/// What a restored site lacks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Restored {
    /// Pictures that came back.
    pub pictures: u64,
    /// Pictures that are not in the backup any more.
    pub missing: Vec<PictureId>,
    /// Pictures that were changed since the backup was taken; they were left there.
    pub changed: Vec<PictureId>,
}

/// Reads the manifest in a folder.
pub(super) fn manifest_of(path: &Path) -> Result<Manifest> {
    let file = path.join(MANIFEST);
    let text = fs::read(&file).map_err(|error| explain(&file, &error))?;
    serde_json::from_slice(&text)
        .map_err(|error| StoreError::Damaged(format!("{} does not read: {error}", file.display())))
}

impl Backup {
    /// Looks at the backup in the folder `path`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no complete one, [`StoreError::Damaged`] if its manifest does not
    /// read or was written by another version than this program can bring back.
    pub fn open(path: &Path) -> Result<Self> {
        let manifest = manifest_of(path)?;
        let Manifest {
            format, gatebook, ..
        } = &manifest;
        if *format != FORMAT || manifest.schema != schema() {
            let why = format!(
                "this backup was taken by Gatebook {gatebook}, whose tables are others: restore it with \
                 that version, then upgrade"
            );
            return Err(StoreError::Damaged(why));
        }
        Ok(Self {
            path: path.to_owned(),
            manifest,
        })
    }

    /// What is in it.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its keys, where it holds them.
    #[must_use]
    pub fn keys(&self) -> Option<PathBuf> {
        let keys = self.path.join("keys");
        keys.join("site.key").exists().then_some(keys)
    }

    /// Proves that manifest, tables and the list of pictures are what was written under `key`.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] if the manifest was changed or the key is another site's,
    /// [`StoreError::Damaged`] naming the file that was changed, [`StoreError::NotFound`] naming one that is
    /// missing.
    pub fn check(&self, key: &SiteKey, progress: &Progress<'_>) -> Result<()> {
        let read = |name: &str| {
            let file = self.path.join(name);
            fs::read(&file).map_err(|error| explain(&file, &error))
        };
        let sealed = Sealer::new(key, "backup").open(b"manifest", &read(SEAL)?)?;
        if sealed != Sha256::digest(read(MANIFEST)?).as_slice() {
            return Err(changed(MANIFEST));
        }
        let tables = self.manifest.tables.iter();
        let mut files: Vec<(String, &str)> = tables
            .map(|table| (format!("tables/{}.copy", table.name), table.sha256.as_str()))
            .collect();
        files.push((SUMS.to_owned(), &self.manifest.pictures.sha256));
        let all = count(files.len());
        for (done, (name, sha256)) in files.iter().enumerate() {
            progress("files checked", count(done), all);
            if sum_of(&self.path.join(name))? != *sha256 {
                return Err(changed(name));
            }
        }
        progress("files checked", all, all);
        Ok(())
    }

    /// Makes a site of it in an empty data directory, with its database there or empty on a server. A
    /// process that is killed meanwhile leaves a data directory that nothing opens, and an empty
    /// database. Call [`Backup::check`] before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is something already, [`StoreError::Damaged`] if the rows do not come
    /// to what the manifest says, and as the engine.
    pub async fn restore(
        &self,
        dir: &DataDir,
        server: Option<&ServerAddress>,
        progress: &Progress<'_>,
    ) -> Result<Restored> {
        dir.begin_restoring()?;
        let restored = self.bring_pictures(&dir.pictures(), progress)?;
        let mut filling = Filling::begin(dir, server).await?;
        let all = self.manifest.tables.iter().map(|table| table.rows).sum();
        let mut done = 0;
        for (name, _) in TABLES {
            let table = self.manifest.tables.iter().find(|table| table.name == name);
            let table = table.ok_or_else(|| missing(name))?;
            let file = self.path.join("tables").join(format!("{name}.copy"));
            progress("rows", done, all);
            if filling.fill(name, &table.columns, &file).await? != table.rows {
                return Err(changed(&format!("tables/{name}.copy")));
            }
            done += table.rows;
        }
        let (entries, root) = filling.head().await?;
        if entries != self.manifest.entries || root.to_string() != self.manifest.root {
            let why = "the restored log has another root than the manifest says";
            return Err(StoreError::Damaged(why.to_owned()));
        }
        filling.done().await?;
        progress("rows", done, all);
        dir.end_restoring()?;
        Ok(restored)
    }

    fn bring_pictures(&self, to: &Path, progress: &Progress<'_>) -> Result<Restored> {
        let mut restored = Restored::default();
        let (from, all) = (self.path.join("pictures"), self.manifest.pictures.count);
        for (done, listed) in list(&self.path)?.enumerate() {
            let listed = listed?;
            let target = place(to, listed.id);
            target.parent().map_or(Ok(()), make_folder)?;
            match copied(&place(&from, listed.id), &target) {
                Ok(sum) if sum == listed.sha256 => restored.pictures += 1,
                Ok(_) => {
                    fs::remove_file(&target).map_err(|error| explain(&target, &error))?;
                    restored.changed.push(listed.id);
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    restored.missing.push(listed.id);
                }
                Err(error) => return Err(explain(&target, &error)),
            }
            target.parent().map_or(Ok(()), sync_folder)?;
            progress("pictures", count(done) + 1, all);
        }
        Ok(restored)
    }
}

/// Puts the keys of a backup, or those kept apart from it, into a data directory without any.
///
/// # Errors
/// [`StoreError::Conflict`] if there are keys already, and as the file system.
pub fn put_keys(from: &Path, data_dir: &Path) -> Result<()> {
    take::copy_keys(from, &data_dir.join("keys"))
}

fn changed(name: &str) -> StoreError {
    StoreError::Damaged(format!("{name} was changed since the backup was taken"))
}

fn missing(table: &str) -> StoreError {
    StoreError::Damaged(format!("the manifest does not name the table {table}"))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

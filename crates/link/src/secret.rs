//! Files that only their owner reads.

use crate::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes a secret that does not exist yet, readable by the owner alone, durably and whole: power
/// that fails in between leaves no half a key.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn write_secret(file: &Path, bytes: &[u8]) -> Result<()> {
    let draft = drafted(file, bytes)?;
    // Unlike a rename, a link never replaces what is there.
    let linked = fs::hard_link(&draft, file).map_err(Error::file(file));
    fs::remove_file(&draft).map_err(Error::file(&draft))?;
    linked?;
    settled(file)
}

/// Writes a file that may exist, otherwise like [`write_secret`].
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> Result<()> {
    let draft = drafted(file, bytes)?;
    fs::rename(&draft, file).map_err(Error::file(file))?;
    settled(file)
}

fn drafted(file: &Path, bytes: &[u8]) -> Result<std::path::PathBuf> {
    let draft = file.with_extension("draft");
    let write = || {
        let mut out = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        out.write_all(bytes)?;
        out.sync_all()
    };
    write().map_err(Error::file(file))?;
    Ok(draft)
}

fn settled(file: &Path) -> Result<()> {
    let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) else {
        return Ok(());
    };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(Error::file(folder))
}

/// Holds `folder` against other processes that change keys, until dropped.
pub(crate) fn alone_in(folder: &Path) -> Result<File> {
    let held = File::open(folder).map_err(Error::file(folder))?;
    held.lock().map_err(Error::file(folder))?;
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_is_never_overwritten_and_leaves_no_draft() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("k");
        write_secret(&file, b"one").unwrap();
        assert!(write_secret(&file, b"two").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"one");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_secret_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("k");
        write_secret(&file, b"one").unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

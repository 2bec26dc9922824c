//! The site key: 32 random bytes in a file outside the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use store::{Result, StoreError};

use crate::hex;

/// The key from which every other key of a site is derived.
#[derive(Clone)]
pub struct SiteKey([u8; 32]);

impl SiteKey {
    /// A key from 32 bytes drawn at random.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none, [`StoreError::Damaged`] if it is no key file,
    /// [`StoreError::Engine`] if it cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::NotFound {
                what: format!("the site key {}", path.display()),
            },
            _ => unusable(path, &error),
        })?;
        let key = hex::read(text.trim().as_bytes())
            .and_then(|key| key.try_into().ok())
            .ok_or_else(|| StoreError::Damaged(format!("{} is not a site key", path.display())))?;
        if readable_by_others(path) {
            tracing::warn!(file = %path.display(), "the site key is readable by other users; chmod 600 it");
        }
        Ok(Self(key))
    }

    /// Draws a key and keeps it in a new file of mode 0600. A file that exists is never touched:
    /// the key becomes visible under its name complete and durable, or not at all.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the file exists, [`StoreError::Full`] or
    /// [`StoreError::Engine`] if it cannot be written.
    pub fn create(path: &Path) -> Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| StoreError::Engine(error.to_string()))?;
        let draft = path.with_extension("new");
        let written = write_new(&draft, &key).and_then(|()| fs::hard_link(&draft, path));
        let removed = fs::remove_file(&draft);
        written.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Conflict {
                what: format!("the site key {}", path.display()),
            },
            _ => unusable(path, &error),
        })?;
        removed
            .and_then(|()| sync_parent(path))
            .map_err(|error| unusable(path, &error))?;
        Ok(Self(key))
    }

    /// A key of its own for each purpose: HKDF-Expand of RFC 5869 with one block, the site key
    /// being uniformly random already.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mac = keyed(&self.0).chain_update("gatebook/1/");
        mac.chain_update(purpose)
            .chain_update([1])
            .finalize()
            .into_bytes()
            .into()
    }
}

impl std::fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteKey(..)")
    }
}

/// HMAC-SHA-256 under `key`.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // A key shorter than the hash's block is padded with zeros (RFC 2104, section 2).
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    <Hmac<Sha256> as Mac>::new(&block.into())
}

fn write_new(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    // A draft left behind by a power cut was never linked, so no row was sealed with it.
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{}", hex::of(key))?;
    file.sync_all()
}

pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

fn readable_by_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

fn unusable(path: &Path, error: &io::Error) -> StoreError {
    if error.kind() == io::ErrorKind::StorageFull {
        return StoreError::Full;
    }
    StoreError::Engine(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_created_key_is_read_back_and_is_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("site.key");
        let made = SiteKey::create(&path).unwrap();
        assert_eq!(SiteKey::read(&path).unwrap().0, made.0);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_key_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("site.key");
        let made = SiteKey::create(&path).unwrap();
        assert!(matches!(
            SiteKey::create(&path),
            Err(StoreError::Conflict { .. })
        ));
        assert_eq!(SiteKey::read(&path).unwrap().0, made.0);
    }

    #[test]
    fn a_draft_left_by_a_power_cut_is_no_key_and_in_nobodys_way() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("site.key");
        fs::write(path.with_extension("new"), "00").unwrap();
        assert!(matches!(
            SiteKey::read(&path),
            Err(StoreError::NotFound { .. })
        ));
        SiteKey::create(&path).unwrap();
    }

    #[test]
    fn a_truncated_key_is_called_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("site.key");
        SiteKey::create(&path).unwrap();
        for wrong in ["", "00ff", &"zz".repeat(32), &"é".repeat(32)] {
            fs::write(&path, wrong).unwrap();
            assert!(matches!(SiteKey::read(&path), Err(StoreError::Damaged(_))));
        }
    }

    #[test]
    fn purposes_have_different_keys_and_sites_too() {
        let (one, other) = (SiteKey([1; 32]), SiteKey([2; 32]));
        assert_eq!(one.derive("a"), one.derive("a"));
        assert_ne!(one.derive("a"), one.derive("b"));
        assert_ne!(one.derive("a"), other.derive("a"));
    }
}

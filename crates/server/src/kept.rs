//! The newest checkpoint, kept beside the keys and not in the database: a database that was put back to an
//! earlier state still agrees with itself, and not with this.

use anyhow::{Context, Result};
use jiff::Timestamp;
use ledger::{Hash, NodeId, Verifier};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use store::{LedgerRows, StoreError};

/// The file among the keys: a signed note.
const NAME: &str = "newest-checkpoint";

/// Where the newest checkpoint is kept.
#[derive(Clone, Debug)]
pub struct Kept(PathBuf);

/// What a signed note claims; whether the signature is right is another question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Entries.
    pub size: u64,
    /// The root over them, as it is written in the note.
    pub root: String,
}

impl Claim {
    /// Reads a note's second and third line.
    pub fn of(note: &str) -> Option<Self> {
        let mut lines = note.lines().skip(1);
        let size = lines.next()?.parse().ok()?;
        let root = lines.next()?.to_owned();
        Some(Self { size, root })
    }
}

impl Kept {
    /// In the folder of the keys.
    pub fn of(keys: &Path) -> Self {
        Self(keys.join(NAME))
    }

    /// The note; `None` before the first, and where it was lost.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn note(&self) -> Result<Option<String>> {
        match fs::read_to_string(&self.0) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", self.0.display())),
        }
    }

    /// Puts a newer note in the place of the last one, whole and durable.
    ///
    /// # Errors
    /// When it cannot be written; the last one stays.
    pub fn keep(&self, note: &str) -> Result<()> {
        let draft = self.0.with_extension("draft");
        let written = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            let options = options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(&draft)?;
            file.write_all(note.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &self.0)?;
            self.0
                .parent()
                .map_or(Ok(()), |keys| File::open(keys)?.sync_all())
        };
        written().with_context(|| format!("cannot keep {}", self.0.display()))
    }

    /// Keeps the note also under a name of its own, where nothing replaces it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_aside(&self, claim: &Claim) -> Result<()> {
        let aside = self.0.with_file_name(format!("checkpoint-{}", claim.size));
        fs::copy(&self.0, &aside).with_context(|| format!("cannot keep {}", aside.display()))?;
        Ok(File::open(&aside)?.sync_all()?)
    }

    /// Whether `note` says more than the one that is kept. Nothing to compare with is less.
    ///
    /// # Errors
    /// As [`Kept::note`].
    pub fn is_behind(&self, note: &str) -> Result<bool> {
        let size = |note: &str| Claim::of(note).map(|claim| claim.size);
        Ok(self.note()?.as_deref().and_then(size) < size(note))
    }

    /// Why the tree of `store`, which has `size` entries, cannot be the one that was signed. What
    /// stands before the semicolon stays the same while the log grows.
    ///
    /// # Errors
    /// When note or tree cannot be read.
    pub async fn contradiction(
        &self,
        store: &dyn LedgerRows,
        verifier: &Verifier,
        size: u64,
    ) -> Result<Option<String>> {
        let Some(note) = self.note()? else {
            return Ok(None);
        };
        let signed = match verifier.open(note.as_bytes()) {
            Ok(signed) => signed,
            Err(error) => {
                return Ok(Some(format!(
                    "the checkpoint kept in {} is not one of this log; {error}: the database is another \
                     one, or the file was changed",
                    self.0.display()
                )));
            }
        };
        let told = format!("the log had {} entries at {}", signed.size, self.at());
        if signed.size > size {
            return Ok(Some(format!(
                "{told}, as was signed then; the database has {size}: it was put back to an earlier state"
            )));
        }
        match root_at(store, signed.size).await {
            Ok(root) if root == signed.root => Ok(None),
            Ok(_) => Ok(Some(format!(
                "{told}, as was signed then; the database has others in their place"
            ))),
            Err(StoreError::Damaged(why)) => Ok(Some(why)),
            Err(error) => Err(error.into()),
        }
    }

    /// When it was kept, to the second.
    fn at(&self) -> String {
        let changed = fs::metadata(&self.0).and_then(|meta| meta.modified());
        let at = changed.ok().and_then(|at| Timestamp::try_from(at).ok());
        let second = at.and_then(|at| Timestamp::from_second(at.as_second()).ok());
        second.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string())
    }
}

/// The root over the first `size` entries.
async fn root_at(store: &dyn LedgerRows, size: u64) -> store::Result<Hash> {
    let damaged = |error: ledger::Error| StoreError::Damaged(error.to_string());
    let ids = ledger::root_nodes(size).map_err(damaged)?;
    let hashes = store.nodes(&ids).await?;
    let nodes: HashMap<NodeId, Hash> = ids.into_iter().zip(hashes).collect();
    ledger::root(size, |id| nodes.get(&id).copied()).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_note_replaces_the_last_and_an_older_one_is_not_newer() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept::of(dir.path());
        assert_eq!(kept.note().unwrap(), None);
        assert!(kept.is_behind("o\n5\nr\n").unwrap());
        kept.keep("o\n5\nr\n").unwrap();
        kept.keep("o\n6\nr\n").unwrap();
        assert_eq!(kept.note().unwrap().unwrap(), "o\n6\nr\n");
        assert!(!kept.is_behind("o\n6\nr\n").unwrap());
        assert!(kept.is_behind("o\n7\nr\n").unwrap());
    }

    #[test]
    fn a_note_claims_size_and_root() {
        let claim = Claim::of("origin\n12\nabc=\n\n— sig").unwrap();
        assert_eq!((claim.size, claim.root.as_str()), (12, "abc="));
        assert_eq!(Claim::of("nothing"), None);
    }
}

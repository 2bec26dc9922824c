//! Copies of a site in a form of their own, the same for both engines.
//!
//! | file | holds |
//! |---|---|
//! | `manifest.json` | what this is a copy of, and the SHA-256 of every list and table; written last |
//! | `manifest.seal` | the manifest's SHA-256, sealed under the site key |
//! | `tables/NAME.copy` | the rows of a table in the text form of PostgreSQL's COPY |
//! | `pictures.sha256` | the SHA-256 of each picture file, as `sha256sum` writes it |
//! | `pictures/aa/bb/<id>` | the pictures that rows name, as they lie in the site |
//! | `keys/` | the keys, only where that was asked for |
//!
//! What is sealed in the site is sealed here. Whoever has a backup without keys can read names, numbers
//! and times, and nothing that is sealed; and cannot change a row without it being noticed.

mod files;
mod pictures;
mod restore;
mod take;

use std::io;
use std::path::Path;

use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::StoreError;

pub use restore::{Backup, Restored, put_keys};
pub use take::{Taking, take};

pub(crate) use files::reading;

/// The form described above.
const FORMAT: u32 = 1;

const MANIFEST: &str = "manifest.json";
const SEAL: &str = "manifest.seal";
const SUMS: &str = "pictures.sha256";

/// Appended to the name of a backup while it is being taken.
const INCOMPLETE: &str = "incomplete";

/// What is in a backup.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the form.
    pub format: u32,
    /// Version of Gatebook that took it.
    pub gatebook: String,
    /// The newest migration of the tables.
    pub schema: i64,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The site: the identity of the first entry of its log.
    pub site: String,
    /// Entries of the log.
    pub entries: u64,
    /// Root of the tree over them, in hexadecimal digits.
    pub root: String,
    /// The newest checkpoint (signed note).
    pub checkpoint: Option<String>,
    /// The tables, in the order in which they can be filled.
    pub tables: Vec<Table>,
    /// The pictures.
    pub pictures: PictureList,
    /// Whether the keys are in it.
    pub keys: bool,
}

/// A table in a backup.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the file.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows that are not as they were, by what their first column holds: a NUL in their text, which PostgreSQL keeps
    /// in none, became U+FFFD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

/// The pictures in a backup.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureList {
    /// How many there are.
    pub count: u64,
    /// How many of them were new since the backup before it.
    pub new: u64,
    /// Pictures that rows name and that were not there any more.
    pub missing: u64,
    /// SHA-256 of the list.
    pub sha256: String,
}

/// How far it is: what is being done, how much of it, and how much in all.
pub type Progress<'a> = dyn Fn(&str, u64, u64) + Send + Sync + 'a;

/// What went wrong with a file.
pub(crate) fn explain(file: &Path, error: &io::Error) -> StoreError {
    let shown = file.display();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        io::ErrorKind::NotFound => StoreError::NotFound {
            what: shown.to_string(),
        },
        io::ErrorKind::AlreadyExists => StoreError::Conflict {
            what: shown.to_string(),
        },
        _ => StoreError::Engine(format!("{shown}: {error}")),
    }
}

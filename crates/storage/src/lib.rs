//! Two engines, SQLite and PostgreSQL, and the picture files behind the traits of [`store`].
//!
//! Everything of one site lies in one data directory:
//!
//! | file | holds | lost or changed |
//! |---|---|---|
//! | `gatebook.db` (with `-wal`, `-shm`) | every table | the site's data |
//! | `keys/site.key` | the key that seals them, mode 0600 | nothing sealed can be read again |
//! | `pictures/aa/bb/<id>` | sealed pictures | events show that theirs is gone |
//! | `incoming/` | pictures of an upload while they are imported, sealed | nothing |
//! | `gatebook.lock` | held while a process writes | |
//!
//! Keep a copy of `keys/` apart from copies of the rest: whoever has both can read everything,
//! whoever has only one can read nothing that is sealed.
//!
//! Open a site with [`DataDir::open`], then [`SqlStore::open`] or [`SqlStore::connect`], and [`PictureFiles::open`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod backup;
mod data_dir;
mod engine;
mod hex;
mod pictures;
mod seal;
mod site_key;
mod spool;
mod sql;

pub use data_dir::DataDir;
pub use engine::postgres::{Inspection, ServerAddress};
pub use pictures::PictureFiles;
pub use seal::{Sealer, Surrogates};
pub use site_key::SiteKey;
pub use spool::Spool;
pub use sql::{Moved, Options, Replaced, SqlStore, devices_beside, move_to_server};

//! What the house asks of a database and of a place for pictures: traits and record types,
//! without any engine. `storage` implements them; `api` and `server` use them.
//!
//! # Rules that every engine keeps
//!
//! 1. A call that writes returns after the write is durable (SQLite: WAL, `synchronous=FULL`).
//! 2. [`Book::append`] is one transaction: the sealed entry, its ledger leaf and nodes, the
//!    projection's changes, the registry's writes and the settling of observations become
//!    visible together or not at all.
//! 3. Writes are queued to one writer with a bound; a full queue answers [`StoreError::Overloaded`]
//!    at once instead of growing.
//! 4. Log indexes are 0, 1, 2, … without gaps, in the order of commit.
//! 5. A row that cannot be read or written concerns the one call that needs it
//!    ([`StoreError::is_damage`]), never the calls that share a transaction with it.
//! 6. Personal fields, payloads, templates and pictures are sealed before they reach the engine.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod accounts;
mod book;
pub mod commitment;
mod devices;
mod differences;
mod error;
mod ingest;
mod ledger_rows;
mod people;
mod pictures;
mod projected;
mod strangers;
pub mod verify;

pub use accounts::{Accounts, ApiToken, Digest, Invitation, Role, Session, Subject, User};
pub use book::{
    Append, Book, Committed, EntryKind, Listed, LogFilter, Page, Put, Settlement, StoredEntry,
    Write,
};
pub use devices::{DeviceStatus, Devices, Heard, IncidentReport, NetworkCamera, SequenceGap};
pub use error::StoreError;
pub use ingest::{Commit, Ingest, StoredUnresolved, Unsettled};
pub use ledger_rows::{LedgerRows, RawEntry, StoredCheckpoint};
pub use people::{
    FaceTemplate, FaceTemplateKey, FingerTemplate, People, PeopleQuery, face_templates,
};
pub use pictures::Pictures;
pub use projected::{AttendanceDay, Projected, VisitFilter};
pub use strangers::{Stranger, StrangerGone, StrangerSeen, Strangers};

/// Result of a store call.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Everything a database engine provides. Pictures stand apart: see [`Pictures`].
pub trait Store:
    Ingest
    + Book
    + LedgerRows
    + People
    + Devices
    + Accounts
    + Projected
    + Strangers
    + Send
    + Sync
    + 'static
{
}

impl<T> Store for T where
    T: Ingest
        + Book
        + LedgerRows
        + People
        + Devices
        + Accounts
        + Projected
        + Strangers
        + Send
        + Sync
        + 'static
{
}

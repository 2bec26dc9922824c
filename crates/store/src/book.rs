//! The log: entries appended with everything that follows from them, in one transaction.

use crate::accounts::{ApiToken, Digest, Invitation, User};
use crate::devices::NetworkCamera;
use crate::people::{FaceTemplate, FingerTemplate};
use crate::{Result, StoreError};
use async_trait::async_trait;
use model::{
    AccessPoint, AccessPointId, Area, AreaId, Credential, CredentialId, Device, DeviceId, Entry,
    EventId, FingerLock, FingerSubject, Gate, GateId, IncidentId, ObservationId, Outcome, Person,
    PersonId, PictureId, Settings, StrangerId, Timestamp, TokenId, Unresolved, UserId,
};
use projection::Change;
use std::sync::Arc;
use tokio::sync::broadcast;

/// An entry and what becomes true with it.
#[derive(Clone, Debug)]
pub struct Append {
    /// The entry.
    pub entry: Entry,
    /// Observations that end in this entry.
    pub settles: Vec<ObservationId>,
    /// Registry rows written together with it.
    pub writes: Vec<Write>,
    /// Of a correction: it is to be the first of what it corrects. [`crate::StoreError::Conflict`] where that was
    /// corrected meanwhile.
    pub first: bool,
}

impl Append {
    /// An entry alone.
    #[must_use]
    pub fn entry(entry: Entry) -> Self {
        Self {
            entry,
            settles: Vec::new(),
            writes: Vec::new(),
            first: false,
        }
    }

    /// A correction alone, which is to be the first of what it corrects.
    #[must_use]
    pub fn first(entry: Entry) -> Self {
        Self {
            first: true,
            ..Self::entry(entry)
        }
    }
}

/// How a registry row is written. Nobody overwrites what somebody else wrote meanwhile: a change
/// names the row as it was read.
#[derive(Clone, PartialEq, Debug)]
pub enum Put<T> {
    /// Adds a row. [`crate::StoreError::Conflict`] when its identity or one of its unique values
    /// stands already.
    Add(T),
    /// Changes a row. [`crate::StoreError::NotFound`] when it was removed meanwhile,
    /// [`crate::StoreError::Stale`] when it is not as it was read any more.
    Change {
        /// The row as it was read.
        was: Box<T>,
        /// The row as it is to be; of the same identity.
        now: Box<T>,
    },
}

impl<T> Put<T> {
    /// Changes the row `was` to `now`.
    pub fn change(was: T, now: T) -> Self {
        Self::Change {
            was: Box::new(was),
            now: Box::new(now),
        }
    }

    /// Changes the row `was` to `now` where there was one, else adds `now`.
    pub fn over(was: Option<T>, now: T) -> Self {
        match was {
            Some(was) => Self::change(was, now),
            None => Self::Add(now),
        }
    }
}

/// A registry write that goes with an entry.
#[derive(Clone, Debug)]
pub enum Write {
    /// Adds or changes a person; number unique.
    Person(Put<Person>),
    /// Removes a person with credentials, templates and identity fields. The log's entries stay.
    RemovePerson(PersonId),
    /// Adds a credential; with a face, its sealed template.
    Credential(Credential, Option<FaceTemplate>),
    /// Removes a credential and its template.
    RemoveCredential(CredentialId),
    /// Adds the templates of a finger; goes after its credential.
    FingerTemplates(Vec<FingerTemplate>),
    /// Locks fingers; [`crate::StoreError::Conflict`] where they are.
    LockFingers(FingerLock),
    /// Lifts a lock; [`crate::StoreError::NotFound`] where there is none.
    UnlockFingers(FingerSubject),
    /// Erases those sightings of a stranger, named by the pictures of their passages, after which no row names
    /// picture or face; [`crate::StoreError::NotFound`] where all of them went before. Those that were kept since the
    /// caller read stay.
    EraseStranger(StrangerId, Vec<PictureId>),
    /// A stranger is a person now: those sightings go, the pictures of their passages stay. Goes after the credentials
    /// that take over faces; [`crate::StoreError::NotFound`] where all of them went before.
    StrangerKnown(StrangerId, Vec<PictureId>),
    /// Adds or changes an area; name unique.
    Area(Put<Area>),
    /// Removes an area that no access point leads into.
    RemoveArea(AreaId),
    /// Adds or changes an access point; name unique.
    AccessPoint(Put<AccessPoint>),
    /// Removes an access point that no device or gate refers to.
    RemoveAccessPoint(AccessPointId),
    /// Adds or changes a device; name unique.
    Device(Put<Device>),
    /// Sets a device's password hash (argon2id PHC string).
    DevicePassword(DeviceId, String),
    /// Says where a network camera is, or that it is elsewhere now; goes with its device.
    NetworkCamera(NetworkCamera),
    /// Removes a device that no gate refers to.
    RemoveDevice(DeviceId),
    /// Adds or changes a gate; name unique.
    Gate(Put<Gate>),
    /// Removes a gate.
    RemoveGate(GateId),
    /// Replaces the settings.
    Settings(Settings),
    /// Adds or changes a user; name unique. The sessions of a user who is disabled or gets another
    /// password end.
    User(Put<User>),
    /// Adds an invitation.
    Invitation(Invitation),
    /// Uses an invitation up and sets the user's password hash; fails when used or expired at the time.
    AcceptInvitation {
        /// Digest of the one-time token.
        token: Digest,
        /// argon2id PHC string.
        password_hash: String,
        /// The time of acceptance.
        at: Timestamp,
    },
    /// Sets a user's password hash; the user's sessions end.
    UserPassword(UserId, String),
    /// Adds an API token.
    Token(ApiToken),
    /// Revokes an API token.
    RevokeToken(TokenId),
    /// Sets an unresolved group aside; [`crate::StoreError::Conflict`] when somebody did before.
    DismissUnresolved(u64),
    /// Forgets an incident; it comes back when it happens again.
    ForgetIncident(IncidentId),
}

/// How observations end that do not end in an entry of their own.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// A re-sighting that belongs to a passage already in the log.
    Joined {
        /// The observation.
        observation: ObservationId,
        /// An observation of the passage it joins. If that one ended in no entry, this one is
        /// listed as unresolved ([`model::UnresolvedReason::Orphan`], or `Damaged` where this
        /// observation cannot be read any more).
        joins: ObservationId,
    },
    /// Listed for an operator.
    Unresolved(Unresolved),
}

/// What was committed, sent to every subscriber after it is durable.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Index in the log, which is the sequence number of the live push.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// What it changed in the projections.
    pub changes: Vec<Change>,
}

/// An entry as found in the log.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredEntry {
    /// Index in the log.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// Corrections that refer to it, oldest first.
    pub corrected_by: Vec<EventId>,
}

/// A row of the log in a list: one that cannot be read hides none of the others.
#[derive(Clone, PartialEq, Debug)]
pub enum Listed {
    /// An entry.
    Entry(Box<StoredEntry>),
    /// An entry whose row was damaged or changed; what its columns say is not proved by anything.
    Unreadable {
        /// Index in the log.
        index: u64,
        /// Identity.
        event: EventId,
        /// When it happened.
        occurred_at: Timestamp,
    },
}

impl Listed {
    /// Index in the log.
    #[must_use]
    pub const fn index(&self) -> u64 {
        match self {
            Self::Entry(stored) => stored.index,
            Self::Unreadable { index, .. } => *index,
        }
    }

    /// The entry, where it can be read.
    #[must_use]
    pub fn readable(self) -> Option<StoredEntry> {
        match self {
            Self::Entry(stored) => Some(*stored),
            Self::Unreadable { .. } => None,
        }
    }

    fn entry(self) -> Result<StoredEntry> {
        let index = self.index();
        let damaged = || StoreError::Damaged(format!("entry {index} of the log cannot be read"));
        self.readable().ok_or_else(damaged)
    }
}

/// Kind of an entry, as a filter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EntryKind {
    /// Access events.
    Access,
    /// Administrative acts.
    Act,
    /// Corrections.
    Correction,
    /// Notices.
    Notice,
}

/// What entries to list; empty fields do not filter.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LogFilter {
    /// From this instant on (by `occurred_at`).
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// At this access point.
    pub access_point: Option<AccessPointId>,
    /// About this person (a correction or act about the person counts).
    pub person: Option<PersonId>,
    /// Of these kinds; empty: all.
    pub kinds: Vec<EntryKind>,
    /// Access events with this outcome.
    pub outcome: Option<Outcome>,
    /// Access events with this tag.
    pub tag: Option<model::TagText>,
}

/// A page, newest first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Page {
    /// Only entries with a smaller index; `None`: from the newest.
    pub before: Option<u64>,
    /// At most this many, 1..=500.
    pub limit: u32,
}

/// The log and everything that follows from it.
#[async_trait]
pub trait Book: Send + Sync {
    /// Appends in one transaction; see the crate's rules. The projection's changes are computed
    /// inside that transaction by [`projection::fold`].
    ///
    /// An alert is acknowledged once: [`crate::StoreError::Conflict`] for whoever comes second,
    /// [`crate::StoreError::NotFound`] where there is no such alert.
    async fn append(&self, append: Append) -> Result<Arc<Committed>>;

    /// Settles observations without an entry.
    async fn settle(&self, settlement: Settlement) -> Result<()>;

    /// Everything committed from now on. A slow subscriber is told how much it missed and refetches.
    fn commits(&self) -> broadcast::Receiver<Arc<Committed>>;

    /// Number of entries: the index of the next one.
    async fn size(&self) -> Result<u64>;

    /// One entry.
    async fn entry(&self, id: EventId) -> Result<Option<StoredEntry>>;

    /// Several at once, in no order; those there are and can be read.
    async fn entries_of(&self, ids: &[EventId]) -> Result<Vec<StoredEntry>>;

    /// A page of the log, newest first by index.
    async fn listed(&self, filter: &LogFilter, page: Page) -> Result<Vec<Listed>>;

    /// A page of the passages of a person whose finger the house compared, newest first by index.
    async fn finger_passages(&self, person: PersonId, page: Page) -> Result<Vec<Listed>>;

    /// A page of entries, all of which can be read; otherwise as [`Book::listed`].
    async fn entries(&self, filter: &LogFilter, page: Page) -> Result<Vec<StoredEntry>> {
        let listed = self.listed(filter, page).await?;
        listed.into_iter().map(Listed::entry).collect()
    }

    /// Throws the projections away and folds the whole log again, in one transaction.
    async fn rebuild_projections(&self) -> Result<()>;
}

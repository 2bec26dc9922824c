//! What stands in the log: access events, administrative acts, corrections and notices.

use crate::alert::Acknowledgement;
use crate::device::IncidentKind;
use crate::event::AccessEvent;
use crate::finger::FingerSubject;
use crate::ids::{
    AccessPointId, AlertId, AreaId, CredentialId, DeviceId, EventId, GateId, PersonId, StrangerId,
    TokenId, UserId, VisitId,
};
use crate::place::{Direction, Place};
use crate::tag::TagText;
use alloc::{string::String, vec::Vec};
use core::net::IpAddr;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who wrote an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "author")]
pub enum Author {
    /// Gatebook itself.
    System,
    /// A user, signed in or by API token.
    User {
        /// Who.
        user: UserId,
    },
    /// Somebody at the server's console (command line).
    Console,
}

/// What was found wrong with an image of a face and overruled by whoever enrolled it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "finding")]
pub enum Overruled {
    /// The face looks like somebody who is enrolled: a twin.
    LooksLike {
        /// Whom it looks like.
        person: PersonId,
    },
    /// Something covers the eyes.
    EyesCovered,
    /// Something covers mouth or nose.
    MouthCovered,
    /// Something covers one half of the face.
    SideCovered,
}

/// An administrative act. Only identities and names of fields: an act holds no personal data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum Act {
    /// The site was founded: first entry of every log.
    SiteFounded,
    /// A person was added.
    PersonAdded {
        #[allow(missing_docs)]
        person: PersonId,
    },
    /// A person's fields were changed.
    PersonChanged {
        #[allow(missing_docs)]
        person: PersonId,
    },
    /// A person was suspended.
    PersonSuspended {
        #[allow(missing_docs)]
        person: PersonId,
    },
    /// A person was activated again.
    PersonActivated {
        #[allow(missing_docs)]
        person: PersonId,
    },
    /// A person was deleted with templates and registered photographs.
    PersonDeleted {
        #[allow(missing_docs)]
        person: PersonId,
    },
    /// A face template was enrolled.
    FaceEnrolled {
        #[allow(missing_docs)]
        person: PersonId,
        #[allow(missing_docs)]
        credential: CredentialId,
        /// What was found wrong with the image and overruled; mostly nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        overruled: Vec<Overruled>,
    },
    /// A finger was enrolled.
    FingerEnrolled {
        #[allow(missing_docs)]
        person: PersonId,
        #[allow(missing_docs)]
        credential: CredentialId,
    },
    /// An operator let locked fingers be tried again.
    FingersUnlocked {
        /// Whose.
        subject: FingerSubject,
    },
    /// A credential was removed.
    CredentialRemoved {
        #[allow(missing_docs)]
        person: PersonId,
        #[allow(missing_docs)]
        credential: CredentialId,
    },
    /// What was kept of a stranger was erased before its time.
    StrangerForgotten {
        #[allow(missing_docs)]
        stranger: StrangerId,
    },
    /// A tag was assigned to a person for good.
    TagAssigned {
        #[allow(missing_docs)]
        person: PersonId,
        #[allow(missing_docs)]
        tag: TagText,
    },
    /// A tag was given back or its assignment ended.
    TagReturned {
        #[allow(missing_docs)]
        tag: TagText,
    },
    /// A tag was reported lost.
    TagLost {
        #[allow(missing_docs)]
        tag: TagText,
    },
    /// A tag was taken out of use.
    TagRevoked {
        #[allow(missing_docs)]
        tag: TagText,
    },
    /// An area was added or changed.
    AreaPut {
        #[allow(missing_docs)]
        area: AreaId,
    },
    /// An area was removed.
    AreaRemoved {
        #[allow(missing_docs)]
        area: AreaId,
    },
    /// An access point was added or changed.
    AccessPointPut {
        #[allow(missing_docs)]
        access_point: AccessPointId,
    },
    /// An access point was removed.
    AccessPointRemoved {
        #[allow(missing_docs)]
        access_point: AccessPointId,
    },
    /// A gate was added or changed.
    GatePut {
        #[allow(missing_docs)]
        gate: GateId,
    },
    /// A gate was removed.
    GateRemoved {
        #[allow(missing_docs)]
        gate: GateId,
    },
    /// A device was added or changed.
    DevicePut {
        #[allow(missing_docs)]
        device: DeviceId,
    },
    /// A device was removed.
    DeviceRemoved {
        #[allow(missing_docs)]
        device: DeviceId,
    },
    /// The site's settings were changed.
    SettingsChanged,
    /// A user was invited, added, given another role, enabled or disabled.
    UserPut {
        #[allow(missing_docs)]
        user: UserId,
    },
    /// A user signed in.
    SignedIn {
        #[allow(missing_docs)]
        user: UserId,
    },
    /// An API token was made.
    TokenMade {
        #[allow(missing_docs)]
        token: TokenId,
    },
    /// An API token was revoked.
    TokenRevoked {
        #[allow(missing_docs)]
        token: TokenId,
    },
    /// An alert was acknowledged.
    AlertAcknowledged {
        #[allow(missing_docs)]
        alert: AlertId,
        #[allow(missing_docs)]
        acknowledgement: Acknowledgement,
    },
    /// An operator looked at unresolved observations and set them aside.
    UnresolvedDismissed {
        #[allow(missing_docs)]
        note: String,
    },
    /// The site was restored from a backup; what came after it is not in the log.
    SiteRestored {
        /// When the backup was taken.
        taken_at: Timestamp,
        /// Entries of the log in it.
        entries: u64,
        /// Entries of the largest log that is known to have been signed, where that was larger.
        signed: Option<u64>,
    },
    /// An administrator goes on with a database that was put back to an earlier state.
    RollbackAccepted {
        /// Entries that had been signed.
        signed: u64,
        /// The root over them, as in the checkpoint.
        signed_root: String,
        /// Entries of the log as it was found.
        entries: u64,
        /// The root over these.
        root: String,
    },
    /// An incident was dismissed; what it was stands here, for the incident itself is gone.
    IncidentDismissed {
        #[allow(missing_docs)]
        kind: IncidentKind,
        #[allow(missing_docs)]
        address: Option<IpAddr>,
        #[allow(missing_docs)]
        device: Option<DeviceId>,
        #[allow(missing_docs)]
        reason: String,
    },
}

/// An append-only amendment; the original stays visible.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "correction")]
pub enum Correction {
    /// An event names the wrong person.
    NotThisPerson {
        /// The event.
        event: EventId,
        /// Who it was instead, when known.
        instead: Option<PersonId>,
        /// Why.
        reason: String,
    },
    /// An entry or exit that no device saw.
    AddMissed {
        /// Who.
        person: PersonId,
        /// Where, as things stood.
        place: Place,
        /// Entry or exit (for an access point with both, what the operator says).
        direction: Direction,
        /// When it happened.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// A visit that was left open.
    CloseVisit {
        /// The visit.
        visit: VisitId,
        /// When the person left.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// Something Gatebook noticed by itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "notice")]
pub enum Notice {
    /// A device is silent for longer than its stated time.
    DeviceSilent {
        /// The device.
        device: DeviceId,
        /// When it was last heard.
        last_seen: Timestamp,
    },
    /// A part of the house on another host is not connected.
    PartLost {
        /// Its name.
        part: String,
        /// Since when.
        since: Timestamp,
    },
    /// A card's log was imported. Its passages are old: they alert nobody one by one.
    CardImported {
        /// The gate whose controller wrote it.
        gate: GateId,
        /// Passages that were new.
        passages: u64,
        /// Those among them that Gatebook would have denied.
        denied: u64,
        /// When the first of them happened.
        from: Timestamp,
        /// When the last of them happened.
        until: Timestamp,
    },
    /// A visit is open for longer than the site's limit.
    VisitOverdue {
        /// The visit.
        visit: VisitId,
        /// Who.
        person: PersonId,
    },
    /// Fingers failed so often that they are locked.
    FingersLocked {
        /// Whose.
        subject: FingerSubject,
        /// Failures that led to it.
        failures: u32,
    },
    /// The log did not verify.
    VerificationFailed {
        /// What was found, without personal data.
        finding: String,
    },
}

/// What an entry of the log records.
// Nearly all entries are access events: boxing them would cost an allocation each and save nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub enum Record {
    /// A passage and its decision.
    Access(AccessEvent),
    /// An administrative act.
    Act(Act),
    /// A correction.
    Correction(Correction),
    /// A notice.
    Notice(Notice),
}

/// An entry of the log. Its canonical encoding is what a leaf commits to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Identity.
    pub id: EventId,
    /// When it was written, by the server's clock.
    pub written_at: Timestamp,
    /// Who wrote it.
    pub author: Author,
    /// What it records.
    pub record: Record,
}

impl Entry {
    /// When what it records happened: a passage's or correction's own time, else when it was written.
    #[must_use]
    pub fn occurred_at(&self) -> Timestamp {
        match &self.record {
            Record::Access(event) => event.evidence.occurred_at,
            Record::Correction(
                Correction::AddMissed { at, .. } | Correction::CloseVisit { at, .. },
            ) => *at,
            _ => self.written_at,
        }
    }
}

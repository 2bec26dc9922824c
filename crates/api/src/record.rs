//! Entries of the log as people read them.

use crate::error::ApiError;
use crate::names::{AuthorView, Named, Names};
use crate::passage::PassageView;
use crate::person::PersonBrief;
use crate::words::{Direction, EntryKind};
use jiff::Timestamp;
use model::{Act, Correction, FingerSubject, Notice, Overruled, PersonId, Record};
use serde::Serialize;
use std::net::IpAddr;
use store::{Listed, Role, StoredEntry};
use utoipa::ToSchema;
use uuid::Uuid;

/// An entry of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// Index in the log.
    pub(crate) index: u64,
    /// Identity.
    pub(crate) event: Uuid,
    /// When what it records happened.
    pub(crate) occurred_at: Timestamp,
    /// When it was written, by the server's clock.
    pub(crate) written_at: Timestamp,
    /// Who wrote it.
    pub(crate) author: AuthorView,
    /// What it records.
    pub(crate) record: RecordView,
    /// Corrections that refer to it, oldest first.
    pub(crate) corrected_by: Vec<Uuid>,
}

/// What an entry records.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum RecordView {
    /// A passage and its decision.
    Access {
        /// The passage.
        passage: Box<PassageView>,
    },
    /// An administrative act.
    Act {
        /// The act.
        act: ActView,
    },
    /// A correction.
    Correction {
        /// The correction.
        correction: CorrectionView,
    },
    /// Something Gatebook noticed by itself.
    Notice {
        /// The notice.
        notice: NoticeView,
    },
    /// The row was damaged or changed behind Gatebook's back: what stood in it cannot be shown.
    Unreadable,
}

/// An administrative act.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ActView {
    /// Which act, e.g. `person_added`.
    pub(crate) act: String,
    /// The person it is about.
    pub(crate) person: Option<PersonBrief>,
    /// The tag it is about.
    pub(crate) tag: Option<String>,
    /// The area, access point, gate, device or user it is about.
    pub(crate) about: Option<Named>,
    /// The alert it acknowledges.
    pub(crate) alert: Option<Uuid>,
    /// What the author wrote.
    pub(crate) note: Option<String>,
}

/// A correction.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "correction", rename_all = "snake_case")]
pub(crate) enum CorrectionView {
    /// An event names the wrong person.
    NotThisPerson {
        /// The event.
        event: Uuid,
        /// Who it was instead; absent: not known.
        instead: Option<PersonBrief>,
        /// Why.
        reason: String,
    },
    /// An entry or exit that no device saw.
    AddMissed {
        /// Who.
        person: PersonBrief,
        /// Where.
        access_point: Named,
        /// Entry or exit.
        direction: Direction,
        /// When it happened.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// A visit that was left open.
    CloseVisit {
        /// The visit.
        visit: Uuid,
        /// When the person left.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// Something Gatebook noticed by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub(crate) enum NoticeView {
    /// A device is silent for longer than its stated time.
    DeviceSilent {
        /// The device.
        device: Named,
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
        gate: Named,
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
        visit: Uuid,
        /// Who.
        person: PersonBrief,
    },
    /// Fingers failed so often that they are locked.
    FingersLocked {
        /// Where; absent: a person's are.
        access_point: Option<Named>,
        /// Whose; absent: all at the access point.
        person: Option<PersonBrief>,
        /// Failures that led to it.
        failures: u32,
    },
    /// The log did not verify.
    VerificationFailed {
        /// What was found.
        finding: String,
    },
}

impl EntryView {
    /// A row of the log as `role` may see it.
    pub(crate) async fn listed(
        listed: &Listed,
        names: &mut Names,
        role: Role,
    ) -> Result<Self, ApiError> {
        match listed {
            Listed::Entry(entry) => Self::new(entry, names, role).await,
            Listed::Unreadable {
                index,
                event,
                occurred_at,
            } => Ok(Self {
                index: *index,
                event: event.0,
                occurred_at: *occurred_at,
                written_at: *occurred_at,
                author: AuthorView::Unknown,
                record: RecordView::Unreadable,
                corrected_by: Vec::new(),
            }),
        }
    }

    /// `entry` as `role` may see it.
    pub(crate) async fn new(
        entry: &StoredEntry,
        names: &mut Names,
        role: Role,
    ) -> Result<Self, ApiError> {
        let record = match &entry.entry.record {
            Record::Access(event) => RecordView::Access {
                passage: Box::new(PassageView::new(entry, event, names, role).await?),
            },
            Record::Act(act) => RecordView::Act {
                act: act_view(act, names, role).await?,
            },
            Record::Correction(correction) => RecordView::Correction {
                correction: correction_view(correction, names).await?,
            },
            Record::Notice(notice) => RecordView::Notice {
                notice: notice_view(notice, names).await?,
            },
        };
        Ok(Self {
            index: entry.index,
            event: entry.entry.id.0,
            occurred_at: entry.entry.occurred_at(),
            written_at: entry.entry.written_at,
            author: names.author(entry.entry.author),
            record,
            corrected_by: entry.corrected_by.iter().map(|id| id.0).collect(),
        })
    }

    /// The kind of its record; none where it cannot be read.
    pub(crate) fn kind(&self) -> Option<EntryKind> {
        Some(match self.record {
            RecordView::Access { .. } => EntryKind::Access,
            RecordView::Act { .. } => EntryKind::Act,
            RecordView::Correction { .. } => EntryKind::Correction,
            RecordView::Notice { .. } => EntryKind::Notice,
            RecordView::Unreadable => return None,
        })
    }
}

async fn act_view(act: &Act, names: &mut Names, role: Role) -> Result<ActView, ApiError> {
    let person = match act_person(act) {
        Some(id) => Some(names.person(id).await?),
        None => None,
    };
    let (alert, note) = match act {
        Act::AlertAcknowledged {
            alert,
            acknowledgement,
        } if !names.is_hidden(*alert, role).await? => {
            (Some(alert.0), Some(acknowledgement.note.clone()))
        }
        Act::FaceEnrolled { overruled, .. } if !overruled.is_empty() => {
            (None, Some(although(overruled, names).await?))
        }
        Act::UnresolvedDismissed { note } => (None, Some(note.clone())),
        Act::IncidentDismissed {
            address, reason, ..
        } => (None, Some(incident(*address, reason))),
        Act::SiteRestored {
            taken_at,
            entries,
            signed,
        } => (None, Some(restored(*taken_at, *entries, *signed))),
        Act::RollbackAccepted {
            signed, entries, ..
        } => (
            None,
            Some(format!(
                "{signed} entries were signed, {entries} were found"
            )),
        ),
        _ => (None, None),
    };
    Ok(ActView {
        act: act_word(act)?,
        person,
        tag: act_tag(act),
        about: act_about(act, names),
        alert,
        note,
    })
}

/// What an operator overruled, in words.
async fn although(overruled: &[Overruled], names: &mut Names) -> Result<String, ApiError> {
    let mut all = Vec::with_capacity(overruled.len());
    for what in overruled {
        all.push(match what {
            Overruled::LooksLike { person } => {
                let like = names.person(*person).await?;
                match like.deleted {
                    true => format!("looks like {person}, who was deleted since"),
                    false => format!("looks like {} ({})", like.name, like.number),
                }
            }
            Overruled::EyesCovered => "something covers the eyes".into(),
            Overruled::MouthCovered => "something covers mouth or nose".into(),
            Overruled::SideCovered => "something covers one half".into(),
        });
    }
    Ok(format!("overruled: {}", all.join(", ")))
}

fn restored(taken_at: Timestamp, entries: u64, signed: Option<u64>) -> String {
    let backup = format!("from the backup of {taken_at} with {entries} entries");
    match signed.and_then(|signed| signed.checked_sub(entries)) {
        Some(lost) if lost > 0 => format!("{backup}; {lost} signed later are lost"),
        _ => format!("{backup}; what came later is lost"),
    }
}

fn incident(address: Option<IpAddr>, reason: &str) -> String {
    address.map_or_else(|| reason.to_owned(), |from| format!("{from}: {reason}"))
}

/// The act's word is the one the log itself uses.
fn act_word(act: &Act) -> Result<String, ApiError> {
    let json = serde_json::to_value(act).map_err(|e| ApiError::Internal(e.to_string()))?;
    let word = json.get("act").and_then(|word| word.as_str());
    Ok(word.unwrap_or_default().to_owned())
}

fn act_person(act: &Act) -> Option<PersonId> {
    match act {
        Act::PersonAdded { person }
        | Act::PersonChanged { person }
        | Act::PersonSuspended { person }
        | Act::PersonActivated { person }
        | Act::PersonDeleted { person }
        | Act::FaceEnrolled { person, .. }
        | Act::FingerEnrolled { person, .. }
        | Act::FingersUnlocked {
            subject: FingerSubject::Person { person },
        }
        | Act::CredentialRemoved { person, .. }
        | Act::TagAssigned { person, .. } => Some(*person),
        _ => None,
    }
}

fn act_tag(act: &Act) -> Option<String> {
    match act {
        Act::TagAssigned { tag, .. }
        | Act::TagReturned { tag }
        | Act::TagLost { tag }
        | Act::TagRevoked { tag } => Some(tag.as_str().to_owned()),
        _ => None,
    }
}

fn act_about(act: &Act, names: &Names) -> Option<Named> {
    match act {
        Act::AreaPut { area } | Act::AreaRemoved { area } => Some(names.area(*area)),
        Act::AccessPointPut { access_point }
        | Act::AccessPointRemoved { access_point }
        | Act::FingersUnlocked {
            subject: FingerSubject::AccessPoint { access_point },
        } => Some(names.access_point(*access_point)),
        Act::GatePut { gate } | Act::GateRemoved { gate } => Some(names.gate(*gate)),
        Act::DevicePut { device } | Act::DeviceRemoved { device } => Some(names.device(*device)),
        Act::IncidentDismissed { device, .. } => device.map(|id| names.device(id)),
        Act::UserPut { user } | Act::SignedIn { user } => Some(names.user(*user)),
        Act::TokenMade { token } | Act::TokenRevoked { token } => Some(Named {
            id: token.0,
            name: String::new(),
        }),
        _ => None,
    }
}

async fn correction_view(
    correction: &Correction,
    names: &mut Names,
) -> Result<CorrectionView, ApiError> {
    Ok(match correction {
        Correction::NotThisPerson {
            event,
            instead,
            reason,
        } => CorrectionView::NotThisPerson {
            event: event.0,
            instead: match instead {
                Some(id) => Some(names.person(*id).await?),
                None => None,
            },
            reason: reason.clone(),
        },
        Correction::AddMissed {
            person,
            place,
            direction,
            at,
            reason,
        } => CorrectionView::AddMissed {
            person: names.person(*person).await?,
            access_point: names.access_point(place.access_point),
            direction: (*direction).into(),
            at: *at,
            reason: reason.clone(),
        },
        Correction::CloseVisit { visit, at, reason } => CorrectionView::CloseVisit {
            visit: visit.0,
            at: *at,
            reason: reason.clone(),
        },
    })
}

/// The access point or the person whose fingers are locked.
pub(crate) async fn locked(
    subject: FingerSubject,
    names: &mut Names,
) -> Result<(Option<Named>, Option<PersonBrief>), ApiError> {
    Ok(match subject {
        FingerSubject::AccessPoint { access_point } => {
            (Some(names.access_point(access_point)), None)
        }
        FingerSubject::Person { person } => (None, Some(names.person(person).await?)),
    })
}

async fn notice_view(notice: &Notice, names: &mut Names) -> Result<NoticeView, ApiError> {
    Ok(match notice {
        Notice::DeviceSilent { device, last_seen } => NoticeView::DeviceSilent {
            device: names.device(*device),
            last_seen: *last_seen,
        },
        Notice::PartLost { part, since } => NoticeView::PartLost {
            part: part.clone(),
            since: *since,
        },
        Notice::CardImported {
            gate,
            passages,
            denied,
            from,
            until,
        } => NoticeView::CardImported {
            gate: names.gate(*gate),
            passages: *passages,
            denied: *denied,
            from: *from,
            until: *until,
        },
        Notice::VisitOverdue { visit, person } => NoticeView::VisitOverdue {
            visit: visit.0,
            person: names.person(*person).await?,
        },
        Notice::FingersLocked { subject, failures } => {
            let (access_point, person) = locked(*subject, names).await?;
            NoticeView::FingersLocked {
                access_point,
                person,
                failures: *failures,
            }
        }
        Notice::VerificationFailed { finding } => NoticeView::VerificationFailed {
            finding: finding.clone(),
        },
    })
}

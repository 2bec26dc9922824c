//! A committed entry as it is pushed.

use super::messages::{Changed, CommittedPush, PresenceChange};
use crate::error::ApiError;
use crate::names::Names;
use crate::passage::PassageView;
use crate::routes::alerts::{AlertView, alert_view};
use crate::state::House;
use crate::words::{AlertKind, EntryKind};
use model::{Act, Record, Timestamp, Visit};
use projection::{Calendar, Change, is_inside};
use std::collections::BTreeSet;
use store::{Committed, Role, StoredEntry};

/// The site's day, looked up once for several pushes.
pub(crate) struct Day {
    now: Timestamp,
    calendar: Calendar,
    entries: u64,
}

impl Day {
    /// Today.
    pub(crate) async fn now(house: &House) -> Result<Self, ApiError> {
        let now = house.clock.now();
        let zone = house.store.settings().await?.time_zone;
        // A zone that this build no longer knows must not stop the page.
        let calendar = Calendar::named(&zone).unwrap_or_else(|_| Calendar::utc());
        let since = calendar.start_of(calendar.date_of(now)).unwrap_or(now);
        let entries = house.store.entries_since(since).await?;
        Ok(Self {
            now,
            calendar,
            entries,
        })
    }

    /// Entries since midnight.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }
}

/// `committed` as an operator may see it.
pub(super) async fn committed_push(
    house: &House,
    names: &mut Names,
    day: &Day,
    committed: &Committed,
) -> Result<CommittedPush, ApiError> {
    let entry = StoredEntry {
        index: committed.index,
        entry: committed.entry.clone(),
        corrected_by: Vec::new(),
    };
    let passage = match &entry.entry.record {
        Record::Access(event) => {
            Some(PassageView::new(&entry, event, names, Role::Operator).await?)
        }
        _ => None,
    };
    Ok(CommittedPush {
        index: committed.index,
        event: entry.entry.id.0,
        kind: kind(&entry.entry.record),
        entries_today: passage.is_some().then(|| day.entries()),
        passage,
        alerts: alerts(house, names, &committed.changes).await?,
        presence: presence(names, day, &committed.changes).await?,
        changed: changed(committed),
    })
}

impl CommittedPush {
    /// The same for those who may not see personal details, and who are not told of duress.
    pub(super) fn plain(mut self) -> Self {
        self.passage = self.passage.map(PassageView::plain);
        let duress = AlertKind::from(model::AlertKind::Duress);
        self.alerts.retain(|alert| alert.kind != duress);
        if self.alerts.is_empty() && self.passage.is_some() {
            self.changed.retain(|part| *part != Changed::Alerts);
        }
        self
    }
}

fn kind(record: &Record) -> EntryKind {
    match record {
        Record::Access(_) => EntryKind::Access,
        Record::Act(_) => EntryKind::Act,
        Record::Correction(_) => EntryKind::Correction,
        Record::Notice(_) => EntryKind::Notice,
    }
}

async fn alerts(
    house: &House,
    names: &mut Names,
    changes: &[Change],
) -> Result<Vec<AlertView>, ApiError> {
    let mut views = Vec::new();
    for change in changes {
        let alert = match change {
            Change::RaiseAlert(alert) => Some(alert.clone()),
            Change::AcknowledgeAlert { alert, .. } => house.store.alert(*alert).await?,
            _ => None,
        };
        if let Some(alert) = alert {
            views.push(alert_view(names, alert).await?);
        }
    }
    Ok(views)
}

async fn presence(
    names: &mut Names,
    day: &Day,
    changes: &[Change],
) -> Result<Vec<PresenceChange>, ApiError> {
    let mut views = Vec::new();
    for change in changes {
        if let Change::PutVisit(visit) = change {
            views.push(presence_change(names, day, visit).await?);
        }
    }
    Ok(views)
}

async fn presence_change(
    names: &mut Names,
    day: &Day,
    visit: &Visit,
) -> Result<PresenceChange, ApiError> {
    Ok(PresenceChange {
        visit: visit.id.0,
        area: visit.area.0,
        person: names.person(visit.person).await?,
        inside: is_inside(visit, day.now, &day.calendar),
        since: visit.entered_at,
        last_seen: visit.left_at,
        evidence: visit.exit.unwrap_or(visit.entry).0,
    })
}

fn changed(committed: &Committed) -> Vec<Changed> {
    let mut parts: BTreeSet<Changed> = committed.changes.iter().map(of_change).collect();
    match &committed.entry.record {
        Record::Act(act) => parts.extend(of_act(act)),
        Record::Correction(_) => drop(parts.insert(Changed::Corrections)),
        Record::Access(_) | Record::Notice(_) => {}
    }
    parts.into_iter().collect()
}

fn of_change(change: &Change) -> Changed {
    match change {
        Change::PutVisit(_) => Changed::Visits,
        Change::PutCustody(_) => Changed::Tags,
        Change::RaiseAlert(_) | Change::AcknowledgeAlert { .. } => Changed::Alerts,
        Change::Attribute { .. } => Changed::Corrections,
    }
}

fn of_act(act: &Act) -> Option<Changed> {
    Some(match act {
        Act::PersonAdded { .. }
        | Act::PersonChanged { .. }
        | Act::PersonSuspended { .. }
        | Act::PersonActivated { .. }
        | Act::PersonDeleted { .. }
        | Act::FaceEnrolled { .. }
        | Act::FingerEnrolled { .. }
        | Act::FingersUnlocked { .. }
        | Act::CredentialRemoved { .. } => Changed::People,
        Act::TagAssigned { .. }
        | Act::TagReturned { .. }
        | Act::TagLost { .. }
        | Act::TagRevoked { .. } => Changed::Tags,
        Act::AreaPut { .. }
        | Act::AreaRemoved { .. }
        | Act::AccessPointPut { .. }
        | Act::AccessPointRemoved { .. } => Changed::Places,
        Act::IncidentDismissed { .. }
        | Act::GatePut { .. }
        | Act::GateRemoved { .. }
        | Act::DevicePut { .. }
        | Act::DeviceRemoved { .. } => Changed::Devices,
        Act::SettingsChanged => Changed::Settings,
        Act::UserPut { .. } | Act::TokenMade { .. } | Act::TokenRevoked { .. } => Changed::Users,
        Act::AlertAcknowledged { .. } => Changed::Alerts,
        Act::UnresolvedDismissed { .. } => Changed::Unresolved,
        Act::StrangerForgotten { .. } => Changed::People,
        Act::SiteFounded
        | Act::SiteRestored { .. }
        | Act::RollbackAccepted { .. }
        | Act::SignedIn { .. } => return None,
    })
}

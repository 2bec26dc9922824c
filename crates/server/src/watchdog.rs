//! What nobody reports by itself: silent devices, visits without end; and what edges report aside.

use crate::clock::SystemClock;
use anyhow::Result;
use api::ports::Clock;
use devices::{Heard, IncidentReport};
use jiff::SignedDuration;
use model::{
    AlertKind, Author, DeviceId, Direction, Entry, EventId, Notice, Record, Timestamp, VisitId,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::{Append, Store, VisitFilter};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often signs of life are written and silence is looked for.
const EVERY: Duration = Duration::from_secs(2);
/// Signs of life held between two writes; more replace older ones of the same device anyway.
const BATCH: usize = 4_096;

/// Writes incidents as they come, until the edges are gone.
pub async fn keep_incidents(
    store: Arc<dyn Store>,
    mut reports: mpsc::Receiver<IncidentReport>,
    stop: CancellationToken,
) {
    while let Some(Some(report)) = stop.run_until_cancelled(reports.recv()).await {
        metrics::counter!("gatebook_incidents_total").increment(1);
        let IncidentReport {
            kind,
            address,
            device,
            reason,
            remedy,
            at,
        } = report;
        let report = store::IncidentReport {
            kind,
            address,
            device,
            reason,
            remedy,
            at,
        };
        if let Err(error) = store.report_incident(report).await {
            tracing::warn!(%error, "an incident could not be kept");
        }
    }
}

/// Writes signs of life in batches and raises notices, until `stop`.
pub async fn watch(
    store: Arc<dyn Store>,
    mut heard: mpsc::Receiver<Heard>,
    stop: CancellationToken,
) {
    let mut told = Told {
        started: SystemClock.now(),
        silent: HashSet::new(),
        overdue: None,
    };
    let mut signs = Vec::new();
    while tokio::time::timeout(EVERY, stop.cancelled()).await.is_err() {
        let mut newest: HashMap<DeviceId, Timestamp> = HashMap::new();
        while let Ok(sign) = heard.try_recv() {
            signs.push(sign);
            if signs.len() == BATCH {
                break;
            }
        }
        for sign in signs.drain(..) {
            let last = newest.entry(sign.device).or_insert(sign.at);
            *last = sign.at.max(*last);
        }
        if let Err(error) = look(&*store, newest, &mut told).await {
            tracing::warn!(%error, "devices and visits could not be looked after");
        }
    }
}

/// What a notice was written about already.
struct Told {
    /// Silence before this start is the server's own.
    started: Timestamp,
    /// Devices that are silent now.
    silent: HashSet<DeviceId>,
    /// Visits without end; `None` until read from the log.
    overdue: Option<HashSet<VisitId>>,
}

async fn look(
    store: &dyn Store,
    newest: HashMap<DeviceId, Timestamp>,
    told: &mut Told,
) -> Result<()> {
    let signs: Vec<store::Heard> = newest
        .into_iter()
        .map(|(device, at)| store::Heard { device, at })
        .collect();
    if !signs.is_empty() {
        store.heard(&signs).await?;
    }
    let now = SystemClock.now();
    silent_devices(store, now, told).await?;
    overdue_visits(store, now, told).await
}

/// One notice each time a device falls silent; it has to be heard again before the next.
async fn silent_devices(store: &dyn Store, now: Timestamp, told: &mut Told) -> Result<()> {
    for status in store.device_statuses().await? {
        let device = &status.device;
        let limit = SignedDuration::from_secs(i64::from(device.silent_after_s));
        if limit.is_zero() || device.disabled {
            continue;
        }
        // A device that was never heard is waited for from the start of the server.
        let last_seen = status.last_seen.unwrap_or(told.started);
        if now.duration_since(last_seen.max(told.started)) <= limit {
            told.silent.remove(&device.id);
        } else if told.silent.insert(device.id) && !already_told(store, device.id).await? {
            let device = device.id;
            notice(store, Notice::DeviceSilent { device, last_seen }, now).await?;
        }
    }
    Ok(())
}

/// After a restart: an open alert about this device says it already.
async fn already_told(store: &dyn Store, device: DeviceId) -> Result<bool> {
    let open = store.alerts(true, 500).await?;
    Ok(open
        .iter()
        .any(|a| a.kind == AlertKind::DeviceSilent && a.device == Some(device)))
}

async fn overdue_visits(store: &dyn Store, now: Timestamp, told: &mut Told) -> Result<()> {
    let limit_min = store.settings().await?.visit_limit_min;
    if limit_min == 0 {
        return Ok(());
    }
    let since = now.checked_sub(SignedDuration::from_mins(i64::from(limit_min)))?;
    let filter = VisitFilter {
        open: true,
        before: Some(since),
        limit: 500,
        ..VisitFilter::default()
    };
    let points = store.access_points().await?;
    let leads_out = |area| {
        points
            .iter()
            .any(|p| p.area == area && p.direction == Direction::Exit)
    };
    let mut overdue = store.visits(&filter).await?;
    // Only where an exit would be seen can one be missing.
    overdue.retain(|visit| visit.left_at.is_none() && leads_out(visit.area));
    if overdue.is_empty() {
        return Ok(());
    }
    if told.overdue.is_none() {
        told.overdue = Some(told_visits(store).await?);
    }
    let told = told.overdue.get_or_insert_default();
    for visit in &overdue {
        if told.insert(visit.id) {
            let record = Notice::VisitOverdue {
                visit: visit.id,
                person: visit.person,
            };
            notice(store, record, now).await?;
        }
    }
    Ok(())
}

/// Visits that a notice was written about: the notices are in the log.
async fn told_visits(store: &dyn Store) -> Result<HashSet<VisitId>> {
    let filter = store::LogFilter {
        kinds: vec![store::EntryKind::Notice],
        ..store::LogFilter::default()
    };
    let page = store::Page {
        before: None,
        limit: 500,
    };
    let notices = store.entries(&filter, page).await?;
    Ok(notices
        .iter()
        .filter_map(|stored| match &stored.entry.record {
            Record::Notice(Notice::VisitOverdue { visit, .. }) => Some(*visit),
            _ => None,
        })
        .collect())
}

async fn notice(store: &dyn Store, notice: Notice, now: Timestamp) -> Result<()> {
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: now,
        author: Author::System,
        record: Record::Notice(notice),
    };
    store.append(Append::entry(entry)).await?;
    Ok(())
}

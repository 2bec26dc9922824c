//! What nobody reports by itself: silent devices, visits without end; and what edges report aside.

use crate::clock::SystemClock;
use crate::notices;
use crate::silence::Silence;
use anyhow::Result;
use api::ports::Clock;
use devices::{Heard, IncidentReport};
use jiff::SignedDuration;
use model::{DeviceId, Direction, Notice, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How often signs of life are written and silence is looked for.
const EVERY: Duration = Duration::from_secs(2);
/// Signs of life held between two writes; more replace older ones of the same device anyway.
const BATCH: usize = 4_096;
/// Overdue visits told of in one look; the next look tells of the next.
const OVERDUE: u32 = 100;

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
    let mut silence = Silence::since(SystemClock.now());
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
        if let Err(error) = look(&*store, newest, &mut silence).await {
            tracing::warn!(%error, "devices and visits could not be looked after");
        }
    }
}

async fn look(
    store: &dyn Store,
    newest: HashMap<DeviceId, Timestamp>,
    silence: &mut Silence,
) -> Result<()> {
    let signs: Vec<store::Heard> = newest
        .into_iter()
        .map(|(device, at)| store::Heard { device, at })
        .collect();
    if !signs.is_empty() {
        store.heard(&signs).await?;
    }
    let now = SystemClock.now();
    silence.look(store, now).await?;
    overdue_visits(store, now).await
}

/// One notice about each visit that is open for longer than the site's limit. Only where an exit would
/// be seen can one be missing.
async fn overdue_visits(store: &dyn Store, now: Timestamp) -> Result<()> {
    let limit_min = store.settings().await?.visit_limit_min;
    if limit_min == 0 {
        return Ok(());
    }
    let since = now.checked_sub(SignedDuration::from_mins(i64::from(limit_min)))?;
    let points = store.access_points().await?;
    let exits = points.iter().filter(|p| p.direction == Direction::Exit);
    let areas: Vec<_> = exits.map(|p| p.area).collect();
    for visit in store.overdue_visits(&areas, since, OVERDUE).await? {
        let record = Notice::VisitOverdue {
            visit: visit.id,
            person: visit.person,
        };
        notices::append(store, record, now).await?;
    }
    Ok(())
}

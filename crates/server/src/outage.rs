//! A time in which classic boards could not reach the server: what they published is gone.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use model::{DeviceKind, IncidentKind};
use store::{IncidentReport, Store};

/// Boards ping each minute; after this long without one, something may have been said unheard.
const NOTICEABLE: SignedDuration = SignedDuration::from_secs(120);

/// Reports, at the start, the time in which this site was not running, where it has classic gates.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn report(store: &dyn Store, now: Timestamp) -> Result<()> {
    let statuses = store.device_statuses().await?;
    let controllers = statuses
        .iter()
        .filter(|s| s.device.kind == DeviceKind::ClassicController);
    let Some(last) = controllers.filter_map(|status| status.last_seen).max() else {
        return Ok(());
    };
    if now.duration_since(last) < NOTICEABLE {
        return Ok(());
    }
    let report = IncidentReport {
        kind: IncidentKind::Outage,
        address: None,
        device: None,
        reason: format!("no board was heard from {last} to {now}"),
        remedy:
            "What boards published meanwhile is on their cards only: import each card's log.csv"
                .into(),
        at: now,
    };
    store.report_incident(report).await?;
    Ok(())
}

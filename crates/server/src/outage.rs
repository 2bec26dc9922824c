//! A time in which the server was not running: what classic boards published meanwhile is gone,
//! because they publish once and keep nothing but the line on their card.

use crate::clock::SystemClock;
use anyhow::Result;
use api::ports::Clock;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{DeviceId, Gate, IncidentKind};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{IncidentReport, Store};
use tokio_util::sync::CancellationToken;

/// Boards connect again within seconds; a restart that takes no longer than this is not told.
const NOTICEABLE: SignedDuration = SignedDuration::from_secs(20);

/// How often the time is written down: after a power failure an outage seems longer by up to this.
const EVERY: Duration = Duration::from_secs(10);

/// Where a site notes until when it was running. Losing it loses nothing but this.
pub struct Pulse {
    file: PathBuf,
}

impl Pulse {
    /// The pulse of the site in this data directory.
    pub fn of(data_dir: &Path) -> Self {
        Self {
            file: data_dir.join("last-running"),
        }
    }

    /// When the site was last running; `None` at the first start, or when the file was torn.
    pub fn last(&self) -> Option<Timestamp> {
        let text = std::fs::read_to_string(&self.file).ok()?;
        text.trim().parse().ok()
    }

    /// Writes the time down until `stop`, and once more then.
    pub async fn beat(self, stop: CancellationToken) {
        loop {
            if let Err(error) = std::fs::write(&self.file, SystemClock.now().to_string()) {
                tracing::warn!(%error, "the time could not be written down");
            }
            if stop.is_cancelled() {
                return;
            }
            // Either way the time is written once more.
            let _ = tokio::time::timeout(EVERY, stop.cancelled()).await;
        }
    }
}

/// Reports an outage from `last` to `now` for each classic gate that was heard before it.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn report(store: &dyn Store, last: Option<Timestamp>, now: Timestamp) -> Result<()> {
    let statuses = store.device_statuses().await?;
    let active = statuses.iter().filter(|status| !status.device.disabled);
    let heard: HashMap<DeviceId, Timestamp> = active
        .filter_map(|status| Some((status.device.id, status.last_seen?)))
        .collect();
    let zone = TimeZone::get(&store.settings().await?.time_zone).unwrap_or(TimeZone::UTC);
    for gate in store.gates().await? {
        let Some(seen) = heard.get(&gate.controller) else {
            continue;
        };
        let from = last.unwrap_or(*seen).max(*seen);
        if now.duration_since(from) >= NOTICEABLE {
            store
                .report_incident(outage(&gate, from, now, &zone))
                .await?;
        }
    }
    Ok(())
}

/// Reports that the database did not answer, which it does again, unless that was too short to be noticed.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn report_database(store: &dyn Store, from: Timestamp, until: Timestamp) -> Result<()> {
    if until.duration_since(from) < NOTICEABLE {
        return Ok(());
    }
    let zone = TimeZone::get(&store.settings().await?.time_zone).unwrap_or(TimeZone::UTC);
    let report = IncidentReport {
        kind: IncidentKind::Outage,
        address: None,
        device: None,
        reason: format!(
            "The database did not answer from {} until {}",
            told(from, &zone),
            told(until, &zone)
        ),
        remedy: "What devices reported meanwhile was held, or they were told to keep it; cameras waited. Look \
                 whether somebody who passed is missing from the log"
            .to_owned(),
        at: until,
    };
    Ok(store.report_incident(report).await?)
}

fn told(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

fn outage(gate: &Gate, from: Timestamp, until: Timestamp, zone: &TimeZone) -> IncidentReport {
    let remedy = match gate.topic_prefix {
        None => "is on its card only: import the card's log.csv",
        Some(_) => {
            "waited at the broker if that keeps it, which at QoS 0 it does only if told so; what is \
             missing is on its card: import the card's log.csv"
        }
    };
    IncidentReport {
        kind: IncidentKind::Outage,
        address: None,
        device: Some(gate.controller),
        reason: format!(
            "Gatebook was not running from {} until {}",
            told(from, zone),
            told(until, zone)
        ),
        remedy: format!("What gate \"{}\" published meanwhile {remedy}", gate.name),
        at: until,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{at, gate, heard, opened};
    use store::Devices;

    #[tokio::test]
    async fn each_gate_that_was_heard_is_told_from_when_until_when_it_was_unheard() {
        let (_dir, site) = opened().await;
        let north = gate(&site, "North", "127.0.0.11").await;
        let south = gate(&site, "South", "127.0.0.12").await;
        gate(&site, "Never built", "127.0.0.13").await;
        heard(&site, north, 5).await;
        heard(&site, south, 40).await;
        report(&site.store, Some(at(60)), at(80)).await.unwrap();
        let told = site.store.incidents(10).await.unwrap();
        let mut devices: Vec<_> = told.iter().filter_map(|i| i.device).collect();
        devices.sort_unstable();
        let mut both = vec![north, south];
        both.sort_unstable();
        assert_eq!(devices, both);
        for incident in &told {
            let from = "from 2027-01-15 08:01:00 UTC until 2027-01-15 08:01:20 UTC";
            assert!(incident.reason.contains(from), "{}", incident.reason);
            assert!(incident.remedy.contains("import the card's log.csv"));
        }
        assert!(told.iter().any(|i| i.remedy.contains("\"North\"")));
    }

    #[tokio::test]
    async fn a_database_that_was_away_is_told_of_once_it_is_back_unless_nobody_noticed() {
        let (_dir, site) = opened().await;
        report_database(&site.store, at(60), at(79)).await.unwrap();
        assert_eq!(site.store.incidents(10).await.unwrap(), []);
        report_database(&site.store, at(60), at(80)).await.unwrap();
        let told = site.store.incidents(10).await.unwrap();
        let from = "did not answer from 2027-01-15 08:01:00 UTC until 2027-01-15 08:01:20 UTC";
        assert!(told[0].reason.contains(from), "{}", told[0].reason);
        assert_eq!((told.len(), told[0].device), (1, None));
    }

    #[tokio::test]
    async fn a_quick_restart_is_not_told_and_a_site_without_gates_is_told_nothing() {
        let (_dir, site) = opened().await;
        report(&site.store, Some(at(0)), at(9_000)).await.unwrap();
        let north = gate(&site, "North", "127.0.0.11").await;
        heard(&site, north, 5).await;
        report(&site.store, Some(at(60)), at(79)).await.unwrap();
        assert_eq!(site.store.incidents(10).await.unwrap(), []);
        // Without the note of the last run, the last sign of life stands in for it.
        report(&site.store, None, at(79)).await.unwrap();
        assert_eq!(site.store.incidents(10).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn the_time_of_the_last_run_survives_it_and_a_torn_file_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Pulse::of(dir.path()).last(), None);
        let stop = CancellationToken::new();
        stop.cancel();
        Pulse::of(dir.path()).beat(stop).await;
        assert!(Pulse::of(dir.path()).last().unwrap() <= SystemClock.now());
        std::fs::write(dir.path().join("last-running"), "2027-01-").unwrap();
        assert_eq!(Pulse::of(dir.path()).last(), None);
    }
}

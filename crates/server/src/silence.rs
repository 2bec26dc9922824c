//! Devices that fell silent: one notice for each spell of silence, restarts included.

use crate::notices;
use anyhow::Result;
use jiff::SignedDuration;
use model::{Device, DeviceId, Notice, Timestamp};
use std::collections::HashMap;
use store::Store;

/// What is known of silent devices.
pub struct Silence {
    /// Silence before this start is the server's own.
    started: Timestamp,
    /// Devices whose spell a notice was written about, with when they were last heard before it.
    told: HashMap<DeviceId, Option<Timestamp>>,
}

impl Silence {
    /// Nothing known yet, by a server that started at `started`.
    pub fn since(started: Timestamp) -> Self {
        Self {
            started,
            told: HashMap::new(),
        }
    }

    /// Writes a notice about each device that has been silent for too long by `now`, unless there
    /// is one about the same spell. A spell ends when the device is heard, and not when somebody
    /// acknowledges the alert.
    ///
    /// # Errors
    /// When the store cannot be read or written; what is missing is written at the next call.
    pub async fn look(&mut self, store: &dyn Store, now: Timestamp) -> Result<()> {
        for status in store.device_statuses().await? {
            let (device, heard) = (&status.device, status.last_seen);
            if !self.is_too_long(device, heard, now) || self.told.get(&device.id) == Some(&heard) {
                continue;
            }
            let device = device.id;
            if !is_told(store, device, heard).await? {
                // A device that was never heard is waited for from the start of the server.
                let last_seen = heard.unwrap_or(self.started);
                let notice = Notice::DeviceSilent { device, last_seen };
                notices::append(store, notice, now).await?;
            }
            self.told.insert(device, heard);
        }
        Ok(())
    }

    fn is_too_long(&self, device: &Device, heard: Option<Timestamp>, now: Timestamp) -> bool {
        let limit = SignedDuration::from_secs(i64::from(device.silent_after_s));
        let watched = !limit.is_zero() && !device.disabled;
        let since = heard.unwrap_or(self.started).max(self.started);
        watched && now.duration_since(since) > limit
    }
}

/// Whether a notice was written since the device was last heard: by an earlier run.
async fn is_told(
    store: &dyn Store,
    device: DeviceId,
    heard: Option<Timestamp>,
) -> store::Result<bool> {
    notices::any_since(
        store,
        heard,
        |notice| matches!(notice, Notice::DeviceSilent { device: silent, .. } if *silent == device),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Site;
    use crate::tests::{acknowledge, at, door, heard, native, opened, write};
    use store::{Projected, Put, Write};

    async fn alerts(site: &Site) -> usize {
        site.store.alerts(false, &[], 100).await.unwrap().len()
    }

    /// A site with a device that may be silent for a minute.
    async fn watched() -> (tempfile::TempDir, Site, DeviceId) {
        let (dir, site) = opened().await;
        let (point, writes) = door();
        let device = Device {
            silent_after_s: 60,
            ..native("door", point)
        };
        let id = device.id;
        write(
            &site,
            [writes, vec![Write::Device(Put::Add(device))]].concat(),
        )
        .await;
        (dir, site, id)
    }

    #[tokio::test]
    async fn a_silent_device_is_told_of_once_until_it_was_heard_and_fell_silent_again() {
        let (_dir, site, device) = watched().await;
        let mut silence = Silence::since(at(0));
        heard(&site, device, 10).await;
        silence.look(&site.store, at(70)).await.unwrap();
        assert_eq!(alerts(&site).await, 0);
        for second in [71, 80, 1000] {
            silence.look(&site.store, at(second)).await.unwrap();
        }
        assert_eq!(alerts(&site).await, 1);
        heard(&site, device, 1001).await;
        silence.look(&site.store, at(1002)).await.unwrap();
        silence.look(&site.store, at(1062)).await.unwrap();
        assert_eq!(
            alerts(&site).await,
            2,
            "the next spell, the last alert still open"
        );
    }

    #[tokio::test]
    async fn a_restart_tells_nothing_again_of_a_spell_that_was_acknowledged() {
        let (_dir, site, device) = watched().await;
        heard(&site, device, 10).await;
        Silence::since(at(0))
            .look(&site.store, at(100))
            .await
            .unwrap();
        let alert = site.store.alerts(true, &[], 1).await.unwrap().remove(0);
        acknowledge(&site, alert.id, at(110)).await;
        assert!(site.store.alerts(true, &[], 1).await.unwrap().is_empty());
        let mut again = Silence::since(at(120));
        again.look(&site.store, at(500)).await.unwrap();
        assert_eq!(alerts(&site).await, 1);
        heard(&site, device, 510).await;
        again.look(&site.store, at(600)).await.unwrap();
        assert_eq!(alerts(&site).await, 2);
    }

    #[tokio::test]
    async fn a_device_that_was_never_heard_is_told_of_once_however_often_the_server_starts() {
        let (_dir, site, _) = watched().await;
        for start in [0, 1000, 2000] {
            let mut silence = Silence::since(at(start));
            silence.look(&site.store, at(start + 61)).await.unwrap();
        }
        assert_eq!(alerts(&site).await, 1);
    }
}

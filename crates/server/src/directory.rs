//! What the edges are told of gates, devices and passwords, kept current with the registry.

use anyhow::Result;
use argon2::password_hash::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use async_trait::async_trait;
use devices::{Authenticate, Directory};
use model::{Act, DeviceId, Record};
use std::sync::Arc;
use store::{Committed, Store};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{watch, Semaphore};
use tokio_util::sync::CancellationToken;

/// The directory as the registry has it now.
///
/// # Errors
/// When the store cannot be read or the site's zone is unknown.
pub async fn read(store: &dyn Store) -> Result<Directory> {
    let settings = store.settings().await?;
    let (gates, devices) = (store.gates().await?, store.devices().await?);
    Ok(Directory::new(gates, devices, &settings.time_zone)?)
}

/// Keeps the directory current until `stop`.
pub async fn follow(
    store: Arc<dyn Store>,
    tell: watch::Sender<Arc<Directory>>,
    stop: CancellationToken,
) {
    let mut commits = store.commits();
    loop {
        let committed = tokio::select! {
            committed = commits.recv() => committed,
            () = stop.cancelled() => return,
        };
        match committed {
            Ok(committed) if !concerns(&committed) => continue,
            Err(RecvError::Closed) => return,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
        }
        match read(&*store).await {
            Ok(directory) => drop(tell.send_replace(Arc::new(directory))),
            Err(error) => tracing::error!(%error, "the device directory could not be read"),
        }
    }
}

fn concerns(committed: &Committed) -> bool {
    matches!(
        &committed.entry.record,
        Record::Act(
            Act::GatePut { .. }
                | Act::GateRemoved { .. }
                | Act::DevicePut { .. }
                | Act::DeviceRemoved { .. }
                | Act::AccessPointPut { .. }
                | Act::SettingsChanged
        )
    )
}

/// Checks passwords of native devices, two at a time: each check takes 19 MiB.
pub struct DevicePasswords {
    store: Arc<dyn Store>,
    places: Semaphore,
}

impl DevicePasswords {
    /// Checks against `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, places: Semaphore::new(2) }
    }
}

#[async_trait]
impl Authenticate for DevicePasswords {
    async fn device(&self, name: &str, password: &str) -> Option<DeviceId> {
        let (device, hash) = self.store.device_password(name).await.ok().flatten()?;
        let _place = self.places.acquire().await.ok()?;
        let password = password.to_owned();
        let right = tokio::task::spawn_blocking(move || matches(&hash, &password)).await.ok()?;
        right.then_some(device)
    }
}

fn matches(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

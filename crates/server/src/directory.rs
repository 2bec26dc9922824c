//! What the edges are told of gates, devices and passwords, kept current with the registry.

use anyhow::Result;
use argon2::password_hash::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use async_trait::async_trait;
use devices::{Authenticate, Directory};
use model::{Act, DeviceId, Record};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Committed, Store};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, watch};
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

/// How long a password that was right is known without computing its hash again. A device that
/// makes a request each second would otherwise cost a core.
const REMEMBERED: Duration = Duration::from_secs(300);

/// Checks passwords of native devices, two at a time: each check takes 19 MiB.
pub struct DevicePasswords {
    store: Arc<dyn Store>,
    places: Semaphore,
    right: Remembered,
}

impl DevicePasswords {
    /// Checks against `store`.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn new(store: Arc<dyn Store>) -> Result<Self> {
        Ok(Self {
            store,
            places: Semaphore::new(2),
            right: Remembered::new()?,
        })
    }
}

#[async_trait]
impl Authenticate for DevicePasswords {
    async fn device(&self, name: &str, password: &str) -> Option<DeviceId> {
        let (device, hash) = self.store.device_password(name).await.ok().flatten()?;
        let digest = self.right.digest(&hash, password);
        if self.right.knows(name, &digest) {
            return Some(device);
        }
        let _place = self.places.acquire().await.ok()?;
        let password = password.to_owned();
        let right = tokio::task::spawn_blocking(move || matches(&hash, &password))
            .await
            .ok()?;
        right.then(|| {
            self.right.remember(name, digest);
            device
        })
    }
}

type Digest32 = [u8; 32];

/// Passwords that were right a short time ago: their digests under a key of this process alone.
struct Remembered {
    key: [u8; 32],
    names: Mutex<HashMap<String, (Digest32, Instant)>>,
}

impl Remembered {
    fn new() -> Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|e| anyhow::anyhow!("no randomness: {e}"))?;
        Ok(Self {
            key,
            names: Mutex::default(),
        })
    }

    /// Covers the stored hash: a changed password is not known.
    fn digest(&self, hash: &str, password: &str) -> Digest32 {
        let digest = Sha256::new().chain_update(self.key).chain_update(hash);
        digest
            .chain_update([0])
            .chain_update(password)
            .finalize()
            .into()
    }

    fn knows(&self, name: &str, digest: &Digest32) -> bool {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names
            .get(name)
            .is_some_and(|(right, at)| right == digest && at.elapsed() < REMEMBERED)
    }

    fn remember(&self, name: &str, digest: Digest32) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.retain(|_, (_, at)| at.elapsed() < REMEMBERED);
        names.insert(name.to_owned(), (digest, Instant::now()));
    }
}

fn matches(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_password_is_remembered_until_the_device_gets_another() {
        let right = Remembered::new().unwrap();
        right.remember("door", right.digest("hash", "secret"));
        assert!(right.knows("door", &right.digest("hash", "secret")));
        assert!(!right.knows("door", &right.digest("hash", "guess")));
        assert!(!right.knows("door", &right.digest("new hash", "secret")));
        assert!(!right.knows("gate", &right.digest("hash", "secret")));
    }
}

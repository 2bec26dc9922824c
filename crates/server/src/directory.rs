//! What the edges are told of gates, devices and passwords, kept current with the registry.

use crate::clock::SystemClock;
use anyhow::Result;
use api::{ApiError, Claim, Guard};
use async_trait::async_trait;
use devices::{Authenticate, Directory, NotAdmitted};
use model::{Act, DeviceId, Record};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Committed, Store};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
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

/// Checks passwords of native devices.
pub struct DevicePasswords {
    store: Arc<dyn Store>,
    guard: Guard,
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
            guard: Guard::default(),
            right: Remembered::new()?,
        })
    }
}

#[async_trait]
impl Authenticate for DevicePasswords {
    /// A password that was right a short time ago waits for nobody who guesses, wherever he is.
    async fn device(
        &self,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<DeviceId, NotAdmitted> {
        let known = self.store.device_password(name).await;
        let known = known.map_err(|_| NotAdmitted::Busy)?;
        let digest = known.as_ref().map(|(device, hash)| {
            let digest = self.right.digest(hash, password);
            (*device, digest)
        });
        if let Some((device, digest)) = &digest
            && self.right.knows(name, digest)
        {
            return Ok(*device);
        }
        let claim = Claim {
            name,
            address: address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            password,
        };
        let hash = known.map(|(_, hash)| hash);
        match (self.guard.admits(claim, hash, &SystemClock).await, digest) {
            (Ok(true), Some((device, digest))) => {
                self.right.remember(name, digest);
                Ok(device)
            }
            (Ok(_), _) => Err(NotAdmitted::Wrong),
            (Err(ApiError::TooManyAttempts { retry_after_s }), _) => {
                Err(NotAdmitted::TooManyAttempts { retry_after_s })
            }
            (Err(_), _) => Err(NotAdmitted::Busy),
        }
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

    use crate::tests::{door, native, opened, write};
    use argon2::password_hash::{PasswordHasher as _, SaltString};
    use store::{Put, Write};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

    /// The passwords of a site whose device `door` has the password `secret`.
    async fn passwords() -> (tempfile::TempDir, DevicePasswords) {
        let (dir, site) = opened().await;
        let (point, mut writes) = door();
        let device = native("door", point);
        let salt = SaltString::encode_b64(b"0123456789abcdef").unwrap();
        let hash = argon2::Argon2::default()
            .hash_password(b"secret", &salt)
            .unwrap();
        let password = Write::DevicePassword(device.id, hash.to_string());
        writes.extend([Write::Device(Put::Add(device)), password]);
        write(&site, writes).await;
        let passwords = DevicePasswords::new(Arc::new(site.store)).unwrap();
        (dir, passwords)
    }

    #[tokio::test]
    async fn guesses_wait_and_shut_out_no_device_at_another_address() {
        let (_dir, passwords) = passwords().await;
        for _ in 0..5 {
            let guess = passwords.device("door", "guess", Some(HERE)).await;
            assert_eq!(guess, Err(NotAdmitted::Wrong));
        }
        let waits = passwords.device("door", "secret", Some(HERE)).await;
        assert!(matches!(waits, Err(NotAdmitted::TooManyAttempts { .. })));
        let device = passwords.device("door", "secret", Some(ELSEWHERE)).await;
        assert!(device.is_ok());
        // Known to be right now: it would be admitted through the very address of the guesses.
        assert_eq!(passwords.device("door", "secret", Some(HERE)).await, device);
    }

    #[tokio::test]
    async fn unknown_names_are_answered_and_throttled_like_known_ones() {
        let (_dir, passwords) = passwords().await;
        for _ in 0..5 {
            let guess = passwords.device("nobody", "guess", Some(HERE)).await;
            assert_eq!(guess, Err(NotAdmitted::Wrong));
        }
        let waits = passwords.device("nobody", "guess", Some(HERE)).await;
        assert!(matches!(waits, Err(NotAdmitted::TooManyAttempts { .. })));
    }
}

//! Passwords: argon2id, with bounded concurrency because each hash takes 19 MiB.

use crate::error::ApiError;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Argon2, Params};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Shortest password, in characters.
pub(crate) const SHORTEST: usize = 12;
/// Longest password, in bytes: hashing time grows with it.
pub(crate) const LONGEST: usize = 1024;

const AT_ONCE: usize = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Hashes and verifies passwords, at most two at once.
#[derive(Clone)]
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// What is wrong with a new password; `None`: nothing.
pub(crate) fn password_problem(password: &str) -> Option<String> {
    if password.chars().count() < SHORTEST {
        return Some(format!("Choose at least {SHORTEST} characters."));
    }
    (password.len() > LONGEST).then(|| format!("Choose at most {LONGEST} bytes."))
}

impl Passwords {
    /// Hashes a password as a PHC string.
    pub(crate) async fn hash(&self, password: String) -> Result<String, ApiError> {
        let slot = self.slot().await?;
        tokio::task::spawn_blocking(move || {
            let _held = slot;
            hash_now(&password)
        })
        .await
        .map_err(|e| ApiError::Internal(format!("hashing a password: {e}")))?
    }

    /// Waits for the turn to verify one password.
    pub(crate) async fn turn(&self) -> Result<Turn, ApiError> {
        self.slot().await.map(Turn)
    }

    async fn slot(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let slot = tokio::time::timeout(LONGEST_WAIT, self.slots.clone().acquire_owned()).await;
        match slot {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(ApiError::Busy("sign-in")),
        }
    }
}

/// The turn to verify one password.
pub(crate) struct Turn(OwnedSemaphorePermit);

impl Turn {
    /// Whether `password` fits `hash`. Without a hash the same time is spent and the answer is no,
    /// so that the time does not tell whether a name exists.
    pub(crate) async fn fits(
        self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, ApiError> {
        if password.len() > LONGEST {
            return Ok(false);
        }
        tokio::task::spawn_blocking(move || {
            let _held = self.0;
            match hash {
                Some(hash) => Ok(fits_now(&password, &hash)),
                None => hash_now(&password).map(|_| false),
            }
        })
        .await
        .map_err(|e| ApiError::Internal(format!("verifying a password: {e}")))?
    }
}

/// argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet's first choice).
fn argon2() -> Argon2<'static> {
    Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        Params::default(),
    )
}

fn hash_now(password: &str) -> Result<String, ApiError> {
    let failed = |e: &dyn std::fmt::Display| ApiError::Internal(format!("hashing a password: {e}"));
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|e| failed(&e))?;
    let salt = SaltString::encode_b64(&salt).map_err(|e| failed(&e))?;
    let hash = argon2()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|e| failed(&e))?;
    Ok(hash.to_string())
}

fn fits_now(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let passwords = Passwords::default();
        let hash = passwords
            .hash("correct horse battery".into())
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let fits = async |text: &str| {
            let turn = passwords.turn().await.unwrap();
            turn.fits(text.into(), Some(hash.clone())).await.unwrap()
        };
        assert!(fits("correct horse battery").await);
        assert!(!fits("correct horse batterz").await);
    }

    #[tokio::test]
    async fn nothing_fits_where_there_is_no_hash() {
        let turn = Passwords::default().turn().await.unwrap();
        assert!(!turn.fits("anything at all".into(), None).await.unwrap());
    }

    #[test]
    fn eleven_characters_are_too_short_and_twelve_letters_with_umlauts_are_enough() {
        assert!(password_problem("12345678901").is_some());
        assert!(password_problem("äöüäöüäöüäöü").is_none());
        assert!(password_problem(&"x".repeat(LONGEST + 1)).is_some());
    }
}

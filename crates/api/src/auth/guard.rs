//! The one way a password is tried: throttled, in turn, and in the same time whether or not the
//! name exists. Users and devices have a guard each, so that neither waits for the other.

use super::{Passwords, Throttle};
use crate::error::ApiError;
use crate::ports::Clock;
use std::net::IpAddr;

/// Throttles attempts and verifies passwords. Cheap to clone; clones count together.
#[derive(Clone, Default)]
pub struct Guard {
    pub(crate) throttle: Throttle,
    pub(crate) passwords: Passwords,
}

/// Somebody says to be `name`.
#[derive(Clone, Debug)]
pub struct Claim<'c> {
    /// The name, in any case.
    pub name: &'c str,
    /// Where the attempt comes from.
    pub address: IpAddr,
    /// The password that was sent.
    pub password: &'c str,
}

impl Guard {
    /// Whether the claim's password fits `hash`; `None` where nobody has that name.
    ///
    /// # Errors
    /// [`ApiError::TooManyAttempts`] while the name or the address has to wait,
    /// [`ApiError::Busy`] when too many passwords are being verified.
    pub async fn admits(
        &self,
        claim: Claim<'_>,
        hash: Option<String>,
        clock: &dyn Clock,
    ) -> Result<bool, ApiError> {
        let Claim {
            name,
            address,
            password,
        } = claim;
        self.throttle.check(name, address, clock.now())?;
        let turn = self.passwords.turn().await?;
        // Many attempts at once wait for their turn here, and the first of them may have failed.
        self.throttle.check(name, address, clock.now())?;
        let fits = turn.fits(password.to_owned(), hash).await?;
        if fits {
            self.throttle.succeeded(name, address, clock.now());
        } else {
            self.throttle.failed(name, address, clock.now());
        }
        Ok(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;
    use std::net::Ipv4Addr;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(1_800_000_000).unwrap()
        }
    }

    fn claim(password: &str) -> Claim<'_> {
        Claim {
            name: "door",
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            password,
        }
    }

    #[tokio::test]
    async fn guesses_sent_at_once_are_counted_like_guesses_one_after_another() {
        let guard = Guard::default();
        let guesses = (0..20).map(|_| guard.admits(claim("guess"), None, &Noon));
        let tried = futures::future::join_all(guesses).await;
        let looked_at = tried.iter().filter(|tried| tried.is_ok()).count();
        // Five are free, and two are verified at once.
        assert!((5..=7).contains(&looked_at), "{looked_at} were looked at");
        assert!(matches!(
            tried.last(),
            Some(Err(ApiError::TooManyAttempts { .. }))
        ));
    }

    #[tokio::test]
    async fn a_right_password_is_admitted() {
        let guard = Guard::default();
        let hash = guard.passwords.hash("a right password".into()).await;
        let hash = Some(hash.unwrap());
        let admits = |password| guard.admits(claim(password), hash.clone(), &Noon);
        assert!(admits("a right password").await.unwrap());
        assert!(!admits("a wrong password").await.unwrap());
    }
}

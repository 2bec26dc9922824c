//! Random secrets: session cookies, one-time links and API tokens. Only digests are stored.

use crate::error::ApiError;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use store::Digest;

/// 256 random bits, written as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// A fresh secret from the operating system.
    pub(crate) fn fresh() -> Result<Self, ApiError> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)
            .map_err(|e| ApiError::Internal(format!("no randomness from the system: {e}")))?;
        Ok(Self(hex(&bytes)))
    }

    /// A secret as somebody sent it; `None` when it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plausible = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        plausible.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The text to hand out, once.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// What is stored: SHA-256. A fast hash is enough for 256 random bits.
    pub(crate) fn digest(&self) -> Digest {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The CSRF value of a session with this secret: derived, so that nothing more is stored,
    /// and of no use for guessing the secret.
    pub(crate) fn csrf(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"gatebook csrf\0");
        hash.update(self.0.as_bytes());
        hex(&hash.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_text_and_another_has_another_digest() {
        let one = Secret::fresh().unwrap();
        let again = Secret::parse(one.text()).unwrap();
        assert_eq!(one.digest(), again.digest());
        assert_ne!(one.digest(), Secret::fresh().unwrap().digest());
    }

    #[test]
    fn the_csrf_value_is_neither_the_secret_nor_its_digest() {
        let secret = Secret::fresh().unwrap();
        assert_ne!(secret.csrf(), secret.text());
        assert_ne!(secret.csrf(), hex(&secret.digest()));
    }

    #[test]
    fn a_text_that_cannot_be_a_secret_is_none() {
        assert!(Secret::parse("").is_none());
        assert!(Secret::parse(&"g".repeat(64)).is_none());
        assert!(Secret::parse(&"a".repeat(65)).is_none());
    }
}

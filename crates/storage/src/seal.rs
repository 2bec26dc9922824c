//! Sealing: what lies on disk can neither be read nor swapped without the site key.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::Mac;
use store::{Result, StoreError};

use crate::SiteKey;
use crate::site_key::keyed;

/// First byte of every sealed value.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Seals the values of one table with XChaCha20-Poly1305.
///
/// A sealed value is `version || nonce || ciphertext || tag`, 41 bytes longer than its content.
/// Nonces are random. Table and row are authenticated with it, so that a value which is moved to
/// another row no longer opens.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    table: &'static str,
}

impl Sealer {
    /// The sealer of `table`, with a key of its own.
    #[must_use]
    pub fn new(key: &SiteKey, table: &'static str) -> Self {
        let key = key.derive(&format!("seal/{table}"));
        Self {
            cipher: XChaCha20Poly1305::new(&key.into()),
            table,
        }
    }

    /// Seals `content` for the row with identity `row`.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if the system gives no randomness.
    pub fn seal(&self, row: &[u8], content: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| StoreError::Engine(error.to_string()))?;
        let aad = self.aad(row);
        let payload = Payload {
            msg: content,
            aad: &aad,
        };
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|error| StoreError::Engine(format!("sealing: {error}")))?;
        Ok([&[VERSION], nonce.as_slice(), &ciphertext].concat())
    }

    /// Opens what [`Sealer::seal`] made for the same row.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] if the value was changed, belongs to another row or table, or
    /// was sealed under another site key.
    pub fn open(&self, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        self.try_open(row, sealed)
            .ok_or_else(|| StoreError::Unsealable {
                what: format!("{} {}", self.table, crate::hex::of(row)),
            })
    }

    fn try_open(&self, row: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE)?;
        if *version != VERSION {
            return None;
        }
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let aad = self.aad(row);
        let payload = Payload {
            msg: ciphertext,
            aad: &aad,
        };
        self.cipher.decrypt(&XNonce::from(nonce), payload).ok()
    }

    fn aad(&self, row: &[u8]) -> Vec<u8> {
        [self.table.as_bytes(), &[0], row].concat()
    }
}

/// Keyed stand-ins by which a sealed value is found again without being opened.
pub struct Surrogates([u8; 32]);

impl Surrogates {
    /// The stand-ins of one field.
    #[must_use]
    pub fn new(key: &SiteKey, field: &str) -> Self {
        Self(key.derive(&format!("surrogate/{field}")))
    }

    /// The stand-in of `value`: HMAC-SHA-256.
    #[must_use]
    pub fn of(&self, value: &str) -> Vec<u8> {
        keyed(&self.0)
            .chain_update(value)
            .finalize()
            .into_bytes()
            .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(key: u8, table: &'static str) -> Sealer {
        Sealer::new(&SiteKey::from_bytes([key; 32]), table)
    }

    #[test]
    fn what_was_sealed_opens_for_the_same_row_only() {
        let sealed = sealer(1, "t").seal(b"row", b"secret").unwrap();
        assert_eq!(sealed.len(), b"secret".len() + 41);
        assert_eq!(sealer(1, "t").open(b"row", &sealed).unwrap(), b"secret");
        for refused in [
            sealer(1, "t").open(b"other", &sealed),
            sealer(1, "u").open(b"row", &sealed),
            sealer(2, "t").open(b"row", &sealed),
        ] {
            assert!(matches!(refused, Err(StoreError::Unsealable { .. })));
        }
    }

    #[test]
    fn a_sealed_value_shows_nothing_and_never_looks_the_same_twice() {
        let (one, two) = (
            sealer(1, "t").seal(b"row", b"secret").unwrap(),
            sealer(1, "t").seal(b"row", b"secret").unwrap(),
        );
        assert_ne!(one, two);
        assert!(!one.windows(6).any(|window| window == b"secret"));
    }

    proptest::proptest! {
        #[test]
        fn a_value_changed_or_cut_anywhere_does_not_open(
            content in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
            at in proptest::prelude::any::<proptest::sample::Index>(),
        ) {
            let sealer = sealer(1, "t");
            let sealed = sealer.seal(b"row", &content).unwrap();
            let at = at.index(sealed.len());
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            proptest::prop_assert!(sealer.open(b"row", &changed).is_err());
            proptest::prop_assert!(sealer.open(b"row", &sealed[..at]).is_err());
            proptest::prop_assert_eq!(sealer.open(b"row", &sealed).unwrap(), content);
        }
    }

    #[test]
    fn stand_ins_are_equal_for_equal_values_within_one_site() {
        let one = Surrogates::new(&SiteKey::from_bytes([1; 32]), "number");
        let other = Surrogates::new(&SiteKey::from_bytes([2; 32]), "number");
        assert_eq!(one.of("123"), one.of("123"));
        assert_ne!(one.of("123"), one.of("124"));
        assert_ne!(one.of("123"), other.of("123"));
    }
}

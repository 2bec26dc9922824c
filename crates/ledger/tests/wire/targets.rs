//! What is fed with a note that somebody brings. Driven by `corpus.rs` here and by `fuzz/`.
#![allow(clippy::unwrap_used)]

use ledger::{Signer, Verifier};

/// The seeds are signed with this key.
pub fn signer() -> Signer {
    Signer::from_seed("gatebook/fuzz", &[7; 32]).unwrap()
}

/// A signed checkpoint: what is believed says the same when it is written again.
pub fn checkpoint(bytes: &[u8]) {
    let verifier = Verifier::new(signer().vkey()).unwrap();
    if let Ok(checkpoint) = verifier.open(bytes) {
        assert!(bytes.starts_with(checkpoint.to_text().as_bytes()));
    }
    if let Ok(vkey) = std::str::from_utf8(bytes) {
        let _ = Verifier::new(vkey.trim_end());
    }
}

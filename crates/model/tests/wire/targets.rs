//! What is fed with JSON of any shape. Driven by `corpus.rs` here and by `fuzz/`.
#![allow(clippy::unwrap_used)]

use model::canonical_json;
use serde_json::Value;

/// The canonical encoding of what was read is read as the same, and encodes to itself.
pub fn canonical(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let Ok(encoded) = canonical_json(&value) else {
        return;
    };
    let again: Value = serde_json::from_slice(&encoded).unwrap();
    assert_eq!(again, value);
    assert_eq!(canonical_json(&again).unwrap(), encoded);
}

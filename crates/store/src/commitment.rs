//! What a leaf of the log holds: a keyed commitment to an entry, and nothing about it.

use crate::{Result, StoreError};
use hmac::{Hmac, Mac};
use model::{Entry, EventId, canonical_json};
use sha2::Sha256;

/// Version of the leaf's layout.
pub const LEAF_VERSION: u8 = 1;
/// Bytes of a leaf: version, event id, HMAC-SHA-256.
pub const LEAF_SIZE: usize = 1 + 16 + 32;

/// The leaf of `entry` under its own random `key`:
/// `version || event_id || HMAC-SHA-256(key, canonical entry)`.
///
/// Without the key a leaf tells nothing, so erasing the key erases the entry and every proof still
/// verifies.
///
/// # Errors
/// When the entry has no canonical encoding.
pub fn leaf(entry: &Entry, key: &[u8; 32]) -> Result<[u8; LEAF_SIZE]> {
    let canonical = canonical_json(entry).map_err(|e| StoreError::Damaged(e.to_string()))?;
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key)
        .map_err(|e| StoreError::Engine(e.to_string()))?;
    mac.update(&canonical);
    let mut leaf = [0; LEAF_SIZE];
    leaf[0] = LEAF_VERSION;
    leaf[1..17].copy_from_slice(entry.id.0.as_bytes());
    leaf[17..].copy_from_slice(&mac.finalize().into_bytes());
    Ok(leaf)
}

/// The event id in a leaf; `None` when it is no leaf of this version.
#[must_use]
pub fn event_of(leaf: &[u8]) -> Option<EventId> {
    let leaf: &[u8; LEAF_SIZE] = leaf.try_into().ok()?;
    let id: [u8; 16] = leaf[1..17].try_into().ok()?;
    (leaf[0] == LEAF_VERSION).then(|| EventId(uuid::Uuid::from_bytes(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Act, Author, Record, Timestamp};

    fn entry(id: u128) -> Entry {
        Entry {
            id: EventId(uuid::Uuid::from_u128(id)),
            written_at: Timestamp::UNIX_EPOCH,
            author: Author::System,
            record: Record::Act(Act::SiteFounded),
        }
    }

    #[test]
    fn a_leaf_names_its_event_and_changes_with_entry_and_key() {
        let first = leaf(&entry(1), &[7; 32]).unwrap();
        assert_eq!(event_of(&first), Some(entry(1).id));
        assert_ne!(first, leaf(&entry(1), &[8; 32]).unwrap());
        assert_ne!(first[17..], leaf(&entry(2), &[7; 32]).unwrap()[17..]);
    }

    #[test]
    fn something_else_is_no_leaf() {
        assert_eq!(event_of(b"short"), None);
        assert_eq!(event_of(&[9; LEAF_SIZE]), None);
    }
}

//! The rows of the Merkle log: leaves, nodes, checkpoints.

use crate::Result;
use async_trait::async_trait;
use ledger::{Hash, NodeId};
use model::{Entry, Timestamp};

/// A leaf with what it commits to, for verification.
#[derive(Clone, Debug)]
pub struct RawEntry {
    /// Index in the log.
    pub index: u64,
    /// `version || event_id || HMAC-SHA-256(k_event, canonical entry)`: 1 + 16 + 32 bytes.
    pub leaf: Vec<u8>,
    /// The entry and its `k_event`, or why they could not be read.
    pub payload: std::result::Result<(Entry, [u8; 32]), String>,
    /// Whether the columns kept in the clear for searching say the same as the payload.
    pub columns_agree: bool,
}

/// A signed checkpoint as stored.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredCheckpoint {
    /// Tree size.
    pub size: u64,
    /// Root hash.
    pub root: Hash,
    /// The signed note (C2SP tlog-checkpoint).
    pub note: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The Merkle log's rows.
#[async_trait]
pub trait LedgerRows: Send + Sync {
    /// The current size and root of the tree.
    async fn tree_head(&self) -> Result<(u64, Hash)>;

    /// The hashes of stored nodes, in the order asked; an unknown one is an error.
    async fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Hash>>;

    /// The index and leaf of an entry.
    async fn leaf(&self, id: model::EventId) -> Result<Option<(u64, Vec<u8>)>>;

    /// Leaves with their payloads from `from` on, in order of index.
    async fn raw_entries(&self, from: u64, limit: u32) -> Result<Vec<RawEntry>>;

    /// Keeps a checkpoint. Refused when it contradicts the stored tree or an earlier checkpoint.
    async fn put_checkpoint(&self, checkpoint: StoredCheckpoint) -> Result<()>;

    /// The newest checkpoint.
    async fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>>;

    /// Checkpoints, newest first.
    async fn checkpoints(&self, limit: u32) -> Result<Vec<StoredCheckpoint>>;
}

//! The one error of this room.

use crate::node::NodeId;

/// What can be wrong with a tree, a proof or a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The log holds as many entries as a tree can count.
    #[error("the log is full")]
    Full,
    /// A hash is not 32 bytes long.
    #[error("a hash has {0} bytes instead of 32")]
    HashLength(usize),
    /// A frontier was given another number of nodes than its size calls for.
    #[error("a tree of size {size} is reopened from {wanted} nodes, not {given}")]
    FrontierNodes {
        /// Size the frontier was asked for.
        size: u64,
        /// Number of nodes that size calls for.
        wanted: usize,
        /// Number of nodes that were given.
        given: usize,
    },
    /// An index or an older size lies outside the tree.
    #[error("position {position} lies outside a tree of size {size}")]
    OutOfRange {
        /// The index or the older size that was asked for.
        position: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The store has no node where the tree must have one.
    #[error("node {0} is missing")]
    MissingNode(NodeId),
    /// A proof does not lead to the root it was held against.
    #[error("the proof does not lead to the root")]
    ProofFailed,
    /// A signed note is malformed, or not signed by the expected key.
    #[error("checkpoint note: {0}")]
    Note(String),
    /// The text inside a note is not a checkpoint.
    #[error("not a checkpoint: {0}")]
    Checkpoint(&'static str),
    /// A checkpoint belongs to another log.
    #[error("the checkpoint is of log {found:?}, not of {wanted:?}")]
    Origin {
        /// Log the key belongs to.
        wanted: String,
        /// Log named in the checkpoint.
        found: String,
    },
    /// A name or a key text does not follow the signed-note format.
    #[error("note key: {0}")]
    Key(String),
}

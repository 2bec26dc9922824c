//! An append-only Merkle log over opaque bytes, with no input or output of its own.
//!
//! The tree is that of RFC 6962, section 2.1 (restated in RFC 9162, section 2.1): a *leaf* is the
//! hash of an entry, a *node* the hash of its two children, the *root* stands for the whole log at
//! one *size*. Everything here is a function of hashes and coordinates, so the same code serves a
//! writer that holds a database transaction, a reader that answers a proof, and an auditor that has
//! nothing but a file.
//!
//! # What a store keeps
//!
//! A store keeps the *perfect* nodes only: those whose subtree is complete. They never change once
//! written. [`Frontier::append`] names each of them exactly once, at the moment it comes to exist:
//!
//! | what | key | value |
//! |---|---|---|
//! | a leaf | [`NodeId`] at level 0 | [`leaf_hash`] of the entry |
//! | an inner node | [`NodeId`] at level 1 and up | [`node_hash`] of its children |
//! | the size | | the number of leaves |
//! | the last checkpoint | | the signed note, see [`Checkpoint`] |
//!
//! A log of `n` entries has fewer than `2n` perfect nodes. Everything else follows from them:
//! [`Frontier::needed`] names the nodes that reopen a log for appending, [`root_nodes`],
//! [`inclusion_nodes`] and [`consistency_nodes`] those that give a root or a proof.
//!
//! A store writes an entry, its new nodes and the new size in one transaction, and signs a
//! checkpoint only over a size that is already committed; then no two checkpoints can disagree,
//! wherever the power fails.
//!
//! ```
//! use ledger::{Frontier, leaf_hash};
//!
//! let mut frontier = Frontier::new();
//! let new = frontier.append(leaf_hash(b"first"))?;
//! assert_eq!(new.len(), 1); // the leaf itself
//! let new = frontier.append(leaf_hash(b"second"))?;
//! assert_eq!(new.len(), 2); // the leaf, and the node above both
//! assert_eq!(frontier.size(), 2);
//! # Ok::<(), ledger::Error>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod checkpoint;
mod error;
mod frontier;
mod hash;
mod node;
mod proof;
mod verify;

pub use checkpoint::{Checkpoint, Signer, Verifier};
pub use error::Error;
pub use frontier::{Frontier, NewNode};
pub use hash::{HASH_SIZE, Hash, empty_root, leaf_hash, node_hash};
pub use node::{MAX_SIZE, NodeId};
pub use proof::{
    consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof, root, root_nodes,
};
pub use verify::{verify_consistency, verify_inclusion};

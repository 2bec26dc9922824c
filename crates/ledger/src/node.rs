//! Coordinates in the tree.

use std::fmt;

use crate::{Error, Hash, node_hash};

/// Largest number of entries in a log: what a signed 64-bit column of a database can count.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// A perfect node. It covers the leaves `index << level` up to, not including,
/// `(index + 1) << level`; level 0 are the leaves themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    /// Height above the leaves, 0 to 62.
    pub level: u8,
    /// Position among the nodes of that level, from 0.
    pub index: u64,
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.level, self.index)
    }
}

/// A run of leaves whose hash occurs in the tree: either one perfect node, or the ragged right edge
/// of the tree, which is folded from several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u64,
    end: u64,
}

impl Span {
    pub(crate) const fn new(start: u64, end: u64) -> Self {
        Self { start, end }
    }

    pub(crate) const fn len(self) -> u64 {
        self.end - self.start
    }

    pub(crate) const fn end(self) -> u64 {
        self.end
    }

    pub(crate) const fn contains(self, leaf: u64) -> bool {
        self.start <= leaf && leaf < self.end
    }

    /// Where the tree divides this run: at the largest power of two smaller than its length.
    /// The run has at least two leaves.
    pub(crate) const fn split(self) -> (Self, Self) {
        let middle = self.start + (1 << (self.len() - 1).ilog2());
        (Self::new(self.start, middle), Self::new(middle, self.end))
    }

    /// The perfect nodes that make up the run, left to right, each smaller than the one before.
    pub(crate) fn nodes(self) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        let mut start = self.start;
        while let Some(level) = (self.end - start).checked_ilog2() {
            nodes.push(NodeId {
                level: level as u8,
                index: start >> level,
            });
            start += 1 << level;
        }
        nodes
    }

    /// Hash of the run, its nodes taken from `lookup`.
    pub(crate) fn hash(
        self,
        lookup: &mut impl FnMut(NodeId) -> Option<Hash>,
    ) -> Result<Hash, Error> {
        let mut hashes = Vec::new();
        for id in self.nodes() {
            hashes.push(lookup(id).ok_or(Error::MissingNode(id))?);
        }
        Ok(fold(&hashes))
    }
}

/// Root over perfect nodes in falling size: the smallest are joined first.
pub(crate) fn fold(nodes: &[Hash]) -> Hash {
    nodes
        .iter()
        .rev()
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or_else(crate::empty_root)
}

//! The right edge of the tree: all that is needed to append.

use crate::node::{MAX_SIZE, NodeId, Span, fold};
use crate::{Error, Hash, node_hash};

/// A perfect node that came to exist by an append, and which the store now keeps for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewNode {
    /// Where it stands.
    pub id: NodeId,
    /// Its hash.
    pub hash: Hash,
}

/// The compact range from leaf 0 to the end of the log: one hash per set bit of the size, the
/// largest subtree first. At most 63 hashes, whatever the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of an empty log.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            nodes: Vec::new(),
        }
    }

    /// The nodes that reopen a log of `size` entries, in the order [`Frontier::from_nodes`] takes
    /// their hashes.
    ///
    /// # Errors
    /// [`Error::Full`] if `size` exceeds [`MAX_SIZE`].
    pub fn needed(size: u64) -> Result<Vec<NodeId>, Error> {
        crate::root_nodes(size)
    }

    /// Reopens a log of `size` entries from the hashes of [`Frontier::needed`].
    ///
    /// # Errors
    /// [`Error::FrontierNodes`] if their number does not fit the size.
    pub fn from_nodes(size: u64, nodes: Vec<Hash>) -> Result<Self, Error> {
        let wanted = size.count_ones() as usize;
        if size > MAX_SIZE {
            return Err(Error::Full);
        }
        if nodes.len() != wanted {
            return Err(Error::FrontierNodes {
                size,
                wanted,
                given: nodes.len(),
            });
        }
        Ok(Self { size, nodes })
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree at this size.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.nodes)
    }

    /// Appends one leaf and returns the nodes the store has to keep: the leaf first, then each
    /// node it completed, upwards.
    ///
    /// # Errors
    /// [`Error::Full`] when the log already has [`MAX_SIZE`] entries; nothing is changed then.
    pub fn append(&mut self, leaf: Hash) -> Result<Vec<NewNode>, Error> {
        if self.size >= MAX_SIZE {
            return Err(Error::Full);
        }
        let mut id = NodeId {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        let mut new = vec![NewNode { id, hash }];
        // An odd index has its left sibling at the end of the frontier: join and go up.
        while id.index % 2 == 1 {
            let Some(left) = self.nodes.pop() else { break };
            id = NodeId {
                level: id.level + 1,
                index: id.index / 2,
            };
            hash = node_hash(&left, &hash);
            new.push(NewNode { id, hash });
        }
        self.nodes.push(hash);
        self.size += 1;
        Ok(new)
    }

    /// The perfect nodes this frontier consists of, largest first.
    #[must_use]
    pub fn nodes(&self) -> Vec<NewNode> {
        let ids = Span::new(0, self.size).nodes();
        let pairs = ids.into_iter().zip(&self.nodes);
        pairs
            .map(|(id, hash)| NewNode { id, hash: *hash })
            .collect()
    }
}

//! Which nodes give a root or a proof, and how they are put together.
//!
//! Each question comes in two halves, so that a store can fetch in between in whatever way suits
//! it: `…_nodes` names the nodes to fetch, `…_proof` (or [`root`]) assembles the answer from a
//! lookup over what was fetched.

use crate::node::{MAX_SIZE, NodeId, Span};
use crate::{Error, Hash};

/// The nodes that give the root at `size`, left to right.
///
/// # Errors
/// [`Error::Full`] if `size` exceeds [`MAX_SIZE`].
pub fn root_nodes(size: u64) -> Result<Vec<NodeId>, Error> {
    Ok(whole(size)?.nodes())
}

/// The root at `size`, from the nodes named by [`root_nodes`].
///
/// # Errors
/// [`Error::MissingNode`] if `lookup` lacks one of them.
pub fn root(size: u64, mut lookup: impl FnMut(NodeId) -> Option<Hash>) -> Result<Hash, Error> {
    whole(size)?.hash(&mut lookup)
}

/// The nodes that prove that leaf `index` is part of the tree at `size`.
///
/// # Errors
/// [`Error::OutOfRange`] if `index` is not below `size`.
pub fn inclusion_nodes(index: u64, size: u64) -> Result<Vec<NodeId>, Error> {
    Ok(flatten(&inclusion_spans(index, size)?))
}

/// The inclusion proof of RFC 6962 section 2.1.1, from the nodes named by [`inclusion_nodes`].
///
/// # Errors
/// As [`inclusion_nodes`], and [`Error::MissingNode`] if `lookup` lacks one of the nodes.
pub fn inclusion_proof(
    index: u64,
    size: u64,
    lookup: impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, Error> {
    assemble(&inclusion_spans(index, size)?, lookup)
}

/// The nodes that prove that the tree at `new_size` continues the tree at `old_size`.
///
/// # Errors
/// [`Error::OutOfRange`] if `old_size` is above `new_size`.
pub fn consistency_nodes(old_size: u64, new_size: u64) -> Result<Vec<NodeId>, Error> {
    Ok(flatten(&consistency_spans(old_size, new_size)?))
}

/// The consistency proof of RFC 6962 section 2.1.2, from the nodes named by
/// [`consistency_nodes`]. It is empty for an empty old tree and for two equal sizes.
///
/// # Errors
/// As [`consistency_nodes`], and [`Error::MissingNode`] if `lookup` lacks one of the nodes.
pub fn consistency_proof(
    old_size: u64,
    new_size: u64,
    lookup: impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, Error> {
    assemble(&consistency_spans(old_size, new_size)?, lookup)
}

fn whole(size: u64) -> Result<Span, Error> {
    if size > MAX_SIZE {
        return Err(Error::Full);
    }
    Ok(Span::new(0, size))
}

/// Walks from the root down to the leaf, noting the half not taken; the proof lists them upwards.
fn inclusion_spans(index: u64, size: u64) -> Result<Vec<Span>, Error> {
    let mut rest = whole(size)?;
    if index >= size {
        let position = index;
        return Err(Error::OutOfRange { position, size });
    }
    let mut spans = Vec::new();
    while rest.len() > 1 {
        let (left, right) = rest.split();
        if left.contains(index) {
            spans.push(right);
            rest = left;
        } else {
            spans.push(left);
            rest = right;
        }
    }
    spans.reverse();
    Ok(spans)
}

/// Walks down to where the old tree ends. A half that both trees share is noted as a whole; the
/// part of the old tree where the walk stops is noted too, unless it is the entire old tree, whose
/// root the verifier already has.
fn consistency_spans(old_size: u64, new_size: u64) -> Result<Vec<Span>, Error> {
    let mut rest = whole(new_size)?;
    if old_size > new_size {
        return Err(Error::OutOfRange {
            position: old_size,
            size: new_size,
        });
    }
    if old_size == 0 || old_size == new_size {
        return Ok(Vec::new());
    }
    let mut spans = Vec::new();
    let mut old_tree_is_whole = true;
    while rest.end() != old_size {
        let (left, right) = rest.split();
        if old_size <= left.end() {
            spans.push(right);
            rest = left;
        } else {
            spans.push(left);
            rest = right;
            old_tree_is_whole = false;
        }
    }
    if !old_tree_is_whole {
        spans.push(rest);
    }
    spans.reverse();
    Ok(spans)
}

fn flatten(spans: &[Span]) -> Vec<NodeId> {
    spans.iter().flat_map(|span| span.nodes()).collect()
}

fn assemble(
    spans: &[Span],
    mut lookup: impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, Error> {
    spans.iter().map(|span| span.hash(&mut lookup)).collect()
}

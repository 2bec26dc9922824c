//! Checking proofs, with nothing but hashes in hand (RFC 9162 sections 2.1.3.2 and 2.1.4.2).

use crate::{Error, Hash, empty_root, node_hash};

/// Checks that the entry with hash `leaf` stands at `index` in the tree of `size` with `root`.
///
/// # Errors
/// [`Error::OutOfRange`] if `index` is not below `size`, [`Error::ProofFailed`] if the proof has
/// the wrong length or leads elsewhere.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), Error> {
    if index >= size {
        let position = index;
        return Err(Error::OutOfRange { position, size });
    }
    let mut at = index;
    let mut last = size - 1;
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(Error::ProofFailed);
        }
        if at % 2 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            skip_missing_siblings(&mut at, &mut last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    check(last == 0 && hash == *root)
}

/// Checks that the tree of `new_size` with `new_root` begins with the tree of `old_size` with
/// `old_root`, that is, that nothing was changed, removed or reordered in between.
///
/// # Errors
/// [`Error::OutOfRange`] if `old_size` is above `new_size`, [`Error::ProofFailed`] if the proof has
/// the wrong length or leads elsewhere.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), Error> {
    if old_size > new_size {
        return Err(Error::OutOfRange {
            position: old_size,
            size: new_size,
        });
    }
    if old_size == new_size {
        return check(proof.is_empty() && old_root == new_root);
    }
    if old_size == 0 {
        return check(proof.is_empty() && *old_root == empty_root());
    }
    // The root of a perfect old tree is the first hash of the proof, and left out of it.
    let (seed, path) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(Error::ProofFailed)?
    };
    let (old, new) = climb(old_size, new_size, seed, path)?;
    check(old == *old_root && new == *new_root)
}

/// Computes the old and the new root from a consistency proof.
fn climb(old_size: u64, new_size: u64, seed: &Hash, path: &[Hash]) -> Result<(Hash, Hash), Error> {
    let mut at = old_size - 1;
    let mut last = new_size - 1;
    while at % 2 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*seed, *seed);
    for hash in path {
        if last == 0 {
            return Err(Error::ProofFailed);
        }
        if at % 2 == 1 || at == last {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            skip_missing_siblings(&mut at, &mut last);
        } else {
            new = node_hash(&new, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    check(last == 0)?;
    Ok((old, new))
}

/// On the ragged right edge a node has no sibling on some levels and rises unchanged.
fn skip_missing_siblings(at: &mut u64, last: &mut u64) {
    while at.is_multiple_of(2) && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

fn check(holds: bool) -> Result<(), Error> {
    if holds {
        Ok(())
    } else {
        Err(Error::ProofFailed)
    }
}

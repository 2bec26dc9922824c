//! What holds for trees of every size.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;

use ledger::{
    Error, Frontier, Hash, MAX_SIZE, NodeId, consistency_nodes, consistency_proof, empty_root,
    inclusion_nodes, inclusion_proof, leaf_hash, node_hash, root, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;

/// A log as a store keeps it, with the root at every size it passed through.
#[derive(Default)]
struct Kept {
    leaves: Vec<Hash>,
    nodes: HashMap<NodeId, Hash>,
    roots: Vec<Hash>,
}

impl Kept {
    fn of(leaves: Vec<Hash>) -> Self {
        let mut kept = Self {
            roots: vec![empty_root()],
            ..Self::default()
        };
        let mut frontier = Frontier::new();
        for leaf in &leaves {
            for new in frontier.append(*leaf).unwrap() {
                let before = kept.nodes.insert(new.id, new.hash);
                assert!(before.is_none(), "{} came to exist twice", new.id);
            }
            kept.roots.push(frontier.root());
        }
        kept.leaves = leaves;
        kept
    }

    fn get(&self, id: NodeId) -> Option<Hash> {
        self.nodes.get(&id).copied()
    }
}

fn numbered(size: u64) -> Kept {
    Kept::of((0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect())
}

/// The recursive definition of RFC 6962 section 2.1, word for word.
fn defined_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            node_hash(
                &defined_root(&leaves[..split]),
                &defined_root(&leaves[split..]),
            )
        }
    }
}

#[test]
fn the_root_at_every_size_is_the_one_the_standard_defines() {
    let kept = numbered(300);
    for (size, expected) in kept.roots.iter().enumerate() {
        assert_eq!(*expected, defined_root(&kept.leaves[..size]), "size {size}");
        assert_eq!(*expected, root(size as u64, |id| kept.get(id)).unwrap());
    }
}

#[test]
fn every_leaf_is_provable_at_every_size_and_at_no_other_place() {
    let kept = numbered(70);
    for size in 1..=70_u64 {
        let root = &kept.roots[size as usize];
        for index in 0..size {
            let proof = inclusion_proof(index, size, |id| kept.get(id)).unwrap();
            let leaf = &kept.leaves[index as usize];
            verify_inclusion(leaf, index, size, &proof, root).unwrap();
            for other in (0..size).filter(|other| *other != index) {
                assert!(verify_inclusion(leaf, other, size, &proof, root).is_err());
            }
        }
    }
}

#[test]
fn every_two_sizes_are_provably_consistent() {
    let kept = numbered(130);
    for new in 0..=130_u64 {
        for old in 0..=new {
            let proof = consistency_proof(old, new, |id| kept.get(id)).unwrap();
            let (before, after) = (&kept.roots[old as usize], &kept.roots[new as usize]);
            verify_consistency(old, before, new, after, &proof).unwrap();
        }
    }
}

#[test]
fn a_log_reopened_at_any_size_goes_on_as_if_never_closed() {
    let kept = numbered(150);
    for size in 0..150_u64 {
        let needed = Frontier::needed(size).unwrap();
        let hashes = needed.iter().map(|id| kept.get(*id).unwrap()).collect();
        let mut frontier = Frontier::from_nodes(size, hashes).unwrap();
        assert_eq!(frontier.root(), kept.roots[size as usize]);
        frontier.append(kept.leaves[size as usize]).unwrap();
        assert_eq!(frontier.root(), kept.roots[size as usize + 1]);
    }
}

#[test]
fn a_frontier_refuses_the_wrong_number_of_nodes() {
    let refused = Frontier::from_nodes(5, vec![empty_root()]).unwrap_err();
    assert_eq!(
        refused,
        Error::FrontierNodes {
            size: 5,
            wanted: 2,
            given: 1
        }
    );
}

#[test]
fn a_full_log_takes_no_further_entry_and_is_left_as_it_was() {
    let nodes = vec![empty_root(); MAX_SIZE.count_ones() as usize];
    let mut frontier = Frontier::from_nodes(MAX_SIZE, nodes).unwrap();
    let before = frontier.clone();
    assert_eq!(frontier.append(leaf_hash(b"one more")), Err(Error::Full));
    assert_eq!(frontier, before);
    assert_eq!(Frontier::needed(MAX_SIZE + 1), Err(Error::Full));
}

#[test]
fn a_store_that_lost_a_node_is_told_which() {
    let mut kept = numbered(20);
    let lost = inclusion_nodes(3, 20).unwrap()[1];
    kept.nodes.remove(&lost);
    let refused = inclusion_proof(3, 20, |id| kept.get(id)).unwrap_err();
    assert_eq!(refused, Error::MissingNode(lost));
}

#[test]
fn positions_outside_the_tree_are_refused() {
    assert!(inclusion_nodes(8, 8).is_err());
    assert!(inclusion_nodes(0, 0).is_err());
    assert!(consistency_nodes(9, 8).is_err());
    let root = empty_root();
    assert!(verify_inclusion(&root, 0, 0, &[], &root).is_err());
    assert!(verify_consistency(2, &root, 1, &root, &[]).is_err());
}

fn some_leaves(least: usize) -> impl Strategy<Value = Vec<Hash>> {
    let entry = prop::collection::vec(any::<u8>(), 0..20);
    prop::collection::vec(entry, least..200)
        .prop_map(|entries| entries.iter().map(|entry| leaf_hash(entry)).collect())
}

proptest! {
    #[test]
    fn changing_one_leaf_breaks_its_proof_and_the_root(
        leaves in some_leaves(1),
        at in any::<prop::sample::Index>(),
    ) {
        let index = at.index(leaves.len());
        let kept = Kept::of(leaves.clone());
        let mut forged = leaves;
        forged[index] = leaf_hash(b"something else that is longer than the others");
        let size = forged.len() as u64;
        let root = kept.roots.last().unwrap();
        prop_assert_ne!(*root, *Kept::of(forged.clone()).roots.last().unwrap());
        let proof = inclusion_proof(index as u64, size, |id| kept.get(id)).unwrap();
        prop_assert!(verify_inclusion(&forged[index], index as u64, size, &proof, root).is_err());
    }

    #[test]
    fn swapping_two_different_leaves_or_dropping_one_changes_the_root(
        leaves in some_leaves(2),
        (a, b) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let (a, b) = (a.index(leaves.len()), b.index(leaves.len()));
        prop_assume!(leaves[a] != leaves[b]);
        let root = *Kept::of(leaves.clone()).roots.last().unwrap();
        let mut swapped = leaves.clone();
        swapped.swap(a, b);
        prop_assert_ne!(root, *Kept::of(swapped).roots.last().unwrap());
        let mut dropped = leaves;
        dropped.remove(a);
        prop_assert_ne!(root, *Kept::of(dropped).roots.last().unwrap());
    }

    #[test]
    fn a_rewritten_past_has_no_consistency_proof(
        leaves in some_leaves(2),
        at in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let old = 1 + cut.index(leaves.len() - 1);
        let signed = Kept::of(leaves.clone()).roots[old];
        let mut rewritten = leaves;
        rewritten[at.index(old)] = leaf_hash(b"another past that is longer than the others");
        let (old, new) = (old as u64, rewritten.len() as u64);
        let kept = Kept::of(rewritten);
        let proof = consistency_proof(old, new, |id| kept.get(id)).unwrap();
        let now = kept.roots.last().unwrap();
        prop_assert!(verify_consistency(old, &signed, new, now, &proof).is_err());
    }

    #[test]
    fn a_proof_with_a_hash_changed_added_or_removed_fails(
        leaves in some_leaves(3),
        (at, which) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let kept = Kept::of(leaves);
        let (size, index) = (kept.leaves.len() as u64, at.index(kept.leaves.len()));
        let (leaf, root) = (&kept.leaves[index], kept.roots.last().unwrap());
        let proof = inclusion_proof(index as u64, size, |id| kept.get(id)).unwrap();
        let place = which.index(proof.len());
        let holds = |proof: &[Hash]| verify_inclusion(leaf, index as u64, size, proof, root).is_ok();
        let mut changed = proof.clone();
        changed[place] = empty_root();
        prop_assert!(!holds(&changed));
        let mut longer = proof.clone();
        longer.insert(place, empty_root());
        prop_assert!(!holds(&longer));
        let mut shorter = proof.clone();
        shorter.remove(place);
        prop_assert!(!holds(&shorter));
        prop_assert!(holds(&proof));
    }

    #[test]
    fn checking_never_panics_whatever_it_is_given(
        index in any::<u64>(),
        size in any::<u64>(),
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from), 0..70),
    ) {
        let root = empty_root();
        let _ = verify_inclusion(&root, index, size, &proof, &root);
        let _ = verify_consistency(index, &root, size, &root, &proof);
        let _ = inclusion_nodes(index, size);
        let _ = consistency_nodes(index, size);
    }
}

//! The Merkle log's rows.

use std::collections::HashMap;

use ledger::{
    Checkpoint, Frontier, Hash, Signer, Verifier, inclusion_nodes, inclusion_proof, leaf_hash,
    verify_inclusion,
};
use model::*;
use store::{Append, Book, LedgerRows, Store, StoreError, StoredCheckpoint};

use crate::Site;
use crate::make::{act, after, entry, new_id, noon, passed};

const ORIGIN: &str = "gatebook.example/site";

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[5; 32]).unwrap()
}

async fn fill(store: &impl Book, entries: u64) {
    for _ in 0..entries {
        store
            .append(Append::entry(act(Act::SiteFounded)))
            .await
            .unwrap();
    }
}

async fn leaves(store: &impl LedgerRows) -> Vec<Hash> {
    let raw = store.raw_entries(0, 1000).await.unwrap();
    raw.iter().map(|raw| leaf_hash(&raw.leaf)).collect()
}

pub async fn the_tree_head_is_that_of_the_leaves<S: Site>() {
    let site = S::found().await;
    let (size, root) = site.store().tree_head().await.unwrap();
    assert_eq!((size, root), (0, ledger::empty_root()));
    fill(site.store(), 21).await;
    let mut frontier = Frontier::new();
    for leaf in leaves(site.store()).await {
        frontier.append(leaf).unwrap();
    }
    let head = site.store().tree_head().await.unwrap();
    assert_eq!(head, (21, frontier.root()));
}

pub async fn every_entry_can_be_proved_against_any_later_head<S: Site>() {
    let site = S::found().await;
    let mut heads = Vec::new();
    let mut made = Vec::new();
    for _ in 0..11 {
        let entry = act(Act::SiteFounded);
        site.store()
            .append(Append::entry(entry.clone()))
            .await
            .unwrap();
        made.push(entry.id);
        heads.push(site.store().tree_head().await.unwrap());
    }
    for id in made {
        let (index, leaf) = site.store().leaf(id).await.unwrap().unwrap();
        assert_eq!(store::commitment::event_of(&leaf), Some(id));
        for (size, root) in heads.iter().filter(|(size, _)| *size > index) {
            let ids = inclusion_nodes(index, *size).unwrap();
            let hashes = site.store().nodes(&ids).await.unwrap();
            let known: HashMap<_, _> = ids.into_iter().zip(hashes).collect();
            let proof = inclusion_proof(index, *size, |id| known.get(&id).copied()).unwrap();
            verify_inclusion(&leaf_hash(&leaf), index, *size, &proof, root).unwrap();
        }
    }
    assert_eq!(site.store().leaf(new_id()).await.unwrap(), None);
    let unknown = site
        .store()
        .nodes(&[ledger::NodeId { level: 9, index: 0 }])
        .await;
    assert!(unknown.is_err());
}

pub async fn a_tree_continues_after_a_restart<S: Site>() {
    let site = S::found().await;
    fill(site.store(), 13).await;
    let head = site.store().tree_head().await.unwrap();
    let site = site.restarted().await;
    assert_eq!(site.store().tree_head().await.unwrap(), head);
    fill(site.store(), 8).await;
    let mut frontier = Frontier::new();
    for leaf in leaves(site.store()).await {
        frontier.append(leaf).unwrap();
    }
    assert_eq!(
        site.store().tree_head().await.unwrap(),
        (21, frontier.root())
    );
}

fn checkpoint(size: u64, root: Hash) -> StoredCheckpoint {
    let signed = Checkpoint {
        origin: ORIGIN.to_owned(),
        size,
        root,
    };
    StoredCheckpoint {
        size,
        root,
        note: signer().sign(&signed).unwrap(),
        signed_at: noon(),
    }
}

pub async fn checkpoints_that_do_not_stand_on_the_tree_are_refused<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    fill(store, 3).await;
    let (_, three) = store.tree_head().await.unwrap();
    fill(store, 2).await;
    let (_, five) = store.tree_head().await.unwrap();
    for wrong in [
        checkpoint(6, five),
        checkpoint(5, three),
        checkpoint(4, three),
    ] {
        let refused = store.put_checkpoint(wrong).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }
    assert_eq!(store.latest_checkpoint().await.unwrap(), None);
    store.put_checkpoint(checkpoint(3, three)).await.unwrap();
    store.put_checkpoint(checkpoint(5, five)).await.unwrap();
    store.put_checkpoint(checkpoint(5, five)).await.unwrap();
    let kept = store.checkpoints(10).await.unwrap();
    assert_eq!(kept, [checkpoint(5, five), checkpoint(3, three)]);
    assert_eq!(
        store.latest_checkpoint().await.unwrap(),
        kept.into_iter().next()
    );
}

pub async fn a_used_store_verifies_against_its_checkpoints<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    use_a_while(store).await;
    let verifier = Verifier::new(signer().vkey()).unwrap();
    let report = store::verify::verify(store, &verifier, None, &|_, _| ())
        .await
        .unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.entries, report.checkpoints), (11, 10));
    let raw = store.raw_entries(4, 2).await.unwrap();
    assert_eq!((raw[0].index, raw[1].index, raw.len()), (4, 5, 2));
    assert!(raw.iter().all(|raw| raw.columns_agree));
}

async fn use_a_while(store: &impl Store) {
    let alice = new_id();
    let mut first = None;
    for n in 0..10 {
        let direction = if n % 2 == 0 {
            Direction::Entry
        } else {
            Direction::Exit
        };
        let entry = passed(direction, alice, after(n));
        first.get_or_insert(entry.id);
        store.append(Append::entry(entry)).await.unwrap();
        let (size, root) = store.tree_head().await.unwrap();
        store.put_checkpoint(checkpoint(size, root)).await.unwrap();
    }
    let correction = Correction::NotThisPerson {
        event: first.unwrap(),
        instead: Some(new_id()),
        reason: "another face".to_owned(),
    };
    let correction = entry(Record::Correction(correction));
    store.append(Append::entry(correction)).await.unwrap();
}

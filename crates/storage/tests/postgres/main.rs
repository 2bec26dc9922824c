//! What holds for PostgreSQL in particular.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod backups;
mod killed;
#[path = "../conformance/make.rs"]
#[allow(dead_code)]
mod make;
mod moving;
mod own;
mod rows;
mod server;
mod site;
#[path = "../support/mod.rs"]
mod support;
mod tampering;
mod tls;

use store::{LedgerRows, StoredCheckpoint};

const ORIGIN: &str = "gatebook.example/site";

fn signer() -> ledger::Signer {
    ledger::Signer::from_seed(ORIGIN, &[3; 32]).unwrap()
}

/// Signs the log as it stands.
async fn sign(store: &storage::SqlStore) {
    let (size, root) = store.tree_head().await.unwrap();
    let origin = ORIGIN.to_owned();
    let note = signer()
        .sign(&ledger::Checkpoint { origin, size, root })
        .unwrap();
    let checkpoint = StoredCheckpoint {
        size,
        root,
        note,
        signed_at: model::Timestamp::now(),
    };
    store.put_checkpoint(checkpoint).await.unwrap();
}

/// What verification finds.
async fn findings(store: &storage::SqlStore) -> Vec<store::verify::Finding> {
    let verifier = ledger::Verifier::new(signer().vkey()).unwrap();
    let report = store::verify::verify(store, &verifier, None, &|_, _| ()).await;
    report.unwrap().findings
}

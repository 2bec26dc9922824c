//! Checkpoints while there is something new, and verification on demand.

use crate::clock::SystemClock;
use anyhow::{Context, Result};
use api::ports::{Clock, Verification};
use async_trait::async_trait;
use ledger::{Checkpoint, Signer, Verifier};
use model::{Author, Entry, EventId, Notice, Record};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Append, LedgerRows, Store, StoredCheckpoint};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Longest time an entry stands without a checkpoint over it.
const EVERY: Duration = Duration::from_secs(1);

/// How often the log is verified by itself.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The log's name in checkpoints: the id of its first entry, which no other site has.
///
/// # Errors
/// When the log cannot be read or is empty.
pub async fn origin(store: &dyn LedgerRows) -> Result<String> {
    let first = store.raw_entries(0, 1).await?;
    let leaf = &first
        .first()
        .context("the log is empty: run `gatebook serve` first")?
        .leaf;
    let founding = store::commitment::event_of(leaf).context("the first leaf cannot be read")?;
    Ok(format!("gatebook/{founding}"))
}

/// The signer of this site's checkpoints.
///
/// # Errors
/// When the seed is no key.
pub fn open_signer(seed: &[u8; 32], origin: &str) -> Result<Signer> {
    Ok(Signer::from_seed(origin, seed)?)
}

/// Signs a checkpoint at least each second while there is something new, and once more at the end.
pub async fn sign_checkpoints(store: Arc<dyn Store>, signer: Signer, stop: CancellationToken) {
    loop {
        let ended = tokio::time::timeout(EVERY, stop.cancelled()).await.is_ok();
        if let Err(error) = sign_if_new(&*store, &signer).await {
            tracing::error!(%error, "no checkpoint could be signed");
        }
        if ended {
            return;
        }
    }
}

/// Only committed leaves are signed: the tree head is read back from the store.
async fn sign_if_new(store: &dyn Store, signer: &Signer) -> Result<()> {
    let (size, root) = store.tree_head().await?;
    let newest = store.latest_checkpoint().await?;
    if size == 0 || newest.is_some_and(|checkpoint| checkpoint.size == size) {
        return Ok(());
    }
    let origin = Verifier::new(signer.vkey())?.origin().to_owned();
    let note = signer.sign(&Checkpoint { origin, size, root })?;
    let signed_at = SystemClock.now();
    store
        .put_checkpoint(StoredCheckpoint {
            size,
            root,
            note,
            signed_at,
        })
        .await?;
    metrics::gauge!("gatebook_log_entries").set(precise(size));
    Ok(())
}

/// Exact up to 2^53 entries.
#[allow(clippy::cast_precision_loss)]
fn precise(count: u64) -> f64 {
    count as f64
}

/// Verification for the API.
pub struct LogIntegrity {
    store: Arc<dyn Store>,
    verifier: Verifier,
    last: Mutex<Option<Verification>>,
}

impl LogIntegrity {
    /// Verification of `store` under `verifier`.
    pub fn new(store: Arc<dyn Store>, verifier: Verifier) -> Self {
        Self {
            store,
            verifier,
            last: Mutex::new(None),
        }
    }

    /// A log that does not verify is itself written down, which raises an alert.
    async fn note(&self, finding: String) -> store::Result<()> {
        let entry = Entry {
            id: EventId(Uuid::now_v7()),
            written_at: SystemClock.now(),
            author: Author::System,
            record: Record::Notice(Notice::VerificationFailed { finding }),
        };
        self.store.append(Append::entry(entry)).await.map(drop)
    }
}

/// Verifies the log once a day until `stop`; what is found raises an alert.
pub async fn verify_daily(integrity: Arc<LogIntegrity>, stop: CancellationToken) {
    use api::ports::Integrity;
    while tokio::time::timeout(DAY, stop.cancelled()).await.is_err() {
        let verified = integrity.verify(None, Box::new(|_, _| ())).await;
        match verified {
            Ok(done) => tracing::info!(
                entries = done.entries,
                findings = done.findings.len(),
                "verified"
            ),
            Err(error) => tracing::error!(%error, "the log could not be verified"),
        }
    }
}

#[async_trait]
impl api::ports::Integrity for LogIntegrity {
    async fn verify(
        &self,
        kept: Option<String>,
        progress: Box<dyn Fn(u64, u64) + Send + Sync>,
    ) -> Result<Verification, String> {
        let report =
            store::verify::verify(&*self.store, &self.verifier, kept.as_deref(), &*progress)
                .await
                .map_err(|e| e.to_string())?;
        let done = Verification {
            at: SystemClock.now(),
            entries: report.entries,
            findings: report.findings.iter().map(ToString::to_string).collect(),
        };
        if let Some(first) = done.findings.first() {
            self.note(first.clone()).await.map_err(|e| e.to_string())?;
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(done.clone());
        Ok(done)
    }

    fn last(&self) -> Option<Verification> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn verifier_key(&self) -> String {
        self.verifier.vkey().to_owned()
    }
}

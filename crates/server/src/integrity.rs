//! Checkpoints while there is something new, and verification on demand.

use crate::clock::SystemClock;
use crate::kept::Kept;
use crate::notices;
use crate::site::{Site, signing_seed};
use anyhow::{Context, Result};
use api::ports::{Clock, Step, Tell, Verification};
use async_trait::async_trait;
use ledger::{Checkpoint, Hash, Signer, Verifier};
use model::Notice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{LedgerRows, Store, StoreError, StoredCheckpoint};
use tokio_util::sync::CancellationToken;

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

/// What a site signs its checkpoints with, and where it keeps the newest.
pub struct Signing {
    signer: Signer,
    /// Opens what the signer signed.
    pub verifier: Verifier,
    /// The newest checkpoint, kept outside the database.
    pub kept: Kept,
}

impl Signing {
    /// Of an open site. One whose log was never `signed` gets its key.
    ///
    /// # Errors
    /// When the log is empty, or the key is missing though the log was signed.
    pub async fn of(site: &Site, signed: bool) -> Result<Self> {
        let seed = signing_seed(&site.keys, signed)?;
        let signer = Signer::from_seed(&origin(&site.store).await?, &seed)?;
        Ok(Self {
            verifier: Verifier::new(signer.vkey())?,
            signer,
            kept: Kept::of(&site.keys),
        })
    }

    fn checkpoint(&self, size: u64, root: Hash) -> Result<StoredCheckpoint> {
        let origin = self.verifier.origin().to_owned();
        Ok(StoredCheckpoint {
            size,
            root,
            note: self.signer.sign(&Checkpoint { origin, size, root })?,
            signed_at: SystemClock.now(),
        })
    }
}

/// Signs the log as it stands, whatever was signed before. Only for somebody who wrote into it
/// that it is not what it was.
///
/// # Errors
/// When the store takes no checkpoint, or it cannot be kept.
pub async fn sign_anew(store: &dyn LedgerRows, signing: &Signing) -> Result<()> {
    let (size, root) = store.tree_head().await?;
    let checkpoint = signing.checkpoint(size, root)?;
    let note = checkpoint.note.clone();
    store.put_checkpoint(checkpoint).await?;
    signing.kept.keep(&note)
}

/// Signs a checkpoint at least each second while there is something new, and once more at the end.
pub async fn sign_checkpoints(integrity: Arc<LogIntegrity>, stop: CancellationToken) {
    loop {
        let ended = tokio::time::timeout(EVERY, stop.cancelled()).await.is_ok();
        if let Err(error) = integrity.sign_if_new().await {
            tracing::error!(%error, "no checkpoint could be signed");
        }
        if ended {
            return;
        }
    }
}

/// Exact up to 2^53 entries.
#[allow(clippy::cast_precision_loss)]
fn precise(count: u64) -> f64 {
    count as f64
}

/// Whether the log is what was signed: checkpoints over it, and its verification.
pub struct LogIntegrity {
    store: Arc<dyn Store>,
    signing: Signing,
    last: Mutex<Option<Verification>>,
    /// Why no checkpoint can be signed.
    contradiction: Mutex<Option<String>>,
}

impl LogIntegrity {
    /// Integrity of `store`, signed by `signing`.
    pub fn new(store: Arc<dyn Store>, signing: Signing) -> Self {
        Self {
            store,
            signing,
            last: Mutex::new(None),
            contradiction: Mutex::new(None),
        }
    }

    /// Whether nothing is known to be wrong with the log.
    pub fn is_intact(&self) -> bool {
        use api::ports::Integrity;
        let verified = self.last().is_none_or(|last| last.findings.is_empty());
        verified && self.contradiction().is_none()
    }

    /// Only committed leaves are signed: the tree head is read back from the store.
    async fn sign_if_new(&self) -> Result<()> {
        let newest = self.store.latest_checkpoint().await?;
        let (size, root) = match self.store.tree_head().await {
            Err(StoreError::Damaged(why)) => return self.contradicted(why).await,
            head => head?,
        };
        let Signing { verifier, kept, .. } = &self.signing;
        if let Some(finding) = kept.contradiction(&*self.store, verifier, size).await? {
            return self.contradicted(finding).await;
        }
        let signed = newest.as_ref().filter(|newest| newest.size == size);
        if size == 0 || signed.is_some_and(|signed| signed.root == root) {
            self.agrees();
            return signed.map_or(Ok(()), |signed| self.keep(&signed.note));
        }
        let checkpoint = self.signing.checkpoint(size, root)?;
        let note = checkpoint.note.clone();
        match self.store.put_checkpoint(checkpoint).await {
            Err(StoreError::Conflict { .. }) => self.contradicted(against(newest)).await,
            kept => {
                kept?;
                self.keep(&note)?;
                self.agrees();
                metrics::gauge!("gatebook_log_entries").set(precise(size));
                Ok(())
            }
        }
    }

    /// The database came first: whoever stops between the two keeps it at the next start.
    fn keep(&self, note: &str) -> Result<()> {
        let kept = &self.signing.kept;
        if kept.is_behind(note)? {
            kept.keep(note)?;
        }
        Ok(())
    }

    fn agrees(&self) {
        *lock(&self.contradiction) = None;
    }

    /// Written down once, restarts included; it is kept in mind until the tree agrees again.
    async fn contradicted(&self, finding: String) -> Result<()> {
        let known = lock(&self.contradiction).clone();
        if known.is_some_and(|known| told(&known) == told(&finding)) {
            return Ok(());
        }
        tracing::error!(finding, "no checkpoint can be signed");
        if !self.is_noted(&finding).await? {
            self.note(finding.clone()).await?;
        }
        *lock(&self.contradiction) = Some(finding);
        Ok(())
    }

    async fn is_noted(&self, finding: &str) -> store::Result<bool> {
        notices::any_since(&*self.store, None, |notice| {
            matches!(notice, Notice::VerificationFailed { finding: noted } if told(noted) == told(finding))
        })
        .await
    }

    /// A log that does not verify is itself written down, which raises an alert.
    async fn note(&self, finding: String) -> store::Result<()> {
        let notice = Notice::VerificationFailed { finding };
        notices::append(&*self.store, notice, SystemClock.now()).await
    }
}

/// What of a finding stays the same while the log grows.
fn told(finding: &str) -> &str {
    finding.split_once(';').map_or(finding, |(told, _)| told)
}

/// The same words for as long as no newer checkpoint can be kept.
fn against(newest: Option<StoredCheckpoint>) -> String {
    match newest {
        Some(StoredCheckpoint {
            size, signed_at, ..
        }) => format!(
            "the stored tree contradicts the checkpoint over {size} entries signed at {signed_at}"
        ),
        None => "the stored tree contradicts itself".into(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Verifies the log once a day until `stop`; what is found raises an alert.
pub async fn verify_daily(integrity: Arc<LogIntegrity>, stop: CancellationToken) {
    use api::ports::Integrity;
    while tokio::time::timeout(DAY, stop.cancelled()).await.is_err() {
        let verified = integrity.verify(None, Arc::new(|_| ())).await;
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
    async fn verify(&self, kept: Option<String>, tell: Tell) -> Result<Verification, String> {
        let progress = move |done, all| {
            let pictures = 0;
            tell(Step {
                done,
                all,
                pictures,
            });
        };
        let Signing { verifier, .. } = &self.signing;
        let kept = match kept {
            None => self.signing.kept.note().map_err(|e| e.to_string())?,
            given => given,
        };
        let report = store::verify::verify(&*self.store, verifier, kept.as_deref(), &progress)
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
        *lock(&self.last) = Some(done.clone());
        Ok(done)
    }

    fn last(&self) -> Option<Verification> {
        lock(&self.last).clone()
    }

    fn contradiction(&self) -> Option<String> {
        lock(&self.contradiction).clone()
    }

    fn verifier_key(&self) -> String {
        self.signing.verifier.vkey().to_owned()
    }
}

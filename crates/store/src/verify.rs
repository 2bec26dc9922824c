//! Proving a store: every entry against its leaf, every leaf against the tree, the tree against
//! every checkpoint, and the projections against the log.

use crate::differences::differences;
use crate::{RawEntry, Result, Store, StoredCheckpoint, commitment};
use ledger::{Checkpoint, Frontier, Hash, NodeId, Verifier, leaf_hash};
use projection::Calendar;
use std::fmt;

/// Entries looked at in one step.
const STEP: u32 = 1_000;

/// Something that is not as it was committed to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The log ends before an entry that a checkpoint covers.
    Truncated {
        /// Entries there are.
        entries: u64,
        /// Entries a signed checkpoint covers.
        signed: u64,
    },
    /// Entries are missing in the middle.
    Missing {
        /// Index of the first missing one.
        index: u64,
    },
    /// An entry cannot be read.
    Unreadable {
        /// Its index.
        index: u64,
        /// Why.
        why: String,
    },
    /// An entry is not the one that was committed to: changed, or put in another's place.
    Changed {
        /// Its index.
        index: u64,
        /// Its id as it stands now.
        event: String,
    },
    /// The columns kept for searching do not say what the entry says.
    ColumnsDiffer {
        /// Its index.
        index: u64,
        /// Its id.
        event: String,
    },
    /// Leaves were changed, removed or reordered, and the tree was written anew.
    RootDiffers {
        /// Index of the first entry that can be concerned.
        from: u64,
        /// Size of the checkpoint that contradicts.
        size: u64,
        /// Where the checkpoint is from.
        kept_elsewhere: bool,
    },
    /// There are entries and no checkpoint of this log at all: they were taken away.
    NoCheckpoint,
    /// A checkpoint's signature or text is not right.
    BadCheckpoint {
        /// Why.
        why: String,
    },
    /// A projection's rows are not what the log folds to.
    ProjectionDiffers {
        /// What differs.
        what: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { entries, signed } => write!(
                f,
                "the log was cut off: it has {entries} entries, a signed checkpoint covers {signed}"
            ),
            Self::Missing { index } => write!(f, "entry {index} was removed"),
            Self::Unreadable { index, why } => write!(f, "entry {index} cannot be read: {why}"),
            Self::Changed { index, event } => {
                write!(
                    f,
                    "entry {index} ({event}) was changed or put in another's place"
                )
            }
            Self::ColumnsDiffer { index, event } => write!(
                f,
                "entry {index} ({event}): the columns for searching were changed"
            ),
            Self::RootDiffers {
                from,
                size,
                kept_elsewhere,
            } => write!(
                f,
                "entries from {from} to {} do not lead to the root of the checkpoint over {size} entries{}: \
                 the first that was changed, removed or reordered is among them",
                size.saturating_sub(1),
                if *kept_elsewhere {
                    " kept elsewhere"
                } else {
                    ""
                }
            ),
            Self::NoCheckpoint => f.write_str(
                "there is no checkpoint: whoever removed them could have reordered the log",
            ),
            Self::BadCheckpoint { why } => write!(f, "a checkpoint is not right: {why}"),
            Self::ProjectionDiffers { what } => {
                write!(f, "{what} not what the log says; rebuild the projections")
            }
        }
    }
}

/// What a verification found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Entries looked at.
    pub entries: u64,
    /// Checkpoints held against the tree.
    pub checkpoints: u64,
    /// Findings, in the order of the log; empty: everything verifies.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether everything verifies.
    #[must_use]
    pub fn verifies(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Proves `store`, which may be in use: entries appended meanwhile are left to the next time.
///
/// `kept` is a signed checkpoint kept elsewhere; only it can show that a log was cut off and signed
/// anew with the same key. `progress` hears (entries done, entries in all).
///
/// # Errors
/// When the store cannot be read at all; what is wrong with its contents is in the report.
pub async fn verify(
    store: &dyn Store,
    verifier: &Verifier,
    kept: Option<&str>,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Report> {
    let (size, _) = store.tree_head().await?;
    let mut walk = Walk::new(store, verifier, kept, size).await?;
    let settings = store.settings().await?;
    let calendar = Calendar::named(&settings.time_zone)
        .map_err(|e| crate::StoreError::Damaged(e.to_string()))?;
    let mut folded = projection::Book::default();
    while walk.next < size {
        let batch = store.raw_entries(walk.next, STEP).await?;
        if batch.is_empty() {
            walk.report
                .findings
                .push(Finding::Missing { index: walk.next });
            break;
        }
        for raw in batch.into_iter().take_while(|raw| raw.index < size) {
            walk.entry(&raw);
            if let Ok((entry, _)) = &raw.payload {
                folded.record(entry, &calendar);
            }
        }
        progress(walk.next.min(size), size);
    }
    walk.end(size);
    let mut report = walk.report;
    let grown = store.tree_head().await?.0 != size;
    if report.verifies() && !grown {
        report.findings.extend(differences(store, &folded).await?);
    }
    Ok(report)
}

/// A signed claim about the tree at one size.
struct Claim {
    checkpoint: Checkpoint,
    kept_elsewhere: bool,
}

struct Walk {
    next: u64,
    frontier: Frontier,
    claims: Vec<Claim>,
    /// Size up to which the tree agreed with a claim.
    agreed: u64,
    /// Whether an entry was named already: a differing root then tells nothing new.
    named: bool,
    /// Stored leaf hashes, by index, of entries whose leaf was rewritten together with its payload.
    stored: Vec<Hash>,
    report: Report,
}

impl Walk {
    async fn new(
        store: &dyn Store,
        verifier: &Verifier,
        kept: Option<&str>,
        size: u64,
    ) -> Result<Self> {
        let mut walk = Self {
            next: 0,
            frontier: Frontier::new(),
            claims: Vec::new(),
            agreed: 0,
            named: false,
            stored: stored_leaves(store, size).await.unwrap_or_default(),
            report: Report::default(),
        };
        for StoredCheckpoint { note, .. } in store.checkpoints(u32::MAX).await? {
            walk.claim(verifier, &note, false);
        }
        let none = walk.claims.is_empty() && walk.report.findings.is_empty();
        if none && size > 0 {
            walk.report.findings.push(Finding::NoCheckpoint);
        }
        if let Some(note) = kept {
            walk.claim(verifier, note, true);
        }
        walk.claims.sort_by_key(|claim| claim.checkpoint.size);
        walk.claims.reverse();
        Ok(walk)
    }

    fn claim(&mut self, verifier: &Verifier, note: &str, kept_elsewhere: bool) {
        match verifier.open(note.as_bytes()) {
            Ok(checkpoint) => self.claims.push(Claim {
                checkpoint,
                kept_elsewhere,
            }),
            Err(error) => {
                let why = error.to_string();
                self.report.findings.push(Finding::BadCheckpoint { why });
            }
        }
    }

    fn entry(&mut self, raw: &RawEntry) {
        if raw.index != self.next {
            self.name(Finding::Missing { index: self.next });
            self.next = raw.index;
        }
        self.against_leaf(raw);
        let hash = leaf_hash(&raw.leaf);
        let known = usize::try_from(raw.index)
            .ok()
            .and_then(|i| self.stored.get(i));
        if known.is_some_and(|known| *known != hash) {
            self.name(changed(raw));
        }
        // A log of more than 2^63 entries does not exist.
        let _ = self.frontier.append(hash);
        self.next += 1;
        self.report.entries += 1;
        self.against_claims();
    }

    fn against_leaf(&mut self, raw: &RawEntry) {
        match &raw.payload {
            Err(why) => self.name(Finding::Unreadable {
                index: raw.index,
                why: why.clone(),
            }),
            Ok((entry, key)) => {
                let expected = commitment::leaf(entry, key);
                if !expected.is_ok_and(|leaf| leaf.as_slice() == raw.leaf) {
                    self.name(changed(raw));
                } else if !raw.columns_agree {
                    let event = entry.id.to_string();
                    self.name(Finding::ColumnsDiffer {
                        index: raw.index,
                        event,
                    });
                }
            }
        }
    }

    /// Holds the tree against every claim about its present size.
    fn against_claims(&mut self) {
        let size = self.frontier.size();
        while self
            .claims
            .last()
            .is_some_and(|claim| claim.checkpoint.size <= size)
        {
            let Some(claim) = self.claims.pop() else {
                break;
            };
            self.report.checkpoints += 1;
            if claim.checkpoint.size != size {
                continue;
            }
            if claim.checkpoint.root == self.frontier.root() {
                self.agreed = size;
            } else if !self.named {
                let kept_elsewhere = claim.kept_elsewhere;
                self.name(Finding::RootDiffers {
                    from: self.agreed,
                    size,
                    kept_elsewhere,
                });
            }
        }
    }

    fn name(&mut self, finding: Finding) {
        self.named = true;
        if self.report.findings.last() != Some(&finding) {
            self.report.findings.push(finding);
        }
    }

    /// Claims about a larger tree than there is: the log was cut off.
    fn end(&mut self, size: u64) {
        if let Some(largest) = self.claims.first() {
            let signed = largest.checkpoint.size;
            if signed > size {
                self.report.findings.push(Finding::Truncated {
                    entries: size,
                    signed,
                });
            }
        }
    }
}

fn changed(raw: &RawEntry) -> Finding {
    let event = match &raw.payload {
        Ok((entry, _)) => entry.id.to_string(),
        Err(_) => commitment::event_of(&raw.leaf).map_or_else(String::new, |id| id.to_string()),
    };
    Finding::Changed {
        index: raw.index,
        event,
    }
}

async fn stored_leaves(store: &dyn Store, size: u64) -> Result<Vec<Hash>> {
    let mut all = Vec::new();
    let mut from = 0;
    while from < size {
        let to = size.min(from + u64::from(STEP));
        let ids: Vec<NodeId> = (from..to).map(|index| NodeId { level: 0, index }).collect();
        all.extend(store.nodes(&ids).await?);
        from = to;
    }
    Ok(all)
}

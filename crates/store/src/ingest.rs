//! Observations: committed before they are acknowledged, settled exactly once.

use crate::Result;
use async_trait::async_trait;
use model::{Observation, ObservationDraft, ObservationId, Unresolved};

/// The outcome of committing a draft.
#[derive(Clone, PartialEq, Debug)]
pub struct Commit {
    /// The committed observation: the new one, or the first one that this repeats.
    pub observation: Observation,
    /// Whether it repeats one that was committed before.
    pub duplicate: bool,
    /// Highest sequence of the device's `boot_id` without a gap from 1, where the device counts.
    pub contiguous: Option<u64>,
}

/// An unresolved group with the number it is listed under.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredUnresolved {
    /// Counts up from 1.
    pub number: u64,
    /// The group.
    pub unresolved: Unresolved,
    /// Whether an operator set it aside.
    pub dismissed: bool,
}

/// The durable queue between the edges and the pipeline.
#[async_trait]
pub trait Ingest: Send + Sync {
    /// Makes `draft` durable, or recognises it as a repetition by its key
    /// (see [`model::SourceKey`]; keys are per device).
    async fn commit(&self, draft: ObservationDraft) -> Result<Commit>;

    /// Whether [`Ingest::commit`] would find `draft` to be a repetition. Writes nothing; whoever
    /// must not write twice still goes by what `commit` answers.
    async fn is_known(&self, draft: &ObservationDraft) -> Result<bool>;

    /// All committed observations that are not settled yet, in order of commit.
    async fn unsettled(&self) -> Result<Vec<Observation>>;

    /// One observation and its message as received.
    async fn observation(&self, id: ObservationId) -> Result<Option<(Observation, Vec<u8>)>>;

    /// Unresolved groups, newest first, below `before` when given.
    async fn unresolved(&self, before: Option<u64>, limit: u32) -> Result<Vec<StoredUnresolved>>;

    /// Sets an unresolved group aside (the act itself is appended by the caller).
    async fn dismiss_unresolved(&self, number: u64) -> Result<()>;
}

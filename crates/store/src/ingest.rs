//! Observations: committed before they are acknowledged, settled exactly once.

use crate::Result;
use async_trait::async_trait;
use model::{EventId, Observation, ObservationDraft, ObservationId, Unresolved};

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

/// What was committed and has no end yet.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Unsettled {
    /// In order of commit.
    pub observations: Vec<Observation>,
    /// Each that cannot be read any more, as the group under which it is to be listed.
    pub unreadable: Vec<Unresolved>,
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
    /// (see [`model::SourceKey`]; keys are per device). Where the first one cannot be read any
    /// more, `draft` stands for its content: the key is the same.
    async fn commit(&self, draft: ObservationDraft) -> Result<Commit>;

    /// Whether [`Ingest::commit`] would find `draft` to be a repetition. Writes nothing; whoever
    /// must not write twice still goes by what `commit` answers.
    async fn is_known(&self, draft: &ObservationDraft) -> Result<bool>;

    /// All committed observations that are not settled yet.
    async fn unsettled(&self) -> Result<Unsettled>;

    /// Observations that ended in entries, joined re-sightings included, each with its entry:
    /// newest first by order of commit, below the order `before` when given, at most `limit`.
    /// Those that cannot be read any more are left out.
    async fn ended(&self, before: Option<u64>, limit: u32) -> Result<Vec<(Observation, EventId)>>;

    /// One observation and its message as received.
    async fn observation(&self, id: ObservationId) -> Result<Option<(Observation, Vec<u8>)>>;

    /// Unresolved groups, newest first, below `before` when given.
    async fn unresolved(&self, before: Option<u64>, limit: u32) -> Result<Vec<StoredUnresolved>>;
}

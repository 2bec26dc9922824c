//! Strangers: faces like nobody in the gallery, kept for a configured time.

use crate::Result;
use async_trait::async_trait;
use model::{EventId, PictureId, StrangerId, Timestamp};

/// A passage of a stranger.
#[derive(Clone, PartialEq, Debug)]
pub struct StrangerSeen {
    /// The picture of the passage, which names the sighting.
    pub picture: PictureId,
    /// The face, cut out of it.
    pub face: PictureId,
    /// Whom it is held to be.
    pub stranger: StrangerId,
    /// When.
    pub at: Timestamp,
    /// Identity of the model that made the template; no model's where there is none.
    pub model: String,
    /// The template's own encoding; sealed at rest. Empty where it is damaged, and of a face that is compared with
    /// nobody, for it was covered.
    pub template: Vec<u8>,
}

/// A stranger, without templates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stranger {
    /// Identity.
    pub id: StrangerId,
    /// When they were seen first, of what is still kept.
    pub first_seen: Timestamp,
    /// When they were seen last.
    pub last_seen: Timestamp,
    /// How often.
    pub times: u64,
    /// The newest face.
    pub face: PictureId,
}

/// A sighting that was erased: files and gallery are to follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StrangerGone {
    /// Whom it was held to be.
    pub stranger: StrangerId,
    /// The picture of the passage.
    pub picture: PictureId,
    /// The face, cut out of it.
    pub face: PictureId,
}

/// What is kept of strangers. It is erased before its time with [`crate::Write::EraseStranger`].
#[async_trait]
pub trait Strangers: Send + Sync {
    /// Keeps a sighting; the same picture again changes nothing.
    async fn keep_stranger(&self, seen: &StrangerSeen) -> Result<()>;

    /// Every sighting, oldest first, to fill the gallery of strangers at start.
    async fn strangers_seen(&self) -> Result<Vec<StrangerSeen>>;

    /// Strangers, whoever was seen last first; at most `limit`.
    async fn strangers(&self, limit: u32) -> Result<Vec<Stranger>>;

    /// The sightings of one, newest first, each with the event it ended in. Nothing: there is no such stranger.
    async fn stranger(&self, id: StrangerId) -> Result<Vec<(StrangerSeen, Option<EventId>)>>;

    /// One of them, counted without opening a template. `None`: there is no such stranger.
    async fn find_stranger(&self, id: StrangerId) -> Result<Option<Stranger>>;

    /// Whom a picture of a passage shows, if it shows a stranger that is kept.
    async fn stranger_on(&self, picture: PictureId) -> Result<Option<StrangerId>>;

    /// Erases what was seen before that time; what it was, for files and gallery. No row names its pictures any more.
    async fn erase_strangers(&self, before: Timestamp) -> Result<Vec<StrangerGone>>;

    /// Takes back the sighting on that picture, for it was no stranger: row and face go, the picture stays with its
    /// passage. `None`: nothing was kept of it.
    async fn take_back_stranger(&self, picture: PictureId) -> Result<Option<StrangerGone>>;

    /// The event that the observation with this picture ended in; `None` while it is not decided.
    async fn event_on(&self, picture: PictureId) -> Result<Option<EventId>>;
}

//! Where a camera's pictures come from.

use super::Moment;
use async_trait::async_trait;
use bytes::Bytes;
use std::time::Instant;

/// The pictures of one camera.
#[async_trait]
pub trait CameraPictures: Send + Sync {
    /// The newest one, with the moment when it was complete here; asked for when it is the camera's turn.
    fn newest(&mut self) -> Option<(Bytes, Moment)>;

    /// What the camera's main stream showed when a picture came, as JPEG; `None`: there is no such stream, or it was not
    /// there then.
    async fn main_at(&mut self, came: Instant) -> Option<Bytes>;
}

/// One picture that was sent here.
pub struct Sent(Option<(Bytes, Moment)>);

impl Sent {
    /// This one.
    pub fn new(jpeg: Bytes, moment: Moment) -> Self {
        Self(Some((jpeg, moment)))
    }
}

#[async_trait]
impl CameraPictures for Sent {
    fn newest(&mut self) -> Option<(Bytes, Moment)> {
        self.0.take()
    }

    async fn main_at(&mut self, _: Instant) -> Option<Bytes> {
        None
    }
}

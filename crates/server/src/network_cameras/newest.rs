//! The newest picture of a network camera, and what its main stream showed at that time.

use crate::cameras::{CameraPictures, Moment};
use async_trait::async_trait;
use bytes::Bytes;
use cameras::{Feed, Frame, MainStream};
use model::DeviceId;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// The pictures of one camera.
pub struct Newest {
    camera: DeviceId,
    frames: watch::Receiver<Option<Frame>>,
    main: Option<Arc<MainStream>>,
}

impl Newest {
    /// Those of `feed`, and of the main stream beside it if there is one.
    pub fn of(camera: DeviceId, feed: &Feed, main: Option<Arc<MainStream>>) -> Self {
        Self {
            camera,
            frames: feed.frames.subscribe(),
            main,
        }
    }

    /// Waits for a picture that was not worked on; `false`: none will come.
    pub async fn changed(&mut self) -> bool {
        self.frames.changed().await.is_ok()
    }
}

#[async_trait]
impl CameraPictures for Newest {
    fn newest(&mut self) -> Option<(Bytes, Moment)> {
        let frame = self.frames.borrow_and_update().clone()?;
        let moment = Moment {
            at: frame.at,
            came: frame.came,
        };
        Some((frame.jpeg, moment))
    }

    async fn main_at(&self, came: Instant) -> Option<Bytes> {
        let picture = self.main.as_ref()?.picture_at(came).await;
        picture.unwrap_or_else(|error| {
            let camera = self.camera;
            tracing::warn!(%camera, %error, "the picture is kept from the smaller stream");
            None
        })
    }
}

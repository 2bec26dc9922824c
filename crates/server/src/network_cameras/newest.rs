//! The newest picture of a network camera, and what its main stream showed at that time.

use crate::cameras::{CameraPictures, Moment};
use async_trait::async_trait;
use bytes::Bytes;
use cameras::{Feed, Frame, MainStream};
use model::DeviceId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The pictures of one camera.
pub struct Newest {
    camera: DeviceId,
    frames: watch::Receiver<Option<Frame>>,
    main: Option<Arc<MainStream>>,
    /// The picture of the main stream that was asked for last: several people are often seen best in one frame.
    asked: Option<(Instant, Bytes)>,
    /// When decoding the main stream failed last.
    failed: Option<Instant>,
}

/// After a picture could not be decoded none is asked for during so long: the camera's next pictures wait for each.
const SPARED: Duration = Duration::from_secs(30);

impl Newest {
    /// Those of `feed`, and of the main stream beside it if there is one.
    pub fn of(camera: DeviceId, feed: &Feed, main: Option<Arc<MainStream>>) -> Self {
        Self {
            camera,
            frames: feed.frames.subscribe(),
            main,
            asked: None,
            failed: None,
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

    async fn main_at(&mut self, came: Instant) -> Option<Bytes> {
        let main = self.main.as_ref()?;
        if let Some((_, picture)) = self.asked.as_ref().filter(|(of, _)| *of == came) {
            return Some(picture.clone());
        }
        if self.failed.is_some_and(|at| at.elapsed() < SPARED) {
            return None;
        }
        match main.picture_at(came).await {
            Ok(picture) => {
                self.asked = picture.map(|picture| (came, picture));
                self.asked.as_ref().map(|(_, picture)| picture.clone())
            }
            Err(error) => {
                let camera = self.camera;
                tracing::warn!(%camera, %error, "pictures are kept of the smaller stream for a while");
                self.failed = Some(Instant::now());
                None
            }
        }
    }
}

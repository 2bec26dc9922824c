//! What was decided at a network camera, on its way into the log: beside the looks, which do not wait for it.

use crate::cameras::{LiveCameras, Passages};
use bytes::Bytes;
use cameras::MainStream;
use model::DeviceId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// What decoding main streams may take of the house.
pub struct Decoding {
    /// One for each picture that is decoded at the same time.
    pub places: Semaphore,
    /// How long one picture may take.
    pub picture: Duration,
    /// How long the passages of one look wait for theirs. Other factors of a passage wait ten seconds.
    pub look: Duration,
}

impl Default for Decoding {
    fn default() -> Self {
        Self {
            places: Semaphore::new(2),
            picture: Duration::from_secs(2),
            look: Duration::from_secs(3),
        }
    }
}

/// The main stream of a camera, and what decoding it may take.
pub type Main = (Arc<MainStream>, Arc<Decoding>);

/// Hands in what looks at the camera decided, in their order, until there are no more looks. Once they are `over` nothing is
/// waited for: whoever looks at the camera then comes after them.
pub async fn hand_in(
    camera: DeviceId,
    mut decided: mpsc::Receiver<(Instant, Passages)>,
    main: Option<Main>,
    live: Arc<LiveCameras>,
    over: CancellationToken,
) {
    while let Some((looked, mut passages)) = decided.recv().await {
        if let Some(main) = &main {
            let left = main.1.look.saturating_sub(looked.elapsed());
            // Whatever has no better picture by then keeps its own.
            if !left.is_zero() {
                let taking = timeout(left, take_pictures(camera, main, &mut passages));
                let _ = over.run_until_cancelled(taking).await;
            }
        }
        live.hand_in(camera, passages).await;
    }
}

/// Takes the pictures of the main stream in place of those of the smaller one.
async fn take_pictures(camera: DeviceId, (main, decoding): &Main, passages: &mut Passages) {
    // Several people are often seen best in one frame.
    let mut newest: Option<(Instant, Option<Bytes>)> = None;
    for (came, kept) in passages.pictures() {
        let picture = match &newest {
            Some((of, picture)) if *of == came => picture.clone(),
            _ => picture_at(camera, main, decoding, came).await,
        };
        if let Some(picture) = &picture {
            *kept = picture.clone();
        }
        newest = Some((came, picture));
    }
}

async fn picture_at(
    camera: DeviceId,
    main: &MainStream,
    decoding: &Decoding,
    came: Instant,
) -> Option<Bytes> {
    let _place = decoding.places.acquire().await.ok()?;
    let picture = main.picture_at(came).await;
    picture.unwrap_or_else(|error| {
        tracing::warn!(%camera, %error, "pictures are kept of the smaller stream for a while");
        None
    })
}

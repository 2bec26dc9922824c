//! The main stream of a camera whose faces are looked for in a smaller one: its last seconds are kept, and the picture of
//! a moment is decoded when somebody wants it.

use crate::address::Protocol;
use crate::backoff::Backoff;
use crate::camera::{Feed, Rate, State, Status, live, rest};
use crate::rtsp::{Recent, Units, last_picture};
use crate::{Error, Guard, Result, Spec};
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::timeout;

/// After a picture could not be decoded none is tried for so long.
const SPARED: Duration = Duration::from_secs(30);

/// The last seconds of a main stream.
pub struct MainStream {
    recent: Mutex<Option<Recent>>,
    within: Duration,
    trouble: Mutex<Option<(Instant, Error)>>,
    /// How it goes.
    pub status: watch::Sender<Status>,
}

impl MainStream {
    /// One that did not come yet, of which decoding a picture may take so long.
    #[must_use]
    pub fn new(within: Duration) -> Self {
        Self {
            recent: Mutex::default(),
            within,
            trouble: Mutex::default(),
            status: watch::Sender::default(),
        }
    }

    /// The picture that was the newest at `came`, as JPEG; `None` where the stream was not there at that time, and for half a
    /// minute after one could not be decoded.
    ///
    /// # Errors
    /// [`Error::Decoder`], also when it takes too long; [`Error::Codec`] without a decoder; [`Error::TooLarge`].
    pub async fn picture_at(&self, came: Instant) -> Result<Option<Bytes>> {
        let failed = locked(&self.trouble).as_ref().map(|(at, _)| *at);
        if failed.is_some_and(|at| at.elapsed() < SPARED) {
            return Ok(None);
        }
        let stretch = locked(&self.recent)
            .as_ref()
            .and_then(|recent| recent.up_to(came));
        let Some(stretch) = stretch else {
            return Ok(None);
        };
        let decoded = timeout(self.within, last_picture(&stretch)).await;
        let late = |_| {
            Error::Decoder(format!(
                "a picture of the main stream took longer than {:?}; set a shorter key frame interval, or a smaller picture, in the camera",
                self.within
            ))
        };
        let picture = decoded.map_err(late).flatten();
        let trouble = picture.as_ref().err().cloned();
        *locked(&self.trouble) = trouble.map(|error| (Instant::now(), error));
        picture.map(Some)
    }

    /// Why the last picture that was wanted could not be decoded, if it could not.
    #[must_use]
    pub fn trouble(&self) -> Option<Error> {
        locked(&self.trouble)
            .as_ref()
            .map(|(_, error)| error.clone())
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the last seconds of a main stream until it is dropped; never returns. It is connected to while the smaller stream,
/// `feed`, is live: a camera that is away is not asked twice, and neither is one that refuses the password.
pub async fn keep_main(spec: Spec, guard: Arc<Guard>, main: Arc<MainStream>, feed: Arc<Feed>) {
    let mut backoff = Backoff::default();
    let mut smaller = feed.status.subscribe();
    while smaller
        .wait_for(|smaller| smaller.state == State::Live)
        .await
        .is_ok()
    {
        let error = keep_once(&spec, &guard, &main, &mut backoff).await;
        *locked(&main.recent) = None;
        rest("main stream", &spec, &mut backoff, &main.status, error).await;
    }
}

async fn keep_once(
    spec: &Spec,
    guard: &Arc<Guard>,
    main: &MainStream,
    backoff: &mut Backoff,
) -> Error {
    if spec.address.protocol() != Protocol::Rtsp {
        return Error::Address("a main stream comes over RTSP".into());
    }
    let mut units = match Units::open(spec, guard).await {
        Ok(units) => units,
        Err(error) => return error,
    };
    match units.recent() {
        Ok(recent) => *locked(&main.recent) = Some(recent),
        Err(error) => return error,
    }
    // It may have been set otherwise meanwhile.
    *locked(&main.trouble) = None;
    let mut rate = Rate::begin(tokio::time::Instant::now());
    loop {
        let unit = match units.next_in_time().await {
            Ok(unit) => unit,
            Err(error) => return error,
        };
        backoff.succeeded();
        let kept = locked(&main.recent)
            .as_mut()
            .map_or(Ok(()), |recent| recent.push(unit, Instant::now()));
        if let Err(error) = kept {
            return error;
        }
        live(&main.status, &mut rate, || units.kind());
    }
}

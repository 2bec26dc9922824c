//! The main stream of a camera whose faces are looked for in a smaller one: its last seconds are kept, and the picture of
//! a moment is decoded when somebody wants it.

use crate::address::Protocol;
use crate::backoff::Backoff;
use crate::camera::{Rate, Status, live, rest};
use crate::rtsp::{Recent, Units, last_picture};
use crate::{Error, Guard, Result, Spec};
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::timeout;

/// How long decoding may take: the camera's next pictures wait meanwhile.
const DECODED_WITHIN: Duration = Duration::from_secs(2);

/// The last seconds of a main stream.
#[derive(Default)]
pub struct MainStream {
    recent: Mutex<Option<Recent>>,
    /// How it goes.
    pub status: watch::Sender<Status>,
}

impl MainStream {
    /// The picture that was the newest at `came`, as JPEG; `None` where the stream was not there at that time.
    ///
    /// # Errors
    /// [`Error::Decoder`], also when it takes longer than two seconds; [`Error::Codec`] without a decoder; [`Error::TooLarge`].
    pub async fn picture_at(&self, came: Instant) -> Result<Option<Bytes>> {
        let stretch = self.recent().as_ref().and_then(|recent| recent.up_to(came));
        let Some(stretch) = stretch else {
            return Ok(None);
        };
        let decoded = timeout(DECODED_WITHIN, last_picture(&stretch)).await;
        let late = |_| Error::Decoder(format!("it took longer than {DECODED_WITHIN:?}"));
        decoded.map_err(late)?.map(Some)
    }

    fn recent(&self) -> MutexGuard<'_, Option<Recent>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the last seconds of a main stream until it is dropped; never returns.
pub async fn keep_main(spec: Spec, guard: Arc<Guard>, main: Arc<MainStream>) {
    let mut backoff = Backoff::default();
    loop {
        let error = keep_once(&spec, &guard, &main, &mut backoff).await;
        *main.recent() = None;
        rest(&spec, &mut backoff, &main.status, error).await;
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
        Ok(recent) => *main.recent() = Some(recent),
        Err(error) => return error,
    }
    let mut rate = Rate::begin(tokio::time::Instant::now());
    loop {
        let unit = match units.next_in_time().await {
            Ok(unit) => unit,
            Err(error) => return error,
        };
        backoff.succeeded();
        let kept = main
            .recent()
            .as_mut()
            .map_or(Ok(()), |recent| recent.push(unit, Instant::now()));
        if let Err(error) = kept {
            return error;
        }
        live(&main.status, &mut rate, || units.kind());
    }
}

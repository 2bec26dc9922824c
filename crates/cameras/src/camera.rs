//! Following one camera for as long as it is wanted.

use crate::address::Protocol;
use crate::backoff::Backoff;
use crate::frame::{Frame, Source};
use crate::{Error, Guard, Result, Spec, http, rtsp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// How long the first picture may take in all, when a camera is tried.
const FIRST_PICTURE: Duration = Duration::from_secs(20);
/// Over how long the rate of pictures is measured.
const MEASURED: Duration = Duration::from_secs(5);

/// How it goes with a camera.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It is being connected to.
    Connecting,
    /// Pictures come.
    Live,
    /// It failed and is tried again after a pause.
    Waiting,
}

/// How it goes with a camera, in words.
#[derive(Clone, PartialEq, Debug)]
pub struct Status {
    /// How it goes.
    pub state: State,
    /// Pictures each second over the last five seconds.
    pub frames_per_second: f32,
    /// What the connection is, e.g. `MJPEG`.
    pub kind: Option<String>,
    /// Why there was no picture the last time there was none.
    pub error: Option<Error>,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            state: State::Connecting,
            frames_per_second: 0.0,
            kind: None,
            error: None,
        }
    }
}

/// Where pictures and words go: the newest of each.
#[derive(Debug)]
pub struct Feed {
    /// The newest picture.
    pub frames: watch::Sender<Option<Frame>>,
    /// How it goes.
    pub status: watch::Sender<Status>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            frames: watch::Sender::new(None),
            status: watch::Sender::new(Status::default()),
        }
    }
}

/// Follows a camera until it is dropped; never returns.
pub async fn follow(spec: Spec, guard: Arc<Guard>, feed: Arc<Feed>) {
    let mut backoff = Backoff::default();
    loop {
        let error = follow_once(&spec, &guard, &feed, &mut backoff).await;
        rest("camera", &spec, &mut backoff, &feed.status, error).await;
    }
}

/// The pause after `error` of a camera or what else is followed, told.
pub(crate) async fn rest(
    what: &str,
    spec: &Spec,
    backoff: &mut Backoff,
    told: &watch::Sender<Status>,
    error: Error,
) {
    let pause = backoff.failed(&error, chance());
    tracing::info!(address = ?spec.address, %error, ?pause, "a {what} gives no picture");
    told.send_modify(|status| {
        status.state = State::Waiting;
        status.frames_per_second = 0.0;
        status.error = Some(error);
    });
    sleep(pause).await;
    told.send_modify(|status| status.state = State::Connecting);
}

/// Tells that a picture came.
pub(crate) fn live(told: &watch::Sender<Status>, rate: &mut Rate, kind: impl FnOnce() -> String) {
    let per_second = rate.count(Instant::now());
    told.send_modify(|status| {
        status.state = State::Live;
        status.frames_per_second = per_second.unwrap_or(status.frames_per_second);
        status.kind = Some(kind());
        status.error = None;
    });
}

async fn follow_once(spec: &Spec, guard: &Arc<Guard>, feed: &Feed, backoff: &mut Backoff) -> Error {
    let mut source = match open(spec, guard).await {
        Ok(source) => source,
        Err(error) => return error,
    };
    let mut rate = Rate::begin(Instant::now());
    loop {
        let frame = match source.next().await {
            Ok(frame) => frame,
            Err(error) => return error,
        };
        backoff.succeeded();
        feed.frames.send_replace(Some(frame));
        live(&feed.status, &mut rate, || source.kind());
    }
}

/// The first picture of a camera, for whoever sets it up.
///
/// # Errors
/// Why there is none.
pub async fn first_picture(spec: &Spec, guard: &Arc<Guard>) -> Result<Frame> {
    let picture = async { open(spec, guard).await?.next().await };
    let silent = Error::Silent(FIRST_PICTURE.as_secs());
    timeout(FIRST_PICTURE, picture).await.unwrap_or(Err(silent))
}

async fn open(spec: &Spec, guard: &Arc<Guard>) -> Result<Box<dyn Source>> {
    match spec.address.protocol() {
        Protocol::Http => http::open(spec, guard).await,
        Protocol::Rtsp => rtsp::open(spec, guard).await,
    }
}

/// Chance for pauses; without a source of it every pause is a whole one.
fn chance() -> u8 {
    let mut byte = [0];
    match getrandom::fill(&mut byte) {
        Ok(()) => byte[0],
        Err(_) => 0,
    }
}

/// Counts pictures.
pub(crate) struct Rate {
    since: Instant,
    count: u16,
}

impl Rate {
    pub(crate) fn begin(now: Instant) -> Self {
        Self {
            since: now,
            count: 0,
        }
    }

    /// Counts a picture; now and then how many there were each second.
    fn count(&mut self, now: Instant) -> Option<f32> {
        self.count = self.count.saturating_add(1);
        let over = now.duration_since(self.since);
        if over < MEASURED {
            return None;
        }
        let rate = f32::from(self.count) / over.as_secs_f32();
        *self = Self::begin(now);
        Some(rate)
    }
}

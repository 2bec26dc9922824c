//! MJPEG: one answer that never ends, a picture to each part.

use super::client::{PATIENCE, broken};
use super::mjpeg::{BadPart, Parts};
use crate::frame::{Frame, LARGEST_PICTURE, Source};
use crate::pace::Pace;
use crate::{Error, Result};
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

pub(super) struct Stream {
    body: Incoming,
    parts: Parts,
    pace: Pace,
}

impl Stream {
    pub(super) fn new(body: Incoming, boundary: &str, interval: Duration) -> Self {
        Self {
            body,
            parts: Parts::new(boundary),
            pace: Pace::every(interval),
        }
    }

    /// The next bytes; a camera that sends a byte now and then but no picture is silent, too.
    async fn more(&mut self, until: Instant) -> Result<Bytes> {
        loop {
            let piece = timeout_at(until, self.body.frame()).await;
            let piece = piece.map_err(|_| Error::Silent(PATIENCE.as_secs()))?;
            let piece = piece.ok_or(Error::Ended)?.map_err(|error| broken(&error))?;
            if let Ok(bytes) = piece.into_data() {
                return Ok(bytes);
            }
        }
    }
}

#[async_trait]
impl Source for Stream {
    async fn next(&mut self) -> Result<Frame> {
        let until = Instant::now() + PATIENCE;
        loop {
            // Of several pictures that are there already the newest counts.
            let mut newest = None;
            while let Some(part) = self.parts.next_part()? {
                newest = Some(part);
            }
            if let Some(jpeg) = newest
                && self.pace.wants(Instant::now())
            {
                return Frame::now(jpeg);
            }
            let bytes = self.more(until).await?;
            self.parts.push(&bytes);
        }
    }

    fn kind(&self) -> String {
        "MJPEG".into()
    }
}

impl From<BadPart> for Error {
    fn from(bad: BadPart) -> Self {
        match bad {
            BadPart::TooLarge => Self::TooLarge {
                what: "a picture",
                limit: LARGEST_PICTURE,
            },
            BadPart::NoHead | BadPart::NoLength | BadPart::WrongLength => {
                Self::Damaged(bad.to_string())
            }
        }
    }
}

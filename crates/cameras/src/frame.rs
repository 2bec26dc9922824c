//! Pictures and where they come from.

use crate::{Error, Result};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use std::time::Instant;

/// Largest JPEG that is taken, in bytes: what a camera station may send, too.
pub const LARGEST_PICTURE: usize = 1024 * 1024;

/// One picture of a camera.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// JPEG.
    pub jpeg: Bytes,
    /// When it was complete here.
    pub at: Timestamp,
    /// The same on a clock that nobody sets: what is followed from picture to picture goes by this one.
    pub came: Instant,
}

impl Frame {
    /// A picture that came now.
    ///
    /// # Errors
    /// [`Error::NotPictures`] for what does not begin as a JPEG does, [`Error::TooLarge`].
    pub(crate) fn now(jpeg: Bytes) -> Result<Self> {
        if jpeg.len() > LARGEST_PICTURE {
            return Err(Error::TooLarge {
                what: "a picture",
                limit: LARGEST_PICTURE,
            });
        }
        if !jpeg.starts_with(&[0xff, 0xd8, 0xff]) {
            return Err(Error::NotPictures("something else".into()));
        }
        Ok(Self {
            jpeg,
            at: Timestamp::now(),
            came: Instant::now(),
        })
    }
}

/// A connection to a camera that gives pictures, one after another.
#[async_trait]
pub trait Source: Send {
    /// The next picture, about as often as was wanted. Older ones that nobody asked for in time are
    /// gone.
    async fn next(&mut self) -> Result<Frame>;

    /// What the connection is, e.g. `MJPEG` or `H.264, key frames only`.
    fn kind(&self) -> String;
}

//! What the private part and a recognition worker say to one another over their link
//! (`gatebook-vision/4`): postcard messages, each behind its length in four bytes.

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::marker::PhantomData;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};
use vision::{Look, Purpose};

/// Longest message: the largest upload and what stands around it.
const LONGEST: usize = 17 << 20;

/// How often the private part asks whether the worker is there.
pub const PING: Duration = Duration::from_secs(1);
/// A peer that says nothing for so long is lost. With [`PING`] it is noticed within four seconds.
pub const SILENCE: Duration = Duration::from_secs(3);

/// From the private part.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToWorker {
    /// Say that you are there.
    Ping,
    /// Look at an image.
    Look {
        /// Names this image on this link.
        number: u64,
        /// What for.
        purpose: Purpose,
        /// The encoded image.
        image: Vec<u8>,
    },
    /// The link ends here; in words why.
    Refused(String),
}

/// From the worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromWorker {
    /// The first message: what its answers come from.
    Hello {
        /// The model that makes its templates. Others cannot be compared with those enrolled.
        model: String,
        /// Its spoof models, each with what its scores follow from.
        spoof: Vec<String>,
    },
    /// Still there.
    Pong,
    /// What came of an image; `None`: a net failed.
    Looked {
        /// Names the image.
        number: u64,
        /// What was seen.
        look: Option<Look>,
    },
}

/// The reading end of a link.
pub struct Incoming<R, M> {
    frames: FramedRead<R, LengthDelimitedCodec>,
    message: PhantomData<M>,
}

/// The writing end of a link.
pub struct Outgoing<W, M> {
    frames: FramedWrite<W, LengthDelimitedCodec>,
    message: PhantomData<M>,
}

fn codec() -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder()
        .max_frame_length(LONGEST)
        .new_codec()
}

impl<R: AsyncRead + Unpin, M: DeserializeOwned> Incoming<R, M> {
    /// Reads messages from `reader`.
    pub fn new(reader: R) -> Self {
        Self {
            frames: FramedRead::new(reader, codec()),
            message: PhantomData,
        }
    }

    /// The next message. Dropping the future loses nothing.
    ///
    /// # Errors
    /// When the peer went away, was silent for too long, or says what is no message.
    pub async fn next(&mut self) -> io::Result<M> {
        let frame = timeout(SILENCE + PING, self.frames.next()).await?;
        let frame = frame.ok_or(io::ErrorKind::UnexpectedEof)??;
        postcard::from_bytes(&frame).map_err(io::Error::other)
    }
}

impl<W: AsyncWrite + Unpin, M: Serialize> Outgoing<W, M> {
    /// Writes messages to `writer`.
    pub fn new(writer: W) -> Self {
        Self {
            frames: FramedWrite::new(writer, codec()),
            message: PhantomData,
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When the peer went away, or has read nothing for too long.
    pub async fn send(&mut self, message: &M) -> io::Result<()> {
        let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
        timeout(SILENCE, self.frames.send(Bytes::from(bytes))).await?
    }
}

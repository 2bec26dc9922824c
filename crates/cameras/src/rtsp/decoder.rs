//! Decoders: compressed pictures in, the newest wanted picture out.

use super::ffmpeg;
use crate::{Error, Result};
use bytes::Bytes;
use std::path::Path;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Compressed pictures that wait for a decoder. When they are more, the decoder is too slow: what follows
/// is left out up to the next key frame.
const WAITING: usize = 64;
/// Largest compressed picture that is taken, in bytes.
pub(super) const LARGEST_UNIT: usize = 8 * 1024 * 1024;

/// Video codecs that are decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Codec {
    H264,
    H265,
}

/// One compressed picture.
pub(crate) struct Unit {
    /// Annex B, parameter sets before key frames.
    pub(super) data: Vec<u8>,
    /// Whether decoding can begin here.
    pub(super) key: bool,
}

/// What a decoder said last.
pub(super) type Said = Option<Result<Bytes>>;

/// A decoder at work; it ends when dropped.
pub(super) struct Decoder {
    units: mpsc::Sender<Unit>,
    said: watch::Receiver<Said>,
    /// A key frame is waited for: at the start, and after pictures were left out.
    waits_for_key: bool,
}

impl Decoder {
    /// Starts `program`, an ffmpeg, that gives a picture every `interval`.
    pub(super) fn start(program: &Path, codec: Codec, interval: Duration) -> Result<Self> {
        let (units, taken) = mpsc::channel(WAITING);
        let (saying, said) = watch::channel(None);
        ffmpeg::start(program, codec, taken, saying, interval)?;
        Ok(Self {
            units,
            said,
            waits_for_key: true,
        })
    }

    /// Hands in a compressed picture, unless it would be of no use.
    pub(super) fn push(&mut self, unit: Unit) -> Result<()> {
        if unit.data.len() > LARGEST_UNIT {
            return Err(Error::TooLarge {
                what: "a compressed picture",
                limit: LARGEST_UNIT,
            });
        }
        if !unit.key && self.waits_for_key {
            return Ok(());
        }
        match self.units.try_send(unit) {
            Ok(()) => self.waits_for_key = false,
            Err(mpsc::error::TrySendError::Full(_)) => self.waits_for_key = true,
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(self.end()),
        }
        Ok(())
    }

    /// The next picture; those in between that nobody asked for in time are gone.
    pub(super) async fn picture(&mut self) -> Result<Bytes> {
        loop {
            if self.said.changed().await.is_err() {
                return Err(self.end());
            }
            if let Some(said) = self.said.borrow_and_update().clone() {
                return said;
            }
        }
    }

    fn end(&self) -> Error {
        match &*self.said.borrow() {
            Some(Err(error)) => error.clone(),
            _ => Error::Decoder("it ended".into()),
        }
    }
}

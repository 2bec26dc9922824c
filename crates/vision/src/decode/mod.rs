//! JPEG and PNG files to frames, in bounded time and memory.

mod jpeg;
mod png;

use crate::error::VisionError;
use crate::frame::{Frame, Limits};

/// Longest side that is read at all; the area is bounded by [`Limits::pixels`].
const LONGEST_SIDE: usize = 16_384;
/// Memory that all pixels of one image may take while it is read, bytes. Below the goal of 64 MiB by what
/// the decoders hold besides.
const MEMORY: usize = 60 << 20;
/// Bytes of a pixel in a [`Frame`].
const PIXEL: usize = 3;

pub fn decode(bytes: &[u8], limits: Limits) -> Result<Frame, VisionError> {
    if bytes.len() > limits.bytes {
        return Err(VisionError::TooManyBytes {
            bytes: bytes.len(),
            limit: limits.bytes,
        });
    }
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        jpeg::decode(bytes, limits)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png::decode(bytes, limits)
    } else {
        Err(VisionError::NotAnImage)
    }
}

/// `each` is how many bytes of memory a pixel takes while an image of this kind is read.
fn check_size(width: usize, height: usize, each: usize, limits: Limits) -> Result<(), VisionError> {
    let limit = limits.pixels.min(MEMORY / each.max(PIXEL));
    let fits = width
        .checked_mul(height)
        .is_some_and(|pixels| pixels <= limit);
    if fits && width <= LONGEST_SIDE && height <= LONGEST_SIDE {
        Ok(())
    } else {
        Err(VisionError::TooManyPixels {
            width,
            height,
            limit,
        })
    }
}

fn broken_off() -> VisionError {
    VisionError::Damaged("the file breaks off before its end".into())
}

fn missing() -> VisionError {
    VisionError::Damaged("pixels are missing".into())
}

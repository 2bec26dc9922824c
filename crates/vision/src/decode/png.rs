//! PNG (W3C recommendation, third edition).

use super::{PIXEL, broken_off, check_size, missing};
use crate::error::VisionError;
use crate::frame::{Frame, Limits};
use crate::orientation::{self, Orientation};
use png::{ColorType, DecodingError};
use std::io::Cursor;

/// Memory that what stands beside the pixels may take, bytes.
const EXTRAS: usize = 8 << 20;

/// Bytes before the first chunk.
const SIGNATURE: usize = 8;

type Reader<'a> = png::Reader<Cursor<&'a [u8]>>;

pub fn decode(bytes: &[u8], limits: Limits) -> Result<Frame, VisionError> {
    let extras = png::Limits { bytes: EXTRAS };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), extras);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or(usize::MAX);
    let (width, height) = (side(reader.info().width), side(reader.info().height));
    let orientation = reader
        .info()
        .exif_metadata
        .as_deref()
        .map_or(Orientation::UPRIGHT, orientation::read);
    let kind = reader.output_color_type().0;
    let kept = if reader.info().interlaced && kind != ColorType::Rgb {
        kind.samples()
    } else {
        0
    };
    let each = PIXEL + kept.max(orientation.memory(height));
    check_size(width, height, each, limits)?;
    if !ends(bytes) {
        return Err(broken_off());
    }
    let rgb = if reader.info().interlaced {
        interlaced(&mut reader, kind)?
    } else {
        row_by_row(&mut reader, kind, width * height * PIXEL)?
    };
    Frame::from_rgb(width, height, rgb)
        .map(|frame| orientation.upright(frame))
        .ok_or_else(missing)
}

/// Whether chunk follows chunk up to the last one, each as long as it says. What is behind the last row is
/// not decoded, for an animation may go on for long.
fn ends(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(SIGNATURE..).unwrap_or(&[]);
    while let Some((&[a, b, c, d, ref kind @ ..], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([a, b, c, d]);
        // The content is followed by a checksum of four bytes.
        let length = usize::try_from(length).ok().and_then(|n| n.checked_add(4));
        let Some(next) = length.and_then(|length| after.get(length..)) else {
            return false;
        };
        if kind == b"IEND" {
            return true;
        }
        rest = next;
    }
    false
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn damaged(error: DecodingError) -> VisionError {
    VisionError::Damaged(error.to_string())
}

/// The pixels, without a second copy of all of them. Of an animation the first picture is read.
fn row_by_row(
    reader: &mut Reader<'_>,
    kind: ColorType,
    size: usize,
) -> Result<Vec<u8>, VisionError> {
    let mut rgb = Vec::with_capacity(size);
    while rgb.len() < size {
        let row = reader.next_row().map_err(damaged)?.ok_or_else(missing)?;
        append(&mut rgb, row.data(), kind)?;
    }
    Ok(rgb)
}

/// The rows of an interlaced picture are complete only at the end.
fn interlaced(reader: &mut Reader<'_>, kind: ColorType) -> Result<Vec<u8>, VisionError> {
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| VisionError::Damaged("the size overflows".into()))?;
    let mut pixels = vec![0; size];
    let output = reader.next_frame(&mut pixels).map_err(damaged)?;
    pixels.truncate(output.buffer_size());
    if kind == ColorType::Rgb {
        return Ok(pixels);
    }
    let mut rgb = Vec::with_capacity(pixels.len() / kind.samples() * PIXEL);
    append(&mut rgb, &pixels, kind)?;
    Ok(rgb)
}

/// Drops transparency and repeats grey; a face on a transparent ground keeps its colours.
fn append(rgb: &mut Vec<u8>, pixels: &[u8], kind: ColorType) -> Result<(), VisionError> {
    match kind {
        ColorType::Rgb => rgb.extend_from_slice(pixels),
        ColorType::Rgba => {
            let (pixels, _) = pixels.as_chunks::<4>();
            rgb.extend(pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]));
        }
        ColorType::Grayscale => rgb.extend(pixels.iter().flat_map(|&grey| [grey; 3])),
        ColorType::GrayscaleAlpha => {
            let (pixels, _) = pixels.as_chunks::<2>();
            rgb.extend(pixels.iter().flat_map(|&[grey, _]| [grey; 3]));
        }
        ColorType::Indexed => return Err(VisionError::Unsupported("palette".into())),
    }
    Ok(())
}

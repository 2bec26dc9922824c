//! JPEG and PNG files to frames.

use crate::error::VisionError;
use crate::frame::{Frame, Limits};
use crate::orientation::{self, Orientation};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Longest side that is read at all; the area is bounded by [`Limits::pixels`].
const LONGEST_SIDE: usize = 16_384;
/// A progressive JPEG of more scans than this only serves to waste time.
const MOST_SCANS: usize = 64;

pub fn decode(bytes: &[u8], limits: Limits) -> Result<Frame, VisionError> {
    if bytes.len() > limits.bytes {
        return Err(VisionError::TooManyBytes {
            bytes: bytes.len(),
            limit: limits.bytes,
        });
    }
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        decode_jpeg(bytes, limits)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        decode_png(bytes, limits)
    } else {
        Err(VisionError::NotAnImage)
    }
}

fn check_size(width: usize, height: usize, limits: Limits) -> Result<(), VisionError> {
    let fits = width
        .checked_mul(height)
        .is_some_and(|pixels| pixels <= limits.pixels);
    if fits && width <= LONGEST_SIDE && height <= LONGEST_SIDE {
        Ok(())
    } else {
        Err(VisionError::TooManyPixels {
            width,
            height,
            limit: limits.pixels,
        })
    }
}

fn decode_jpeg(bytes: &[u8], limits: Limits) -> Result<Frame, VisionError> {
    let damaged = |e: zune_jpeg::errors::DecodeErrors| VisionError::Damaged(e.to_string());
    // The decoder's own bounds stay above ours, so that the refusal is ours.
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MOST_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder
        .info()
        .ok_or_else(|| VisionError::Damaged("no header".into()))?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    check_size(width, height, limits)?;
    if !has_its_end(bytes) {
        return Err(VisionError::Damaged(
            "the file breaks off before its end".into(),
        ));
    }
    let orientation = decoder
        .exif()
        .map_or(Orientation::UPRIGHT, |e| orientation::read(e));
    let rgb = decoder.decode().map_err(damaged)?;
    Frame::from_rgb(width, height, rgb)
        .map(|frame| orientation.upright(frame))
        .ok_or_else(|| VisionError::Damaged("pixels are missing".into()))
}

/// Whether an end-of-image marker (ITU-T T.81, B.1.1.3) follows the first scan. The decoder
/// fills what is missing with grey, and a grey half of a face must not be enrolled.
fn has_its_end(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xDA;
    let mut at = 2;
    while let Some(&[mark, kind, high, low]) = bytes.get(at..at + 4) {
        if mark != 0xFF {
            return false;
        }
        if kind == 0xFF {
            at += 1; // fill byte
            continue;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if kind == START_OF_SCAN {
            return bytes
                .get(at..)
                .is_some_and(|scan| scan.windows(2).any(|w| w == [0xFF, 0xD9]));
        }
    }
    false
}

fn decode_png(bytes: &[u8], limits: Limits) -> Result<Frame, VisionError> {
    let damaged = |e: png::DecodingError| VisionError::Damaged(e.to_string());
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or(usize::MAX);
    let (width, height) = (side(reader.info().width), side(reader.info().height));
    check_size(width, height, limits)?;
    let orientation = reader
        .info()
        .exif_metadata
        .as_deref()
        .map_or(Orientation::UPRIGHT, orientation::read);
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| VisionError::Damaged("the size overflows".into()))?;
    let mut pixels = vec![0; size];
    let output = reader.next_frame(&mut pixels).map_err(damaged)?;
    pixels.truncate(output.buffer_size());
    let rgb = to_rgb(&pixels, output.color_type)?;
    Frame::from_rgb(width, height, rgb)
        .map(|frame| orientation.upright(frame))
        .ok_or_else(|| VisionError::Damaged("pixels are missing".into()))
}

/// Drops transparency and repeats grey; a face on a transparent ground keeps its colours.
fn to_rgb(pixels: &[u8], kind: png::ColorType) -> Result<Vec<u8>, VisionError> {
    Ok(match kind {
        png::ColorType::Rgb => pixels.to_vec(),
        png::ColorType::Rgba => pixels
            .chunks_exact(4)
            .flat_map(|p| p.iter().take(3))
            .copied()
            .collect(),
        png::ColorType::Grayscale => pixels.iter().flat_map(|&grey| [grey; 3]).collect(),
        png::ColorType::GrayscaleAlpha => pixels
            .chunks_exact(2)
            .flat_map(|p| p.iter().take(1).cycle().take(3))
            .copied()
            .collect(),
        png::ColorType::Indexed => return Err(VisionError::Unsupported("palette".into())),
    })
}

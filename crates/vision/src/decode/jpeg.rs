//! JPEG (ITU-T T.81).

use super::{PIXEL, broken_off, check_size, missing};
use crate::error::VisionError;
use crate::frame::{Frame, Limits};
use crate::orientation::{self, Orientation};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// A progressive JPEG of more scans than this only serves to waste time.
const MOST_SCANS: usize = 64;
/// Bytes of a coefficient where the decoder keeps them all.
const COEFFICIENT: usize = 2;

pub fn decode(bytes: &[u8], limits: Limits) -> Result<Frame, VisionError> {
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
    let outline = Outline::read(bytes);
    let orientation = decoder
        .exif()
        .map_or(Orientation::UPRIGHT, |e| orientation::read(e));
    let turning = orientation.memory(height);
    let each = PIXEL + outline.kept.max(turning);
    check_size(width, height, each, limits)?;
    if !outline.ends {
        return Err(broken_off());
    }
    let rgb = decoder.decode().map_err(damaged)?;
    // What the decoder holds is not needed for turning.
    drop(decoder);
    Frame::from_rgb(width, height, rgb)
        .map(|frame| orientation.upright(frame))
        .ok_or_else(missing)
}

/// What the markers of a file say before anything is decoded.
#[derive(Default)]
struct Outline {
    /// Bytes for each pixel that the decoder keeps beside the pixels: of a progressive image, and of one whose colours
    /// come one after the other, all coefficients.
    kept: usize,
    /// Whether an end-of-image marker (B.1.1.3) follows the first scan. The decoder fills what is missing with
    /// grey, and a grey half of a face must not be enrolled.
    ends: bool,
}

impl Outline {
    fn read(bytes: &[u8]) -> Self {
        const START_OF_SCAN: u8 = 0xDA;
        let mut outline = Self::default();
        let (mut colours, mut coefficients, mut progressive) = (0, 0, false);
        let mut at = 2;
        while let Some(&[0xFF, kind, high, low]) = bytes.get(at..at + 4) {
            if kind == 0xFF {
                at += 1; // fill byte
                continue;
            }
            let length = usize::from(u16::from_be_bytes([high, low]));
            let segment = bytes.get(at + 4..at + 2 + length).unwrap_or(&[]);
            at += 2 + length;
            match kind {
                // Start of frame: baseline, extended, progressive (B.2.2).
                0xC0..=0xC2 => {
                    progressive = kind == 0xC2;
                    (colours, coefficients) = sampling(segment);
                }
                START_OF_SCAN => {
                    let in_scan = segment.first().map_or(0, |n| usize::from(*n));
                    if progressive || in_scan < colours {
                        outline.kept = coefficients * COEFFICIENT;
                    }
                    let scan = bytes.get(at..).unwrap_or(&[]);
                    // The marker is most often the last thing in the file.
                    outline.ends = scan.windows(2).rev().any(|pair| pair == [0xFF, 0xD9]);
                    break;
                }
                _ => {}
            }
        }
        outline
    }
}

/// How many colours a frame header has, and how many coefficients come to a pixel, rounded up.
fn sampling(header: &[u8]) -> (usize, usize) {
    let parts = header.get(6..).unwrap_or(&[]).chunks_exact(3);
    let factors = parts.filter_map(|part| part.get(1));
    let sides = factors.map(|both| (usize::from(both >> 4), usize::from(both & 15)));
    let sides: Vec<(usize, usize)> = sides.collect();
    let most = |side: fn(&(usize, usize)) -> usize| sides.iter().map(side).max().unwrap_or(1);
    let whole = most(|s| s.0) * most(|s| s.1);
    let all: usize = sides.iter().map(|(across, down)| across * down).sum();
    (sides.len(), all.div_ceil(whole.max(1)))
}

//! Turning a face into the chip that the embedder was trained on.
//!
//! Five landmarks are laid on dlib's reference places by a similarity, fitted from the chip to
//! the frame: fitted the other way, the noise of the landmarks would bias the scale.

use crate::frame::Frame;
use crate::geometry::{Point, Similarity};
use crate::landmarks::Landmarks;
use crate::sample;

/// Side of a chip in pixels.
pub const CHIP_SIDE: usize = 150;

/// Mesh points: outer and inner corner of the one eye, of the other, and below the nose; with
/// their places in dlib's unit square.
const REFERENCE: [(usize, Point); 5] = [
    (263, Point::new(0.859_567_5, 0.213_498_2)),
    (362, Point::new(0.646_060_5, 0.228_967_4)),
    (33, Point::new(0.120_575_1, 0.213_727_5)),
    (133, Point::new(0.334_085_1, 0.229_064_2)),
    (2, Point::new(0.490_112_3, 0.627_797_5)),
];
/// What is kept around the unit square, in its units.
const PADDING: f32 = 0.25;

/// How a face is laid on a chip.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Placement {
    /// By the corners of the eyes and the point below the nose, as dlib does: [`REFERENCE`].
    Dlib,
    /// By the middles of the eyes, the tip of the nose and the corners of the mouth, which come to lie
    /// here, in pixels of the chip; those on the left of the picture first.
    FivePoints([Point; 5]),
}

/// The aligned chip of a face; `None` if its landmarks lie on one spot.
#[must_use]
pub fn chip(frame: &Frame, landmarks: &Landmarks) -> Option<Frame> {
    placed(frame, landmarks, &Placement::Dlib, CHIP_SIDE, 1.0)
}

/// A chip of `side` pixels by any placement, which shows `reach` times as much as usual around its middle;
/// `None` if the landmarks lie on one spot.
#[allow(clippy::cast_precision_loss)] // sides are small
pub(crate) fn placed(
    frame: &Frame,
    landmarks: &Landmarks,
    placement: &Placement,
    side: usize,
    reach: f32,
) -> Option<Frame> {
    let similarity = match placement {
        Placement::Dlib => dlib(landmarks),
        Placement::FivePoints(on_chip) => {
            // On a chip the first pixel's centre is 0, in a frame 0.5.
            let on_chip = on_chip.map(|p| Point::new(p.x + 0.5, p.y + 0.5));
            Similarity::fit(&on_chip, &five(landmarks)?)
        }
    };
    let similarity = similarity.filter(|found| found.scale() > f32::EPSILON)?;
    let middle = Point::new(side as f32 / 2.0, side as f32 / 2.0);
    Some(sample::cut(frame, &similarity.widened(middle, reach), side))
}

/// The middles of the eyes, the tip of the nose and the corners of the mouth, those on the left of the
/// picture first.
#[must_use]
pub fn five(landmarks: &Landmarks) -> Option<[Point; 5]> {
    let point = |index| landmarks.point(index);
    let eye = |outer, inner| Some(point(outer)?.midway(point(inner)?));
    Some([
        eye(33, 133)?,
        eye(263, 362)?,
        point(1)?,
        point(61)?,
        point(291)?,
    ])
}

/// How a chip by dlib lies in the frame.
#[allow(clippy::cast_precision_loss)] // CHIP_SIDE is small
pub(crate) fn dlib(landmarks: &Landmarks) -> Option<Similarity> {
    let unit = CHIP_SIDE as f32 / (1.0 + 2.0 * PADDING);
    let mut on_chip = Vec::with_capacity(REFERENCE.len());
    let mut in_frame = Vec::with_capacity(REFERENCE.len());
    for (index, place) in REFERENCE {
        on_chip.push(Point::new(
            (place.x + PADDING) * unit,
            (place.y + PADDING) * unit,
        ));
        in_frame.push(landmarks.point(index)?);
    }
    Similarity::fit(&on_chip, &in_frame)
}

/// The chip seen in a mirror.
#[must_use]
pub fn mirrored(chip: &Frame) -> Frame {
    let row = |row: &[u8]| -> Vec<u8> { row.chunks_exact(3).rev().flatten().copied().collect() };
    let rgb = chip
        .rgb()
        .chunks_exact(chip.width() * 3)
        .flat_map(row)
        .collect();
    // As many pixels as before.
    Frame::from_rgb(chip.width(), chip.height(), rgb).unwrap_or_else(|| chip.clone())
}

//! Overlapping parts of a large frame, in which small faces are found.

use crate::frame::Frame;
use crate::geometry::Rect;

/// Width and height of a part in pixels: what a detector finds in it was measured for frames of this size.
const TILE: (f32, f32) = (640.0, 480.0);
/// By so much parts overlap at least: a face up to this size is whole in one of them. Larger ones are found in the
/// whole frame.
const OVERLAP: f32 = 128.0;

/// The parts, in rows; none of a frame that is no larger than one.
pub fn of(frame: &Frame) -> Vec<Rect> {
    let Rect { width, height, .. } = frame.bounds();
    let (columns, rows) = (starts(width, TILE.0), starts(height, TILE.1));
    if columns.len() * rows.len() == 1 {
        return Vec::new();
    }
    let row = |y: &f32| -> Vec<Rect> {
        let tile = |x: &f32| Rect {
            x: *x,
            y: *y,
            width: TILE.0.min(width),
            height: TILE.1.min(height),
        };
        columns.iter().map(tile).collect()
    };
    rows.iter().flat_map(row).collect()
}

/// Where parts of `tile` pixels begin that cover `side` pixels, evenly spread, at whole pixels.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)] // sides of frames are far below 2^24
fn starts(side: f32, tile: f32) -> Vec<f32> {
    if side <= tile {
        return vec![0.0];
    }
    let steps = ((side - tile) / (tile - OVERLAP)).ceil();
    let step = (side - tile) / steps;
    (0..=steps as usize)
        .map(|index| (index as f32 * step).floor())
        .collect()
}

/// Whether a face found in a part is not cut off where the frame goes on.
pub fn is_whole(face: &Rect, tile: &Rect, frame: &Frame) -> bool {
    let frame = frame.bounds();
    let inside = |low: f32, high: f32, from: f32, to: f32, end: f32| {
        (from <= 0.0 || low > from) && (to >= end || high < to)
    };
    inside(
        face.x,
        face.x + face.width,
        tile.x,
        tile.x + tile.width,
        frame.width,
    ) && inside(
        face.y,
        face.y + face.height,
        tile.y,
        tile.y + tile.height,
        frame.height,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(width: usize, height: usize) -> Frame {
        Frame::from_rgb(width, height, vec![0; width * height * 3]).unwrap()
    }

    #[test]
    fn a_small_frame_has_no_parts_and_a_large_one_few() {
        assert!(of(&frame(640, 480)).is_empty());
        assert_eq!(of(&frame(1280, 720)).len(), 6);
        assert_eq!(of(&frame(1920, 1080)).len(), 12);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn every_small_face_is_whole_in_some_part(
            width in 641usize..2000, height in 200usize..1500, x in 0.0f32..1.0, y in 0.0f32..1.0, side in 10.0f32..120.0,
        ) {
            let frame = frame(width, height);
            let bounds = frame.bounds();
            let face = Rect {
                x: x * (bounds.width - side),
                y: y * (bounds.height - side),
                width: side,
                height: side,
            };
            let tiles = of(&frame);
            let holds = |tile: &Rect| face.overlap(tile) > 0.0 && is_whole(&face, tile, &frame)
                && face.x + side <= tile.x + tile.width + 0.01 && face.y + side <= tile.y + tile.height + 0.01;
            prop_assert!(tiles.iter().any(holds));
        }
    }
}

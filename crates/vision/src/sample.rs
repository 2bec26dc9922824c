//! Cutting turned and scaled squares out of a frame.

use crate::frame::Frame;
use crate::geometry::{Point, Similarity};

/// A square of `side` pixels whose points `placement` maps into the frame. Outside the frame
/// it is black. Where it shrinks the frame to less than half, the frame is averaged over
/// blocks first, for a bilinear sample alone would skip pixels.
pub fn cut(frame: &Frame, placement: &Similarity, side: usize) -> Frame {
    let shrunk = (placement.scale() > 2.0)
        .then(|| shrink(frame, placement, side))
        .flatten();
    let (frame, placement) = match &shrunk {
        Some((frame, placement)) => (frame, placement),
        None => (frame, placement),
    };
    pick(frame, placement, side)
}

/// As [`cut`], of single pixels: where the frame is shrunk to less than half, those between are left out.
#[allow(clippy::cast_precision_loss)] // sides are far below 2^24
pub fn pick(frame: &Frame, placement: &Similarity, side: usize) -> Frame {
    let (dx, dy) = placement.step();
    let (dx, dy) = (fixed(dx), fixed(dy));
    let mut rgb = Vec::with_capacity(side * side * 3);
    for row in 0..side {
        let start = placement.apply(Point::new(0.5, row as f32 + 0.5));
        // Pixel centres lie at .5, so the blend is between the pixels around x - 0.5.
        let (mut x, mut y) = (fixed(start.x - 0.5), fixed(start.y - 0.5));
        for _ in 0..side {
            rgb.extend_from_slice(&bilinear(frame, x, y));
            (x, y) = (x + dx, y + dy);
        }
    }
    // The number of pixels is right by construction.
    Frame::from_rgb(side, side, rgb).unwrap_or_else(|| frame.clone())
}

/// Parts of a pixel that places are counted in: whole numbers are much faster here than `f32`.
const PARTS: i64 = 1 << 16;

/// In parts of a pixel; what lies far outside of any frame stays outside.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn fixed(pixels: f32) -> i64 {
    (pixels.clamp(-1e9, 1e9) * PARTS as f32) as i64
}

/// The colour at (x, y) in parts of a pixel, where whole pixels are pixel centres.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]
fn bilinear(frame: &Frame, x: i64, y: i64) -> [u8; 3] {
    let last = |side: usize| (side as i64 - 1) * PARTS;
    let (last_x, last_y) = (last(frame.width()), last(frame.height()));
    // Half a pixel of the border belongs to the frame; beyond it is nothing.
    let inside = |at: i64, last: i64| (-PARTS / 2..=last + PARTS / 2).contains(&at);
    if !inside(x, last_x) || !inside(y, last_y) {
        return [0; 3];
    }
    let (x, y) = (x.clamp(0, last_x), y.clamp(0, last_y));
    let (left, top) = ((x / PARTS) as usize, (y / PARTS) as usize);
    // Weights of 256 in all.
    let weight = |at: i64| (at % PARTS / 256) as u32;
    let (fx, fy) = (weight(x), weight(y));
    let [nw, ne, sw, se] = four_around(frame, left, top);
    let mix = |a: u8, b: u8| u32::from(a) * (256 - fx) + u32::from(b) * fx;
    let blend = |at: usize| {
        let (north, south) = (mix(nw[at], ne[at]), mix(sw[at], se[at]));
        ((north * (256 - fy) + south * fy + (1 << 15)) >> 16) as u8
    };
    [blend(0), blend(1), blend(2)]
}

/// The pixels at (left, top), right of it, below it, and diagonally; at the border the last ones again.
fn four_around(frame: &Frame, left: usize, top: usize) -> [[u8; 3]; 4] {
    let row = frame.width() * 3;
    let start = top * row + left * 3;
    let pair = |start: usize| frame.rgb().get(start..)?.first_chunk::<6>();
    if left + 1 < frame.width()
        && let (Some(&[a, b, c, d, e, f]), Some(&[g, h, i, j, k, l])) =
            (pair(start), pair(start + row))
    {
        return [[a, b, c], [d, e, f], [g, h, i], [j, k, l]];
    }
    let right = (left + 1).min(frame.width() - 1);
    let bottom = (top + 1).min(frame.height() - 1);
    [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| frame.pixel(x, y))
}

/// The part of the frame that the square covers, averaged over blocks, and the placement in it.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn shrink(frame: &Frame, placement: &Similarity, side: usize) -> Option<(Frame, Similarity)> {
    let block = placement.scale() as usize;
    let far = side as f32;
    let corners = [(0.0, 0.0), (far, 0.0), (0.0, far), (far, far)]
        .map(|(x, y)| placement.apply(Point::new(x, y)));
    let clamp = |value: f32, limit: usize| value.clamp(0.0, limit as f32) as usize;
    let bound = |pick: fn(f32, f32) -> f32, start: f32, axis: fn(&Point) -> f32| {
        corners.iter().map(axis).fold(start, pick)
    };
    let left = clamp(bound(f32::min, f32::MAX, |p| p.x).floor(), frame.width());
    let top = clamp(bound(f32::min, f32::MAX, |p| p.y).floor(), frame.height());
    let right = clamp(bound(f32::max, f32::MIN, |p| p.x).ceil(), frame.width());
    let bottom = clamp(bound(f32::max, f32::MIN, |p| p.y).ceil(), frame.height());
    let width = right.checked_sub(left)? / block;
    let height = bottom.checked_sub(top)? / block;
    let mut rgb = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        for column in 0..width {
            rgb.extend_from_slice(&mean(
                frame,
                left + column * block,
                top + row * block,
                block,
            ));
        }
    }
    let small = Frame::from_rgb(width, height, rgb)?;
    Some((
        small,
        placement.then_shrink(left as f32, top as f32, block as f32),
    ))
}

#[allow(clippy::cast_possible_truncation)] // a mean of bytes is a byte
fn mean(frame: &Frame, left: usize, top: usize, block: usize) -> [u8; 3] {
    let mut sum = [0u32; 3];
    for y in top..top + block {
        for x in left..left + block {
            for (sum, value) in sum.iter_mut().zip(frame.pixel(x, y)) {
                *sum += u32::from(value);
            }
        }
    }
    let count = (block * block).max(1) as u32;
    sum.map(|sum| ((sum + count / 2) / count) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red grows with x, green with y.
    fn ramp(side: usize) -> Frame {
        let pixel = |i: usize| [(i % side) as u8, (i / side) as u8, 0];
        Frame::from_rgb(side, side, (0..side * side).flat_map(pixel).collect()).unwrap()
    }

    #[test]
    fn a_square_in_place_is_the_frame_itself() {
        let frame = ramp(100);
        let here = Similarity::about(Point::default(), Point::default(), 0.0, 1.0);
        assert_eq!(cut(&frame, &here, 100), frame);
    }

    #[test]
    fn shrinking_keeps_every_pixel_in_its_place() {
        let frame = ramp(240);
        let whole = Similarity::about(Point::default(), Point::default(), 0.0, 6.0);
        let small = cut(&frame, &whole, 40);
        for at in [3, 20, 36] {
            let expected = (at * 6 + 3) as u8;
            assert!(
                small.pixel(at, 0)[0].abs_diff(expected) <= 1,
                "{at}: {:?}",
                small.pixel(at, 0)
            );
            assert!(small.pixel(0, at)[1].abs_diff(expected) <= 1);
        }
    }

    #[test]
    fn beyond_the_frame_is_black() {
        let white = Frame::from_rgb(10, 10, vec![255; 300]).unwrap();
        let shifted = Similarity::about(Point::default(), Point::new(-5.0, 0.0), 0.0, 1.0);
        let square = cut(&white, &shifted, 10);
        assert_eq!(square.pixel(2, 5), [0; 3]);
        assert_eq!(square.pixel(7, 5), [255; 3]);
    }
}

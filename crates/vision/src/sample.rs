//! Cutting turned and scaled squares out of a frame.

use crate::frame::Frame;
use crate::geometry::{Point, Similarity};

/// A square of `side` pixels whose points `placement` maps into the frame. Outside the frame
/// it is black. Where it shrinks the frame to less than half, the frame is averaged over
/// blocks first, for a bilinear sample alone would skip pixels.
#[allow(clippy::cast_precision_loss)] // sides are far below 2^24
pub fn cut(frame: &Frame, placement: &Similarity, side: usize) -> Frame {
    let shrunk = (placement.scale() > 2.0)
        .then(|| shrink(frame, placement, side))
        .flatten();
    let (frame, placement) = match &shrunk {
        Some((frame, placement)) => (frame, placement),
        None => (frame, placement),
    };
    let (dx, dy) = placement.step();
    let mut rgb = Vec::with_capacity(side * side * 3);
    for row in 0..side {
        let start = placement.apply(Point::new(0.5, row as f32 + 0.5));
        for column in 0..side {
            let along = column as f32;
            // Pixel centres lie at .5, so the blend is between the pixels around x - 0.5.
            let colour = bilinear(
                frame,
                start.x + along * dx - 0.5,
                start.y + along * dy - 0.5,
            );
            rgb.extend_from_slice(&colour);
        }
    }
    // The number of pixels is right by construction.
    Frame::from_rgb(side, side, rgb).unwrap_or_else(|| frame.clone())
}

/// The colour at (x, y), where whole numbers are pixel centres.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn bilinear(frame: &Frame, x: f32, y: f32) -> [u8; 3] {
    let (last_x, last_y) = ((frame.width() - 1) as f32, (frame.height() - 1) as f32);
    // Half a pixel of the border belongs to the frame; beyond it is nothing.
    if !(-0.5..=last_x + 0.5).contains(&x) || !(-0.5..=last_y + 0.5).contains(&y) {
        return [0; 3];
    }
    let (x, y) = (x.clamp(0.0, last_x), y.clamp(0.0, last_y));
    let (left, top) = (x as usize, y as usize);
    let (fx, fy) = (x - left as f32, y - top as f32);
    let right = (left + 1).min(frame.width() - 1);
    let bottom = (top + 1).min(frame.height() - 1);
    let [nw, ne] = [frame.pixel(left, top), frame.pixel(right, top)];
    let [sw, se] = [frame.pixel(left, bottom), frame.pixel(right, bottom)];
    let blend = |nw: u8, ne: u8, sw: u8, se: u8| {
        let north = f32::from(nw) + (f32::from(ne) - f32::from(nw)) * fx;
        let south = f32::from(sw) + (f32::from(se) - f32::from(sw)) * fx;
        (north + (south - north) * fy + 0.5) as u8
    };
    [
        blend(nw[0], ne[0], sw[0], se[0]),
        blend(nw[1], ne[1], sw[1], se[1]),
        blend(nw[2], ne[2], sw[2], se[2]),
    ]
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

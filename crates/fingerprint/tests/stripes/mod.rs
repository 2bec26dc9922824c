//! Straight ridges with minutiae at known places that point in known directions.

#![allow(dead_code)]

use fingerprint::GreyImage;

/// A place where one ridge more begins, and to which side of it that ridge lies.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Pixels from the left.
    pub x: f32,
    /// Pixels from the top.
    pub y: f32,
    /// 1/256 of a turn, clockwise as the picture is seen: where the additional ridge (or valley) runs to.
    pub angle: u8,
}

/// Sides of the picture, at 500 dpi.
pub const WIDTH: usize = 280;
pub const HEIGHT: usize = 280;

/// Ridges nine pixels apart, upright or level, with twelve minutiae whose ridges run up and down (left and right) in turn.
pub fn stripes(upright: bool) -> (GreyImage, Vec<Place>) {
    let across = [55.0f32, 112.0, 169.0, 226.0];
    let along = [65.0f32, 140.0, 215.0];
    let spots = across.iter().flat_map(|u| along.iter().map(|v| (*u, *v)));
    let spots: Vec<(f32, f32, f32)> = spots
        .enumerate()
        .map(|(i, (u, v))| (u, v, if i % 2 == 0 { 1.0 } else { -1.0 }))
        .collect();
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT);
    for i in 0..WIDTH * HEIGHT {
        let (x, y) = ((i % WIDTH) as f32, (i / WIDTH) as f32);
        let (u, v) = if upright { (x, y) } else { (y, x) };
        let mut phase = std::f32::consts::TAU * u / 9.0;
        for (su, sv, sign) in &spots {
            phase += sign * (v - sv).atan2(u - su);
        }
        pixels.push((128.0 - 105.0 * phase.cos()) as u8);
    }
    let place = |(u, v, sign): &(f32, f32, f32)| match (upright, *sign > 0.0) {
        // The phase grows by half a turn more where v is smaller: one ridge more above (or to the left).
        (true, true) => Place {
            x: *u,
            y: *v,
            angle: 192,
        },
        (true, false) => Place {
            x: *u,
            y: *v,
            angle: 64,
        },
        (false, true) => Place {
            x: *v,
            y: *u,
            angle: 128,
        },
        (false, false) => Place {
            x: *v,
            y: *u,
            angle: 0,
        },
    };
    let image = GreyImage::new(WIDTH, HEIGHT, 500, pixels).unwrap();
    (image, spots.iter().map(place).collect())
}

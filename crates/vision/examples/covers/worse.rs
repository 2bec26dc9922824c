//! Photographs made worse as cameras and networks do it.

use crate::canvas::Canvas;
use crate::dice::Dice;
use vision::{Frame, Limits, Point};

/// Smaller, lighter or darker, blurred, noisy, of another tint, each now and then, and compressed; and by how
/// much it is smaller.
pub fn worse(frame: &Frame, dice: &mut Dice) -> (Frame, f32) {
    let quality = dice.within(45.0, 95.0) as u8;
    let scale = match dice.chance(0.75) {
        true => dice.within(0.45, 1.0),
        false => 1.0,
    };
    let mut canvas = Canvas::of(&smaller(frame, scale));
    if dice.chance(0.5) {
        let (bend, light) = (dice.within(0.65, 1.7), dice.within(0.5, 1.35));
        each(&mut canvas, |v| {
            (255.0 * (v / 255.0).powf(bend) * light).clamp(0.0, 255.0)
        });
    }
    if dice.chance(0.3) {
        blur(&mut canvas, dice.within(0.4, 1.1));
    }
    if dice.chance(0.4) {
        let noise = dice.within(1.0, 6.0);
        each(&mut canvas, |v| v + dice.bell() * noise);
    }
    if dice.chance(0.25) {
        let tint = [(); 3].map(|()| dice.within(0.88, 1.12));
        for pixel in &mut canvas.pixels {
            *pixel = [0, 1, 2].map(|part| pixel[part] * tint[part]);
        }
    }
    if dice.chance(0.08) {
        for pixel in &mut canvas.pixels {
            *pixel = [pixel.iter().sum::<f32>() / 3.0; 3];
        }
    }
    (compressed(&canvas.frame(), quality), scale)
}

/// The frame as it is read from a JPEG of this quality.
pub fn compressed(frame: &Frame, quality: u8) -> Frame {
    Frame::decode(&frame.to_jpeg(quality).unwrap(), Limits::UPLOAD).unwrap()
}

fn smaller(frame: &Frame, scale: f32) -> Frame {
    let side = |pixels: usize| ((pixels as f32 * scale) as usize).max(48);
    let size = (side(frame.width()), side(frame.height()));
    let corner = Point::default();
    frame.placed(corner, corner, 1.0 / scale, size).unwrap()
}

fn each(canvas: &mut Canvas, mut change: impl FnMut(f32) -> f32) {
    for value in canvas.pixels.iter_mut().flatten() {
        *value = change(*value);
    }
}

fn blur(canvas: &mut Canvas, sigma: f32) {
    for part in 0..3 {
        let values: Vec<f32> = canvas.pixels.iter().map(|pixel| pixel[part]).collect();
        let values = canvas.smoothed(&values, sigma);
        for (pixel, value) in canvas.pixels.iter_mut().zip(values) {
            pixel[part] = value;
        }
    }
}

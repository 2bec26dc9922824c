//! How a chip is lit.

use crate::frame::Frame;

/// From here on a colour counts as cut off at white: JPEG leaves the last steps uncertain.
const WHITE: u8 = 250;

/// Luma (ITU-R BT.601) of the chip's middle, a quarter off each side to leave out hair and wall.
pub fn middle(chip: &Frame) -> Vec<f32> {
    let luma =
        |[r, g, b]: [u8; 3]| 0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b);
    pixels(chip).map(luma).collect()
}

/// The mean, 0 to 255.
pub fn brightness(light: &[f32]) -> f32 {
    light.iter().sum::<f32>() / count(light.len())
}

/// Share of the chip's middle where two colours or more are cut off: skin loses its red first, and that
/// alone costs little.
pub fn glare(chip: &Frame) -> f32 {
    let (mut all, mut cut) = (0, 0);
    for pixel in pixels(chip) {
        all += 1;
        cut += usize::from(pixel.iter().filter(|colour| **colour >= WHITE).count() >= 2);
    }
    if cut == 0 {
        0.0
    } else {
        count(cut) / count(all)
    }
}

fn pixels(chip: &Frame) -> impl Iterator<Item = [u8; 3]> + '_ {
    let (width, height) = (chip.width(), chip.height());
    let rows = height / 4..height - height / 4;
    rows.flat_map(move |y| (width / 4..width - width / 4).map(move |x| chip.pixel(x, y)))
}

#[allow(clippy::cast_precision_loss)] // pixels of a chip
fn count(items: usize) -> f32 {
    items.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_at_white_is_counted_and_a_bright_face_is_not() {
        let chip = |pixel: [u8; 3]| Frame::from_rgb(40, 40, pixel.repeat(1_600)).unwrap();
        assert!(glare(&chip([255, 255, 240])) > 0.99);
        assert!(glare(&chip([255, 230, 210])) < 1e-6);
        assert!(glare(&chip([240, 240, 240])) < 1e-6);
    }
}

//! Whether something is in front of a face, by colour.

use crate::frame::Frame;

/// Middles of patches of skin on the chip of 150 pixels: between the brows, cheeks, tip of the nose, chin.
const PATCHES: [(usize, usize); 5] = [(74, 44), (46, 78), (102, 78), (74, 70), (74, 116)];
/// Half a patch's side.
const REACH: usize = 5;
/// Between skin and a grey or blue cloth the colours lie about so far apart.
const APART: f32 = 0.12;

/// How far the patch that differs most lies from the middle one in colour, in units of what lies between skin
/// and a cloth. Brightness does not count, for shadows are on half of a face; a hand is skin too and is
/// not noticed.
pub fn of(chip: &Frame) -> f32 {
    let colours = PATCHES.map(|(x, y)| colour(chip, x, y));
    let middle = [0, 1].map(|axis| {
        let mut values = colours.map(|colour| colour[axis]);
        values.sort_by(f32::total_cmp);
        values[PATCHES.len() / 2]
    });
    let away = colours.map(|colour| (colour[0] - middle[0]).hypot(colour[1] - middle[1]));
    away.into_iter().fold(0.0, f32::max) / APART
}

/// Shares of red and of green in a patch's light.
fn colour(chip: &Frame, x: usize, y: usize) -> [f32; 2] {
    let mut sums = [0u32; 3];
    for row in y - REACH..=y + REACH {
        for column in x - REACH..=x + REACH {
            let pixel = chip.pixel(column, row);
            sums.iter_mut()
                .zip(pixel)
                .for_each(|(sum, value)| *sum += u32::from(value));
        }
    }
    // A few steps of grey are added: in the dark, colours are noise.
    let side = REACH * 2 + 1;
    #[allow(clippy::cast_precision_loss)] // a patch's light is far below 2^24
    let sums = sums.map(|sum| sum as f32 + (side * side * 10) as f32);
    let all: f32 = sums.iter().sum();
    [sums[0] / all, sums[1] / all]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chip(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Frame {
        let rgb = (0..150 * 150)
            .flat_map(|i| pixel(i % 150, i / 150))
            .collect();
        Frame::from_rgb(150, 150, rgb).unwrap()
    }

    #[test]
    fn a_cloth_over_the_chin_is_noticed_and_a_shadow_over_half_a_face_is_not() {
        const SKIN: [u8; 3] = [200, 140, 110];
        let masked = chip(|_, y| if y > 90 { [70, 110, 190] } else { SKIN });
        assert!(of(&masked) > 1.0);
        let shaded = chip(|x, _| if x > 80 { SKIN.map(|v| v / 3) } else { SKIN });
        assert!(of(&shaded) < 0.4, "{}", of(&shaded));
    }
}

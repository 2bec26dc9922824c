//! The picture of a finger as the line carries it: two pixels a byte, sixteen greys.

/// Width in pixels.
pub const WIDTH: usize = 256;
/// Height in pixels.
pub const HEIGHT: usize = 288;
/// Pixels an inch.
pub const DPI: u16 = 500;
/// Bytes on the line: the left pixel is the high nibble, rows from the top.
pub const PACKED: usize = WIDTH * HEIGHT / 2;

/// The pixels of packed bytes, 0 (black) to 255 in steps of 17.
pub fn pixels(packed: &[u8]) -> impl Iterator<Item = u8> + '_ {
    packed
        .iter()
        .flat_map(|byte| [(byte >> 4) * 17, (byte & 15) * 17])
}

/// Packs two pixels into the byte that carries them: the nearest of sixteen greys each.
#[must_use]
pub const fn packed(left: u8, right: u8) -> u8 {
    nearest(left) << 4 | nearest(right)
}

const fn nearest(grey: u8) -> u8 {
    // 17 greys to a step, halves upwards; 255 / 17 is 15, so it stays within a nibble.
    grey / 17 + (grey % 17 > 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_nibble_is_the_left_pixel() {
        assert!(pixels(&[0xF0, 0x19]).eq([255, 0, 17, 153]));
    }

    #[test]
    fn greys_of_the_line_survive_packing_and_others_go_to_the_nearest() {
        for grey in (0..=255).step_by(17) {
            assert!(pixels(&[packed(grey, 0)]).eq([grey, 0]));
        }
        assert!(pixels(&[packed(8, 9)]).eq([0, 17]));
        assert!(pixels(&[packed(254, 247)]).eq([255, 255]));
    }
}

//! EXIF orientation: phones store pictures as the sensor lay and say how to turn them.

use crate::frame::Frame;

/// EXIF tag 0x0112, 1 to 8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Orientation(u32);

impl Orientation {
    /// Stored as seen.
    pub const UPRIGHT: Self = Self(1);

    /// Turns and mirrors the stored picture to what was seen.
    pub fn upright(self, stored: Frame) -> Frame {
        let (width, height) = (stored.width(), stored.height());
        let (last_x, last_y) = (width - 1, height - 1);
        // Where the pixel seen at (x, y) is stored.
        let source: fn(usize, usize, usize, usize) -> (usize, usize) = match self.0 {
            2 => |x, y, last_x, _| (last_x - x, y),
            3 => |x, y, last_x, last_y| (last_x - x, last_y - y),
            4 => |x, y, _, last_y| (x, last_y - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, _, last_y| (y, last_y - x),
            7 => |x, y, last_x, last_y| (last_x - y, last_y - x),
            8 => |x, y, last_x, _| (last_x - y, x),
            _ => return stored,
        };
        let (seen_width, seen_height) = if self.0 >= 5 {
            (height, width)
        } else {
            (width, height)
        };
        let mut rgb = Vec::with_capacity(stored.rgb().len());
        for y in 0..seen_height {
            for x in 0..seen_width {
                let (sx, sy) = source(x, y, last_x, last_y);
                rgb.extend_from_slice(&stored.pixel(sx, sy));
            }
        }
        Frame::from_rgb(seen_width, seen_height, rgb).unwrap_or(stored)
    }
}

/// Reads the orientation from a TIFF block; upright when it is missing or makes no sense.
pub fn read(exif: &[u8]) -> Orientation {
    let Ok((fields, _)) = exif::parse_exif(exif) else {
        return Orientation::UPRIGHT;
    };
    fields
        .iter()
        .find(|field| field.tag == exif::Tag::Orientation && field.ifd_num == exif::In::PRIMARY)
        .and_then(|field| field.value.get_uint(0))
        .filter(|value| (1..=8).contains(value))
        .map_or(Orientation::UPRIGHT, Orientation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 3 x 2 picture whose pixels are numbered row by row.
    fn numbered() -> Frame {
        Frame::from_rgb(3, 2, (0..6).flat_map(|n| [n; 3]).collect()).unwrap()
    }

    fn rows(frame: &Frame) -> Vec<Vec<u8>> {
        let row = |row: &[u8]| row.iter().step_by(3).copied().collect();
        frame.rgb().chunks(frame.width() * 3).map(row).collect()
    }

    #[test]
    fn each_of_the_eight_orientations_is_turned_upright() {
        let seen = |n| rows(&Orientation(n).upright(numbered()));
        assert_eq!(seen(1), [[0, 1, 2], [3, 4, 5]]);
        assert_eq!(seen(2), [[2, 1, 0], [5, 4, 3]]);
        assert_eq!(seen(3), [[5, 4, 3], [2, 1, 0]]);
        assert_eq!(seen(4), [[3, 4, 5], [0, 1, 2]]);
        assert_eq!(seen(5), [[0, 3], [1, 4], [2, 5]]);
        assert_eq!(seen(6), [[3, 0], [4, 1], [5, 2]]);
        assert_eq!(seen(7), [[5, 2], [4, 1], [3, 0]]);
        assert_eq!(seen(8), [[2, 5], [1, 4], [0, 3]]);
    }
}

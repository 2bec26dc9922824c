//! EXIF orientation: phones store pictures as the sensor lay and say how to turn them.

use crate::frame::Frame;

/// Bytes of a pixel.
const PIXEL: usize = 3;
/// Rows that are turned together; the sides of camera pictures are multiples of it.
const BAND: usize = 8;

/// EXIF tag 0x0112, 1 to 8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Orientation(u32);

impl Orientation {
    /// Stored as seen.
    pub const UPRIGHT: Self = Self(1);

    /// Bytes a pixel that turning a picture of this size takes beside its own pixels.
    pub fn memory(self, height: usize) -> usize {
        let in_place = self.0 < 5 || height.is_multiple_of(BAND);
        if in_place { 0 } else { PIXEL }
    }

    /// Turns and mirrors the stored picture to what was seen.
    pub fn upright(self, stored: Frame) -> Frame {
        let (mut width, mut height, mut rgb) = stored.into_parts();
        // 5 to 8 are 1, 4, 2 and 3 of the picture with rows and columns exchanged.
        if (5..=8).contains(&self.0) {
            rgb = transposed(rgb, width, height);
            (width, height) = (height, width);
        }
        if matches!(self.0, 2 | 3 | 6 | 7) {
            rgb.chunks_exact_mut(width * PIXEL).for_each(reverse);
        }
        if matches!(self.0, 3 | 4 | 7 | 8) {
            upside_down(&mut rgb, width);
        }
        Frame::of_parts(width, height, rgb)
    }
}

/// The pixels of a row from right to left.
fn reverse(row: &mut [u8]) {
    row.as_chunks_mut::<PIXEL>().0.reverse();
}

fn upside_down(rgb: &mut [u8], width: usize) {
    let (upper, lower) = rgb.split_at_mut(rgb.len() / PIXEL / width / 2 * width * PIXEL);
    let above = upper.chunks_exact_mut(width * PIXEL);
    let below = lower.rchunks_exact_mut(width * PIXEL);
    above.zip(below).for_each(|(a, b)| a.swap_with_slice(b));
}

/// Rows become columns. Where bands of [`BAND`] rows fill the height this is done in place, for a large
/// photograph twice would take too much memory: each band is transposed for itself, and then its columns are
/// pieces of the new rows which only have to be brought to their places.
fn transposed(mut rgb: Vec<u8>, width: usize, height: usize) -> Vec<u8> {
    if !height.is_multiple_of(BAND) {
        let mut turned = vec![0; rgb.len()];
        transpose(&rgb, width, &mut turned);
        return turned;
    }
    let mut turned = vec![0; width * BAND * PIXEL];
    for band in rgb.chunks_exact_mut(turned.len()) {
        transpose(band, width, &mut turned);
        band.copy_from_slice(&turned);
    }
    let (pieces, _) = rgb.as_chunks_mut::<{ BAND * PIXEL }>();
    exchange(pieces, width, height / BAND);
    rgb
}

/// `to` gets the columns of `from` as rows.
fn transpose(from: &[u8], width: usize, to: &mut [u8]) {
    let (from, _) = from.as_chunks::<PIXEL>();
    let (to, _) = to.as_chunks_mut::<PIXEL>();
    let height = from.len() / width;
    for (x, row) in to.chunks_exact_mut(height).enumerate() {
        let column = from.iter().skip(x).step_by(width);
        row.iter_mut()
            .zip(column)
            .for_each(|(to, from)| *to = *from);
    }
}

/// Brings `rows` rows of `width` pieces to `width` rows of `rows` pieces, going round each cycle of the
/// permutation once.
fn exchange<T: Copy>(pieces: &mut [T], width: usize, rows: usize) {
    let mut placed = vec![false; pieces.len()];
    for start in 0..pieces.len() {
        let (mut at, mut carried) = (start, pieces.get(start).copied());
        while let Some(mark) = placed.get_mut(at).filter(|mark| !**mark) {
            *mark = true;
            at = at % width * rows + at / width;
            if let (Some(place), Some(piece)) = (pieces.get_mut(at), &mut carried) {
                std::mem::swap(place, piece);
            }
        }
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

    #[test]
    fn turning_in_place_is_turning() {
        for (width, height) in [(1, 8), (5, 16), (24, 40), (33, 8)] {
            let rgb: Vec<u8> = (0..width * height * 3).map(|n| (n % 251) as u8).collect();
            let mut expected = vec![0; rgb.len()];
            transpose(&rgb, width, &mut expected);
            assert_eq!(
                transposed(rgb, width, height),
                expected,
                "{width} x {height}"
            );
        }
    }
}

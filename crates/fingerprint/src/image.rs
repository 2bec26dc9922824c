//! Grey images as they come from a sensor, and their files.

use std::io::Cursor;

use crate::Error;
use crate::plane::Plane;

/// Side of the largest print that is looked at, in pixels at 500 dpi: 75 mm, more than any finger.
const LARGEST: usize = 1476;
/// Side of the smallest print: 6 mm.
const SMALLEST: usize = 118;
/// What a file may unfold to.
const LARGEST_FILE: usize = 6000 * 6000;

/// A grey image, one byte a pixel, ridges dark (0) on light (255), rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreyImage {
    width: usize,
    height: usize,
    dpi: u16,
    pixels: Vec<u8>,
}

impl GreyImage {
    /// Takes pixels row by row from the top.
    ///
    /// # Errors
    /// When the number of pixels is wrong, or the image is too small or too large for a finger: both sides
    /// have to be 6 to 75 mm at `dpi`, which has to be 100 to 2,000.
    pub fn new(width: usize, height: usize, dpi: u16, pixels: Vec<u8>) -> Result<Self, Error> {
        if !(100..=2000).contains(&dpi) {
            return Err(Error::Resolution(dpi));
        }
        if width.checked_mul(height) != Some(pixels.len()) {
            let got = pixels.len();
            return Err(Error::PixelCount { width, height, got });
        }
        let at_500 = |side: usize| side * 500 / usize::from(dpi);
        let fits = |side: usize| (SMALLEST..=LARGEST).contains(&at_500(side));
        if !fits(width) || !fits(height) {
            return Err(Error::Size { width, height, dpi });
        }
        Ok(Self {
            width,
            height,
            dpi,
            pixels,
        })
    }

    /// Reads a PNG, or a TIFF or binary PGM ("P5") of 8-bit grey; colours of a PNG are averaged.
    ///
    /// # Errors
    /// When the file is none of them, is damaged or has more than 36 million pixels; and as [`GreyImage::new`].
    pub fn from_file(bytes: &[u8], dpi: u16) -> Result<Self, Error> {
        let (width, height, pixels) = match bytes {
            [0x89, b'P', b'N', b'G', ..] => read_png(bytes)?,
            [b'I', b'I', ..] | [b'M', b'M', ..] => read_tiff(bytes)?,
            [b'P', b'5', ..] => read_pgm(bytes)?,
            _ => return Err(Error::File("it begins like none of them".into())),
        };
        Self::new(width, height, dpi, pixels)
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels per inch.
    #[must_use]
    pub fn dpi(&self) -> u16 {
        self.dpi
    }

    /// The pixels, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// What a sensor with a window of `width` x `height` and 16 greys would have seen of this print: cut out around
    /// the middle of its ridges, white where the image ends.
    ///
    /// # Errors
    /// As [`GreyImage::new`].
    pub fn as_seen_by_small_sensor(&self, width: usize, height: usize) -> Result<Self, Error> {
        let (cx, cy) = self.middle_of_print();
        let left = within(cx, width, self.width);
        let top = within(cy, height, self.height);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (x, y) = (left + x as isize, top + y as isize);
                pixels.push((self.at(x, y) >> 4) * 17);
            }
        }
        Self::new(width, height, self.dpi, pixels)
    }

    fn at(&self, x: isize, y: isize) -> u8 {
        let inside =
            (0..self.width as isize).contains(&x) && (0..self.height as isize).contains(&y);
        if inside {
            self.pixels[y as usize * self.width + x as usize]
        } else {
            255
        }
    }

    /// The centroid of the area with ridges, or the middle of the window where there is none.
    fn middle_of_print(&self) -> (usize, usize) {
        let centre = (self.width / 2, self.height / 2);
        let Ok(analysis) = crate::extract::analyse(self) else {
            return centre;
        };
        let (x, y) = analysis.field.middle();
        let at = |pixels: f32| (pixels * f32::from(self.dpi) / 500.0) as usize;
        (at(x), at(y))
    }

    /// The picture as a PNG file.
    #[must_use]
    pub fn to_png(&self) -> Vec<u8> {
        crate::explain::png(
            self.width,
            self.height,
            png::ColorType::Grayscale,
            &self.pixels,
        )
    }

    /// Ridges high, valleys low, at 500 dpi.
    pub(crate) fn plane(&self) -> Plane {
        let pixels = self.pixels.iter().map(|p| 255.0 - f32::from(*p)).collect();
        let plane = Plane::of(self.width, self.height, pixels);
        if self.dpi == 500 {
            plane
        } else {
            plane.resampled(500.0 / f32::from(self.dpi))
        }
    }
}

/// Where a window of `size` begins that is centred on `centre` and stays inside `whole` when it can.
fn within(centre: usize, size: usize, whole: usize) -> isize {
    let (centre, size, whole) = (centre as isize, size as isize, whole as isize);
    if size >= whole {
        return (whole - size) / 2;
    }
    (centre - size / 2).clamp(0, whole - size)
}

type Pixels = (usize, usize, Vec<u8>);

fn read_png(bytes: &[u8]) -> Result<Pixels, Error> {
    let broken = |e: png::DecodingError| Error::File(e.to_string());
    let limits = png::Limits {
        bytes: LARGEST_FILE * 4,
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(broken)?;
    let (width, height) = reader.info().size();
    let (width, height) = checked(width, height)?;
    let size = reader.output_buffer_size();
    let mut buffer = vec![0; size.ok_or_else(|| Error::File("it is too large".into()))?];
    let info = reader.next_frame(&mut buffer).map_err(broken)?;
    let channels = info.color_type.samples();
    let colours = if channels >= 3 { 3 } else { 1 };
    let grey = |pixel: &[u8]| {
        let sum: u32 = pixel.iter().take(colours).map(|c| u32::from(*c)).sum();
        (sum / colours as u32) as u8
    };
    let pixels = buffer.chunks_exact(channels).map(grey);
    Ok((width, height, pixels.take(width * height).collect()))
}

/// Width, height and the greatest grey, separated by blanks and comments, then a blank and the pixels.
fn read_pgm(bytes: &[u8]) -> Result<Pixels, Error> {
    let cut = || Error::File("its head is cut off".into());
    let mut rest = bytes.get(2..).ok_or_else(cut)?;
    let mut numbers = [0_u32; 3];
    for number in &mut numbers {
        while let [first, after @ ..] = rest {
            match first {
                b'#' => {
                    let line = after.iter().position(|byte| *byte == b'\n');
                    rest = line.and_then(|end| after.get(end..)).ok_or_else(cut)?;
                }
                blank if blank.is_ascii_whitespace() => rest = after,
                _ => break,
            }
        }
        let end = rest.iter().position(|byte| !byte.is_ascii_digit());
        let (digits, after) = rest.split_at(end.ok_or_else(cut)?);
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        *number = digits
            .parse()
            .map_err(|_| Error::File("its head is no PGM's".into()))?;
        rest = after;
    }
    let [width, height, greatest] = numbers;
    if greatest != 255 {
        return Err(Error::File("a PGM has to have 256 greys".into()));
    }
    let (width, height) = checked(width, height)?;
    let pixels = rest.get(1..).unwrap_or_default();
    match pixels.get(..width * height) {
        Some(pixels) => Ok((width, height, pixels.to_vec())),
        None => Err(Error::File("its pixels are cut off".into())),
    }
}

fn read_tiff(bytes: &[u8]) -> Result<Pixels, Error> {
    let broken = |e: tiff::TiffError| Error::File(e.to_string());
    let mut limits = tiff::decoder::Limits::default();
    limits.decoding_buffer_size = LARGEST_FILE;
    let decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).map_err(broken)?;
    let mut decoder = decoder.with_limits(limits);
    let (width, height) = decoder.dimensions().map_err(broken)?;
    let (width, height) = checked(width, height)?;
    if decoder.colortype().map_err(broken)? != tiff::ColorType::Gray(8) {
        return Err(Error::File("a TIFF has to have 8 bits of grey".into()));
    }
    match decoder.read_image().map_err(broken)? {
        tiff::decoder::DecodingResult::U8(pixels) => Ok((width, height, pixels)),
        _ => Err(Error::File("a TIFF has to have 8 bits of grey".into())),
    }
}

fn checked(width: u32, height: u32) -> Result<(usize, usize), Error> {
    let (width, height) = (width as usize, height as usize);
    match width.checked_mul(height) {
        Some(area) if area <= LARGEST_FILE => Ok((width, height)),
        _ => Err(Error::File("it is too large".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pgm_is_read_with_its_comments_and_one_that_is_cut_off_is_refused() {
        let mut file = b"P5\n# from a sensor\n120 118\n255\n".to_vec();
        file.extend((0..120 * 118).map(|n: usize| (n % 251) as u8));
        let image = GreyImage::from_file(&file, 500).unwrap();
        assert_eq!((image.width(), image.height()), (120, 118));
        assert_eq!(image.pixels()[..3], [0, 1, 2]);
        for length in [2, 5, 20, 30, file.len() - 1] {
            assert!(GreyImage::from_file(&file[..length], 500).is_err());
        }
        for head in ["P5 99999 99999 255\n", "P5 1 1 65535\n", "P5 x 1 255\n"] {
            assert!(GreyImage::from_file(head.as_bytes(), 500).is_err());
        }
    }
}

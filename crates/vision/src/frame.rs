//! One picture in memory.

use crate::decode;
use crate::error::VisionError;
use crate::geometry::{Point, Rect, Similarity};
use crate::sample;

/// What an image may weigh before it is refused unread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Width times height. Fewer are read where a kind of image takes more memory than its pixels do.
    pub pixels: usize,
}

impl Limits {
    /// For uploaded photographs: 16 MiB and 20 megapixels, which read take 57 MiB.
    pub const UPLOAD: Self = Self {
        bytes: 16 << 20,
        pixels: 20_000_000,
    };
    /// For frames of a camera: 4 MiB and 9 megapixels (4K).
    pub const LIVE: Self = Self {
        bytes: 4 << 20,
        pixels: 9_000_000,
    };
}

/// An upright picture of 8-bit RGB pixels, row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} x {})", self.width, self.height)
    }
}

impl Frame {
    /// Reads a JPEG or PNG and turns it upright as its EXIF orientation says.
    ///
    /// # Errors
    /// Not an image, damaged, cut off, of a kind that is not read, or over `limits`; the size
    /// in pixels is checked before memory is taken.
    pub fn decode(bytes: &[u8], limits: Limits) -> Result<Self, VisionError> {
        decode::decode(bytes, limits)
    }

    /// A frame from its pixels. `None` unless there are three bytes for every pixel and at
    /// least one pixel.
    #[must_use]
    pub fn from_rgb(width: usize, height: usize, rgb: Vec<u8>) -> Option<Self> {
        let expected = width.checked_mul(height)?.checked_mul(3)?;
        (expected > 0 && rgb.len() == expected).then_some(Self { width, height, rgb })
    }

    /// Width in pixels, at least 1.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels: red, green, blue, row by row from the upper left.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The whole frame as a box.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // sides are far below 2^24
    pub fn bounds(&self) -> Rect {
        Rect {
            x: 0.0,
            y: 0.0,
            width: self.width as f32,
            height: self.height as f32,
        }
    }

    /// The part of the frame inside `area`; `None` if they do not meet.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to the frame
    pub fn crop(&self, area: &Rect) -> Option<Self> {
        let frame = self.bounds();
        let left = area.x.clamp(0.0, frame.width).floor() as usize;
        let top = area.y.clamp(0.0, frame.height).floor() as usize;
        let right = (area.x + area.width).clamp(0.0, frame.width).ceil() as usize;
        let bottom = (area.y + area.height).clamp(0.0, frame.height).ceil() as usize;
        if right <= left || bottom <= top {
            return None;
        }
        let rows = self
            .rgb
            .chunks_exact(self.width * 3)
            .skip(top)
            .take(bottom - top);
        let rgb = rows
            .filter_map(|row| row.get(left * 3..right * 3))
            .flatten()
            .copied()
            .collect();
        Self::from_rgb(right - left, bottom - top, rgb)
    }

    /// A frame of `size` (width, height) pixels in which the point `from` of this frame lies at `to` and
    /// `scale` pixels of this one become one. Black where this frame has nothing.
    ///
    /// # Errors
    /// [`VisionError::Encode`] if the size is nothing.
    pub fn placed(
        &self,
        from: Point,
        to: Point,
        scale: f32,
        size: (usize, usize),
    ) -> Result<Self, VisionError> {
        let (width, height) = size;
        let placement = Similarity::about(to, from, 0.0, scale);
        let square = sample::cut(self, &placement, width.max(height));
        #[allow(clippy::cast_precision_loss)] // sides are far below 2^24
        let area = Rect {
            x: 0.0,
            y: 0.0,
            width: width as f32,
            height: height as f32,
        };
        let cropped = square.crop(&area);
        cropped.ok_or_else(|| VisionError::Encode("a frame of no pixels".into()))
    }

    /// Writes the frame as JPEG.
    ///
    /// # Errors
    /// A side of more than 65,535 pixels.
    pub fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>, VisionError> {
        let side = |pixels: usize| {
            u16::try_from(pixels).map_err(|_| VisionError::Encode(format!("{pixels} pixels wide")))
        };
        let mut bytes = Vec::with_capacity(self.rgb.len() / 8);
        jpeg_encoder::Encoder::new(&mut bytes, quality.clamp(1, 100))
            .encode(
                &self.rgb,
                side(self.width)?,
                side(self.height)?,
                jpeg_encoder::ColorType::Rgb,
            )
            .map_err(|e| VisionError::Encode(e.to_string()))?;
        Ok(bytes)
    }

    /// Width, height and pixels.
    pub(crate) fn into_parts(self) -> (usize, usize, Vec<u8>) {
        (self.width, self.height, self.rgb)
    }

    /// The opposite of [`Self::into_parts`].
    pub(crate) fn of_parts(width: usize, height: usize, rgb: Vec<u8>) -> Self {
        Self { width, height, rgb }
    }

    /// Colour of the pixel in column `x` of row `y`, black outside the frame.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let start = (y * self.width + x) * 3;
        match self.rgb.get(start..start + 3) {
            Some(&[r, g, b]) if x < self.width => [r, g, b],
            _ => [0; 3],
        }
    }
}

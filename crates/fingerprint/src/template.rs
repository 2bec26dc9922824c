//! What is kept of a print: minutiae and a small picture of the ridges, in at most 2,000 bytes.

use crate::Error;
use crate::minutiae::{Kind, MOST, Minutia};
use crate::ridges::{BLOCK, PITCH, Ridges};

/// Bytes of the largest template.
pub const LARGEST_TEMPLATE: usize = 2000;

const MAGIC: &[u8; 3] = b"GBF";
const VERSION: u8 = 1;
const HEAD: usize = 12;
const EACH: usize = 5;

/// What is kept of one impression of one finger.
///
/// Bytes: `GBF`, version 1, width u16, height u16 (pixels at 500 dpi, little-endian), blocks in a row u8, rows of
/// blocks u8, quality u8, number of minutiae u8; five bytes a minutia (x 11 bits, y 11, angle 8, kind 1, quality 7,
/// lowest first); then the picture of the ridges, range coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) quality: u8,
    pub(crate) minutiae: Vec<Minutia>,
    pub(crate) ridges: Ridges,
}

impl Template {
    /// Width of the image at 500 dpi, in pixels.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Height of the image at 500 dpi, in pixels.
    #[must_use]
    pub fn height(&self) -> u16 {
        self.height
    }

    /// 0 to 100: how clear the print is as a whole.
    #[must_use]
    pub fn quality(&self) -> u8 {
        self.quality
    }

    /// The minutiae, the clearest first.
    #[must_use]
    pub fn minutiae(&self) -> &[Minutia] {
        &self.minutiae
    }

    /// Does it hold the picture of the ridges? One that was imported from an ISO record does not, and is compared
    /// by minutiae alone.
    #[must_use]
    pub fn has_ridges(&self) -> bool {
        !self.ridges.print.is_empty()
    }

    /// The template as bytes, at most [`LARGEST_TEMPLATE`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LARGEST_TEMPLATE);
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.width.to_le_bytes());
        bytes.extend_from_slice(&self.height.to_le_bytes());
        bytes.push(self.ridges.columns as u8);
        bytes.push(self.ridges.rows as u8);
        bytes.push(self.quality);
        bytes.push(self.minutiae.len() as u8);
        for m in &self.minutiae {
            let packed = u64::from(m.x & 0x7ff)
                | u64::from(m.y & 0x7ff) << 11
                | u64::from(m.angle) << 22
                | u64::from(m.kind == Kind::Bifurcation) << 30
                | u64::from(m.quality & 0x7f) << 31;
            bytes.extend_from_slice(&packed.to_le_bytes()[..EACH]);
        }
        if self.has_ridges() {
            bytes.extend_from_slice(&self.ridges.pack());
        }
        bytes
    }

    /// Reads a template. Any bytes are answered, in bounded time and memory.
    ///
    /// # Errors
    /// When they are no template, are of a later version, are longer than [`LARGEST_TEMPLATE`], or name a place
    /// outside the image.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > LARGEST_TEMPLATE {
            return Err(Error::Template("it is longer than 2,000 bytes"));
        }
        let Some(([b'G', b'B', b'F', version, head @ ..], rest)) =
            bytes.split_first_chunk::<HEAD>()
        else {
            return Err(Error::Template("it does not begin like one"));
        };
        if *version != VERSION {
            return Err(Error::TemplateVersion(*version));
        }
        let [w0, w1, h0, h1, columns, rows, quality, count] = *head;
        let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
        let count = usize::from(count);
        if count > MOST || quality > 100 {
            return Err(Error::Template("its head is not possible"));
        }
        let Some((points, picture)) = rest.split_at_checked(count * EACH) else {
            return Err(Error::Template("it is cut off"));
        };
        let minutiae = points.chunks_exact(EACH).map(|b| minutia(b, width, height));
        let minutiae = minutiae.collect::<Result<_, _>>()?;
        Ok(Self {
            width,
            height,
            quality,
            minutiae,
            ridges: ridges(columns, rows, width, height, picture)?,
        })
    }

    /// Makes it fit: blocks far from the middle go first, then the least clear minutiae.
    pub(crate) fn fitted(mut self) -> Self {
        let mut length = self.to_bytes().len();
        while length > LARGEST_TEMPLATE {
            let excess = length - LARGEST_TEMPLATE;
            if !self.drop_outer_blocks(excess / 2 + 1) {
                self.minutiae.pop();
            }
            length = self.to_bytes().len();
        }
        self
    }

    /// A block takes about a byte and a half.
    fn drop_outer_blocks(&mut self, number: usize) -> bool {
        let ridges = &self.ridges;
        let columns = ridges.columns.max(1);
        let inside = (0..ridges.print.len()).filter(|i| ridges.print[*i]);
        let mut blocks: Vec<(usize, usize, usize)> =
            inside.map(|i| (i % columns, i / columns, i)).collect();
        let n = blocks.len().max(1);
        let cx = blocks.iter().map(|b| b.0).sum::<usize>() / n;
        let cy = blocks.iter().map(|b| b.1).sum::<usize>() / n;
        blocks.sort_by_key(|(x, y, _)| {
            std::cmp::Reverse(x.abs_diff(cx).pow(2) + y.abs_diff(cy).pow(2))
        });
        for (_, _, block) in blocks.iter().take(number) {
            self.ridges.drop_block(*block);
        }
        !blocks.is_empty()
    }
}

fn minutia(bytes: &[u8], width: u16, height: u16) -> Result<Minutia, Error> {
    let mut eight = [0; 8];
    eight[..EACH].copy_from_slice(bytes);
    let packed = u64::from_le_bytes(eight);
    let field = |from: u32, bits: u32| (packed >> from & ((1 << bits) - 1)) as u16;
    let (x, y, quality) = (field(0, 11), field(11, 11), field(31, 7) as u8);
    if x >= width || y >= height || quality > 100 || packed >> 38 != 0 {
        return Err(Error::Template("a minutia lies outside the image"));
    }
    let kinds = [Kind::Ending, Kind::Bifurcation];
    Ok(Minutia {
        x,
        y,
        angle: field(22, 8) as u8,
        kind: kinds[usize::from(field(30, 1))],
        quality,
    })
}

fn ridges(columns: u8, rows: u8, width: u16, height: u16, packed: &[u8]) -> Result<Ridges, Error> {
    let (columns, rows) = (usize::from(columns), usize::from(rows));
    if columns == 0 || rows == 0 {
        return Ok(Ridges::none());
    }
    let side = BLOCK * PITCH;
    if columns * side > usize::from(width) || rows * side > usize::from(height) {
        return Err(Error::Template("its picture is larger than the image"));
    }
    Ridges::unpack(columns, rows, packed).ok_or(Error::Template("its picture is too large"))
}

//! Fingerprints of nobody, for tests: made from a seed, the same on every run.
//!
//! A finger's plan is a field of directions with zeros and poles by class and a map of ridge periods; its
//! ridges grow from seeds by filters tuned to the plan, so ridges end and fork where growth meets out of
//! step. An impression bends, presses, dries, creases and cuts that skin as a sensor sees it.
//!
//! They serve to show that code works. Error rates or thresholds are never taken from them: synthetic
//! impostors are more alike than people's fingers are, and synthetic noise is simpler.
//!
//! The same seed gives the same picture on one kind of machine; between kinds, a few greys may differ
//! where their sines do.

mod dice;
mod finger;
mod flow;
mod growth;
mod impression;
mod not_a_finger;

pub use finger::Finger;
pub use flow::Class;
pub use impression::{Press, Sensor};
pub use not_a_finger::NotAFinger;

/// A grey picture, row by row from the top; 0 is black, ridges are dark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Image {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Pixels an inch.
    pub dpi: u16,
    /// `width * height` greys.
    pub pixels: Vec<u8>,
}

impl Image {
    /// As binary PGM ("P5"), which every picture viewer opens.
    #[must_use]
    pub fn to_pgm(&self) -> Vec<u8> {
        let mut file = format!("P5 {} {} 255\n", self.width, self.height).into_bytes();
        file.extend_from_slice(&self.pixels);
        file
    }

    /// From binary PGM with 256 greys, taken for 500 dpi; `None` when it is none.
    #[must_use]
    pub fn from_pgm(file: &[u8]) -> Option<Self> {
        let mut rest = file.strip_prefix(b"P5")?;
        let mut number = || -> Option<usize> {
            let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
            let digits = &rest[start..];
            let end = digits.iter().position(u8::is_ascii_whitespace)?;
            // One blank ends a number; after the last one the pixels begin.
            rest = &digits[end + 1..];
            std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
        };
        let (width, height, white) = (number()?, number()?, number()?);
        let pixels = rest.get(..width.checked_mul(height)?)?.to_vec();
        (white == 255 && width > 0).then_some(Self {
            width,
            height,
            dpi: 500,
            pixels,
        })
    }
}

#[cfg(test)]
mod tests;

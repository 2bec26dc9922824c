//! Models that a site brings: an ONNX file and a card that says how to use it.

mod card;
mod self_test;
mod spoof_card;
mod spoof_test;

pub use card::{Alignment, Card, InputCard, Kind};
pub use self_test::self_test;
pub use spoof_card::SpoofCard;
pub use spoof_test::spoof_self_test;

use crate::error::VisionError;
use sha2::{Digest, Sha256};

/// Largest file that is taken, 1 GiB.
pub const LARGEST_FILE: u64 = 1 << 30;

/// A card and its file, which was checked against the card's SHA-256.
#[derive(Clone)]
pub struct Model {
    /// How the file is used.
    pub card: Card,
    pub(crate) file: Vec<u8>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Model({})", self.card.name)
    }
}

impl Model {
    /// Puts a file to its card.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the file is another one than the card describes.
    pub fn new(card: Card, file: Vec<u8>) -> Result<Self, VisionError> {
        let found = hex(&Sha256::digest(&file));
        if found != card.sha256 {
            return Err(VisionError::Model(format!(
                "{}: the file's SHA-256 is {found}, the card says {}",
                card.name, card.sha256
            )));
        }
        Ok(Self { card, file })
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

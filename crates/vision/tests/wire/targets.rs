//! What is fed with images that somebody sends. Driven by `corpus.rs` here and by `fuzz/`.

use vision::{Frame, Limits};

/// Sides that a fuzzer's images may have: larger ones only take longer.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    pixels: 1 << 18,
};

/// An image: it is refused, or has as many pixels as it says, within the limits.
pub fn image(bytes: &[u8]) -> bool {
    let Ok(frame) = Frame::decode(bytes, LIMITS) else {
        return false;
    };
    let pixels = frame.width() * frame.height();
    assert!(pixels > 0 && pixels <= LIMITS.pixels && frame.rgb().len() == pixels * 3);
    true
}

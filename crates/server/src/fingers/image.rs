//! Pictures of fingers as they are sent.

use fingerprint::{Error, GreyImage};

/// Reads a picture: a file, or grey pixels where `raw` says their width and height.
///
/// # Errors
/// Why it is no picture of a finger, and what to do.
pub fn read(bytes: &[u8], raw: Option<(u32, u32)>, dpi: u16) -> Result<GreyImage, Error> {
    let Some((width, height)) = raw else {
        return GreyImage::from_file(bytes, dpi);
    };
    let side = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
    GreyImage::new(side(width), side(height), dpi, bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_need_their_size_and_files_do_not() {
        let grey = vec![200; 256 * 288];
        assert!(read(&grey, Some((256, 288)), 500).is_ok());
        for (bytes, raw, dpi) in [
            (&grey[..], Some((256, 287)), 500),
            (&grey[..], Some((u32::MAX, u32::MAX)), 500),
            (&grey[..], None, 500),
            (&grey[..], Some((256, 288)), 20),
            (&[][..], None, 500),
        ] {
            assert!(read(bytes, raw, dpi).is_err());
        }
    }
}

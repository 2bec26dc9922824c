//! What can be wrong with what comes in.

/// Why an image, a template or a record was refused. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The pixels are not as many as width and height say.
    #[error("{got} bytes are not an image of {width}x{height}: give one byte a pixel, row by row")]
    PixelCount {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes given.
        got: usize,
    },
    /// Too small to hold a print, or larger than any finger.
    #[error(
        "an image of {width}x{height} at {dpi} dpi is no fingerprint: it has to show 6 to 75 mm in both directions"
    )]
    Size {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Pixels per inch.
        dpi: u16,
    },
    /// A resolution that no sensor has.
    #[error("{0} dpi is no resolution of a fingerprint sensor: 100 to 2,000 are taken")]
    Resolution(u16),
    /// A picture file that cannot be read.
    #[error("the file is not a readable grey PNG, TIFF or PGM: {0}")]
    File(String),
    /// Everything has the same grey.
    #[error("the image is blank: clean the sensor, press the finger on it and capture again")]
    Blank,
    /// There is something, but no ridges.
    #[error(
        "no ridges of a finger to be seen: press the whole pad of the finger on the sensor and capture again"
    )]
    NoRidges,
    /// Ridges, but too few of their endings and forks to tell people apart.
    #[error("only {found} usable points, {needed} are needed: press flatter and more centred")]
    TooFewMinutiae {
        /// Minutiae found.
        found: usize,
        /// Minutiae needed.
        needed: usize,
    },
    /// Bytes that are no template.
    #[error("not a fingerprint template of Gatebook: {0}")]
    Template(&'static str),
    /// A template of a later version.
    #[error(
        "a template of version {0}, which this program does not know: update it, or enrol again"
    )]
    TemplateVersion(u8),
    /// Bytes that are no ISO/IEC 19794-2:2005 record.
    #[error("not an ISO/IEC 19794-2:2005 record: {0}")]
    Iso(&'static str),
}

//! What can go wrong in this room.

/// Why an image, a template or a model was refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VisionError {
    /// The bytes begin like neither JPEG nor PNG.
    #[error("this is neither a JPEG nor a PNG image")]
    NotAnImage,
    /// The image breaks off or contradicts itself.
    #[error("the image is damaged: {0}")]
    Damaged(String),
    /// A kind of pixels that is not read.
    #[error("images of this kind are not read: {0}")]
    Unsupported(String),
    /// More bytes than [`crate::Limits::bytes`].
    #[error("the image has {bytes} bytes; at most {limit} are accepted")]
    TooManyBytes {
        /// Size of the file.
        bytes: usize,
        /// The limit in force.
        limit: usize,
    },
    /// More pixels than [`crate::Limits::pixels`].
    #[error("the image has {width} x {height} pixels; at most {limit} in all are accepted")]
    TooManyPixels {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The limit in force, width times height.
        limit: usize,
    },
    /// The embedded weights or the graph built of them cannot be used.
    #[error("the face models cannot be used: {0}")]
    Model(String),
    /// A net stopped while computing.
    #[error("a face model failed: {0}")]
    Inference(String),
    /// Bytes that are not a template.
    #[error("this is not a face template: {0}")]
    Template(&'static str),
    /// The crop or frame could not be written as JPEG.
    #[error("the picture could not be encoded: {0}")]
    Encode(String),
}

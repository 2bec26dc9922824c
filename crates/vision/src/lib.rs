//! From camera frames to identities: decode, detect, align, template, match, track.
//!
//! [`Engine`] holds the nets and can be shared between threads; a [`Tracker`] follows the faces
//! of one camera and decides who they are against a [`Gallery`].
//!
//! ```
//! use std::time::Duration;
//! use vision::{Engine, Frame, Gallery, Tracker};
//!
//! # fn main() -> Result<(), vision::VisionError> {
//! let engine = Engine::load()?;
//! let gallery = Gallery::new(engine.embedder().model());
//! let mut tracker = Tracker::default();
//! // Five frames of a camera with nobody before it; `Frame::decode` reads a JPEG or PNG.
//! for n in 0..5 {
//!     let frame = Frame::from_rgb(640, 480, vec![96; 640 * 480 * 3]).unwrap_or_else(|| unreachable!());
//!     let at = Duration::from_millis(n * 200);
//!     let seen = engine.follow(&frame, &tracker.attention(at))?;
//!     let update = tracker.follow(&Vec::new().into(), &seen, at, &gallery);
//!     assert!(update.decided.is_empty());
//! }
//! # Ok(())
//! # }
//! ```
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::cast_possible_truncation
    )
)]

pub mod alignment;
mod analysis;
mod attention;
mod buffers;
mod decode;
mod detector;
mod embedder;
mod engine;
pub mod enrolment;
mod error;
mod eyes;
mod frame;
mod gallery;
mod geometry;
mod inference;
mod landmarks;
pub mod liveness;
pub mod models;
mod onnx;
mod orientation;
mod quality;
mod sample;
pub mod samples;
mod template;
pub mod threshold;
mod tracker;
mod weights;

pub use analysis::{Analysis, Look, Purpose};
pub use attention::{Attention, Expected, Followed};
pub use detector::{Detection, Detector};
pub use embedder::{Effort, Embedder};
pub use engine::{Edition, Engine, Face, MOST_FACES, Setup};
pub use error::VisionError;
pub use frame::{Frame, Limits};
pub use gallery::{Gallery, Match, Verification};
pub use geometry::{Point, Rect, Similarity};
pub use inference::{Inference, OnnxRuntimeSetting, Outputs, Runtime};
pub use landmarks::Landmarks;
pub use quality::{Cover, Quality, Signs};
pub use template::{ModelId, Template};
pub use tracker::{Decided, Identity, Overlay, TrackUpdate, Tracker, TrackerSettings};

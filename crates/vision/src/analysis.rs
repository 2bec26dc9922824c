//! All that the nets say of one image. It can be carried to another machine: whoever tracks faces and
//! knows people need not be where the nets run.

use crate::embedder::Effort;
use crate::engine::{Engine, Face};
use crate::error::VisionError;
use crate::frame::{Frame, Limits};
use serde::{Deserialize, Serialize};

/// What an image is looked at for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Purpose {
    /// A frame of a camera, one of many: once is enough.
    Live,
    /// A picture taken at a gate, to be compared with one person.
    Comparison,
    /// An image to know somebody by from now on: worth the longer look.
    Enrolment,
}

impl Purpose {
    /// What the image may weigh.
    #[must_use]
    pub const fn limits(self) -> Limits {
        match self {
            Self::Live => Limits::LIVE,
            Self::Comparison | Self::Enrolment => Limits::UPLOAD,
        }
    }

    /// How long a look the template is worth.
    #[must_use]
    pub const fn effort(self) -> Effort {
        match self {
            Self::Live | Self::Comparison => Effort::Single,
            Self::Enrolment => Effort::Mirrored,
        }
    }
}

/// The faces of one image.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Analysis {
    /// Width of the upright image in pixels.
    pub width: u32,
    /// Height of the upright image in pixels.
    pub height: u32,
    /// Its faces, the surest first, at most [`crate::MOST_FACES`].
    pub faces: Vec<Face>,
}

/// What came of looking at an image.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Look {
    /// It could be read.
    Seen(Analysis),
    /// It could not; the reason in words for whoever sent it.
    Unreadable(String),
}

impl Engine {
    /// Decodes an image and describes its faces.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a net fails. What is wrong with the image is no error.
    pub fn look(&self, image: &[u8], purpose: Purpose) -> Result<Look, VisionError> {
        let frame = match Frame::decode(image, purpose.limits()) {
            Ok(frame) => frame,
            Err(reason) => return Ok(Look::Unreadable(reason.to_string())),
        };
        let faces = self.analyse_with(&frame, purpose.effort())?;
        Ok(Look::Seen(Analysis {
            width: pixels(frame.width()),
            height: pixels(frame.height()),
            faces,
        }))
    }
}

fn pixels(side: usize) -> u32 {
    u32::try_from(side).unwrap_or(u32::MAX)
}

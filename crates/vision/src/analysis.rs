//! All that the nets say of one image. It can be carried to another machine: whoever tracks faces and
//! knows people need not be where the nets run.

use crate::attention::{Attention, Followed};
use crate::embedder::Effort;
use crate::engine::{Engine, Face};
use crate::error::VisionError;
use crate::frame::{Frame, Limits};
use serde::{Deserialize, Serialize};

/// What an image is looked at for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Purpose {
    /// A frame of a camera, one of many: once is enough.
    Live,
    /// The same of a camera whose faces are followed.
    Following(Attention),
    /// The same where somebody is asked to blink or turn: the eyes of whoever is described are looked at closely.
    Asked(Attention),
    /// A frame that shows a room full of people, looked at now and then: small faces count as well.
    RollCall,
    /// A picture taken at a gate, to be compared with one person.
    Comparison,
    /// An image to know somebody by from now on: worth the longer look.
    Enrolment,
}

impl Purpose {
    /// What the image may weigh.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        match self {
            Self::Live | Self::Following(_) | Self::Asked(_) | Self::RollCall => Limits::LIVE,
            Self::Comparison | Self::Enrolment => Limits::UPLOAD,
        }
    }

    /// How long a look the template is worth.
    #[must_use]
    pub const fn effort(&self) -> Effort {
        match self {
            Self::Live
            | Self::Following(_)
            | Self::Asked(_)
            | Self::RollCall
            | Self::Comparison => Effort::Single,
            Self::Enrolment => Effort::Thorough,
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
    /// Its faces, the largest first, at most [`crate::MOST_FACES`] or, of a room full of people, 48.
    pub faces: Vec<Face>,
    /// Expected faces that are there and were not described, see [`Attention`].
    pub followed: Vec<Followed>,
    /// Whether the whole image was searched for faces.
    pub everywhere: bool,
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
        let faces = match &purpose {
            Purpose::Following(attention) => {
                return self.follow(&frame, attention).map(Look::Seen);
            }
            Purpose::Asked(attention) => {
                let mut seen = self.follow(&frame, attention)?;
                for face in &mut seen.faces {
                    self.look_at_eyes(&frame, face)?;
                }
                return Ok(Look::Seen(seen));
            }
            Purpose::Live => {
                return self
                    .follow(&frame, &Attention::everywhere())
                    .map(Look::Seen);
            }
            Purpose::RollCall => self.roll_call(&frame)?,
            Purpose::Comparison | Purpose::Enrolment => {
                self.analyse_with(&frame, purpose.effort())?
            }
        };
        Ok(Look::Seen(Analysis::new(&frame, faces, Vec::new(), true)))
    }
}

impl Analysis {
    pub(crate) fn new(
        frame: &Frame,
        faces: Vec<Face>,
        followed: Vec<Followed>,
        everywhere: bool,
    ) -> Self {
        Self {
            width: pixels(frame.width()),
            height: pixels(frame.height()),
            faces,
            followed,
            everywhere,
        }
    }
}

fn pixels(side: usize) -> u32 {
    u32::try_from(side).unwrap_or(u32::MAX)
}

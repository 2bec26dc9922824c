//! Whether a face is shown well enough to trust a template of it.
//!
//! The bounds were chosen by what they cost and what they spare, on real photographs and on the same ones
//! made worse: `docs/measurements.md` has the figures, `examples/quality.rs` measures them.

mod cover;
mod exposure;
mod pose;
mod sharpness;

use crate::alignment;
use crate::detector::Detection;
use crate::frame::Frame;
use crate::landmarks::Landmarks;
use serde::{Deserialize, Serialize};

/// How a face is shown.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Quality {
    /// Height of the detected face in pixels of the frame.
    pub height: f32,
    /// Fine detail on the aligned chip: the energy of second differences of brightness over that of first
    /// ones. 0 is blank; most photographs lie between 0.2 and 0.9. Neither light nor contrast nor a
    /// shadow over half a face change it much, and the edges of JPEG's blocks are left out; the noise of
    /// a sensor passes for detail.
    pub sharpness: f32,
    /// Mean brightness of the aligned chip's middle, 0 to 255.
    pub brightness: f32,
    /// Share of the chip's middle that is cut off at white, 0 to 1.
    pub glare: f32,
    /// How far the head is turned aside: -1 (the nose points to the left of the picture) to 1;
    /// 0 is straight ahead.
    pub turn: f32,
    /// How far it is lowered (-1) or raised (1); 0 is level.
    pub nod: f32,
    /// How far the parts of the face differ in colour, 0 (all alike) to about 1: something in front of it,
    /// like a mask or dark glasses, differs more than skin does.
    pub covered: f32,
}

impl Quality {
    /// Smallest face height for a template, pixels.
    pub const LEAST_HEIGHT: f32 = 48.0;
    /// Smallest face height for enrolment, pixels.
    pub const LEAST_ENROLMENT_HEIGHT: f32 = 80.0;
    /// Below this the face is blurred.
    pub const LEAST_SHARPNESS: f32 = 0.17;
    /// Below this the face is too dark.
    pub const LEAST_BRIGHTNESS: f32 = 40.0;
    /// Above this the face is washed out.
    pub const MOST_GLARE: f32 = 0.25;
    /// Beyond this, either way, the head is in profile and one half of the face is hidden.
    pub const MOST_TURN: f32 = 0.9;
    /// Beyond this, either way, it is lowered or raised too far.
    pub const MOST_NOD: f32 = 0.9;
    /// Above this something is in front of the face.
    pub const MOST_COVERED: f32 = 0.6;

    /// Judges a face by its landmarks and its aligned chip.
    #[must_use]
    pub fn of(face: &Detection, landmarks: &Landmarks, chip: &Frame) -> Self {
        let light = exposure::middle(chip);
        let placement = alignment::placement(landmarks);
        Self {
            height: face.bounds.height,
            sharpness: sharpness::of(&light, chip.width(), placement.as_ref()),
            brightness: exposure::brightness(&light),
            glare: exposure::glare(chip),
            turn: pose::turn(landmarks).unwrap_or(1.0),
            nod: pose::nod(landmarks).unwrap_or(1.0),
            covered: cover::of(chip),
        }
    }

    /// Whether the face is blurred.
    #[must_use]
    pub fn is_blurred(&self) -> bool {
        self.sharpness < Self::LEAST_SHARPNESS
    }

    /// Whether the face is too dark.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.brightness < Self::LEAST_BRIGHTNESS
    }

    /// Whether the face is washed out.
    #[must_use]
    pub fn is_glaring(&self) -> bool {
        self.glare > Self::MOST_GLARE
    }

    /// Whether the head is turned too far aside, lowered or raised.
    #[must_use]
    pub fn is_turned(&self) -> bool {
        self.turn.abs() > Self::MOST_TURN || self.nod.abs() > Self::MOST_NOD
    }

    /// Whether something is in front of the face.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.covered > Self::MOST_COVERED
    }

    /// Whether a template of this face may count when deciding who it is.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.height >= Self::LEAST_HEIGHT
            && !(self.is_blurred() || self.is_dark() || self.is_glaring() || self.is_turned())
    }

    /// How much a template of this face counts beside others of the same person, 0.05 to 1: small, blurred,
    /// turned, glaring and covered views less.
    #[must_use]
    pub fn weight(&self) -> f32 {
        let size = (self.height / 120.0).clamp(0.0, 1.0).sqrt();
        let sharp = (self.sharpness / 0.4).clamp(0.0, 1.0).sqrt();
        let ahead = 1.0 - self.turn.abs().min(1.0) / 2.0;
        let lit = 1.0 - self.glare.clamp(0.0, 1.0);
        let bare = if self.is_covered() { 0.5 } else { 1.0 };
        (size * sharp * ahead * lit * bare).max(0.05)
    }

    /// Orders views of one face: the larger the better. Size counts up to 160 pixels.
    #[must_use]
    pub fn merit(&self) -> f32 {
        let size = self.height.min(160.0) / 160.0;
        let ahead = 1.0 - self.turn.abs().max(self.nod.abs()).min(1.0);
        let bonus = if self.is_good() { 1.0 } else { 0.0 };
        bonus + size * ahead * self.sharpness.min(1.0).sqrt()
    }
}

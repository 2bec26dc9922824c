//! Whether a face is shown well enough to trust a template of it.
//!
//! The bounds were chosen by what they cost and what they spare, on real photographs and on the same ones
//! made worse: `docs/measurements.md` has the figures, `examples/quality.rs` and `examples/covers` measure them.

mod cover;
mod parts;
mod sharpness;

use crate::alignment;
use crate::detector::Detection;
use crate::frame::Frame;
use crate::geometry::Point;
use crate::landmarks::Landmarks;
use model::CoveredPart;
use serde::{Deserialize, Serialize};

pub use cover::{Cover, Signs};

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
    /// How far the head is turned aside: -1 (the nose points to the left of the picture) to 1;
    /// 0 is straight ahead.
    pub turn: f32,
    /// How far the head looks up (positive) or down, in degrees: see [`Landmarks::nod`].
    pub nod: f32,
    /// How surely something covers the eyes, the mouth or one side.
    pub cover: Cover,
    /// Which share of the face lies outside of the frame, 0 to 1.
    pub outside: f32,
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
    pub const MOST_BRIGHTNESS: f32 = 210.0;
    /// Beyond this, either way, the head is in profile and one half of the face is hidden.
    pub const MOST_TURN: f32 = 0.9;
    /// Beyond this, up or down, a head is no good one to enrol, degrees.
    pub const MOST_NOD: f32 = 25.0;
    /// Beyond this share the frame ends within the face.
    pub const MOST_OUTSIDE: f32 = 0.02;

    /// A face of so many pixels that is shown as well as can be.
    #[must_use]
    pub const fn well_shown(height: f32) -> Self {
        Self {
            height,
            sharpness: 0.5,
            brightness: 120.0,
            turn: 0.0,
            nod: 0.0,
            cover: Cover::NONE,
            outside: 0.0,
        }
    }

    /// Judges a face of `frame` by its landmarks and its aligned chip.
    #[must_use]
    pub fn of(face: &Detection, landmarks: &Landmarks, chip: &Frame, frame: &Frame) -> Self {
        let light = brightness(chip);
        let placement = alignment::dlib(landmarks);
        Self {
            height: face.bounds.height,
            sharpness: sharpness::of(&light, chip.width(), placement.as_ref()),
            brightness: light.iter().sum::<f32>() / count(light.len()),
            turn: turn(landmarks).unwrap_or(1.0),
            nod: landmarks.nod,
            cover: Signs::of(landmarks, chip).map_or(Cover::NONE, |signs| Cover::of(&signs)),
            outside: outside(landmarks, frame),
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
        self.brightness > Self::MOST_BRIGHTNESS
    }

    /// Whether the head is turned too far aside.
    #[must_use]
    pub fn is_turned(&self) -> bool {
        self.turn.abs() > Self::MOST_TURN
    }

    /// Whether the head looks too far up or down to be enrolled.
    #[must_use]
    pub fn is_nodding(&self) -> bool {
        self.nod.abs() > Self::MOST_NOD
    }

    /// Whether something covers the eyes.
    #[must_use]
    pub fn are_eyes_covered(&self) -> bool {
        self.cover.eyes > 0.0
    }

    /// Whether something covers mouth or nose.
    #[must_use]
    pub fn is_mouth_covered(&self) -> bool {
        self.cover.mouth > 0.0
    }

    /// Whether something covers one half, or one eye.
    #[must_use]
    pub fn is_side_covered(&self) -> bool {
        self.cover.side > 0.0
    }

    /// Whether the frame ends within the face.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.outside > Self::MOST_OUTSIDE
    }

    /// Whether all of the face is to be seen.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.covered().next().is_none()
    }

    /// What of the face is not to be seen.
    pub fn covered(&self) -> impl Iterator<Item = CoveredPart> {
        let parts = [
            (self.are_eyes_covered(), CoveredPart::Eyes),
            (self.is_mouth_covered(), CoveredPart::Mouth),
            (self.is_side_covered(), CoveredPart::Side),
            (self.is_cut_off(), CoveredPart::BeyondFrame),
        ];
        parts
            .into_iter()
            .filter_map(|(is, part)| is.then_some(part))
    }

    /// Whether a template of this face may count when deciding who it is. One that is covered, or looks up or down, may:
    /// or whoever wears a mask would pass unseen. It is recognised less often, and counts less ([`Self::weight`]).
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.height >= Self::LEAST_HEIGHT
            && !(self.is_blurred() || self.is_dark() || self.is_glaring() || self.is_turned())
    }

    /// How much a template of this face counts beside others of the same person, 0.05 to 1: small, blurred, turned and
    /// covered views less.
    #[must_use]
    pub fn weight(&self) -> f32 {
        /// Of a face that is not to be seen whole.
        const COVERED: f32 = 0.3;
        let size = (self.height / 120.0).clamp(0.0, 1.0).sqrt();
        let sharp = (self.sharpness / 0.4).clamp(0.0, 1.0).sqrt();
        let whole = if self.is_whole() { 1.0 } else { COVERED };
        let ahead = 1.0 - self.turn.abs().min(1.0) / 2.0;
        (size * sharp * ahead * self.level() * whole).max(0.05)
    }

    /// Orders views of one face: the larger the better. Those that are good and whole come before all others, then those
    /// that are good. Size counts up to 160 pixels.
    #[must_use]
    pub fn merit(&self) -> f32 {
        let size = self.height.min(160.0) / 160.0;
        let class = match (self.is_good(), self.is_whole()) {
            (true, true) => 2.0,
            (true, false) => 1.0,
            (false, _) => 0.0,
        };
        let ahead = 1.0 - self.turn.abs();
        class + size * ahead * self.level() * self.sharpness.min(1.0).sqrt()
    }

    /// 1 of a head that is held level, down to 0.5 of one that looks up or down by 60 degrees.
    fn level(&self) -> f32 {
        1.0 - (self.nod.abs() / 60.0).min(1.0) / 2.0
    }
}

/// Which share of the mesh lies outside of the frame.
fn outside(landmarks: &Landmarks, frame: &Frame) -> f32 {
    let bounds = frame.bounds();
    let beyond =
        |p: &&Point| !(0.0..=bounds.width).contains(&p.x) || !(0.0..=bounds.height).contains(&p.y);
    let points = &landmarks.points;
    points.iter().filter(beyond).fold(0.0, |sum, _| sum + 1.0) / count(points.len())
}

#[allow(clippy::cast_precision_loss)] // pixels of a chip
fn count(items: usize) -> f32 {
    items.max(1) as f32
}

/// Luma (ITU-R BT.601) of the chip's middle, a quarter off each side to leave out hair and wall.
fn brightness(chip: &Frame) -> Vec<f32> {
    let (width, height) = (chip.width(), chip.height());
    let mut light = Vec::with_capacity(width * height / 4);
    for y in height / 4..height - height / 4 {
        for x in width / 4..width - width / 4 {
            let [r, g, b] = chip.pixel(x, y).map(f32::from);
            light.push(0.299 * r + 0.587 * g + 0.114 * b);
        }
    }
    light
}

/// How far the nose lies from halfway between the cheeks.
pub(crate) fn turn(landmarks: &Landmarks) -> Option<f32> {
    const NOSE_TIP: usize = 1;
    const LEFT_CHEEK: usize = 234;
    const RIGHT_CHEEK: usize = 454;
    let nose = landmarks.point(NOSE_TIP)?;
    let (left, right) = (landmarks.point(LEFT_CHEEK)?, landmarks.point(RIGHT_CHEEK)?);
    let middle = left.midway(right);
    let across = Point::new(right.x - left.x, right.y - left.y);
    let half = across.x.hypot(across.y) / 2.0;
    let along = (nose.x - middle.x) * across.x + (nose.y - middle.y) * across.y;
    (half > 0.0).then(|| (along / (half * half * 2.0)).clamp(-1.0, 1.0))
}

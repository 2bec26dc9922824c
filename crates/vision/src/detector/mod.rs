//! Where the faces are, found by the embedded detector or by one of the site's choosing.

mod blazeface;
mod letterbox;
mod tiles;
mod yunet;

use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::{Point, Rect};
use crate::inference::Runtime;
use crate::models::Model;
use blazeface::BlazeFace;
use serde::{Deserialize, Serialize};
use yunet::YuNet;

/// A face as the detector sees it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Detection {
    /// From above the brows to the chin, in pixels of the frame.
    pub bounds: Rect,
    /// How sure the detector is, 0.5 to 1.
    pub score: f32,
    /// The eyes, the one on the left of the picture first.
    pub eyes: [Point; 2],
}

impl Detection {
    /// The same in a frame of which this one's frame is a part that begins at (left, top).
    fn shifted(self, left: f32, top: f32) -> Self {
        let point = |p: Point| Point::new(p.x + left, p.y + top);
        let Rect { x, y, .. } = self.bounds;
        Self {
            bounds: Rect {
                x: x + left,
                y: y + top,
                ..self.bounds
            },
            eyes: self.eyes.map(point),
            ..self
        }
    }

    /// A square box; `None` without a size. The embedded detector's boxes are squares, and the bounds of
    /// quality and the landmarks' crop are made for them, whoever finds a face.
    pub(crate) fn square(centre: Point, side: f32, score: f32, eyes: [Point; 2]) -> Option<Self> {
        let bounds = Rect {
            x: centre.x - side / 2.0,
            y: centre.y - side / 2.0,
            width: side,
            height: side,
        };
        let usable = side > 0.0 && (bounds.x + bounds.y + side).is_finite();
        usable.then_some(Self {
            bounds,
            score: score.clamp(0.0, 1.0),
            eyes,
        })
    }
}

/// Side of the part of the frame in which a face is looked for again, in sides of the face.
const AROUND: f32 = 2.8;
/// A face looked for again overlaps its expected place by so much at least (intersection over union).
const STILL: f32 = 0.15;
const LEAST_SCORE: f32 = 0.5;
/// Two boxes that overlap more than this are one face.
pub(crate) const SAME_FACE: f32 = 0.3;

/// What every detector does.
trait Finder: Send + Sync {
    /// The places where a face may be, several for one face, with [`LEAST_SCORE`] at least.
    fn candidates(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError>;

    /// Whether it can look at a small part of a frame at less cost, see [`Self::near`].
    fn looks_near(&self) -> bool {
        false
    }

    /// As [`Self::candidates`], in a small part of a frame; called only where [`Self::looks_near`] says so.
    fn near(&self, crop: &Frame) -> Result<Vec<Detection>, VisionError> {
        self.candidates(crop)
    }
}

/// Finds faces; see [`Detection`].
pub struct Detector {
    finder: Box<dyn Finder>,
}

impl Detector {
    /// Loads the embedded net, run by tract.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the weights or the graph cannot be used.
    pub fn load() -> Result<Self, VisionError> {
        Self::load_on(&Runtime::default(), None)
    }

    /// Loads the site's own detector, or the embedded one.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the weights or the graph cannot be used.
    pub fn load_on(runtime: &Runtime, own: Option<&Model>) -> Result<Self, VisionError> {
        let finder: Box<dyn Finder> = match own {
            None => Box::new(BlazeFace::load(runtime)?),
            Some(model) => Box::new(YuNet::load(runtime, model)?),
        };
        Ok(Self { finder })
    }

    /// The faces in the frame, largest first.
    ///
    /// Measured recall of the embedded detector at 640 x 480: all faces from 48 to 400 pixels, 86 % at 32.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn detect(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        let mut faces = suppress(self.finder.candidates(frame)?);
        faces.sort_by(|a, b| b.bounds.area().total_cmp(&a.bounds.area()));
        Ok(faces)
    }

    /// As [`Self::detect`], and the same again in overlapping parts of the frame: in a large frame it finds faces
    /// that are too small in the whole, for the cost of a look at each part.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn detect_closely(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        let mut candidates = self.finder.candidates(frame)?;
        for tile in tiles::of(frame) {
            let Some(part) = frame.crop(&tile) else {
                continue;
            };
            let found = self.finder.candidates(&part)?.into_iter();
            let placed = found.map(|face| face.shifted(tile.x, tile.y));
            candidates.extend(placed.filter(|face| tiles::is_whole(&face.bounds, &tile, frame)));
        }
        let mut faces = suppress(candidates);
        faces.sort_by(|a, b| b.bounds.area().total_cmp(&a.bounds.area()));
        Ok(faces)
    }

    /// The face that was expected at `place`, looked for around there only, at less cost than
    /// [`Self::detect`]. `None` if there is none, or the detector cannot.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn near(&self, frame: &Frame, place: &Rect) -> Result<Option<Detection>, VisionError> {
        if !self.finder.looks_near() {
            return Ok(None);
        }
        let area = place.scaled(AROUND);
        let Some(crop) = frame.crop(&area) else {
            return Ok(None);
        };
        let faces = suppress(self.finder.near(&crop)?);
        // Where the crop begins: it is cut at whole pixels of the frame.
        let (left, top) = (area.x.max(0.0).floor(), area.y.max(0.0).floor());
        let faces = faces.into_iter().map(|face| face.shifted(left, top));
        let overlap = |face: &Detection| face.bounds.overlap(place);
        Ok(faces
            .filter(|face| overlap(face) >= STILL)
            .max_by(|a, b| overlap(a).total_cmp(&overlap(b))))
    }
}

/// Keeps the surest of boxes that overlap.
fn suppress(mut candidates: Vec<Detection>) -> Vec<Detection> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Detection> = Vec::new();
    for candidate in candidates {
        if kept
            .iter()
            .all(|face| face.bounds.overlap(&candidate.bounds) <= SAME_FACE)
        {
            kept.push(candidate);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_overlapping_boxes_the_surest_stays() {
        let face = |x: f32, score| Detection {
            bounds: Rect {
                x,
                y: 0.0,
                width: 10.0,
                height: 10.0,
            },
            score,
            eyes: [Point::default(); 2],
        };
        let kept = suppress(vec![face(0.0, 0.6), face(1.0, 0.9), face(30.0, 0.7)]);
        assert_eq!(kept.iter().map(|f| f.score).collect::<Vec<_>>(), [0.9, 0.7]);
    }
}

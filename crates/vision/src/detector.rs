//! Where the faces are: BlazeFace for 256 pixels (Bazarevsky et al. 2019, the "back" model).

use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::{Point, Rect};
use crate::inference::{self, Inference, TractNet};
use crate::onnx::GraphModel;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// A face as the detector sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Detection {
    /// From above the brows to the chin, in pixels of the frame.
    pub bounds: Rect,
    /// How sure the detector is, 0.5 to 1.
    pub score: f32,
    /// The eyes, the one on the left of the picture first.
    pub eyes: [Point; 2],
}

/// Width of the net's view in pixels.
const WIDE: usize = 256;
/// Height of the view for frames of 4:3 or wider, a quarter less work than the square.
const LOW: usize = 192;
/// Anchor grids: step in pixels, anchors at each place.
const GRIDS: [(usize, usize); 2] = [(16, 2), (32, 6)];
/// Numbers per anchor: centre, size, six points.
const ROW: usize = 16;
const LEAST_SCORE: f32 = 0.5;
/// Two boxes that overlap more than this are one face.
const SAME_FACE: f32 = 0.3;

/// Finds faces; see [`Detection`].
pub struct Detector {
    landscape: View,
    square: View,
}

impl Detector {
    /// Loads the embedded net.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the weights or the graph cannot be used.
    pub fn load() -> Result<Self, VisionError> {
        let model = GraphModel::read(
            include_bytes!(concat!(env!("OUT_DIR"), "/blazeface.json")),
            include_bytes!(concat!(env!("OUT_DIR"), "/blazeface.bin")),
        )?;
        Ok(Self {
            landscape: View::load(&model, LOW)?,
            square: View::load(&model, WIDE)?,
        })
    }

    /// The faces in the frame, largest first.
    ///
    /// Measured recall at 640 x 480: all faces from 48 to 400 pixels, 86 % at 32.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn detect(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        let wide = frame.width() * LOW >= frame.height() * WIDE;
        let view = if wide { &self.landscape } else { &self.square };
        let mut faces = suppress(view.candidates(frame)?);
        faces.sort_by(|a, b| b.bounds.area().total_cmp(&a.bounds.area()));
        Ok(faces)
    }
}

/// The net for one size of input, with its anchors.
struct View {
    net: Box<dyn Inference>,
    height: usize,
    anchors: Vec<Point>,
}

/// How a frame was fitted into a view.
struct Letterbox {
    scale: f32,
    left: f32,
    top: f32,
}

impl View {
    fn load(model: &GraphModel, height: usize) -> Result<Self, VisionError> {
        // Scores of the fine and the coarse grid, then the boxes of both.
        let outputs = ["Identity", "Identity_1", "Identity_2", "Identity_3"];
        let net = TractNet::load(&model.to_onnx(height, WIDE, &outputs)?)?;
        Ok(Self {
            net: Box::new(net),
            height,
            anchors: anchors(WIDE, height),
        })
    }

    fn candidates(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        let (input, letterbox) = self.fit(frame)?;
        let outputs = self.net.run(&input)?;
        let [fine, coarse, fine_boxes, coarse_boxes] = outputs.as_slice() else {
            return Err(VisionError::Inference(
                "the detector's outputs are not four".into(),
            ));
        };
        let scores = fine
            .iter()
            .chain(coarse)
            .map(|logit| 1.0 / (1.0 + (-logit).exp()));
        let rows = fine_boxes
            .chunks_exact(ROW)
            .chain(coarse_boxes.chunks_exact(ROW));
        Ok(scores
            .zip(rows)
            .zip(&self.anchors)
            .filter(|((score, _), _)| *score >= LEAST_SCORE)
            .filter_map(|((score, row), anchor)| letterbox.detection(score, row, *anchor))
            .collect())
    }

    /// The frame shrunk into the middle of the view, black around, as -1 to 1 in planes.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    fn fit(&self, frame: &Frame) -> Result<(Vec<f32>, Letterbox), VisionError> {
        let (view_width, view_height) = (WIDE as f32, self.height as f32);
        let Rect { width, height, .. } = frame.bounds();
        let scale = (view_width / width).min(view_height / height);
        let fitted_width = ((width * scale).round() as usize).clamp(1, WIDE);
        let fitted_height = ((height * scale).round() as usize).clamp(1, self.height);
        let small = resize(frame, fitted_width, fitted_height)?;
        let (left, top) = ((WIDE - fitted_width) / 2, (self.height - fitted_height) / 2);
        let mut view = vec![0; WIDE * self.height * 3];
        let rows = view.chunks_exact_mut(WIDE * 3).skip(top);
        for (row, pixels) in rows.zip(small.chunks_exact(fitted_width * 3)) {
            let target = row.iter_mut().skip(left * 3);
            target.zip(pixels).for_each(|(to, from)| *to = *from);
        }
        let view = Frame::from_rgb(WIDE, self.height, view)
            .ok_or_else(|| VisionError::Inference("the view has no pixels".into()))?;
        let input = inference::planes(&view, [127.5; 3], 127.5);
        Ok((
            input,
            Letterbox {
                scale,
                left: left as f32,
                top: top as f32,
            },
        ))
    }
}

impl Letterbox {
    fn point(&self, x: f32, y: f32) -> Point {
        Point::new((x - self.left) / self.scale, (y - self.top) / self.scale)
    }

    /// Decodes a row: offsets in view pixels from the anchor.
    fn detection(&self, score: f32, row: &[f32], anchor: Point) -> Option<Detection> {
        let &[dx, dy, width, height, x0, y0, x1, y1, ..] = row else {
            return None;
        };
        let corner = self.point(anchor.x + dx - width / 2.0, anchor.y + dy - height / 2.0);
        let bounds = Rect {
            x: corner.x,
            y: corner.y,
            width: width / self.scale,
            height: height / self.scale,
        };
        let eyes = [(x0, y0), (x1, y1)].map(|(x, y)| self.point(anchor.x + x, anchor.y + y));
        (width > 0.0 && height > 0.0).then_some(Detection {
            bounds,
            score,
            eyes,
        })
    }
}

#[allow(clippy::cast_possible_truncation)] // both sides are at most WIDE
fn resize(frame: &Frame, width: usize, height: usize) -> Result<Vec<u8>, VisionError> {
    let failed = |e: &dyn std::fmt::Display| VisionError::Inference(format!("resizing: {e}"));
    let side = |pixels: usize| u32::try_from(pixels).map_err(|e| failed(&e));
    let source = ImageRef::new(
        side(frame.width())?,
        side(frame.height())?,
        frame.rgb(),
        PixelType::U8x3,
    )
    .map_err(|e| failed(&e))?;
    let mut target = Image::new(width as u32, height as u32, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|e| failed(&e))?;
    Ok(target.into_vec())
}

/// Centres of the anchors, in the order of the net's rows.
#[allow(clippy::cast_precision_loss)] // at most 256
fn anchors(width: usize, height: usize) -> Vec<Point> {
    let mut anchors = Vec::new();
    for (step, count) in GRIDS {
        for row in 0..height / step {
            for column in 0..width / step {
                let centre = |index: usize| (index as f32 + 0.5) * step as f32;
                anchors.extend([Point::new(centre(column), centre(row))].repeat(count));
            }
        }
    }
    anchors
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
    fn the_square_view_has_the_published_number_of_anchors() {
        assert_eq!(anchors(256, 256).len(), 512 + 384);
        assert_eq!(anchors(256, 192).len(), 384 + 288);
    }

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

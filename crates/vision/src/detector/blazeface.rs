//! The embedded detector: BlazeFace for 256 pixels (Bazarevsky et al. 2019, the "back" model).

use super::letterbox::{Letterbox, Workspace};
use super::{Detection, Finder, LEAST_SCORE};
use crate::buffers::Pool;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::Point;
use crate::inference::{Inference, Normalise, Runtime};
use crate::onnx::GraphModel;

/// Width of the net's view in pixels.
const WIDE: usize = 256;
/// Height of the view for frames of 4:3 or wider, a quarter less work than the square.
const LOW: usize = 192;
/// Side of the view of one followed face in pixels. With the margin of [`super::Detector::near`] the face
/// is about as large in it as one of 80 pixels in the view of a whole frame of 640 x 480.
const NEAR: usize = 96;
/// Anchor grids: step in pixels, anchors at each place.
const GRIDS: [(usize, usize); 2] = [(16, 2), (32, 6)];
/// Numbers per anchor: centre, size, six points.
const ROW: usize = 16;
/// Scores of the fine and the coarse grid, then the boxes of both.
const OUTPUTS: [&str; 4] = ["Identity", "Identity_1", "Identity_2", "Identity_3"];
/// Values from -1 to 1.
const NORMALISE: Normalise = Normalise::planes([127.5; 3], 127.5);

/// See the module.
pub struct BlazeFace {
    landscape: View,
    square: View,
    near: View,
    workspaces: Pool<Workspace>,
}

/// The net for one size of input, with its anchors.
struct View {
    net: Box<dyn Inference>,
    size: (usize, usize),
    anchors: Vec<Point>,
}

impl BlazeFace {
    pub fn load(runtime: &Runtime) -> Result<Self, VisionError> {
        let model = model()?;
        Ok(Self {
            landscape: View::load(runtime, &model, (WIDE, LOW))?,
            square: View::load(runtime, &model, (WIDE, WIDE))?,
            near: View::load(runtime, &model, (NEAR, NEAR))?,
            workspaces: Pool::default(),
        })
    }
}

fn model() -> Result<GraphModel, VisionError> {
    GraphModel::read(
        include_bytes!(concat!(env!("OUT_DIR"), "/blazeface.json")),
        include_bytes!(concat!(env!("OUT_DIR"), "/blazeface.bin")),
    )
}

impl Finder for BlazeFace {
    fn candidates(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        let wide = frame.width() * LOW >= frame.height() * WIDE;
        let view = if wide { &self.landscape } else { &self.square };
        self.workspaces
            .with(|workspace| view.candidates(frame, workspace))
    }

    fn looks_near(&self) -> bool {
        true
    }

    fn near(&self, crop: &Frame) -> Result<Vec<Detection>, VisionError> {
        self.workspaces
            .with(|workspace| self.near.candidates(crop, workspace))
    }
}

impl View {
    fn load(
        runtime: &Runtime,
        model: &GraphModel,
        size: (usize, usize),
    ) -> Result<Self, VisionError> {
        let (width, height) = size;
        Ok(Self {
            net: runtime.load(&model.to_onnx((height, width), &OUTPUTS, runtime.step())?)?,
            size,
            anchors: anchors(width, height),
        })
    }

    fn candidates(
        &self,
        frame: &Frame,
        workspace: &mut Workspace,
    ) -> Result<Vec<Detection>, VisionError> {
        let letterbox = Letterbox::fit(frame, self.size, &NORMALISE, workspace)?;
        self.net.run(&workspace.input, &mut workspace.outputs)?;
        let [fine, coarse, fine_boxes, coarse_boxes] = workspace.outputs.as_slice() else {
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
            .filter_map(|((score, row), anchor)| detection(&letterbox, score, row, *anchor))
            .collect())
    }
}

/// Decodes a row: offsets in view pixels from the anchor.
fn detection(letterbox: &Letterbox, score: f32, row: &[f32], anchor: Point) -> Option<Detection> {
    let &[dx, dy, width, height, x0, y0, x1, y1, ..] = row else {
        return None;
    };
    let (x, y) = (anchor.x + dx - width / 2.0, anchor.y + dy - height / 2.0);
    let eyes = [(x0, y0), (x1, y1)].map(|(x, y)| letterbox.point(anchor.x + x, anchor.y + y));
    (width > 0.0 && height > 0.0).then(|| Detection {
        bounds: letterbox.area(x, y, width, height),
        score,
        eyes,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_zeros_change_nothing() {
        let values: Vec<f32> = (0..3 * NEAR * NEAR)
            .map(|n| (n as f32 * 0.01).sin())
            .collect();
        let [plain, wide] = [1, 16].map(|step| {
            let graph = model().unwrap().to_onnx((NEAR, NEAR), &OUTPUTS, step);
            let net = Runtime::default().load(&graph.unwrap()).unwrap();
            let mut outputs = Vec::new();
            net.run(&values, &mut outputs).unwrap();
            outputs
        });
        for (plain, wide) in plain.iter().zip(&wide) {
            assert_eq!(plain.len(), wide.len());
            let same = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-3;
            assert!(plain.iter().zip(wide).all(same));
        }
    }

    #[test]
    fn the_square_view_has_the_published_number_of_anchors() {
        assert_eq!(anchors(256, 256).len(), 512 + 384);
        assert_eq!(anchors(256, 192).len(), 384 + 288);
    }
}

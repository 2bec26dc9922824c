//! `YuNet` (Wu, Peng, Yu 2023), brought by the site: scores of class and object, boxes and five
//! points on grids of 8, 16 and 32 pixels.

use super::letterbox::{Letterbox, Workspace};
use super::{Detection, Finder, LEAST_SCORE};
use crate::buffers::Pool;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::Point;
use crate::inference::{self, Inference, Normalise, Runtime};
use crate::models::Model;

/// Steps of the grids in pixels.
const STEPS: [usize; 3] = [8, 16, 32];
/// The net's outputs unless the card names others, each for the three grids: scores of the class and of an
/// object, boxes, points.
const OUTPUTS: [&str; 12] = [
    "cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32",
    "kps_8", "kps_16", "kps_32",
];

/// See the module.
pub struct YuNet {
    net: Box<dyn Inference>,
    size: (usize, usize),
    normalise: Normalise,
    workspaces: Pool<Workspace>,
}

impl YuNet {
    pub fn load(runtime: &Runtime, model: &Model) -> Result<Self, VisionError> {
        let input = &model.card.input;
        let size @ (width, height) = input.size();
        if width % 32 != 0 || height % 32 != 0 {
            return Err(VisionError::Model(format!(
                "{}: input.size has to be multiples of 32 for a YuNet",
                model.card.name
            )));
        }
        let outputs = model.card.outputs_or(&OUTPUTS);
        if outputs.len() != OUTPUTS.len() {
            return Err(VisionError::Model(format!(
                "{}: a YuNet has 12 outputs, in the order {}",
                model.card.name,
                OUTPUTS.join(", ")
            )));
        }
        let graph = inference::fixed(&model.file, input.shape(), &outputs)?;
        Ok(Self {
            net: runtime.load(&graph)?,
            size,
            normalise: input.normalise(),
            workspaces: Pool::default(),
        })
    }

    fn within(
        &self,
        frame: &Frame,
        workspace: &mut Workspace,
    ) -> Result<Vec<Detection>, VisionError> {
        let letterbox = Letterbox::fit(frame, self.size, &self.normalise, workspace)?;
        self.net.run(&workspace.input, &mut workspace.outputs)?;
        let mut found = Vec::new();
        for (index, step) in STEPS.into_iter().enumerate() {
            let output = |kind: usize| workspace.outputs.get(kind * STEPS.len() + index);
            let (Some(class), Some(object), Some(boxes), Some(points)) =
                (output(0), output(1), output(2), output(3))
            else {
                return Err(VisionError::Inference(
                    "the detector's outputs are not twelve".into(),
                ));
            };
            let columns = self.size.0 / step;
            let scores = class
                .iter()
                .zip(object)
                .map(|(class, object)| (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt());
            let places = boxes.chunks_exact(4).zip(points.chunks_exact(10));
            let rows = scores.zip(places).enumerate();
            found.extend(
                rows.filter(|(_, (score, _))| *score >= LEAST_SCORE)
                    .filter_map(|(at, (score, (area, points)))| {
                        let cell = (at % columns, at / columns, step);
                        detection(&letterbox, cell, score, area, points)
                    }),
            );
        }
        Ok(found)
    }
}

impl Finder for YuNet {
    fn candidates(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        self.workspaces
            .with(|workspace| self.within(frame, workspace))
    }
}

/// Side of the embedded detector's box in units of the distance of the eyes, or of eyes and mouth, whichever is
/// greater: the median over 2,320 photographs.
const SIDE_OF_BOX: f32 = 2.33;

/// Decodes a row: the centre of the box in steps from the cell's corner, then its size, then five points in
/// steps: the eyes, the nose, the corners of the mouth, those on the left of the picture first.
///
/// The net's own box reaches up to the hair. Ours is a square about eyes and mouth, beside which only the
/// net's box tells where the middle of a turned head is.
#[allow(clippy::cast_precision_loss)] // at most some thousands
fn detection(
    letterbox: &Letterbox,
    (column, row, step): (usize, usize, usize),
    score: f32,
    area: &[f32],
    points: &[f32],
) -> Option<Detection> {
    let (column, row, step) = (column as f32, row as f32, step as f32);
    let place = |x: f32, y: f32| letterbox.point((column + x) * step, (row + y) * step);
    let (&[dx, dy, ..], &[x0, y0, x1, y1, _, _, x3, y3, x4, y4]) = (area, points) else {
        return None;
    };
    let eyes = [place(x0, y0), place(x1, y1)];
    let brows = eyes[0].midway(eyes[1]);
    let lips = place(x3, y3).midway(place(x4, y4));
    let unit = eyes[0].distance(eyes[1]).max(brows.distance(lips));
    let centre = Point::new(place(dx, dy).x, brows.midway(lips).y);
    Detection::square(centre, unit * SIDE_OF_BOX, score, eyes)
}

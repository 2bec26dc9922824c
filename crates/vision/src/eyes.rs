//! How the lids lie: MediaPipe's net of the eye and its iris (Ablavatski et al. 2020), of which the contour of the eye
//! is used.
//!
//! The mesh of the face draws an eye that is shut nearly as far open as any other; this net looks at the eye alone
//! and sees it (`docs/measurements.md`, *Shut eyes*). It is run where lids matter only, for it takes time.

use crate::alignment;
use crate::buffers::Pool;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::{Point, Similarity};
use crate::inference::{Inference, Normalise, Outputs, Runtime};
use crate::landmarks::Landmarks;
use crate::onnx::GraphModel;
use crate::sample;

/// Side of the crop the net looks at, in pixels.
const SIDE: usize = 64;
/// Side of the crop in widths of the eye.
const MARGIN: f32 = 2.3;
/// Values from 0 to 1.
const NORMALISE: Normalise = Normalise::planes([0.0; 3], 255.0);
/// What the net gives first: 71 points of the eye and its brow, the iris after them.
const CONTOUR: &str = "StatefulPartitionedCall/model/conv_eyes_contours_and_brows/BiasAdd";
/// The lower lid from the outer corner to the inner one and the upper lid between them, as points of the mesh: of the
/// eye to the left of the picture and of the other. They are the first points of the net, in this order.
const LIDS: [[usize; 16]; 2] = [
    [
        33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173,
    ],
    [
        263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398,
    ],
];
/// Where the corners are among them.
const OUTER: usize = 0;
const INNER: usize = 8;

/// Lays the lids of a mesh where they are.
pub struct EyeNet {
    net: Box<dyn Inference>,
    workspaces: Pool<(Vec<f32>, Outputs)>,
}

impl EyeNet {
    /// Loads the embedded net.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the weights or the graph cannot be used.
    pub fn load_on(runtime: &Runtime) -> Result<Self, VisionError> {
        let model = GraphModel::read(
            include_bytes!(concat!(env!("OUT_DIR"), "/iris.json")),
            include_bytes!(concat!(env!("OUT_DIR"), "/iris.bin")),
        )?;
        Ok(Self {
            net: runtime.load(&model.to_onnx((SIDE, SIDE), &[CONTOUR], 1)?)?,
            workspaces: Pool::default(),
        })
    }

    /// The mesh with its lids where the net sees them. The rest of the mesh stays as it is.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn refine(&self, frame: &Frame, landmarks: &mut Landmarks) -> Result<(), VisionError> {
        // Both before either is moved: the net of the other eye is to see the same crop whatever the first says.
        let crops = [0, 1].map(|eye| placement(landmarks, eye));
        for (eye, (lids, placement)) in LIDS.iter().zip(crops).enumerate() {
            let Some(placement) = placement else { continue };
            let points = self.contour(frame, &placement, eye == 1)?;
            for (index, point) in lids.iter().zip(points) {
                if let Some(place) = landmarks.points.get_mut(*index) {
                    *place = point;
                }
            }
        }
        Ok(())
    }

    /// The contour of one eye in the frame. The net knows eyes to the left of a picture; the other is shown to it in a mirror.
    #[allow(clippy::cast_precision_loss)] // SIDE is small
    fn contour(
        &self,
        frame: &Frame,
        placement: &Similarity,
        mirrored: bool,
    ) -> Result<Vec<Point>, VisionError> {
        let mut crop = sample::cut(frame, placement, SIDE);
        if mirrored {
            crop = alignment::mirrored(&crop);
        }
        self.workspaces.with(|(input, outputs)| {
            input.clear();
            NORMALISE.picture(&crop, input);
            self.net.run(input, outputs)?;
            let [contour] = outputs.as_slice() else {
                return Err(VisionError::Inference(
                    "the eye's outputs are not one".into(),
                ));
            };
            let upright = |x: f32| if mirrored { SIDE as f32 - x } else { x };
            let point = |p: &[f32]| {
                let at = Point::new(upright(*p.first()?), *p.get(1)?);
                Some(placement.apply(at))
            };
            Ok(contour.chunks_exact(3).filter_map(point).collect())
        })
    }
}

/// A square about an eye, as level as the face; `None` if the eye is one spot.
#[allow(clippy::cast_precision_loss)] // SIDE is small
fn placement(landmarks: &Landmarks, eye: usize) -> Option<Similarity> {
    let [left, right] = LIDS.map(|lids| landmarks.point(*lids.get(OUTER)?));
    let (left, right) = (left?, right?);
    let lids = LIDS.get(eye)?;
    let (outer, inner) = (
        landmarks.point(*lids.get(OUTER)?)?,
        landmarks.point(*lids.get(INNER)?)?,
    );
    let width = outer.distance(inner);
    let angle = (right.y - left.y).atan2(right.x - left.x);
    let side = SIDE as f32;
    let middle = Point::new(side / 2.0, side / 2.0);
    (width > 1.0)
        .then(|| Similarity::about(middle, outer.midway(inner), angle, width * MARGIN / side))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crop_of_an_eye_is_about_it_and_as_level_as_the_face() {
        let angle = 0.3f32;
        let turn = Similarity::about(Point::default(), Point::new(200.0, 150.0), angle, 1.0);
        let mut points = vec![Point::default(); 468];
        for (index, x) in [(33, -50.0), (133, -20.0), (362, 20.0), (263, 50.0)] {
            points[index] = turn.apply(Point::new(x, 0.0));
        }
        let landmarks = Landmarks {
            points,
            presence: 1.0,
            nod: 0.0,
        };
        for (eye, middle) in [(0, -35.0), (1, 35.0)] {
            let crop = placement(&landmarks, eye).unwrap();
            let centre = turn.apply(Point::new(middle, 0.0));
            assert!(crop.apply(Point::new(32.0, 32.0)).distance(centre) < 0.01);
            let edge = turn.apply(Point::new(middle + 30.0 * MARGIN / 2.0, 0.0));
            assert!(crop.apply(Point::new(64.0, 32.0)).distance(edge) < 0.01);
        }
    }

    #[test]
    fn an_eye_on_one_spot_has_no_crop() {
        let landmarks = Landmarks {
            points: vec![Point::new(5.0, 5.0); 468],
            presence: 1.0,
            nod: 0.0,
        };
        assert!(placement(&landmarks, 0).is_none());
    }
}

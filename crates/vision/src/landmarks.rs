//! Where the parts of a face are: MediaPipe's face mesh of 468 points (Kartynnik et al. 2019).

use crate::buffers::Pool;
use crate::detector::Detection;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::{Point, Similarity};
use crate::inference::{Inference, Normalise, Outputs, Runtime};
use crate::onnx::GraphModel;
use crate::sample;
use serde::{Deserialize, Serialize};

/// Side of the crop the net looks at, in pixels.
const SIDE: usize = 192;
/// Side of the crop in units of the detected box.
const MARGIN: f32 = 1.5;
const POINTS: usize = 468;
/// The points between which the head is upright.
const FOREHEAD: usize = 10;
const CHIN: usize = 152;
/// How far the line between them leans forward while the head is held level, degrees: the median of 2,320 press
/// photographs.
const LEVEL: f32 = 5.0;
/// Values from 0 to 1.
const NORMALISE: Normalise = Normalise::planes([0.0; 3], 255.0);

/// The mesh laid over one face, in pixels of the frame.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Landmarks {
    pub(crate) points: Vec<Point>,
    /// How likely the crop shows a face at all, 0 to 1.
    pub presence: f32,
    /// How far the head looks up (positive) or down, in degrees, by the depth that the net gives forehead and chin.
    /// 0 is a head held level.
    pub nod: f32,
}

impl Landmarks {
    /// Point `index` of MediaPipe's mesh, 0 to 467.
    #[must_use]
    pub fn point(&self, index: usize) -> Option<Point> {
        self.points.get(index).copied()
    }
}

/// Lays the mesh over detected faces.
pub struct LandmarkNet {
    net: Box<dyn Inference>,
    workspaces: Pool<(Vec<f32>, Outputs)>,
}

impl LandmarkNet {
    /// Loads the embedded net.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the weights or the graph cannot be used.
    pub fn load_on(runtime: &Runtime) -> Result<Self, VisionError> {
        let model = GraphModel::read(
            include_bytes!(concat!(env!("OUT_DIR"), "/facemesh.json")),
            include_bytes!(concat!(env!("OUT_DIR"), "/facemesh.bin")),
        )?;
        // The mesh, then whether there is a face; the contours are not computed.
        let outputs = ["Identity_2", "Identity_1"];
        Ok(Self {
            net: runtime.load(&model.to_onnx((SIDE, SIDE), &outputs, 1)?)?,
            workspaces: Pool::default(),
        })
    }

    /// The mesh of one face.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn locate(&self, frame: &Frame, face: &Detection) -> Result<Landmarks, VisionError> {
        self.lay(frame, &placement(face))
    }

    /// The same face's mesh once more, on a crop that is placed by the mesh itself: it is steadier than the
    /// detector's box, so that a face is laid on its chip more alike each time.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn locate_again(
        &self,
        frame: &Frame,
        landmarks: &Landmarks,
    ) -> Result<Landmarks, VisionError> {
        match around(landmarks) {
            Some(placement) => self.lay(frame, &placement),
            None => Ok(landmarks.clone()),
        }
    }

    fn lay(&self, frame: &Frame, placement: &Similarity) -> Result<Landmarks, VisionError> {
        let crop = sample::cut(frame, placement, SIDE);
        self.workspaces.with(|(input, outputs)| {
            input.clear();
            NORMALISE.picture(&crop, input);
            self.net.run(input, outputs)?;
            read(outputs, placement)
        })
    }
}

/// The net's outputs as points in the frame.
fn read(outputs: &Outputs, placement: &Similarity) -> Result<Landmarks, VisionError> {
    let [mesh, presence] = outputs.as_slice() else {
        return Err(VisionError::Inference(
            "the mesh's outputs are not two".into(),
        ));
    };
    let points: Vec<Point> = mesh
        .chunks_exact(3)
        .filter_map(|p| Some(placement.apply(Point::new(*p.first()?, *p.get(1)?))))
        .collect();
    if points.iter().any(|p| !(p.x + p.y).is_finite()) {
        return Err(VisionError::Inference("a mesh that lies nowhere".into()));
    }
    if points.len() != POINTS {
        return Err(VisionError::Inference(format!(
            "a mesh of {} points",
            points.len()
        )));
    }
    Ok(Landmarks {
        points,
        presence: presence.first().copied().unwrap_or(0.0),
        nod: nod(mesh).unwrap_or(0.0),
    })
}

/// Of the mesh as the net gives it: level eyes, and depth on the scale of the other two, growing away from the camera.
fn nod(mesh: &[f32]) -> Option<f32> {
    let [forehead, chin] = [FOREHEAD, CHIN].map(|point| mesh.get(point * 3..point * 3 + 3));
    let (&[_, top, near], &[_, bottom, far]) = (forehead?, chin?) else {
        return None;
    };
    Some(LEVEL - (far - near).atan2(bottom - top).to_degrees())
}

/// A square about the box, turned so that the eyes lie level.
fn placement(face: &Detection) -> Similarity {
    let [left, right] = face.eyes;
    let angle = (right.y - left.y).atan2(right.x - left.x);
    square(
        face.bounds.centre(),
        face.bounds.width.max(face.bounds.height),
        angle,
    )
}

/// A square about the mesh, turned so that the outer corners of the eyes lie level; `None` if it is one spot.
fn around(landmarks: &Landmarks) -> Option<Similarity> {
    let (left, right) = (landmarks.point(33)?, landmarks.point(263)?);
    let angle = (right.y - left.y).atan2(right.x - left.x);
    // Turned back about the origin the face is upright, and so is the box around it.
    let upright = Similarity::about(Point::default(), Point::default(), -angle, 1.0);
    let first = upright.apply(left);
    let (mut low, mut high) = (first, first);
    for point in landmarks.points.iter().map(|point| upright.apply(*point)) {
        low = Point::new(low.x.min(point.x), low.y.min(point.y));
        high = Point::new(high.x.max(point.x), high.y.max(point.y));
    }
    let extent = (high.x - low.x).max(high.y - low.y);
    let turned = Similarity::about(Point::default(), Point::default(), angle, 1.0);
    (extent > 1.0).then(|| square(turned.apply(low.midway(high)), extent, angle))
}

/// A crop about `centre` with [`MARGIN`] around a face that is `extent` pixels large.
#[allow(clippy::cast_precision_loss)] // SIDE is small
fn square(centre: Point, extent: f32, angle: f32) -> Similarity {
    let side = SIDE as f32;
    let middle = Point::new(side / 2.0, side / 2.0);
    Similarity::about(middle, centre, angle, extent * MARGIN / side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crop_around_a_turned_mesh_is_turned_with_it() {
        let angle = 0.4f32;
        let turn = Similarity::about(Point::default(), Point::new(300.0, 200.0), angle, 1.0);
        let mut points = vec![Point::default(); POINTS];
        for (index, at) in [(33, (-30.0, -20.0)), (263, (30.0, -20.0)), (0, (0.0, 80.0))] {
            points[index] = Point::new(at.0, at.1);
        }
        let landmarks = Landmarks {
            points: points.into_iter().map(|point| turn.apply(point)).collect(),
            presence: 1.0,
            nod: 0.0,
        };
        let crop = around(&landmarks).unwrap();
        let middle = crop.apply(Point::new(96.0, 96.0));
        let expected = turn.apply(Point::new(0.0, 30.0));
        assert!(middle.distance(expected) < 0.01, "{middle:?}");
        assert!((crop.scale() * 192.0 - 150.0).abs() < 0.01);
        let along = crop.apply(Point::new(192.0, 96.0));
        assert!(((along.y - middle.y).atan2(along.x - middle.x) - angle).abs() < 1e-4);
    }

    #[test]
    fn a_head_whose_chin_comes_nearer_looks_up() {
        let mesh = |chin: f32| {
            let mut values = vec![0.0; POINTS * 3];
            values[CHIN * 3 + 1] = 100.0;
            values[CHIN * 3 + 2] = chin;
            nod(&values).unwrap()
        };
        assert!((mesh(0.0) - LEVEL).abs() < 1e-4);
        assert!((mesh(-100.0) - (LEVEL + 45.0)).abs() < 1e-4);
        assert!((mesh(100.0) - (LEVEL - 45.0)).abs() < 1e-4);
    }

    #[test]
    fn a_mesh_on_one_spot_has_no_crop() {
        let landmarks = Landmarks {
            points: vec![Point::new(5.0, 5.0); POINTS],
            presence: 1.0,
            nod: 0.0,
        };
        assert!(around(&landmarks).is_none());
    }
}

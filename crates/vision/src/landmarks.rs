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
/// Values from 0 to 1.
const NORMALISE: Normalise = Normalise::planes([0.0; 3], 255.0);

/// The mesh laid over one face, in pixels of the frame.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Landmarks {
    pub(crate) points: Vec<Point>,
    /// How likely the crop shows a face at all, 0 to 1.
    pub presence: f32,
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
        Ok(Self {
            net: runtime.load(&model.to_onnx(SIDE, SIDE, &["Identity_2", "Identity_1"])?)?,
            workspaces: Pool::default(),
        })
    }

    /// The mesh of one face.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn locate(&self, frame: &Frame, face: &Detection) -> Result<Landmarks, VisionError> {
        let placement = placement(face);
        let crop = sample::cut(frame, &placement, SIDE);
        self.workspaces.with(|(input, outputs)| {
            input.clear();
            NORMALISE.picture(&crop, input);
            self.net.run(input, outputs)?;
            read(outputs, &placement)
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
    if points.len() != POINTS {
        return Err(VisionError::Inference(format!(
            "a mesh of {} points",
            points.len()
        )));
    }
    Ok(Landmarks {
        points,
        presence: presence.first().copied().unwrap_or(0.0),
    })
}

/// A square about the box, turned so that the eyes lie level.
#[allow(clippy::cast_precision_loss)] // SIDE is small
fn placement(face: &Detection) -> Similarity {
    let [left, right] = face.eyes;
    let angle = (right.y - left.y).atan2(right.x - left.x);
    let side = SIDE as f32;
    let reach = face.bounds.width.max(face.bounds.height) * MARGIN;
    Similarity::about(
        Point::new(side / 2.0, side / 2.0),
        face.bounds.centre(),
        angle,
        reach / side,
    )
}

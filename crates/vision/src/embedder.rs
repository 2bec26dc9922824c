//! From an aligned chip to a template: dlib's face recognition ResNet (King 2017).

use crate::alignment::{self, CHIP_SIDE};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::inference::{self, Inference, TractNet};
use crate::onnx;
use crate::template::{ModelId, Template};

/// Mean red, green and blue of the training pictures.
const MEAN: [f32; 3] = [122.782, 117.001, 104.298];
/// As the package's own code divides (dlib itself: 256).
const SPREAD: f32 = 255.0;

/// How much work a template is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effort {
    /// One pass: for the frames of a camera.
    Single,
    /// The mean of the chip and its mirror image, twice the time: for enrolment.
    Mirrored,
}

/// Computes templates.
pub struct Embedder {
    net: Box<dyn Inference>,
}

impl Embedder {
    /// Loads the embedded net.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the weights or the graph cannot be used.
    pub fn load() -> Result<Self, VisionError> {
        let graph = onnx::embedder(
            include_bytes!(concat!(
                env!("OUT_DIR"),
                "/face_recognition_model-weights_manifest.json"
            )),
            include_bytes!(concat!(env!("OUT_DIR"), "/face_recognition_model.bin")),
        )?;
        Ok(Self {
            net: Box::new(TractNet::load(&graph)?),
        })
    }

    /// The template of a chip of 150 x 150 pixels, see [`alignment::chip`].
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the chip has another size or the net fails.
    pub fn embed(&self, chip: &Frame, effort: Effort) -> Result<Template, VisionError> {
        let plain = self.one(chip)?;
        match effort {
            Effort::Single => Ok(plain),
            Effort::Mirrored => {
                let mirrored = self.one(&alignment::mirrored(chip))?;
                Template::mean([&plain, &mirrored])
                    .ok_or_else(|| VisionError::Inference("the templates cancel out".into()))
            }
        }
    }

    fn one(&self, chip: &Frame) -> Result<Template, VisionError> {
        if (chip.width(), chip.height()) != (CHIP_SIDE, CHIP_SIDE) {
            return Err(VisionError::Inference("a chip has 150 x 150 pixels".into()));
        }
        let outputs = self.net.run(&inference::planes(chip, MEAN, SPREAD))?;
        let descriptor = outputs.into_iter().next().unwrap_or_default();
        Template::new(ModelId::FACE_API, descriptor)
            .ok_or_else(|| VisionError::Inference("the descriptor is not a direction".into()))
    }
}

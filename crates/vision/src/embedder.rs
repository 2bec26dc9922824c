//! From an aligned chip to a template: dlib's face recognition ResNet (King 2017), or a net of the site's
//! choosing.

use crate::alignment::{self, CHIP_SIDE, Placement};
use crate::buffers::Pool;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::inference::{self, Inference, Normalise, Outputs, Runtime};
use crate::landmarks::Landmarks;
use crate::models::Model;
use crate::onnx;
use crate::template::{ModelId, Template};
use crate::threshold;

/// Mean red, green and blue of dlib's training pictures; divided as the package's own code does (dlib
/// itself: 256).
const DLIB: Normalise = Normalise::planes([122.782, 117.001, 104.298], 255.0);

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
    model: ModelId,
    side: usize,
    normalise: Normalise,
    placement: Placement,
    /// See [`Calibration`].
    calibration: Option<Calibration>,
    workspaces: Pool<(Vec<f32>, Outputs)>,
}

/// Brings the cosines of any model onto the scale of the embedded one, by which thresholds are given.
///
/// A cosine c becomes 1 - s (1 - c), with s chosen such that the card's threshold comes to lie at that of
/// the embedded model. It is done by one more number, the same in each template, so that whoever compares
/// templates need not know of it.
#[derive(Clone, Copy, Debug)]
struct Calibration {
    /// The s above, above 0 to 1: a card's threshold is not higher than that of the embedded model.
    share: f32,
}

impl Calibration {
    fn of(threshold: f32) -> Self {
        Self {
            share: (1.0 - threshold::verification(1)) / (1.0 - threshold),
        }
    }

    fn apply(self, values: &[f32]) -> Vec<f32> {
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        let own = values.iter().map(|v| v / length * self.share.sqrt());
        own.chain([(1.0 - self.share).sqrt()]).collect()
    }

    /// The model's own cosine that became `score`.
    fn raw(self, score: f64) -> f64 {
        1.0 - (1.0 - score) / f64::from(self.share)
    }
}

impl Embedder {
    /// Loads the site's own net, or the embedded one.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the weights or the graph cannot be used.
    pub fn load_on(runtime: &Runtime, own: Option<&Model>) -> Result<Self, VisionError> {
        match own {
            None => Self::embedded(runtime),
            Some(model) => Self::brought(runtime, model),
        }
    }

    fn embedded(runtime: &Runtime) -> Result<Self, VisionError> {
        let graph = onnx::embedder(
            include_bytes!(concat!(
                env!("OUT_DIR"),
                "/face_recognition_model-weights_manifest.json"
            )),
            include_bytes!(concat!(env!("OUT_DIR"), "/face_recognition_model.bin")),
        )?;
        Ok(Self {
            net: runtime.load_batched(&graph)?,
            model: ModelId::FACE_API,
            side: CHIP_SIDE,
            normalise: DLIB,
            placement: Placement::Dlib,
            calibration: None,
            workspaces: Pool::default(),
        })
    }

    fn brought(runtime: &Runtime, model: &Model) -> Result<Self, VisionError> {
        let card = &model.card;
        let wrong = |why: &str| VisionError::Model(format!("{}: {why}", card.name));
        let alignment = card.alignment.as_ref();
        let alignment = alignment.ok_or_else(|| wrong("it is no embedder"))?;
        let (width, height) = card.input.size();
        if width != height {
            return Err(wrong("the chip of an embedder has to be square"));
        }
        let graph = inference::fixed(&model.file, card.input.shape(), &card.outputs)?;
        Ok(Self {
            // Whether a foreign graph takes several inputs at once is not known.
            net: runtime.load(&graph)?,
            model: card.model_id(),
            side: width,
            normalise: card.input.normalise(),
            placement: alignment.placement(),
            calibration: Some(Calibration::of(alignment.threshold())),
            workspaces: Pool::default(),
        })
    }

    /// Which model makes the templates.
    #[must_use]
    pub fn model(&self) -> ModelId {
        self.model
    }

    /// The cosine on the model's own scale, which a card's threshold is on, of a `score` of two templates; of the
    /// embedded model the score itself.
    #[must_use]
    pub fn raw(&self, score: f64) -> f64 {
        self.calibration
            .map_or(score, |calibration| calibration.raw(score))
    }

    /// The chip of a face as this net takes it; `None` if the landmarks lie on one spot.
    #[must_use]
    pub fn chip(&self, frame: &Frame, landmarks: &Landmarks) -> Option<Frame> {
        alignment::placed(frame, landmarks, &self.placement, self.side)
    }

    /// Whether it takes the chips of [`alignment::chip`].
    pub(crate) fn takes_dlib_chips(&self) -> bool {
        self.placement == Placement::Dlib && self.side == CHIP_SIDE
    }

    /// The template of a chip, see [`Self::chip`].
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the chip has another size or the net fails.
    pub fn embed(&self, chip: &Frame, effort: Effort) -> Result<Template, VisionError> {
        let templates = self.embed_all(std::slice::from_ref(chip), effort)?;
        let template = templates.into_iter().next();
        template.ok_or_else(|| VisionError::Inference("no template came of a chip".into()))
    }

    /// The templates of several chips, in one call of the net where its runtime gains by that.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a chip has another size or the net fails.
    pub fn embed_all(&self, chips: &[Frame], effort: Effort) -> Result<Vec<Template>, VisionError> {
        if chips.is_empty() {
            return Ok(Vec::new());
        }
        let side = self.side;
        if chips
            .iter()
            .any(|chip| (chip.width(), chip.height()) != (side, side))
        {
            return Err(VisionError::Inference(format!(
                "a chip has {side} x {side} pixels"
            )));
        }
        let views = match effort {
            Effort::Single => 1,
            Effort::Mirrored => 2,
        };
        self.workspaces.with(|(input, outputs)| {
            input.clear();
            for chip in chips {
                self.normalise.picture(chip, input);
                if effort == Effort::Mirrored {
                    self.normalise.picture(&alignment::mirrored(chip), input);
                }
            }
            self.net.run(input, outputs)?;
            self.templates(outputs, chips.len(), views)
        })
    }

    fn templates(
        &self,
        outputs: &Outputs,
        chips: usize,
        views: usize,
    ) -> Result<Vec<Template>, VisionError> {
        let failed = |why: &str| VisionError::Inference(why.into());
        let values = outputs.first().map_or(&[][..], Vec::as_slice);
        let length = values.len() / (chips * views);
        if length == 0 || length * chips * views != values.len() {
            return Err(failed("the embedder yields no list for each chip"));
        }
        let directions: Option<Vec<Template>> = values
            .chunks_exact(length)
            .map(|values| Template::new(self.model, values.to_vec()))
            .collect();
        let directions = directions.ok_or_else(|| failed("the descriptor is not a direction"))?;
        let of_chip = |views: &[Template]| {
            let mean = Template::mean(views)?;
            match self.calibration {
                None => Some(mean),
                Some(calibration) => Template::new(self.model, calibration.apply(mean.values())),
            }
        };
        let templates: Option<Vec<Template>> =
            directions.chunks_exact(views).map(of_chip).collect();
        templates.ok_or_else(|| failed("the templates cancel out"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn calibrated_cosines_keep_their_order_and_meet_at_the_threshold(
            threshold in -0.5f32..=threshold::verification(1), angle in 0.0f32..3.1, other in 0.0f32..3.1,
        ) {
            let calibration = Calibration::of(threshold);
            let calibrated = |angle: f32| {
                let of = |values: &[f32]| {
                    Template::new(ModelId::FACE_API, calibration.apply(values)).unwrap()
                };
                of(&[1.0, 0.0]).cosine(&of(&[angle.cos(), angle.sin()]))
            };
            prop_assert!((calibrated(threshold.acos()) - threshold::verification(1)).abs() < 1e-3);
            let raw = calibration.raw(calibrated(angle).into());
            prop_assert!((raw - f64::from(angle.cos())).abs() < 1e-4);
            if angle + 0.1 < other {
                prop_assert!(calibrated(angle) > calibrated(other));
            }
        }
    }
}

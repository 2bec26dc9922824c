//! From an aligned chip to a template: dlib's face recognition ResNet (King 2017), or a net of the site's
//! choosing.

use crate::alignment::{self, CHIP_SIDE, Placement};
use crate::buffers::Pool;
use crate::engine::Edition;
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
    /// The mean of the chip and its mirror image, twice the time.
    Mirrored,
    /// The mean of chips of several sizes and their mirror images, six times the time: for
    /// enrolment. With a model of the site's choosing as [`Self::Mirrored`].
    Thorough,
}

/// How much the chips of a thorough look show, in what a chip shows usually: the net's answer changes a
/// little with the size of the face, and the mean of these lies closer to what any live frame gives.
const SIZES: [f32; 3] = [1.0, 1.06, 0.94];

/// Computes templates.
pub struct Embedder {
    net: Box<dyn Inference>,
    model: ModelId,
    side: usize,
    normalise: Normalise,
    placement: Placement,
    edition: Edition,
    /// See [`Calibration`].
    calibration: Option<Calibration>,
    workspaces: Pool<(Vec<f32>, Outputs)>,
}

/// Brings the cosines of any model onto the scale of the embedded one, by which thresholds are given.
///
/// A cosine c becomes 1 - s (1 - c), with s chosen such that the card's threshold comes to lie at one
/// point of that scale, [`threshold::of_cards`]. It is done by one more number, the same in each template, so
/// that whoever compares templates need not know of it.
#[derive(Clone, Copy, Debug)]
struct Calibration {
    /// The s above, above 0 to 1: a card's threshold is not higher than [`threshold::of_cards`].
    share: f32,
}

impl Calibration {
    fn of(threshold: f32) -> Self {
        Self {
            share: (1.0 - threshold::of_cards()) / (1.0 - threshold),
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
    pub fn load_on(
        runtime: &Runtime,
        own: Option<&Model>,
        edition: Edition,
    ) -> Result<Self, VisionError> {
        match own {
            None => Self::embedded(runtime, edition),
            Some(model) => Self::brought(runtime, model),
        }
    }

    fn embedded(runtime: &Runtime, edition: Edition) -> Result<Self, VisionError> {
        let graph = onnx::embedder(
            include_bytes!(concat!(
                env!("OUT_DIR"),
                "/face_recognition_model-weights_manifest.json"
            )),
            include_bytes!(concat!(env!("OUT_DIR"), "/face_recognition_model.bin")),
        )?;
        Ok(Self {
            net: runtime.load_batched(&graph)?,
            model: match edition {
                Edition::First => ModelId::FACE_API_FIRST,
                Edition::Second => ModelId::FACE_API,
            },
            side: CHIP_SIDE,
            normalise: DLIB,
            placement: Placement::Dlib,
            edition,
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
            // Its templates are what they were: their identity names nothing of editions.
            edition: Edition::First,
            calibration: Some(Calibration::of(alignment.threshold())),
            workspaces: Pool::default(),
        })
    }

    /// Which model makes the templates.
    #[must_use]
    pub fn model(&self) -> ModelId {
        self.model
    }

    /// The cosine on the model's own scale, which a card's threshold is on, of a `score` of two templates; `None`
    /// for the embedded model, which has no card.
    #[must_use]
    pub fn raw(&self, score: f64) -> Option<f64> {
        self.calibration.map(|calibration| calibration.raw(score))
    }

    /// The chip of a face as this net takes it; `None` if the landmarks lie on one spot.
    #[must_use]
    pub fn chip(&self, frame: &Frame, landmarks: &Landmarks) -> Option<Frame> {
        alignment::placed(frame, landmarks, &self.placement, self.side, 1.0)
    }

    /// The chips of a face that a template of `effort` is made of; `None` if the landmarks lie on one spot.
    #[must_use]
    pub fn chips(
        &self,
        frame: &Frame,
        landmarks: &Landmarks,
        effort: Effort,
    ) -> Option<Vec<Frame>> {
        let sizes = match (self.edition, effort) {
            (Edition::Second, Effort::Thorough) => &SIZES[..],
            _ => &SIZES[..1],
        };
        let chip =
            |size: &f32| alignment::placed(frame, landmarks, &self.placement, self.side, *size);
        sizes.iter().map(chip).collect()
    }

    /// Whether the mesh is to be laid twice before a chip is cut.
    pub(crate) fn wants_steady_landmarks(&self) -> bool {
        self.edition == Edition::Second
    }

    /// The template of a chip, see [`Self::chip`].
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the chip has another size or the net fails.
    pub fn embed(&self, chip: &Frame, effort: Effort) -> Result<Template, VisionError> {
        let templates = self.embed_each(vec![chip], 1, effort)?;
        let template = templates.into_iter().next();
        template.ok_or_else(|| VisionError::Inference("no template came of a chip".into()))
    }

    /// The templates of several faces, of each of which there are as many chips, see [`Self::chips`]; in one call
    /// of the net where its runtime gains by that.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a chip has another size, a face has more chips than another, or the net
    /// fails.
    pub fn embed_chips(
        &self,
        faces: &[Vec<Frame>],
        effort: Effort,
    ) -> Result<Vec<Template>, VisionError> {
        let each = faces.first().map_or(1, Vec::len);
        if each == 0 || faces.iter().any(|chips| chips.len() != each) {
            return Err(VisionError::Inference(
                "each face takes as many chips".into(),
            ));
        }
        self.embed_each(faces.iter().flatten().collect(), each, effort)
    }

    /// A template of every `each` chips.
    fn embed_each(
        &self,
        chips: Vec<&Frame>,
        each: usize,
        effort: Effort,
    ) -> Result<Vec<Template>, VisionError> {
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
            Effort::Mirrored | Effort::Thorough => 2,
        };
        self.workspaces.with(|(input, outputs)| {
            input.clear();
            for chip in &chips {
                self.normalise.picture(chip, input);
                if views == 2 {
                    self.normalise.picture(&alignment::mirrored(chip), input);
                }
            }
            self.net.run(input, outputs)?;
            self.templates(outputs, chips.len() / each, each * views)
        })
    }

    fn templates(
        &self,
        outputs: &Outputs,
        faces: usize,
        views: usize,
    ) -> Result<Vec<Template>, VisionError> {
        let failed = |why: &str| VisionError::Inference(why.into());
        let values = outputs.first().map_or(&[][..], Vec::as_slice);
        let length = values.len() / (faces * views);
        if length == 0 || length * faces * views != values.len() {
            return Err(failed("the embedder yields no list for each chip"));
        }
        let directions: Option<Vec<Template>> = values
            .chunks_exact(length)
            .map(|values| Template::new(self.model, values.to_vec()))
            .collect();
        let directions = directions.ok_or_else(|| failed("the descriptor is not a direction"))?;
        let of_face = |views: &[Template]| {
            let mean = Template::mean(views)?;
            match self.calibration {
                None => Some(mean),
                Some(calibration) => Template::new(self.model, calibration.apply(mean.values())),
            }
        };
        let templates: Option<Vec<Template>> =
            directions.chunks_exact(views).map(of_face).collect();
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
            threshold in -0.5f32..=threshold::of_cards(), angle in 0.0f32..3.1, other in 0.0f32..3.1,
        ) {
            let calibration = Calibration::of(threshold);
            let calibrated = |angle: f32| {
                let of = |values: &[f32]| {
                    Template::new(ModelId::FACE_API, calibration.apply(values)).unwrap()
                };
                of(&[1.0, 0.0]).cosine(&of(&[angle.cos(), angle.sin()]))
            };
            prop_assert!((calibrated(threshold.acos()) - threshold::of_cards()).abs() < 1e-3);
            let raw = calibration.raw(calibrated(angle).into());
            prop_assert!((raw - f64::from(angle.cos())).abs() < 1e-4);
            if angle + 0.1 < other {
                prop_assert!(calibrated(angle) > calibrated(other));
            }
        }
    }
}

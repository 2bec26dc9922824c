//! What is kept of a face: a direction in a space where one person's pictures lie together.

use crate::error::VisionError;
use crate::gallery::dot;
use serde::{Deserialize, Serialize};

/// Which model made a template. Templates of different models cannot be compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ModelId([u8; 8]);

impl ModelId {
    /// dlib's ResNet with the weights of `@vladmandic/face-api` 1.7.15, 128 numbers, by
    /// [`crate::Edition::Second`].
    pub const FACE_API: Self = Self(*b"faceapi2");
    /// The same by [`crate::Edition::First`].
    pub const FACE_API_FIRST: Self = Self(*b"faceapi1");

    /// A model of the site's choosing, by eight characters made of its card and file.
    #[must_use]
    pub(crate) const fn new(id: [u8; 8]) -> Self {
        Self(id)
    }
}

impl std::fmt::Display for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// A face template: a vector of length 1 and the model it comes from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<u8>", try_from = "Vec<u8>")]
pub struct Template {
    model: ModelId,
    values: Box<[f32]>,
    /// How far it is to be relied on, above 0 to 1. In bytes it is the length of the vector.
    trust: f32,
}

impl std::fmt::Debug for Template {
    /// Says the model only: a template is personal data and stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Template({})", String::from_utf8_lossy(&self.model.0))
    }
}

impl From<Template> for Vec<u8> {
    fn from(template: Template) -> Self {
        template.to_bytes()
    }
}

impl TryFrom<Vec<u8>> for Template {
    type Error = VisionError;

    fn try_from(bytes: Vec<u8>) -> Result<Self, VisionError> {
        Self::from_bytes(&bytes)
    }
}

/// Most numbers a template may have.
const LONGEST: usize = 4096;
/// A template of no trust at all would be no direction in bytes.
const LEAST_TRUST: f32 = 0.01;

impl Template {
    /// The direction of `values`. `None` if they are empty, too many, not finite or all zero.
    #[must_use]
    pub fn new(model: ModelId, values: Vec<f32>) -> Option<Self> {
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        let usable = length.is_finite() && length > 1e-6 && values.len() <= LONGEST;
        usable.then(|| Self {
            model,
            values: values.iter().map(|v| v / length).collect(),
            trust: 1.0,
        })
    }

    /// The same with another [`Self::trust`], which is held between 0.01 and 1.
    #[must_use]
    pub fn trusted(mut self, trust: f32) -> Self {
        self.trust = if trust.is_nan() {
            LEAST_TRUST
        } else {
            trust.clamp(LEAST_TRUST, 1.0)
        };
        self
    }

    /// How far it is to be relied on, above 0 to 1: what it weighs in a [`Self::mean`].
    #[must_use]
    pub fn trust(&self) -> f32 {
        self.trust
    }

    /// The direction in the middle of some templates of one model, each weighed by its trust; `None` for
    /// none, for a mixture of models, or if they cancel out.
    #[must_use]
    pub fn mean<'a>(templates: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        Self::gathered(templates).map(|(mean, _)| mean)
    }

    /// As [`Self::mean`], and how closely the templates lie together: 1 if all are alike, less the more
    /// they differ (the length of the mean of unit vectors).
    #[must_use]
    pub fn gathered<'a>(templates: impl IntoIterator<Item = &'a Self>) -> Option<(Self, f32)> {
        let mut templates = templates.into_iter().peekable();
        let first = *templates.peek()?;
        let mut sum = vec![0.0; first.values.len()];
        let mut weight = 0.0;
        for template in templates {
            if template.model != first.model || template.values.len() != sum.len() {
                return None;
            }
            weight += template.trust;
            sum.iter_mut()
                .zip(&template.values)
                .for_each(|(sum, value)| *sum += value * template.trust);
        }
        let closeness = sum.iter().map(|v| v * v).sum::<f32>().sqrt() / weight;
        Some((Self::new(first.model, sum)?, closeness.min(1.0)))
    }

    /// The model that made it.
    #[must_use]
    pub fn model(&self) -> ModelId {
        self.model
    }

    /// The vector, of length 1.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Cosine of the angle to another template, -1 to 1; -1 if another model made it.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> f32 {
        if self.model != other.model || self.values.len() != other.values.len() {
            return -1.0;
        }
        dot(&self.values, &other.values).clamp(-1.0, 1.0)
    }

    /// Eight bytes naming the model, then the numbers as little-endian `f32`, of length [`Self::trust`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let scaled = self.values.iter().map(|value| value * self.trust);
        let numbers = scaled.flat_map(f32::to_le_bytes);
        self.model.0.into_iter().chain(numbers).collect()
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`VisionError::Template`] if the bytes are cut off or no direction.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VisionError> {
        let (model, numbers) = bytes
            .split_first_chunk::<8>()
            .ok_or(VisionError::Template("too short"))?;
        if numbers.is_empty() || numbers.len() % 4 != 0 {
            return Err(VisionError::Template("cut off"));
        }
        let values: Vec<f32> = numbers
            .chunks_exact(4)
            .filter_map(|number| number.try_into().ok().map(f32::from_le_bytes))
            .collect();
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        Self::new(ModelId(*model), values)
            .map(|template| template.trusted(length))
            .ok_or(VisionError::Template("not a direction"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_template_survives_storage(values in proptest::collection::vec(-1.0f32..1.0, 1..200)) {
            prop_assume!(values.iter().any(|v| v.abs() > 0.01));
            let template = Template::new(ModelId::FACE_API, values).unwrap();
            let back = Template::from_bytes(&template.to_bytes()).unwrap();
            prop_assert_eq!(back.model(), template.model());
            prop_assert!((back.cosine(&template) - 1.0).abs() < 1e-4);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(template) = Template::from_bytes(&bytes) {
                prop_assert!(template.values().iter().all(|v| v.is_finite()));
            }
        }
    }

    #[test]
    fn a_template_that_is_trusted_more_draws_the_mean_towards_itself() {
        let sharp = Template::new(ModelId::FACE_API, vec![1.0, 0.0]).unwrap();
        let poor = Template::new(ModelId::FACE_API, vec![0.0, 1.0]).unwrap();
        let poor = Template::from_bytes(&poor.trusted(0.25).to_bytes()).unwrap();
        assert!((poor.trust() - 0.25).abs() < 1e-6, "it is kept with it");
        let mean = Template::mean([&sharp, &poor]).unwrap();
        assert!(mean.cosine(&sharp) > 0.95 && mean.cosine(&poor) < 0.3);
    }

    #[test]
    fn templates_that_differ_lie_less_close_together() {
        let axis = |x: f32, y: f32| Template::new(ModelId::FACE_API, vec![x, y]).unwrap();
        let closeness = |all: &[Template]| Template::gathered(all).unwrap().1;
        assert!((closeness(&[axis(1.0, 0.0), axis(1.0, 0.0)]) - 1.0).abs() < 1e-6);
        assert!((closeness(&[axis(1.0, 0.0), axis(0.0, 1.0)]) - 0.5f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn templates_of_different_models_never_match() {
        let one = Template::new(ModelId::FACE_API, vec![1.0, 0.0]).unwrap();
        let other = Template::new(ModelId(*b"another1"), vec![1.0, 0.0]).unwrap();
        assert!((one.cosine(&other) - -1.0).abs() < f32::EPSILON);
        assert!(Template::mean([&one, &other]).is_none());
    }

    #[test]
    fn a_log_line_does_not_show_the_numbers() {
        let template = Template::new(ModelId::FACE_API, vec![0.6, 0.8]).unwrap();
        assert_eq!(format!("{template:?}"), "Template(faceapi2)");
    }
}

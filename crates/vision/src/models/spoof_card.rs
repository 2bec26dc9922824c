//! Of the card of a spoof model: what it is shown of a face, and how its answers are read.

use super::card::write_numbers;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Sides of what a net is shown, in sides of the detector's box.
const CROPS: std::ops::RangeInclusive<f32> = 0.5..=10.0;
/// Answers that are probabilities may miss 0, 1 and their sum of 1 by so much.
const ROUNDING: f32 = 0.01;

/// How a spoof model is used: `[spoof]` of its card.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpoofCard {
    /// Side of what the net is shown, in sides of the detector's box, which is a square from above the brows to the
    /// chin; about its middle.
    crop: f32,
    /// Which of the net's answers, counted from 0, is that for a real face.
    real: usize,
    /// What its answers are.
    answers: Answers,
    /// Score at which a face is held to be real, above 0 and below 1; measured by the site.
    threshold: f32,
}

/// What the numbers are that a net answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answers {
    /// One for each kind of face, 1 in all.
    Probabilities,
    /// Of which softmax makes probabilities.
    Logits,
}

impl SpoofCard {
    pub(super) fn check(&self) -> Result<(), String> {
        if !CROPS.contains(&self.crop) {
            return Err("spoof.crop takes 0.5 to 10 sides of the detector's box".into());
        }
        if !(self.threshold > 0.0 && self.threshold < 1.0) {
            return Err("spoof.threshold takes a probability above 0 and below 1".into());
        }
        Ok(())
    }

    /// What changes a score, for [`super::Card::model_id`]. The threshold does not.
    pub(super) fn write(&self, uses: &mut Sha256) {
        write_numbers(uses, [&self.crop]);
        let answers = match self.answers {
            Answers::Probabilities => 0u8,
            Answers::Logits => 1,
        };
        uses.update((self.real as u64).to_le_bytes());
        uses.update([answers]);
    }

    /// Side of what the net is shown, in sides of the detector's box.
    pub(crate) fn crop(&self) -> f32 {
        self.crop
    }

    /// Score at which a face is held to be real.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// How surely a face with those answers is real, 0 to 1.
    pub(crate) fn real(&self, answers: &[f32]) -> Result<f32, String> {
        let of = answers.len();
        let Some(real) = answers.get(self.real).filter(|_| of >= 2) else {
            return Err(format!(
                "the net yields {of} answers; spoof.real is {}, counted from 0, and there have to be two at least",
                self.real
            ));
        };
        if !answers.iter().all(|answer| answer.is_finite()) {
            return Err(format!("the net's answers are no numbers: {answers:?}"));
        }
        match self.answers {
            Answers::Probabilities if are_probabilities(answers) => Ok(real.clamp(0.0, 1.0)),
            Answers::Probabilities => Err(format!(
                "the net's answers are no probabilities: {answers:?}; spoof.answers may have to be \"logits\""
            )),
            Answers::Logits => Ok(softmax(answers, *real)),
        }
    }

    /// Whether these answers, which the card calls logits, are probabilities already.
    pub(crate) fn mistakes(&self, answers: &[f32]) -> bool {
        self.answers == Answers::Logits && are_probabilities(answers)
    }
}

fn are_probabilities(answers: &[f32]) -> bool {
    let range = -ROUNDING..=1.0 + ROUNDING;
    let sum: f32 = answers.iter().sum();
    answers.iter().all(|answer| range.contains(answer)) && (sum - 1.0).abs() <= ROUNDING
}

/// The share of `one` among the logits `all`.
fn softmax(all: &[f32], one: f32) -> f32 {
    // The greatest is taken off first, so that nothing overflows.
    let greatest = all.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = all.iter().map(|logit| (logit - greatest).exp()).sum();
    (one - greatest).exp() / sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn card(answers: Answers) -> SpoofCard {
        SpoofCard {
            crop: 2.7,
            real: 1,
            answers,
            threshold: 0.5,
        }
    }

    #[test]
    fn answers_are_read_as_the_card_says() {
        let logits = card(Answers::Logits);
        assert!((logits.real(&[0.0, 3.0_f32.ln()]).unwrap() - 0.75).abs() < 1e-6);
        assert!((logits.real(&[900.0, 900.0]).unwrap() - 0.5).abs() < 1e-6);
        let probabilities = card(Answers::Probabilities);
        assert_eq!(probabilities.real(&[0.2, 0.7, 0.1]), Ok(0.7));
        for (answers, said) in [
            (&[1.0][..], "1 answers"),
            (&[0.5, f32::NAN], "no numbers"),
            (&[-3.0, 4.0], "logits"),
            (&[0.9, 0.9], "logits"),
        ] {
            let why = probabilities.real(answers).unwrap_err();
            assert!(why.contains(said), "{why}");
        }
    }

    #[test]
    fn probabilities_that_are_called_logits_are_noticed() {
        assert!(card(Answers::Logits).mistakes(&[0.1, 0.9]));
        assert!(!card(Answers::Logits).mistakes(&[-2.0, 2.0]));
        assert!(!card(Answers::Probabilities).mistakes(&[0.1, 0.9]));
    }

    proptest! {
        #[test]
        fn a_score_is_a_probability_and_grows_with_the_answer_for_real(
            answers in proptest::collection::vec(-500.0_f32..500.0, 2..6), more in 0.0_f32..50.0,
        ) {
            let card = card(Answers::Logits);
            let score = card.real(&answers).unwrap();
            prop_assert!((0.0..=1.0).contains(&score));
            let mut surer = answers;
            surer[1] += more;
            prop_assert!(card.real(&surer).unwrap() >= score);
        }
    }
}

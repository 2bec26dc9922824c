//! Enrolment as a function of what was pressed: no clock, no storage, no sensor.

use crate::press::{Impression, examine};
use crate::{Candidate, Error, Gallery, GreyImage, Prepared, Search, Template, compare};

/// What an enrolment asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Impressions that have to match one another; at least 1, usually 3.
    pub impressions: usize,
    /// False match rate at which two impressions count as of one finger.
    pub same_finger: f64,
    /// False match rate at which a finger counts as somebody else's already; divided by the size of the gallery.
    pub taken: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            impressions: 3,
            same_finger: 1e-3,
            taken: 1e-3,
        }
    }
}

/// What to tell whoever presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Nothing on the sensor, or nothing like ridges.
    NoFinger,
    /// Ridges are pale and broken: breathe on the finger or press harder.
    Dry,
    /// Ridges run into one another: dry the finger, press more lightly.
    Wet,
    /// Too little of the finger: press the whole pad.
    Partial,
    /// The pad is off the middle of the sensor.
    Misplaced,
    /// It does not match the impressions before: use the same finger.
    OtherFinger,
    /// Smeared or otherwise unclear: lift the finger and press again.
    Unclear,
}

impl Advice {
    /// The advice in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoFinger => "No finger to be seen: press the whole pad on the sensor.",
            Self::Dry => "Too dry: breathe on the finger or press a little harder.",
            Self::Wet => "Too wet: wipe finger and sensor dry and press more lightly.",
            Self::Partial => "Only a part is to be seen: press the whole pad flat.",
            Self::Misplaced => "Off the middle: move the finger to the centre of the sensor.",
            Self::OtherFinger => "This does not match the presses before: use the same finger.",
            Self::Unclear => "Unclear: lift the finger, then press again without moving.",
        }
    }
}

/// What one press led to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Not taken; do this and press again.
    Again(Advice),
    /// Taken; so many more are needed.
    Taken {
        /// Impressions that are still missing.
        missing: usize,
    },
    /// All impressions are there and match one another.
    Complete,
}

/// An enrolment in progress: the impressions that were taken.
#[derive(Debug, Clone)]
pub struct Enrolment {
    policy: Policy,
    taken: Vec<(Template, Prepared)>,
    refused: usize,
}

/// Presses of another finger after which the first impression is given up: it may have been the wrong one.
const PATIENCE: usize = 3;

impl Enrolment {
    /// Begins without any impression.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            taken: Vec::new(),
            refused: 0,
        }
    }

    /// Judges a press. Each impression taken matches every one before, so the templates of a complete enrolment all
    /// match one another.
    ///
    /// # Errors
    /// When the image is blank or shows no print, with the reason; nothing changes then.
    pub fn press(&mut self, image: &GreyImage) -> Result<Step, Error> {
        let impression = examine(image)?;
        Ok(self.judge(impression))
    }

    /// Judges an impression that was examined before.
    pub fn judge(&mut self, impression: Impression) -> Step {
        if let Some(advice) = impression.advice() {
            return Step::Again(advice);
        }
        let prepared = Prepared::new(&impression.template);
        let fits = |(_, other): &(Template, Prepared)| {
            compare(&prepared, other).is_match(self.policy.same_finger)
        };
        if !self.taken.iter().all(fits) {
            self.refused += 1;
            if self.refused >= PATIENCE {
                self.taken.clear();
                self.refused = 0;
            }
            return Step::Again(Advice::OtherFinger);
        }
        self.refused = 0;
        self.taken.push((impression.template, prepared));
        match self.policy.impressions.saturating_sub(self.taken.len()) {
            0 => Step::Complete,
            missing => Step::Taken { missing },
        }
    }

    /// The templates taken so far.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        self.taken.iter().map(|(template, _)| template).collect()
    }

    /// Somebody else who has this finger already, if `gallery` knows one; `own` names keys that are the person's.
    #[must_use]
    pub fn belongs_to<K: Clone + PartialEq + Send + Sync>(
        &self,
        gallery: &Gallery<K>,
        own: impl Fn(&K) -> bool,
    ) -> Option<Candidate<K>> {
        let allowed = self.policy.taken / gallery.len().max(1) as f64;
        let found = self.taken.iter().flat_map(|(_, prepared)| {
            let candidates = gallery.identify(prepared, Search::default());
            candidates
                .into_iter()
                .filter(|c| !own(&c.key) && c.score.is_match(allowed))
        });
        found.max_by(|a, b| a.score.similarity.total_cmp(&b.score.similarity))
    }
}

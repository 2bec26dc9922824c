//! The nets together: from a frame to its faces.

use crate::alignment;
use crate::analysis::Analysis;
use crate::attention::{Attention, Expected};
use crate::detector::{Detection, Detector, SAME_FACE};
use crate::embedder::{Effort, Embedder};
use crate::error::VisionError;
use crate::eyes::EyeNet;
use crate::frame::Frame;
use crate::geometry::Rect;
use crate::inference::Runtime;
use crate::landmarks::{LandmarkNet, Landmarks};
use crate::liveness::SpoofNets;
use crate::models::Model;
use crate::quality::Quality;
use crate::template::Template;
use serde::{Deserialize, Serialize};

/// Most faces of one frame that are looked at, the largest first: it bounds the time a frame
/// can take.
pub const MOST_FACES: usize = 12;
/// The same where a class is looked at, see [`Engine::roll_call`].
const MOST_OF_A_CLASS: usize = 48;
/// Below this the mesh holds the detection for something else than a face.
const LEAST_PRESENCE: f32 = 0.3;

/// A face in a frame, ready to be matched.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Face {
    /// From above the brows to the chin, in pixels of the frame.
    pub bounds: Rect,
    /// How sure the detector is, 0.5 to 1.
    pub confidence: f32,
    /// Where eyes, nose and the rest are.
    pub landmarks: Landmarks,
    /// How well it is shown.
    pub quality: Quality,
    /// What to match it by.
    pub template: Template,
    /// How surely the site's spoof models hold it for real, 0 to 1; `None` where there are none, or they were not
    /// asked.
    pub real: Option<f32>,
}

/// How the embedded embedder's templates come about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Edition {
    /// The mesh is laid once, and a face is enrolled by one chip and its mirror image: for sites whose
    /// templates are of it, until everybody is enrolled anew.
    First,
    /// The mesh is laid twice, and a face is enrolled by chips of several sizes.
    #[default]
    Second,
}

/// What an engine is made of; by default the embedded models, run by tract.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What runs the nets.
    pub runtime: Runtime,
    /// The site's own detector in place of the embedded one.
    pub detector: Option<Model>,
    /// The site's own embedder in place of the embedded one.
    pub embedder: Option<Model>,
    /// Of the embedded embedder.
    pub edition: Edition,
    /// The site's own spoof models.
    pub spoof: Vec<Model>,
}

/// A face without a template yet.
struct Seen {
    detection: Detection,
    landmarks: Landmarks,
    quality: Quality,
}

impl Seen {
    fn with(self, template: Template) -> Face {
        Face {
            bounds: self.detection.bounds,
            confidence: self.detection.score,
            landmarks: self.landmarks,
            quality: self.quality,
            template,
            real: None,
        }
    }
}

/// All nets, loaded once and shared by all cameras (`Arc<Engine>`).
///
/// A call computes on the caller's thread only, for tens of milliseconds: call it from a worker thread,
/// not from an asynchronous task.
pub struct Engine {
    detector: Detector,
    landmarks: LandmarkNet,
    eyes: EyeNet,
    embedder: Embedder,
    spoof: Option<SpoofNets>,
}

impl Engine {
    /// Loads the embedded nets, run by tract; takes a while, so do it once.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the embedded weights cannot be used.
    pub fn load() -> Result<Self, VisionError> {
        Self::of(&Setup::default())
    }

    /// Loads the nets of `setup`; takes a while, so do it once.
    ///
    /// # Errors
    /// [`VisionError::Model`] if a model cannot be used.
    pub fn of(setup: &Setup) -> Result<Self, VisionError> {
        let runtime = &setup.runtime;
        Ok(Self {
            detector: Detector::load_on(runtime, setup.detector.as_ref())?,
            landmarks: LandmarkNet::load_on(runtime)?,
            eyes: EyeNet::load_on(runtime)?,
            embedder: Embedder::load_on(runtime, setup.embedder.as_ref(), setup.edition)?,
            spoof: SpoofNets::load_on(runtime, &setup.spoof)?,
        })
    }

    /// The faces of a camera's frame, largest first, at most [`MOST_FACES`].
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a net fails.
    pub fn analyse(&self, frame: &Frame) -> Result<Vec<Face>, VisionError> {
        self.analyse_with(frame, Effort::Single)
    }

    /// As [`Self::analyse`], with templates of the given effort.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a net fails.
    pub fn analyse_with(&self, frame: &Frame, effort: Effort) -> Result<Vec<Face>, VisionError> {
        self.describe_all(frame, &self.detect(frame)?, MOST_FACES, effort)
    }

    /// The faces of a room full of people, at most 48, small ones in a large frame included. It takes many times as
    /// long as [`Self::analyse`].
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a net fails.
    pub fn roll_call(&self, frame: &Frame) -> Result<Vec<Face>, VisionError> {
        let found = self.detector.detect_closely(frame)?;
        self.describe_all(frame, &found, MOST_OF_A_CLASS, Effort::Single)
    }

    /// The faces of a camera's next frame, of which it is known what to expect: those that are described, as
    /// by [`Self::analyse`], and those that are only followed.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a net fails.
    pub fn follow(&self, frame: &Frame, attention: &Attention) -> Result<Analysis, VisionError> {
        let expected = if attention.everywhere {
            None
        } else {
            self.expected(frame, &attention.expected)?
        };
        let everywhere = expected.is_none();
        let found = match expected {
            Some(found) => found,
            None => self.detect(frame)?,
        };
        let (followed, rest) = attention.divide(found);
        let mut faces = self.describe_all(frame, &rest, MOST_FACES, Effort::Single)?;
        self.judge(frame, &mut faces, |face| attention.wants_score(face))?;
        Ok(Analysis::new(frame, faces, followed, everywhere))
    }

    /// The expected faces; `None` unless each of them is found, and is another one than those found before.
    fn expected(
        &self,
        frame: &Frame,
        expected: &[Expected],
    ) -> Result<Option<Vec<Detection>>, VisionError> {
        let mut found = Vec::with_capacity(expected.len());
        for face in expected {
            let Some(detection) = self.detector.near(frame, &face.place)? else {
                return Ok(None);
            };
            let same = |one: &Detection| one.bounds.overlap(&detection.bounds) > SAME_FACE;
            if found.iter().any(same) {
                return Ok(None);
            }
            found.push(detection);
        }
        Ok(Some(found))
    }

    /// Describes the first `most`.
    fn describe_all(
        &self,
        frame: &Frame,
        faces: &[Detection],
        most: usize,
        effort: Effort,
    ) -> Result<Vec<Face>, VisionError> {
        let mut seen = Vec::with_capacity(faces.len().min(most));
        for detection in faces.iter().take(most) {
            seen.extend(self.look_closer(frame, detection, effort)?);
        }
        self.complete(seen, effort)
    }

    /// A face expected at `place`, see [`Detector::near`].
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn near(&self, frame: &Frame, place: &Rect) -> Result<Option<Detection>, VisionError> {
        self.detector.near(frame, place)
    }

    /// Where the faces are, largest first.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn detect(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        self.detector.detect(frame)
    }

    /// The landmarks of one detection, by which its quality is judged.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn locate(&self, frame: &Frame, face: &Detection) -> Result<Landmarks, VisionError> {
        self.landmarks.locate(frame, face)
    }

    /// The landmarks by which a face is laid on the chip of its template, as steady as the embedder wants them:
    /// `landmarks` themselves, or laid once more.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn steadied(&self, frame: &Frame, landmarks: &Landmarks) -> Result<Landmarks, VisionError> {
        if !self.embedder.wants_steady_landmarks() {
            return Ok(landmarks.clone());
        }
        let again = self.landmarks.locate_again(frame, landmarks)?;
        // A mesh that slipped off the face is worse than one that is a little off.
        Ok(if again.presence < LEAST_PRESENCE {
            landmarks.clone()
        } else {
            again
        })
    }

    /// Landmarks, quality and template of one detection; `None` if it turns out to be no face.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a net fails.
    pub fn describe(
        &self,
        frame: &Frame,
        face: &Detection,
        effort: Effort,
    ) -> Result<Option<Face>, VisionError> {
        let seen = self.look_closer(frame, face, effort)?;
        let faces = self.complete(seen.into_iter().collect(), effort)?;
        Ok(faces.into_iter().next())
    }

    /// Lays the lids of a described face where they are: the mesh alone draws shut eyes nearly as far open as others.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn look_at_eyes(&self, frame: &Frame, face: &mut Face) -> Result<(), VisionError> {
        self.eyes.refine(frame, &mut face.landmarks)
    }

    /// Landmarks, quality and chips of one detection; `None` if it turns out to be no face.
    fn look_closer(
        &self,
        frame: &Frame,
        face: &Detection,
        effort: Effort,
    ) -> Result<Option<(Seen, Vec<Frame>)>, VisionError> {
        let landmarks = self.locate(frame, face)?;
        if landmarks.presence < LEAST_PRESENCE {
            return Ok(None);
        }
        let Some(chip) = alignment::chip(frame, &landmarks) else {
            return Ok(None);
        };
        let quality = Quality::of(face, &landmarks, &chip, frame);
        let steady = self.steadied(frame, &landmarks)?;
        let chips = self.embedder.chips(frame, &steady, effort);
        let seen = Seen {
            detection: *face,
            landmarks,
            quality,
        };
        Ok(chips.map(|chips| (seen, chips)))
    }

    /// The templates of all faces, in one call of the net where its runtime gains by that.
    fn complete(
        &self,
        seen: Vec<(Seen, Vec<Frame>)>,
        effort: Effort,
    ) -> Result<Vec<Face>, VisionError> {
        let (seen, chips): (Vec<Seen>, Vec<Vec<Frame>>) = seen.into_iter().unzip();
        let templates = self.embedder.embed_chips(&chips, effort)?;
        let faces = seen.into_iter().zip(templates);
        Ok(faces.map(|(seen, template)| seen.with(template)).collect())
    }

    /// Asks the spoof models about the good faces of which that is `wanted`, by their place.
    fn judge(
        &self,
        frame: &Frame,
        faces: &mut [Face],
        wanted: impl Fn(&Rect) -> bool,
    ) -> Result<(), VisionError> {
        let Some(spoof) = &self.spoof else {
            return Ok(());
        };
        let asked = |face: &&mut Face| face.quality.is_good() && wanted(&face.bounds);
        for face in faces.iter_mut().filter(asked) {
            face.real = Some(spoof.score(frame, &face.bounds)?);
        }
        Ok(())
    }

    /// The site's own spoof models, if there are any.
    #[must_use]
    pub fn spoof(&self) -> Option<&SpoofNets> {
        self.spoof.as_ref()
    }

    /// The net that turns chips into templates.
    #[must_use]
    pub fn embedder(&self) -> &Embedder {
        &self.embedder
    }
}

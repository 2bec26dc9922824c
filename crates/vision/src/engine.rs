//! The nets together: from a frame to its faces.

use crate::alignment;
use crate::detector::{Detection, Detector};
use crate::embedder::{Effort, Embedder};
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::Rect;
use crate::inference::Runtime;
use crate::landmarks::{LandmarkNet, Landmarks};
use crate::models::Model;
use crate::quality::Quality;
use crate::template::Template;
use serde::{Deserialize, Serialize};

/// Most faces of one frame that are looked at, the largest first: it bounds the time a frame
/// can take.
pub const MOST_FACES: usize = 12;
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
}

/// A face without a template, see [`Engine::follow`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Followed {
    /// Where it is in this frame.
    pub detection: Detection,
    /// Where eyes, nose and the rest are.
    pub landmarks: Landmarks,
    /// How well it is shown.
    pub quality: Quality,
}

impl Followed {
    fn with(self, template: Template) -> Face {
        Face {
            bounds: self.detection.bounds,
            confidence: self.detection.score,
            landmarks: self.landmarks,
            quality: self.quality,
            template,
        }
    }

    /// With the detection where the landmarks now are.
    fn moved(mut self) -> Self {
        if let Some(detection) = self.landmarks.detection() {
            self.quality.height = detection.bounds.height;
            self.detection = detection;
        }
        self
    }
}

/// All nets, loaded once and shared by all cameras (`Arc<Engine>`).
///
/// A call computes on the caller's thread only, for tens of milliseconds: call it from a worker thread,
/// not from an asynchronous task.
pub struct Engine {
    detector: Detector,
    landmarks: LandmarkNet,
    embedder: Embedder,
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
            embedder: Embedder::load_on(runtime, setup.embedder.as_ref())?,
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
        let detections = self.detect(frame)?;
        let mut seen = Vec::with_capacity(detections.len().min(MOST_FACES));
        for detection in detections.iter().take(MOST_FACES) {
            seen.extend(self.look_closer(frame, detection)?);
        }
        self.complete(seen, effort)
    }

    /// Where the faces are, largest first.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn detect(&self, frame: &Frame) -> Result<Vec<Detection>, VisionError> {
        self.detector.detect(frame)
    }

    /// The landmarks of one detection.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn locate(&self, frame: &Frame, face: &Detection) -> Result<Landmarks, VisionError> {
        self.landmarks.locate(frame, face)
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
        let seen = self.look_closer(frame, face)?;
        let faces = self.complete(seen.into_iter().collect(), effort)?;
        Ok(faces.into_iter().next())
    }

    /// Landmarks, quality and chip of one detection; `None` if it turns out to be no face.
    fn look_closer(
        &self,
        frame: &Frame,
        face: &Detection,
    ) -> Result<Option<(Followed, Frame)>, VisionError> {
        let landmarks = self.landmarks.locate(frame, face)?;
        if landmarks.presence < LEAST_PRESENCE {
            return Ok(None);
        }
        let Some(chip) = alignment::chip(frame, &landmarks) else {
            return Ok(None);
        };
        let quality = Quality::of(face, &landmarks, &chip);
        let chip = if self.embedder.takes_dlib_chips() {
            Some(chip)
        } else {
            self.embedder.chip(frame, &landmarks)
        };
        let detection = *face;
        let followed = Followed {
            detection,
            landmarks,
            quality,
        };
        Ok(chip.map(|chip| (followed, chip)))
    }

    /// The templates of all faces, in one call of the net where its runtime gains by that.
    fn complete(
        &self,
        seen: Vec<(Followed, Frame)>,
        effort: Effort,
    ) -> Result<Vec<Face>, VisionError> {
        let (seen, chips): (Vec<Followed>, Vec<Frame>) = seen.into_iter().unzip();
        let templates = self.embedder.embed_all(&chips, effort)?;
        let faces = seen.into_iter().zip(templates);
        Ok(faces.map(|(seen, template)| seen.with(template)).collect())
    }

    /// Looks for faces where they were in the frame before, without detection: the landmarks alone are
    /// computed, on a box predicted from `previous`. It costs about a third of [`Self::analyse`], less
    /// where several faces are followed.
    ///
    /// The answer has one entry for each entry of `previous`, in the same order: `None` where there is no
    /// face any more (or it moved further than about half its width). Hand the new
    /// [`Followed::detection`] in with the next frame, moved on by however far the track moves between
    /// two frames, if that is known. New faces are not found this way: call [`Self::detect`] or
    /// [`Self::analyse`] every n-th frame, and whenever a face was lost. No template is computed: ask
    /// [`Self::recognise`] for one when the track needs it (a better picture than before, or not yet
    /// decided). Two entries may come to follow one face: drop the one of a pair whose boxes overlap.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn follow(
        &self,
        frame: &Frame,
        previous: &[Detection],
    ) -> Result<Vec<Option<Followed>>, VisionError> {
        let again = |before: &Detection| {
            let seen = self.look_closer(frame, before)?;
            Ok(seen.map(|(followed, _)| followed.moved()))
        };
        previous.iter().map(again).collect()
    }

    /// The template of a face that was followed, as a whole [`Face`]; `None` if it cannot be aligned.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails.
    pub fn recognise(
        &self,
        frame: &Frame,
        face: &Followed,
        effort: Effort,
    ) -> Result<Option<Face>, VisionError> {
        let Some(chip) = self.embedder.chip(frame, &face.landmarks) else {
            return Ok(None);
        };
        let template = self.embedder.embed(&chip, effort)?;
        Ok(Some(face.clone().with(template)))
    }

    /// The net that turns chips into templates.
    #[must_use]
    pub fn embedder(&self) -> &Embedder {
        &self.embedder
    }
}

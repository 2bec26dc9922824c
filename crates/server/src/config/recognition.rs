//! How faces are looked at and decided.

use anyhow::{Context, Result};
use model::{Device, DeviceId, DeviceKind};
use serde::{Deserialize, Serialize};
use vision::OnnxRuntimeSetting;
use vision::threshold::Rate;

/// Recognition.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vision {
    /// Recognition threads of this process, 1..=64; 0 where workers elsewhere do it all.
    pub threads: usize,
    /// Strangers that may be taken for somebody (FPIR), 0.0001..=0.1. How alike a face must be follows from
    /// it and from the number of people enrolled.
    pub strangers_taken: f32,
    /// ONNX Runtime: `auto` where its library is found, `off`, or the library's path.
    pub onnx_runtime: OnnxRuntimeSetting,
    /// What finds faces: `blazeface`, or a model that was added (`gatebook models add`).
    pub detector: String,
    /// What makes templates: `face-api`, or a model that was added.
    pub embedder: String,
    /// Spoof models that were added, by name: together they say whether a face is a picture of one.
    pub spoof: Vec<String>,
    /// Whether a face that they hold to be real is alive where nothing was asked.
    pub spoof_establishes: bool,
    /// Cameras that look at a room full of people: every two seconds, at many small faces.
    pub roll_call: Vec<DeviceId>,
}

impl Vision {
    /// What [`Self::roll_call`] names that is no camera among those devices, in words.
    pub fn no_cameras(&self, devices: &[Device]) -> Vec<String> {
        let kinds = [DeviceKind::CameraStation, DeviceKind::NetworkCamera];
        let is_camera = |id: &DeviceId| {
            let same = |device: &Device| device.id == *id && kinds.contains(&device.kind);
            devices.iter().any(same)
        };
        let unknown = self.roll_call.iter().filter(|id| !is_camera(id));
        let words = |id: &DeviceId| {
            format!(
                "vision.roll_call names {id}, which is no camera of this site: give the identity of one, the last part of its page's address"
            )
        };
        unknown.map(words).collect()
    }

    /// Tells of each of them in the log of the server.
    pub fn tell_no_cameras(&self, devices: &[Device]) {
        for wrong in self.no_cameras(devices) {
            tracing::error!("{wrong}");
        }
    }

    /// Whether a model of this name is used.
    pub fn uses(&self, name: &str) -> bool {
        let one = [&self.detector, &self.embedder];
        let mut used = one.into_iter().chain(&self.spoof);
        used.any(|used| used == name)
    }

    /// The rate that [`Self::strangers_taken`] names.
    ///
    /// # Errors
    /// When it is outside of what was measured.
    pub fn rate(&self) -> Result<Rate> {
        Rate::new(self.strangers_taken).with_context(|| {
            format!(
                "vision.strangers_taken is {}: give 0.0001 to 0.1, the share of strangers that may be taken for somebody",
                self.strangers_taken
            )
        })
    }
}

impl Default for Vision {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: cores.clamp(1, 4),
            strangers_taken: Rate::USUAL.share(),
            onnx_runtime: OnnxRuntimeSetting::default(),
            detector: crate::models::BLAZEFACE.into(),
            embedder: crate::models::FACE_API.into(),
            spoof: Vec::new(),
            spoof_establishes: false,
            roll_call: Vec::new(),
        }
    }
}

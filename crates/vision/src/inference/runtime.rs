//! Which runtime the nets are run by.

use super::library::{self, OnnxRuntimeSetting};
use super::onnx_runtime::{OnnxRuntime, OnnxRuntimeNet};
use super::{Inference, TractNet};
use crate::error::VisionError;
use std::path::{Path, PathBuf};
use tract_onnx::pb::ModelProto;

/// A runtime for nets.
#[derive(Clone, Debug)]
pub struct Runtime(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Tract,
    OnnxRuntime(OnnxRuntime, PathBuf),
}

impl Default for Runtime {
    /// tract, which needs nothing installed.
    fn default() -> Self {
        Self(Kind::Tract)
    }
}

impl std::fmt::Display for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Tract => f.write_str("tract"),
            Kind::OnnxRuntime(_, path) => write!(f, "ONNX Runtime ({})", path.display()),
        }
    }
}

impl Runtime {
    /// ONNX Runtime from the library at `path`.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the file is no ONNX Runtime, or one before 1.17.
    pub fn onnx_runtime(path: &Path) -> Result<Self, VisionError> {
        let runtime = OnnxRuntime::load(path)?;
        Ok(Self(Kind::OnnxRuntime(runtime, path.to_owned())))
    }

    /// The runtime that `setting` asks for: tract where ONNX Runtime is not wanted, or not found, or does
    /// not load; then with the reason, which is worth telling unless it was not wanted.
    #[must_use]
    pub fn choose(setting: &OnnxRuntimeSetting) -> (Self, Option<String>) {
        let path = match setting {
            OnnxRuntimeSetting::Off => return (Self::default(), None),
            OnnxRuntimeSetting::At(path) => path.clone(),
            OnnxRuntimeSetting::Auto => match library::find() {
                Some(path) => path,
                None => {
                    let why = "libonnxruntime is not installed; with it recognition is about twice as fast";
                    return (Self::default(), Some(why.into()));
                }
            },
        };
        match Self::onnx_runtime(&path) {
            Ok(runtime) => (runtime, None),
            Err(error) => (
                Self::default(),
                Some(format!("{}: {error}", path.display())),
            ),
        }
    }

    /// Whether this is the runtime that needs nothing installed.
    #[must_use]
    pub fn is_tract(&self) -> bool {
        matches!(self.0, Kind::Tract)
    }

    /// Layers are computed fastest whose channels are a multiple of this. ONNX Runtime's blocks are as large as the
    /// vectors of the machine; where a layer's channels fill none it goes back to planes and into blocks again.
    pub(crate) fn step(&self) -> usize {
        #[cfg(target_arch = "x86_64")]
        if !self.is_tract() && std::arch::is_x86_feature_detected!("avx512f") {
            return 16;
        }
        1
    }

    /// Loads a graph whose input has a fixed size.
    pub(crate) fn load(&self, model: &ModelProto) -> Result<Box<dyn Inference>, VisionError> {
        self.load_as(model, false)
    }

    /// As [`Self::load`]; several inputs at once are run in one call where the runtime gains by it.
    pub(crate) fn load_batched(
        &self,
        model: &ModelProto,
    ) -> Result<Box<dyn Inference>, VisionError> {
        self.load_as(model, true)
    }

    fn load_as(
        &self,
        model: &ModelProto,
        batches: bool,
    ) -> Result<Box<dyn Inference>, VisionError> {
        Ok(match &self.0 {
            Kind::Tract => Box::new(TractNet::load(model)?),
            Kind::OnnxRuntime(runtime, _) => {
                Box::new(OnnxRuntimeNet::load(*runtime, model, batches)?)
            }
        })
    }
}

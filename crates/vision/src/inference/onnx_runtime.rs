//! Nets run by ONNX Runtime, whose library is loaded while the program runs.

use super::{Inference, Outputs, emptied, graph, inputs, prelu};
use crate::buffers::Pool;
use crate::error::VisionError;
use ort::environment::Environment;
use ort::session::Session;
use ort::value::Tensor;
use std::path::Path;
use std::sync::OnceLock;
use tract_onnx::pb::ModelProto;

/// A process holds one library and one environment, whoever asks first.
static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();

/// ONNX Runtime, loaded.
#[derive(Clone, Copy, Debug)]
pub struct OnnxRuntime(&'static Environment);

impl OnnxRuntime {
    /// Loads the library at `path`. The first library a process loads stays: later calls get that one.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the file is no ONNX Runtime, or one before 1.17.
    pub fn load(path: &Path) -> Result<Self, VisionError> {
        let start = || {
            let builder = ort::init_from(path).map_err(|e| e.to_string())?;
            let builder = builder.with_name("gatebook").with_telemetry(false);
            builder.build().map_err(|e| e.to_string())
        };
        match ENVIRONMENT.get_or_init(start) {
            Ok(environment) => Ok(Self(environment)),
            Err(why) => Err(VisionError::Model(format!("ONNX Runtime: {why}"))),
        }
    }
}

fn refused(error: impl std::fmt::Display) -> VisionError {
    VisionError::Model(format!("ONNX Runtime: {error}"))
}

fn failed(error: impl std::fmt::Display) -> VisionError {
    VisionError::Inference(format!("ONNX Runtime: {error}"))
}

/// A net run by ONNX Runtime. Several threads compute side by side, each in a session of its own,
/// which is made when it is first needed: a session belongs to who runs it.
pub struct OnnxRuntimeNet {
    runtime: OnnxRuntime,
    model: Vec<u8>,
    shape: Vec<usize>,
    /// Whether several inputs are run in one call.
    batches: bool,
    lanes: Pool<Lane>,
}

/// A session and its input, which is overwritten for each run.
struct Lane {
    session: Session,
    input: Option<(usize, Tensor<f32>)>,
}

impl OnnxRuntimeNet {
    /// Optimises the graph for this machine's instructions.
    ///
    /// # Errors
    /// [`VisionError::Model`] if the runtime does not accept the graph.
    pub fn load(
        runtime: OnnxRuntime,
        model: &ModelProto,
        batches: bool,
    ) -> Result<Self, VisionError> {
        let shape = graph::shape(model);
        let mut model = model.clone();
        if batches {
            graph::open_batch(&mut model);
        }
        prelu::spelt_out(&mut model);
        let model = graph::encoded(&model);
        let net = Self {
            runtime,
            model,
            shape,
            batches,
            lanes: Pool::default(),
        };
        net.lanes.give(net.lane()?);
        Ok(net)
    }

    /// A session that computes on the caller's thread alone and does not spin between runs.
    fn lane(&self) -> Result<Lane, VisionError> {
        let builder = Session::builder(self.runtime.0).map_err(refused)?;
        let builder = builder.with_intra_threads(1).map_err(refused)?;
        let builder = builder.with_inter_threads(1).map_err(refused)?;
        let mut builder = builder.with_intra_op_spinning(false).map_err(refused)?;
        let session = builder.commit_from_memory(&self.model).map_err(refused)?;
        Ok(Lane {
            session,
            input: None,
        })
    }
}

impl Lane {
    fn run(
        &mut self,
        shape: &[usize],
        count: usize,
        input: &[f32],
        outputs: &mut Outputs,
    ) -> Result<(), ort::Error> {
        let fits = self.input.as_ref().is_some_and(|(of, _)| *of == count);
        if !fits {
            let mut shape = shape.to_vec();
            if let Some(first) = shape.first_mut() {
                *first = count;
            }
            let tensor = Tensor::from_array((shape, vec![0.0f32; input.len()]))?;
            self.input = Some((count, tensor));
        }
        let Some((_, tensor)) = self.input.as_mut() else {
            return Ok(());
        };
        tensor.extract_tensor_mut().1.copy_from_slice(input);
        let yielded = self.session.run(ort::inputs![&*tensor])?;
        outputs.resize_with(yielded.len(), Vec::new);
        for (output, (_, value)) in outputs.iter_mut().zip(yielded.iter()) {
            output.extend_from_slice(value.try_extract_tensor::<f32>()?.1);
        }
        Ok(())
    }
}

impl Inference for OnnxRuntimeNet {
    fn run(&self, input: &[f32], outputs: &mut Outputs) -> Result<(), VisionError> {
        let count = inputs(&self.shape, input)?;
        emptied(outputs, outputs.len());
        let mut lane = match self.lanes.take() {
            Some(lane) => lane,
            None => self.lane()?,
        };
        let each = if self.batches { count } else { 1 };
        let runs = input.chunks_exact(input.len() / count * each);
        let mut done = Ok(());
        for values in runs {
            done = done.and_then(|()| lane.run(&self.shape, each, values, outputs));
        }
        self.lanes.give(lane);
        done.map_err(failed)
    }
}

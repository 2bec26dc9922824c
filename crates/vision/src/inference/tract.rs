//! Nets run by tract, in pure Rust: the default, which always works.

use super::{Inference, Outputs, emptied, inputs, planes};
use crate::error::VisionError;
use crate::onnx::prelu;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

/// A net run by tract.
pub struct TractNet {
    plan: Arc<TypedRunnableModel>,
    shape: Vec<usize>,
}

impl TractNet {
    /// Optimises the graph for this machine's instructions.
    ///
    /// # Errors
    /// [`VisionError::Model`] if tract does not accept the graph.
    pub fn load(model: &ModelProto) -> Result<Self, VisionError> {
        let failed = |e: TractError| VisionError::Model(format!("{e:#}"));
        let optimise = || {
            let mut reader = tract_onnx::onnx();
            reader.op_register.insert("PRelu", prelu::read);
            let read = reader.model_for_proto_model(model)?.into_typed()?;
            planes::put_in(read.into_decluttered()?)?.into_optimized()
        };
        let model = optimise().map_err(failed)?;
        let shape = model.input_fact(0).map_err(failed)?.shape.as_concrete();
        let shape = shape.ok_or_else(|| VisionError::Model("the input's size is open".into()))?;
        let shape = shape.to_vec();
        Ok(Self {
            plan: model.into_runnable().map_err(failed)?,
            shape,
        })
    }

    fn one(&self, input: &[f32], outputs: &mut Outputs) -> TractResult<()> {
        let input = Tensor::from_shape(&self.shape, input)?;
        let yielded = self.plan.run(tvec!(input.into()))?;
        outputs.resize_with(yielded.len(), Vec::new);
        for (output, values) in outputs.iter_mut().zip(&yielded) {
            output.extend(values.to_plain_array_view::<f32>()?.iter());
        }
        Ok(())
    }
}

impl Inference for TractNet {
    /// One input after the other: several at once gain nothing on one thread.
    fn run(&self, input: &[f32], outputs: &mut Outputs) -> Result<(), VisionError> {
        let count = inputs(&self.shape, input)?;
        emptied(outputs, outputs.len());
        for one in input.chunks_exact(input.len() / count) {
            self.one(one, outputs)
                .map_err(|e| VisionError::Inference(format!("{e:#}")))?;
        }
        Ok(())
    }
}

//! The one narrow door to a neural network runtime.

use crate::error::VisionError;
use crate::frame::Frame;
use crate::onnx::prelu;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

/// A loaded net. It keeps no state between calls and computes on the caller's thread alone.
pub trait Inference: Send + Sync {
    /// Runs the net.
    ///
    /// `input` holds the values of the net's only input, last axis fastest; each output comes
    /// back as such a list, in the order the graph names them.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the number of values is wrong or the runtime fails.
    fn run(&self, input: &[f32]) -> Result<Vec<Vec<f32>>, VisionError>;
}

/// A net run by tract, in pure Rust.
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
            reader.model_for_proto_model(model)?.into_optimized()
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
}

impl Inference for TractNet {
    fn run(&self, input: &[f32]) -> Result<Vec<Vec<f32>>, VisionError> {
        let run = || -> TractResult<Vec<Vec<f32>>> {
            let input = Tensor::from_shape(&self.shape, input)?;
            let outputs = self.plan.run(tvec!(input.into()))?;
            outputs
                .iter()
                .map(|output| {
                    Ok(output
                        .to_plain_array_view::<f32>()?
                        .iter()
                        .copied()
                        .collect())
                })
                .collect()
        };
        run().map_err(|e| VisionError::Inference(format!("{e:#}")))
    }
}

/// A picture as the nets take it: one plane for each colour, in which a pixel's value is its distance from
/// the colour's `middle` in units of `spread`.
pub fn planes(picture: &Frame, middle: [f32; 3], spread: f32) -> Vec<f32> {
    let (pixels, _) = picture.rgb().as_chunks::<3>();
    let mut values = vec![0.0; pixels.len() * 3];
    let (reds, others) = values.split_at_mut(pixels.len());
    let (greens, blues) = others.split_at_mut(pixels.len());
    let targets = reds.iter_mut().zip(greens).zip(blues);
    for (&[red, green, blue], ((r, g), b)) in pixels.iter().zip(targets) {
        *r = (f32::from(red) - middle[0]) / spread;
        *g = (f32::from(green) - middle[1]) / spread;
        *b = (f32::from(blue) - middle[2]) / spread;
    }
    values
}

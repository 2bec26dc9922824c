//! The one narrow door to a neural network runtime.

mod graph;
mod library;
mod normalise;
mod onnx_runtime;
mod planes;
mod prelu;
mod runtime;
mod tract;

pub use library::OnnxRuntimeSetting;
pub use normalise::{Layout, Normalise, Spot};
pub use runtime::Runtime;
pub use tract::TractNet;

pub(crate) use graph::fixed;

use crate::error::VisionError;

/// What a net yields: one list for each output, in the order the graph names them. Handed in again
/// and again, so that its memory is used again.
pub type Outputs = Vec<Vec<f32>>;

/// A loaded net. It keeps nothing of a picture between calls and computes on the caller's thread alone.
pub trait Inference: Send + Sync {
    /// Runs the net on one or several inputs at once.
    ///
    /// `input` holds the values of the net's only input, last axis fastest, one input after the other.
    /// `outputs` is overwritten: each output's values for all inputs, one after the other.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if `input` is no whole number of inputs or the runtime fails.
    fn run(&self, input: &[f32], outputs: &mut Outputs) -> Result<(), VisionError>;
}

/// How many inputs of the shape `shape` lie in `values`.
fn inputs(shape: &[usize], values: &[f32]) -> Result<usize, VisionError> {
    let one: usize = shape.iter().product();
    let count = values.len().checked_div(one).unwrap_or(0);
    if count == 0 || count * one != values.len() {
        return Err(VisionError::Inference(format!(
            "{} values are no whole number of inputs of {shape:?}",
            values.len()
        )));
    }
    Ok(count)
}

/// Empties `outputs` and makes it `count` long, keeping what memory it has.
fn emptied(outputs: &mut Outputs, count: usize) {
    outputs.resize_with(count, Vec::new);
    outputs.iter_mut().for_each(Vec::clear);
}

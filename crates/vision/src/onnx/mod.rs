//! The nets as ONNX graphs, built in memory from the packages' weights.
//!
//! ONNX, not a graph of one particular runtime, so that any runtime that reads ONNX can be
//! given the same model. Everything is laid out NCHW.

mod builder;
mod graph_model;
pub mod prelu;
mod resnet;

#[cfg(test)]
pub use builder::{Builder, Padding, Value, Window};
pub use graph_model::GraphModel;
pub use resnet::embedder;

//! dlib's face recognition ResNet with 29 layers, from face-api's weights.

use super::builder::{Builder, Padding, Value, Window};
use crate::error::VisionError;
use crate::weights::{self, Group, Weight};
use std::collections::HashMap;
use tract_onnx::pb::ModelProto;

/// Side of the chip the net looks at, in pixels.
pub const SIDE: usize = 150;

/// A residual block: name, channels that come in and go out, and whether it halves the size
/// (then with one row and column of zeros, if the shortcut is larger than the main branch).
struct Block {
    name: &'static str,
    channels: (usize, usize),
    down: Option<Fill>,
}

#[derive(Clone, Copy)]
enum Fill {
    None,
    End,
}

const fn keep(name: &'static str, channels: usize) -> Block {
    Block {
        name,
        channels: (channels, channels),
        down: None,
    }
}

const fn down(name: &'static str, from: usize, to: usize, fill: Fill) -> Block {
    Block {
        name,
        channels: (from, to),
        down: Some(fill),
    }
}

const BLOCKS: [Block; 14] = [
    keep("conv32_1", 32),
    keep("conv32_2", 32),
    keep("conv32_3", 32),
    down("conv64_down", 32, 64, Fill::None),
    keep("conv64_1", 64),
    keep("conv64_2", 64),
    keep("conv64_3", 64),
    down("conv128_down", 64, 128, Fill::None),
    keep("conv128_1", 128),
    keep("conv128_2", 128),
    down("conv256_down", 128, 256, Fill::End),
    keep("conv256_1", 256),
    keep("conv256_2", 256),
    down("conv256_down_out", 256, 256, Fill::End),
];

/// The graph: a normalised chip (1 x 3 x 150 x 150) to 128 numbers.
pub fn embedder(manifest: &[u8], binary: &[u8]) -> Result<ModelProto, VisionError> {
    let groups: Vec<Group> =
        serde_json::from_slice(manifest).map_err(|e| VisionError::Model(e.to_string()))?;
    let weights = weights::unpack(&groups, binary)?;
    let (builder, input) = Builder::new([1, 3, SIDE, SIDE]);
    let mut net = Resnet { builder, weights };
    let halve = Window {
        stride: 2,
        padding: Padding::Valid,
    };
    let mut x = net.conv_scale(&input, "conv32_down", halve)?;
    x = net.relu(&x);
    x = net.builder.pool("MaxPool", &x, 3, halve);
    for block in &BLOCKS {
        x = net.block(&x, block)?;
    }
    let output = net.head(&x)?;
    Ok(net.builder.finish(&[output]))
}

struct Resnet {
    builder: Builder,
    weights: HashMap<String, Weight>,
}

impl Resnet {
    fn take(&mut self, name: &str) -> Result<Weight, VisionError> {
        self.weights
            .remove(name)
            .ok_or_else(|| VisionError::Model(format!("{name} is missing")))
    }

    fn relu(&mut self, x: &Value) -> Value {
        self.builder.op("Relu", &[x], Vec::new())
    }

    /// A convolution with the scale layer behind it folded in.
    fn conv_scale(&mut self, x: &Value, name: &str, window: Window) -> Result<Value, VisionError> {
        let mut filters = self.take(&format!("{name}/conv/filters"))?;
        let bias = self.take(&format!("{name}/conv/bias"))?.values;
        let scale = self.take(&format!("{name}/scale/weights"))?.values;
        let shift = self.take(&format!("{name}/scale/biases"))?.values;
        // The output channel is the last axis of HWIO.
        for (weight, scale) in filters.values.iter_mut().zip(scale.iter().cycle()) {
            *weight *= scale;
        }
        let bias = bias
            .iter()
            .zip(&scale)
            .zip(&shift)
            .map(|((b, s), t)| b * s + t)
            .collect();
        let filters = filters.permuted([3, 2, 0, 1])?;
        Ok(self.builder.conv(x, &filters, Some(bias), window))
    }

    fn block(&mut self, x: &Value, block: &Block) -> Result<Value, VisionError> {
        let first = match block.down {
            Some(_) => Window {
                stride: 2,
                padding: Padding::Valid,
            },
            None => Window {
                stride: 1,
                padding: Padding::Same,
            },
        };
        let second = Window {
            stride: 1,
            padding: Padding::Same,
        };
        let mut main = self.conv_scale(x, &format!("{}/conv1", block.name), first)?;
        main = self.relu(&main);
        main = self.conv_scale(&main, &format!("{}/conv2", block.name), second)?;
        let mut shortcut = x.clone();
        if let Some(fill) = block.down {
            shortcut = self.builder.pool("AveragePool", x, 2, first);
            let (from, to) = block.channels;
            if to > from {
                shortcut = self.builder.more_channels(&shortcut, to - from);
            }
            if let Fill::End = fill {
                main = self.builder.pad(&main, 1);
            }
        }
        let sum = self.builder.op("Add", &[&main, &shortcut], Vec::new());
        Ok(self.relu(&sum))
    }

    /// Mean over the picture, then a matrix without bias.
    fn head(&mut self, x: &Value) -> Result<Value, VisionError> {
        let matrix = self.take("fc")?;
        let mean = self.builder.op("GlobalAveragePool", &[x], Vec::new());
        // As many rows as inputs.
        let row = self.builder.reshape(&mean, &[0, -1]);
        let matrix = self.builder.constant(&matrix.shape, matrix.values);
        Ok(self.builder.op("MatMul", &[&row, &matrix], Vec::new()))
    }
}

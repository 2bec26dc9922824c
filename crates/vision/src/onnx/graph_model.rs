//! TensorFlow.js graph models (`format: "graph-model"`) to ONNX.
//!
//! Only the operators that the embedded nets use are known; anything else is refused by name.

use super::builder::{Builder, Padding, Value, Window};
use crate::error::VisionError;
use crate::weights::{self, Group, Weight};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::HashMap;
use tract_onnx::pb::ModelProto;

/// A graph model: operators and weights.
pub struct GraphModel {
    nodes: HashMap<String, Node>,
    weights: HashMap<String, Weight>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    model_topology: Topology,
    weights_manifest: Vec<Group>,
}

#[derive(Deserialize)]
struct Topology {
    node: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    name: String,
    op: String,
    #[serde(default)]
    input: Vec<String>,
    #[serde(default)]
    attr: HashMap<String, Json>,
}

impl GraphModel {
    /// Reads the JSON description and the binary weights.
    pub fn read(json: &[u8], binary: &[u8]) -> Result<Self, VisionError> {
        let file: File =
            serde_json::from_slice(json).map_err(|e| VisionError::Model(e.to_string()))?;
        let weights = weights::unpack(&file.weights_manifest, binary)?;
        let nodes = file
            .model_topology
            .node
            .into_iter()
            .map(|node| (node.name.clone(), node))
            .collect();
        Ok(Self { nodes, weights })
    }

    /// The part of the graph that `outputs` need, for RGB input of the given size (height, width) in pixels, with
    /// layers [in steps of](Builder::in_steps_of) some channels.
    pub fn to_onnx(
        &self,
        (height, width): (usize, usize),
        outputs: &[&str],
        step: usize,
    ) -> Result<ModelProto, VisionError> {
        let (builder, input) = Builder::new([1, 3, height, width]);
        let mut translation = Translation {
            model: self,
            builder: builder.in_steps_of(step),
            input,
            done: HashMap::new(),
        };
        let outputs: Vec<Value> = outputs
            .iter()
            .map(|name| translation.value(name))
            .collect::<Result<_, _>>()?;
        Ok(translation.builder.finish(&outputs))
    }
}

struct Translation<'a> {
    model: &'a GraphModel,
    builder: Builder,
    input: Value,
    done: HashMap<&'a str, Value>,
}

impl<'a> Translation<'a> {
    fn value(&mut self, name: &str) -> Result<Value, VisionError> {
        if let Some(value) = self.done.get(name) {
            return Ok(value.clone());
        }
        let node = self
            .model
            .nodes
            .get(name)
            .ok_or_else(|| missing("operator", name))?;
        let value = self.translate(node)?;
        self.done.insert(&node.name, value.clone());
        Ok(value)
    }

    fn operand(&mut self, node: &Node, index: usize) -> Result<Value, VisionError> {
        self.value(node.operand(index)?)
    }

    fn weight(&self, node: &Node, index: usize) -> Result<&'a Weight, VisionError> {
        let name = node.operand(index)?;
        self.model
            .weights
            .get(name)
            .ok_or_else(|| missing("weight", name))
    }

    fn translate(&mut self, node: &Node) -> Result<Value, VisionError> {
        match node.op.as_str() {
            "Placeholder" => Ok(self.input.clone()),
            "Identity" => self.operand(node, 0),
            "_FusedConv2D" => self.fused_conv(node),
            "DepthwiseConv2dNative" => self.depthwise(node),
            "AddV2" => {
                let (a, b) = (self.operand(node, 0)?, self.operand(node, 1)?);
                Ok(self.builder.op("Add", &[&a, &b], Vec::new()))
            }
            "Relu" | "Sigmoid" => {
                let x = self.operand(node, 0)?;
                Ok(self.builder.op(&node.op, &[&x], Vec::new()))
            }
            "Prelu" => {
                let x = self.operand(node, 0)?;
                self.prelu(&x, node, 1)
            }
            "MaxPool" => {
                let x = self.operand(node, 0)?;
                let side = node.spatial("ksize")?;
                Ok(self.builder.pool("MaxPool", &x, side, node.window()?))
            }
            "Pad" => self.pad(node),
            "Reshape" => self.flatten(node),
            other => Err(VisionError::Model(format!("unknown operator {other}"))),
        }
    }

    fn fused_conv(&mut self, node: &Node) -> Result<Value, VisionError> {
        const BIAS_ADD: &str = "Qmlhc0FkZA==";
        const RELU: &str = "UmVsdQ==";
        const PRELU: &str = "UHJlbHU=";
        let x = self.operand(node, 0)?;
        let filters = self.weight(node, 1)?.permuted([3, 2, 0, 1])?;
        let bias = self.weight(node, 2)?.values.clone();
        let y = self.builder.conv(&x, &filters, Some(bias), node.window()?);
        match node.fused().as_slice() {
            [BIAS_ADD] => Ok(y),
            [BIAS_ADD, RELU] => Ok(self.builder.op("Relu", &[&y], Vec::new())),
            [BIAS_ADD, PRELU] => self.prelu(&y, node, 3),
            other => Err(VisionError::Model(format!("unknown fusion {other:?}"))),
        }
    }

    fn depthwise(&mut self, node: &Node) -> Result<Value, VisionError> {
        let x = self.operand(node, 0)?;
        let filters = self.weight(node, 1)?.permuted([2, 3, 0, 1])?;
        Ok(self.builder.conv(&x, &filters, None, node.window()?))
    }

    fn prelu(&mut self, x: &Value, node: &Node, slopes: usize) -> Result<Value, VisionError> {
        let slopes = self.weight(node, slopes)?.values.clone();
        let slopes = self.builder.of_channels(slopes);
        Ok(self.builder.op("PRelu", &[x, &slopes], Vec::new()))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small whole numbers
    fn pad(&mut self, node: &Node) -> Result<Value, VisionError> {
        let x = self.operand(node, 0)?;
        // One (before, after) pair for each of N, H, W, C.
        match *self.weight(node, 1)?.values.as_slice() {
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, more] if more >= 0.0 => {
                Ok(self.builder.more_channels(&x, more as usize))
            }
            _ => Err(VisionError::Model(
                "padding of other than channels at the end".into(),
            )),
        }
    }

    /// TensorFlow reshapes rows of NHWC; the batch is 1 and only the middle extent depends on
    /// the input's size, so it is left to be inferred.
    #[allow(clippy::cast_possible_truncation)] // small whole numbers
    fn flatten(&mut self, node: &Node) -> Result<Value, VisionError> {
        let x = self.operand(node, 0)?;
        let shape = match self.weight(node, 1)?.values.as_slice() {
            [_, _] => vec![1, -1],
            [_, _, last] => vec![1, -1, *last as i64],
            other => return Err(VisionError::Model(format!("unknown reshape {other:?}"))),
        };
        let rows = self.builder.transpose(&x, &[0, 2, 3, 1]);
        Ok(self.builder.reshape(&rows, &shape))
    }
}

impl Node {
    fn operand(&self, index: usize) -> Result<&str, VisionError> {
        let input = self
            .input
            .get(index)
            .ok_or_else(|| missing("operand of", &self.name))?;
        Ok(input.split(':').next().unwrap_or(input))
    }

    fn strings(&self, attribute: &str) -> Vec<&str> {
        let values = self.attr.get(attribute);
        let values = values.and_then(|a| a.pointer("/list/i").or(a.pointer("/list/s")));
        let values = values.and_then(Json::as_array);
        values
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect()
    }

    /// The extent in both spatial directions of an attribute in NHWC order.
    fn spatial(&self, attribute: &str) -> Result<usize, VisionError> {
        match self.strings(attribute).as_slice() {
            [_, high, wide, _] if high == wide => {
                high.parse().map_err(|_| missing(attribute, &self.name))
            }
            _ => Err(missing(attribute, &self.name)),
        }
    }

    fn window(&self) -> Result<Window, VisionError> {
        const SAME: &str = "U0FNRQ==";
        const VALID: &str = "VkFMSUQ=";
        let padding = self
            .attr
            .get("padding")
            .and_then(|a| a.get("s"))
            .and_then(Json::as_str);
        let padding = match padding {
            Some(SAME) => Padding::Same,
            Some(VALID) => Padding::Valid,
            _ => return Err(missing("padding", &self.name)),
        };
        Ok(Window {
            stride: self.spatial("strides")?,
            padding,
        })
    }

    fn fused(&self) -> Vec<&str> {
        self.strings("fused_ops")
    }
}

fn missing(what: &str, name: &str) -> VisionError {
    VisionError::Model(format!("{what} {name} is missing or not understood"))
}

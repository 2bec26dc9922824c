//! Puts an ONNX graph together, operator by operator (opset 13).

use crate::weights::Weight;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto::AttributeType, tensor_proto,
    tensor_shape_proto, type_proto,
};

const OPSET: i64 = 13;
const IR_VERSION: i64 = 7;
const INPUT: &str = "input";

/// Something an operator yields or takes: an edge of the graph.
#[derive(Clone, Debug)]
pub struct Value {
    name: String,
    /// Channels, where it is planes; those that [`Builder::in_steps_of`] adds are not counted.
    channels: usize,
}

/// How a window meets the border (TensorFlow's words).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Padding {
    /// Zeros around, so that stride 1 keeps the size; the odd one at the end.
    Same,
    /// No zeros; windows lie inside.
    Valid,
}

/// Strides of a window and its padding.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Step in both directions.
    pub stride: usize,
    /// At the border.
    pub padding: Padding,
}

/// A graph under construction with one input.
pub struct Builder {
    graph: GraphProto,
    names: usize,
    step: usize,
}

impl Builder {
    /// A graph whose input has the shape `shape` (NCHW); yields the input too.
    pub fn new(shape: [usize; 4]) -> (Self, Value) {
        let graph = GraphProto {
            name: "net".into(),
            input: vec![value_info(INPUT, Some(shape))],
            ..GraphProto::default()
        };
        let input = Value {
            name: INPUT.into(),
            channels: shape[1],
        };
        let builder = Self {
            graph,
            names: 0,
            step: 1,
        };
        (builder, input)
    }

    /// From now on layers of more than `step` channels get as many as make a multiple of it; those added are zero.
    /// A layer that is yielded must have as many as it should.
    pub fn in_steps_of(mut self, step: usize) -> Self {
        self.step = step;
        self
    }

    fn in_steps(&self, channels: usize) -> usize {
        if channels > self.step {
            channels.next_multiple_of(self.step)
        } else {
            channels
        }
    }

    /// The finished model, yielding `outputs` in this order.
    pub fn finish(mut self, outputs: &[Value]) -> ModelProto {
        self.graph.output = outputs
            .iter()
            .map(|value| value_info(&value.name, None))
            .collect();
        ModelProto {
            ir_version: IR_VERSION,
            opset_import: vec![OperatorSetIdProto {
                version: OPSET,
                ..Default::default()
            }],
            graph: Some(self.graph),
            ..ModelProto::default()
        }
    }

    /// A constant of floating-point numbers.
    pub fn constant(&mut self, shape: &[usize], values: Vec<f32>) -> Value {
        self.initializer(TensorProto {
            dims: shape.iter().map(|&extent| signed(extent)).collect(),
            data_type: tensor_proto::DataType::Float as i32,
            float_data: values,
            ..TensorProto::default()
        })
    }

    /// A list of whole numbers, as some operators take beside their data.
    pub fn indices(&mut self, values: &[i64]) -> Value {
        self.initializer(TensorProto {
            dims: vec![signed(values.len())],
            data_type: tensor_proto::DataType::Int64 as i32,
            int64_data: values.to_vec(),
            ..TensorProto::default()
        })
    }

    /// One number for each channel of planes.
    pub fn of_channels(&mut self, mut values: Vec<f32>) -> Value {
        values.resize(self.in_steps(values.len()), 0.0);
        self.constant(&[values.len(), 1, 1], values)
    }

    fn initializer(&mut self, mut tensor: TensorProto) -> Value {
        let value = self.fresh(0);
        tensor.name.clone_from(&value.name);
        self.graph.initializer.push(tensor);
        value
    }

    /// Any operator with one result.
    pub fn op(&mut self, kind: &str, inputs: &[&Value], attribute: Vec<AttributeProto>) -> Value {
        let output = self.fresh(inputs.first().map_or(0, |x| x.channels));
        self.graph.node.push(NodeProto {
            name: output.name.clone(),
            op_type: kind.into(),
            input: inputs.iter().map(|value| value.name.clone()).collect(),
            output: vec![output.name.clone()],
            attribute,
            ..NodeProto::default()
        });
        output
    }

    /// Convolution; `filters` are laid out OIHW, and each channel has its own where they are for one input channel
    /// and `x` has several.
    pub fn conv(
        &mut self,
        x: &Value,
        filters: &Weight,
        bias: Option<Vec<f32>>,
        window: Window,
    ) -> Value {
        let extent = |axis| filters.shape.get(axis).copied().unwrap_or(1);
        let [outputs, inputs, high, wide] = [0, 1, 2, 3].map(extent);
        let all_outputs = self.in_steps(outputs);
        let groups = if inputs < x.channels { all_outputs } else { 1 };
        let all_inputs = if groups > 1 {
            inputs
        } else {
            self.in_steps(inputs)
        };
        let filters = filters.grown([all_outputs, all_inputs, high, wide]);
        let filters = self.constant(&filters.shape, filters.values);
        let bias = bias.map(|mut bias| {
            bias.resize(all_outputs, 0.0);
            self.constant(&[all_outputs], bias)
        });
        let operands: Vec<&Value> = [Some(x), Some(&filters), bias.as_ref()]
            .into_iter()
            .flatten()
            .collect();
        let mut attributes = window_attributes([high, wide], window);
        attributes.push(whole("group", signed(groups)));
        let planes = self.op("Conv", &operands, attributes);
        Value {
            channels: outputs,
            ..planes
        }
    }

    /// `x` and `more` channels of zeros behind it. A convolution, for padding would not let ONNX Runtime keep the
    /// layout in which its convolutions are fastest.
    pub fn more_channels(&mut self, x: &Value, more: usize) -> Value {
        let outputs = x.channels + more;
        let mut values = vec![0.0; outputs * x.channels];
        let diagonal = values.iter_mut().step_by(x.channels + 1);
        diagonal.take(x.channels).for_each(|value| *value = 1.0);
        let filters = Weight {
            shape: vec![outputs, x.channels, 1, 1],
            values,
        };
        let window = Window {
            stride: 1,
            padding: Padding::Valid,
        };
        self.conv(x, &filters, None, window)
    }

    /// Largest (`MaxPool`) or mean (`AveragePool`) value of each window.
    pub fn pool(&mut self, kind: &str, x: &Value, side: usize, window: Window) -> Value {
        self.op(kind, &[x], window_attributes([side, side], window))
    }

    /// `rows` and as many columns of zeros behind planes.
    pub fn pad(&mut self, x: &Value, rows: usize) -> Value {
        let rows = signed(rows);
        // Before and behind N, C, H, W.
        let pads = self.indices(&[0, 0, 0, 0, 0, 0, rows, rows]);
        self.op("Pad", &[x, &pads], Vec::new())
    }

    /// Reorders the axes.
    pub fn transpose(&mut self, x: &Value, axes: &[i64]) -> Value {
        self.op("Transpose", &[x], vec![list("perm", axes)])
    }

    /// Reads the same values in another shape; one extent may be -1.
    pub fn reshape(&mut self, x: &Value, shape: &[i64]) -> Value {
        let shape = self.indices(shape);
        self.op("Reshape", &[x, &shape], Vec::new())
    }

    fn fresh(&mut self, channels: usize) -> Value {
        self.names += 1;
        Value {
            name: format!("v{}", self.names),
            channels,
        }
    }
}

/// Extents fit: the largest tensor has a million values.
fn signed(extent: usize) -> i64 {
    i64::try_from(extent).unwrap_or(i64::MAX)
}

fn window_attributes(kernel: [usize; 2], window: Window) -> Vec<AttributeProto> {
    let stride = signed(window.stride);
    let padding = match window.padding {
        Padding::Same => "SAME_UPPER",
        Padding::Valid => "VALID",
    };
    vec![
        list("kernel_shape", &kernel.map(signed)),
        list("strides", &[stride, stride]),
        AttributeProto {
            name: "auto_pad".into(),
            r#type: AttributeType::String as i32,
            s: padding.into(),
            ..AttributeProto::default()
        },
    ]
}

fn list(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: AttributeType::Ints as i32,
        ints: values.to_vec(),
        ..AttributeProto::default()
    }
}

fn whole(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..AttributeProto::default()
    }
}

fn value_info(name: &str, shape: Option<[usize; 4]>) -> ValueInfoProto {
    let dim = |extent| tensor_shape_proto::Dimension {
        value: Some(tensor_shape_proto::dimension::Value::DimValue(signed(
            extent,
        ))),
        ..Default::default()
    };
    let shape = shape.map(|shape| TensorShapeProto {
        dim: shape.map(dim).to_vec(),
    });
    let tensor = type_proto::Tensor {
        elem_type: tensor_proto::DataType::Float as i32,
        shape,
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}

//! What is done to an ONNX graph before a runtime gets it.

use crate::error::VisionError;
use prost::Message;
use tract_onnx::pb::{
    ModelProto, TensorShapeProto, ValueInfoProto, tensor_shape_proto::Dimension,
    tensor_shape_proto::dimension::Value, type_proto,
};

/// Reads an ONNX file, fixes its only input to `shape` (N, C, H, W or N, H, W, C) and lets it yield
/// `outputs` in this order, or what it yields anyway where none are named.
pub fn fixed(
    file: &[u8],
    shape: [usize; 4],
    outputs: &[String],
) -> Result<ModelProto, VisionError> {
    let refused = |why: String| VisionError::Model(why);
    let mut model =
        ModelProto::decode(file).map_err(|e| refused(format!("this is no ONNX file: {e}")))?;
    let graph = model
        .graph
        .as_mut()
        .ok_or_else(|| refused("the file has no graph".into()))?;
    // Older files list their weights among the inputs.
    let weights: std::collections::HashSet<&str> = graph
        .initializer
        .iter()
        .map(|weight| weight.name.as_str())
        .collect();
    let is_input = |value: &ValueInfoProto| !weights.contains(value.name.as_str());
    let mut inputs = graph.input.iter().filter(|value| is_input(value)).cloned();
    let (Some(mut input), None) = (inputs.next(), inputs.next()) else {
        return Err(refused("the net has not exactly one input".into()));
    };
    set_shape(&mut input, &shape)?;
    graph.input = vec![input];
    if !outputs.is_empty() {
        let named = |name: &String| {
            let found = graph.output.iter().find(|output| output.name == *name);
            found.cloned().ok_or_else(|| {
                let known: Vec<&str> = graph.output.iter().map(|o| o.name.as_str()).collect();
                refused(format!(
                    "the net yields no {name}, but {}",
                    known.join(", ")
                ))
            })
        };
        graph.output = outputs.iter().map(named).collect::<Result<_, _>>()?;
    }
    // What was inferred for open sizes may contradict the fixed ones.
    graph.value_info.clear();
    for output in &mut graph.output {
        if let Some(type_proto::Value::TensorType(tensor)) =
            output.r#type.as_mut().and_then(|kind| kind.value.as_mut())
        {
            tensor.shape = None;
        }
    }
    Ok(model)
}

/// Leaves the number of inputs at once open.
pub fn open_batch(model: &mut ModelProto) {
    let inputs = model.graph.iter_mut().flat_map(|graph| &mut graph.input);
    for input in inputs {
        let value = input.r#type.as_mut().and_then(|kind| kind.value.as_mut());
        if let Some(type_proto::Value::TensorType(tensor)) = value
            && let Some(first) = tensor
                .shape
                .as_mut()
                .and_then(|shape| shape.dim.first_mut())
        {
            first.value = Some(Value::DimParam("N".into()));
        }
    }
}

/// The graph as the bytes of an ONNX file.
pub fn encoded(model: &ModelProto) -> Vec<u8> {
    model.encode_to_vec()
}

/// The shape of the only input; an open size is 1.
pub fn shape(model: &ModelProto) -> Vec<usize> {
    let input = model.graph.as_ref().and_then(|graph| graph.input.first());
    let kind = input.and_then(|input| input.r#type.as_ref()?.value.as_ref());
    let Some(type_proto::Value::TensorType(tensor)) = kind else {
        return Vec::new();
    };
    let dims = tensor.shape.iter().flat_map(|shape| &shape.dim);
    dims.map(|dim| match dim.value {
        Some(Value::DimValue(size)) => usize::try_from(size).unwrap_or(1),
        _ => 1,
    })
    .collect()
}

fn set_shape(input: &mut ValueInfoProto, shape: &[usize; 4]) -> Result<(), VisionError> {
    let value = input.r#type.as_mut().and_then(|kind| kind.value.as_mut());
    let Some(type_proto::Value::TensorType(tensor)) = value else {
        return Err(VisionError::Model("the net's input is no tensor".into()));
    };
    let dim = shape.map(|extent| Dimension {
        value: Some(Value::DimValue(i64::try_from(extent).unwrap_or(i64::MAX))),
        ..Dimension::default()
    });
    tensor.shape = Some(TensorShapeProto { dim: dim.to_vec() });
    Ok(())
}

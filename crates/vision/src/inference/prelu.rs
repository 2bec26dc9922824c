//! `PRelu` in operators that ONNX Runtime runs fast. Its own kernel takes the values one by one, and keeps the
//! convolutions around it from the blocked layout in which they are fastest: it took two thirds of the face
//! mesh's time.

use std::collections::HashSet;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto, tensor_proto::DataType};

/// From this version of the operators on, slopes are laid on the values as the operands of `Mul` are.
const BROADCASTS: i64 = 7;
/// The name of the constant 1.
const ONE: &str = "gatebook/one";

/// Writes each `PRelu` whose slopes s are constant as s x + (1 - s) max(x, 0).
pub fn spelt_out(model: &mut ModelProto) {
    let mut sets = model.opset_import.iter();
    let recent = sets.any(|set| is_onnx(&set.domain) && set.version >= BROADCASTS);
    let Some(graph) = model.graph.as_mut().filter(|_| recent) else {
        return;
    };
    let constants = constants(graph);
    let before = graph.node.len();
    for node in std::mem::take(&mut graph.node) {
        match in_parts(&node, &constants) {
            Some(parts) => graph.node.extend(parts),
            None => graph.node.push(node),
        }
    }
    if graph.node.len() > before {
        graph.initializer.push(TensorProto {
            name: ONE.into(),
            data_type: DataType::Float as i32,
            float_data: vec![1.0],
            ..TensorProto::default()
        });
    }
}

fn is_onnx(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

/// The names of constants of 32-bit numbers.
fn constants(graph: &GraphProto) -> HashSet<String> {
    let floats = |tensor: &&TensorProto| tensor.data_type == DataType::Float as i32;
    let floats = graph.initializer.iter().filter(floats);
    floats.map(|tensor| tensor.name.clone()).collect()
}

/// The operators in place of a `PRelu`, the last of which yields what it yielded; `None` for any other operator.
fn in_parts(node: &NodeProto, constants: &HashSet<String>) -> Option<[NodeProto; 5]> {
    if node.op_type != "PRelu" || !is_onnx(&node.domain) {
        return None;
    }
    let ([x, slopes], [output]) = (node.input.as_slice(), node.output.as_slice()) else {
        return None;
    };
    let one = |op_type: &str, input: [&str; 2], output: &str| NodeProto {
        name: output.into(),
        op_type: op_type.into(),
        input: input.map(str::to_owned).to_vec(),
        output: vec![output.into()],
        ..NodeProto::default()
    };
    let [rest, above, whole, bent] =
        ["rest", "above", "whole", "bent"].map(|part| format!("{output}/{part}"));
    let mut relu = one("Relu", [x, x], &above);
    relu.input.truncate(1);
    constants.contains(slopes).then(|| {
        [
            // Of constants, so that it is computed once, when the graph is loaded.
            one("Sub", [ONE, slopes], &rest),
            relu,
            one("Mul", [x, slopes], &whole),
            one("Mul", [&above, &rest], &bent),
            one("Add", [&whole, &bent], output),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::{Inference, TractNet};
    use crate::onnx::Builder;

    #[test]
    fn a_prelu_yields_the_same_spelt_out() {
        let (mut builder, input) = Builder::new([1, 3, 1, 2]);
        let slopes = builder.constant(&[3, 1, 1], vec![0.25, -0.5, 1.5]);
        let bent = builder.op("PRelu", &[&input, &slopes], Vec::new());
        let graph = builder.finish(&[bent]);
        let mut parts = graph.clone();
        spelt_out(&mut parts);
        let kinds = parts.graph.iter().flat_map(|graph| &graph.node);
        assert!(kinds.clone().count() == 5 && kinds.clone().all(|node| node.op_type != "PRelu"));
        for graph in [graph, parts] {
            let mut outputs = Vec::new();
            let net = TractNet::load(&graph).unwrap();
            net.run(&[-4.0, 4.0, -4.0, 4.0, -4.0, 4.0], &mut outputs)
                .unwrap();
            assert_eq!(outputs, [[-1.0, 4.0, 2.0, 4.0, -6.0, 4.0]]);
        }
    }
}

//! What takes the place of tract's operators yields what they do.

use super::*;
use crate::onnx::{Builder, Padding, Value, Window as Step};
use crate::weights::Weight;
use proptest::prelude::*;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::Framework;

const CHANNELS: usize = 3;

/// A graph of planes of this size, with what `of` puts behind its input.
fn graph(size: (usize, usize), of: impl FnOnce(&mut Builder, &Value) -> Value) -> ModelProto {
    let (mut builder, input) = Builder::new([1, CHANNELS, size.0, size.1]);
    let output = of(&mut builder, &input);
    builder.finish(&[output])
}

/// What a graph yields as it is, and with `name` in place of one of its operators.
fn both(graph: &ModelProto, size: (usize, usize), name: &str) -> [Vec<f32>; 2] {
    let read = tract_onnx::onnx().model_for_proto_model(graph).unwrap();
    let plain = read.into_typed().unwrap().into_decluttered().unwrap();
    let with = put_in(plain.clone()).unwrap();
    assert!(with.nodes.iter().any(|node| node.op().name() == name));
    let values = (0..CHANNELS * size.0 * size.1).map(|n| (n as f32 * 0.7).sin());
    let values: Vec<f32> = values.collect();
    [plain, with].map(|model| {
        let input = Tensor::from_shape(&[1, CHANNELS, size.0, size.1], &values).unwrap();
        let plan = model.into_optimized().unwrap().into_runnable().unwrap();
        let output = plan.run(tvec!(input.into())).unwrap();
        let output = output[0].to_plain_array_view::<f32>().unwrap();
        output.iter().copied().collect()
    })
}

fn padding() -> impl Strategy<Value = Padding> {
    prop_oneof![Just(Padding::Same), Just(Padding::Valid)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_largest_value_of_each_window_is_the_same(
        size in (5usize..14, 5usize..14), kernel in 2usize..5, stride in 1usize..4, padding in padding(),
    ) {
        let graph = graph(size, |builder, x| builder.pool("MaxPool", x, kernel, Step { stride, padding }));
        let [own, ours] = both(&graph, size, "PlaneMaxPool");
        prop_assert_eq!(own, ours);
    }

    #[test]
    fn every_second_place_of_a_convolution_within_channels_is_the_same(
        size in (5usize..14, 5usize..14), kernel in 2usize..6, padding in padding(), biased in any::<bool>(),
    ) {
        let weights = (0..CHANNELS * kernel * kernel).map(|n| (n as f32 * 0.3).cos());
        let filters = Weight { shape: vec![CHANNELS, 1, kernel, kernel], values: weights.collect() };
        let bias = biased.then(|| vec![0.5, -1.0, 2.0]);
        let graph = graph(size, |builder, x| builder.conv(x, &filters, bias, Step { stride: 2, padding }));
        let [own, ours] = both(&graph, size, "PlaneDepthwise");
        prop_assert_eq!(own.len(), ours.len());
        prop_assert!(own.iter().zip(&ours).all(|(own, ours)| (own - ours).abs() < 1e-5));
    }
}

#[test]
fn a_sum_without_what_is_below_zero_is_the_same() {
    let size = (4, 6);
    let graph = graph(size, |builder, x| {
        let turned = builder.op("Sin", &[x], Vec::new());
        let sum = builder.op("Add", &[x, &turned], Vec::new());
        builder.op("Relu", &[&sum], Vec::new())
    });
    let [own, ours] = both(&graph, size, "RectifiedSum");
    assert_eq!(own, ours);
    assert!(ours.contains(&0.0) && ours.iter().any(|value| *value > 1.0));
}

#[test]
fn a_sum_that_is_needed_as_it_is_stays() {
    let graph = graph((4, 6), |builder, x| {
        let turned = builder.op("Sin", &[x], Vec::new());
        let sum = builder.op("Add", &[x, &turned], Vec::new());
        let above = builder.op("Relu", &[&sum], Vec::new());
        builder.op("Mul", &[&above, &sum], Vec::new())
    });
    let read = tract_onnx::onnx().model_for_proto_model(&graph).unwrap();
    let typed = read.into_typed().unwrap().into_decluttered().unwrap();
    let with = put_in(typed).unwrap();
    assert!(
        with.nodes
            .iter()
            .all(|node| node.op().name() != "RectifiedSum")
    );
}

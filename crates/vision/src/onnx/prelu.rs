//! ONNX's `PRelu` as one pass over the values. tract's own makes three passes and three tensors of
//! it, which took a third of the face mesh's time.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::{as_op, op_as_typed_op, op_out_of_plan};
use tract_onnx::tract_hir::internal::*;

/// What tract's ONNX reader calls for a node of the type `PRelu`.
pub fn read(
    _context: &ParsingContext,
    _node: &NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    Ok((expand(PReluOnnx), Vec::new()))
}

/// The operator while shapes are still being found out.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct PReluOnnx;

impl Expansion for PReluOnnx {
    fn name(&self) -> StaticName {
        "PRelu".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 2)?;
        check_output_arity(outputs, 1)?;
        solver.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        solver.equals(&inputs[0].shape, &outputs[0].shape)
    }

    fn wire(
        &self,
        name: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let &[x, slopes] = inputs else {
            bail!("PRelu has two inputs");
        };
        let slopes = model.outlet_fact(slopes)?.konst.clone();
        let slopes = slopes.context("the slopes of PRelu are constant")?;
        // One slope for each channel, as the builder writes them for NCHW.
        let op = PRelu {
            slopes,
            channels: 1,
        };
        model.wire_node(name, op, &[x])
    }
}

/// max(x, 0) + slope * min(x, 0), with one slope for each channel.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct PRelu {
    slopes: Arc<Tensor>,
    /// The axis of the channels.
    channels: usize,
}

impl Op for PRelu {
    fn name(&self) -> StaticName {
        "PRelu".into()
    }

    op_as_typed_op!();
}

impl EvalOp for PRelu {
    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut tensor = args_1!(inputs).into_tensor();
        let inner: usize = tensor.shape().iter().skip(self.channels + 1).product();
        let slopes = self.slopes.try_as_plain_ram()?;
        let slopes = slopes.as_slice::<f32>()?;
        let mut values = tensor.try_as_plain_ram_mut()?;
        let values = values.as_slice_mut::<f32>()?;
        if inner == 1 {
            for pixel in values.chunks_exact_mut(slopes.len().max(1)) {
                pixel
                    .iter_mut()
                    .zip(slopes)
                    .for_each(|(x, slope)| *x = bent(*x, *slope));
            }
        } else {
            for (plane, slope) in values.chunks_exact_mut(inner).zip(slopes.iter().cycle()) {
                plane.iter_mut().for_each(|x| *x = bent(*x, *slope));
            }
        }
        Ok(tvec!(tensor.into_tvalue()))
    }

    op_out_of_plan!();
}

fn bent(x: f32, slope: f32) -> f32 {
    x.max(0.0) + slope * x.min(0.0)
}

impl TypedOp for PRelu {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let &[x] = inputs else {
            bail!("PRelu has one input besides its slopes");
        };
        let channels = x.shape.get(self.channels);
        ensure!(
            x.datum_type == f32::datum_type() && channels == Some(&self.slopes.len().to_dim()),
            "PRelu takes 32-bit numbers, with as many channels as slopes"
        );
        Ok(tvec!(x.without_value()))
    }

    fn axes_mapping(
        &self,
        inputs: &[&TypedFact],
        outputs: &[&TypedFact],
    ) -> TractResult<AxesMapping> {
        AxesMapping::natural(inputs, outputs)
    }

    fn change_axes(
        &self,
        model: &TypedModel,
        node: &TypedNode,
        _io: InOut,
        change: &AxisOp,
    ) -> TractResult<Option<AxisChangeConsequence>> {
        let Some(channels) = change.transform_axis(self.channels) else {
            return Ok(None);
        };
        let slopes = self.slopes.clone();
        let op: Box<dyn TypedOp> = Box::new(Self { slopes, channels });
        Ok(Some(AxisChangeConsequence::new(
            model,
            node,
            Some(op),
            change,
        )))
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bend(channels: usize, shape: &[usize], values: &[f32]) -> Vec<f32> {
        let slopes = Arc::new(tensor1(&[0.5f32, 2.0]));
        let op = PRelu { slopes, channels };
        let x = Tensor::from_shape(shape, values).unwrap();
        let y = op
            .eval_out_of_plan(tvec!(x.into_tvalue()))
            .unwrap()
            .unwrap();
        y[0].to_plain_array_view::<f32>()
            .unwrap()
            .iter()
            .copied()
            .collect()
    }

    #[test]
    fn each_channel_has_its_own_slope_below_zero_wherever_its_axis_lies() {
        let planes = bend(1, &[1, 2, 1, 3], &[-2.0, 0.0, 4.0, -2.0, 0.0, 4.0]);
        assert_eq!(planes, [-1.0, 0.0, 4.0, -4.0, 0.0, 4.0]);
        let pixels = bend(3, &[1, 1, 3, 2], &[-2.0, -2.0, 0.0, 0.0, 4.0, 4.0]);
        assert_eq!(pixels, [-1.0, -4.0, 0.0, 0.0, 4.0, 4.0]);
    }
}

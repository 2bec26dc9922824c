//! Two lists added, and nothing below zero.

use tract_onnx::tract_core::{as_op, op_as_typed_op, op_out_of_plan};
use tract_onnx::tract_hir::internal::*;

/// max(a + b, 0) of two tensors of one shape.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub struct RectifiedSum;

impl Op for RectifiedSum {
    fn name(&self) -> StaticName {
        "RectifiedSum".into()
    }

    op_as_typed_op!();
}

impl EvalOp for RectifiedSum {
    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (a, b) = args_2!(inputs);
        // The memory of the one is used for the sum, unless it is needed elsewhere: then it is copied.
        let mut sum = a.into_tensor();
        let b = b.try_as_plain_ram()?;
        let mut values = sum.try_as_plain_ram_mut()?;
        let pairs = values.as_slice_mut::<f32>()?.iter_mut();
        for (sum, b) in pairs.zip(b.as_slice::<f32>()?) {
            let added = *sum + b;
            *sum = if added > 0.0 { added } else { 0.0 };
        }
        Ok(tvec!(sum.into_tvalue()))
    }

    op_out_of_plan!();
}

impl TypedOp for RectifiedSum {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(inputs[0].without_value()))
    }

    as_op!();
}

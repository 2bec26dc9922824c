//! Operators that take one plane of a picture at a time, in place of tract's where those take the values one by
//! one: these are loops over rows that the compiler turns into vector instructions. Together they took a third of
//! the time of the detector and the face mesh.

mod depthwise;
mod max_pool;
mod rectified_sum;
#[cfg(test)]
mod tests;
mod window;

use depthwise::Depthwise;
use max_pool::MaxPool;
use rectified_sum::RectifiedSum;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cnn::{self, Conv, KernelFormat};
use tract_onnx::tract_core::ops::math;
use tract_onnx::tract_hir::internal::*;
use window::Window;

/// The same net with these operators wherever they can take over; anything else stays as it is.
pub fn put_in(mut model: TypedModel) -> TractResult<TypedModel> {
    for id in 0..model.nodes.len() {
        if let Some(patch) = patch(&model, model.node(id))? {
            patch.apply(&mut model)?;
        }
    }
    model.compact()?;
    Ok(model)
}

fn patch(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
    let replaced = |op: Box<dyn TypedOp>, inputs: &[OutletId]| {
        TypedModelPatch::replace_single_op(model, node, inputs, op).map(Some)
    };
    if let Some(window) = pooled(model, node)? {
        return replaced(Box::new(MaxPool(window)), &node.inputs);
    }
    if let Some(op) = convolved(model, node)? {
        return replaced(Box::new(op), &node.inputs[..1]);
    }
    match added_before(model, node)? {
        Some(added) => replaced(Box::new(RectifiedSum), &added),
        None => Ok(None),
    }
}

/// The window of a pool that only yields the largest values.
fn pooled(model: &TypedModel, node: &TypedNode) -> TractResult<Option<Window>> {
    let Some(pool) = node.op_as::<cnn::MaxPool>() else {
        return Ok(None);
    };
    let input = model.outlet_fact(node.inputs[0])?;
    let plain = pool.with_index_outputs.is_none() && node.outputs.len() == 1;
    let window = Window::of(&pool.pool_spec, input);
    Ok(window.filter(|_| plain))
}

/// A convolution within each channel that takes every second place.
fn convolved(model: &TypedModel, node: &TypedNode) -> TractResult<Option<Depthwise>> {
    let (Some(conv), &[x, kernel, bias]) = (node.op_as::<Conv>(), node.inputs.as_slice()) else {
        return Ok(None);
    };
    let pool = &conv.pool_spec;
    let channels = pool.input_channels;
    let within = conv.group == channels && pool.output_channels == channels;
    let plain = conv.q_params.is_none() && conv.kernel_fmt == KernelFormat::OIHW;
    let constant = |outlet| TractResult::Ok(model.outlet_fact(outlet)?.konst.clone());
    let window = Window::of(pool, model.outlet_fact(x)?);
    let window = window.filter(|window| within && plain && window.stride == depthwise::STRIDE);
    let (Some(window), Some(filters), Some(bias)) = (window, constant(kernel)?, constant(bias)?)
    else {
        return Ok(None);
    };
    Depthwise::new(window, &filters, &bias, channels)
}

/// What was added before this operator took the larger of the sum and zero.
fn added_before(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TVec<OutletId>>> {
    let is = |node: &TypedNode, op: &dyn Fn(&TypedBinOp) -> bool| {
        node.op_as::<TypedBinOp>()
            .is_some_and(|it| it.1.is_none() && op(it))
    };
    if !is(node, &|op| op.0.is::<math::Max>()) {
        return Ok(None);
    }
    let &[a, b] = node.inputs.as_slice() else {
        return Ok(None);
    };
    let zero = |outlet| TractResult::Ok(is_zero(model.outlet_fact(outlet)?));
    let sum = match (zero(a)?, zero(b)?) {
        (false, true) => a,
        (true, false) => b,
        _ => return Ok(None),
    };
    let adding = model.node(sum.node);
    let only = adding.outputs[0].successors.len() == 1
        && !model.output_outlets()?.contains(&sum)
        && is(adding, &|op| op.0.is::<math::Add>());
    let &[x, y] = adding.inputs.as_slice() else {
        return Ok(None);
    };
    let (x_fact, y_fact) = (model.outlet_fact(x)?, model.outlet_fact(y)?);
    let alike = x_fact.shape == y_fact.shape
        && [x_fact, y_fact]
            .iter()
            .all(|fact| fact.datum_type == f32::datum_type() && fact.konst.is_none());
    Ok((only && alike).then(|| tvec!(x, y)))
}

fn is_zero(fact: &TypedFact) -> bool {
    let Some(value) = fact.konst.as_ref().filter(|value| value.len() == 1) else {
        return false;
    };
    value
        .cast_to_scalar::<f32>()
        .is_ok_and(|value| value == 0.0)
}

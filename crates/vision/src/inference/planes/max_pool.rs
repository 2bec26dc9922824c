//! The largest value in each window.

use super::window::Window;
use tract_onnx::tract_core::{as_op, op_as_typed_op, op_out_of_plan};
use tract_onnx::tract_hir::internal::*;

/// The largest value in each window of each plane.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub struct MaxPool(pub Window);

impl Op for MaxPool {
    fn name(&self) -> StaticName {
        "PlaneMaxPool".into()
    }

    op_as_typed_op!();
}

impl EvalOp for MaxPool {
    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut row = vec![f32::NEG_INFINITY; self.0.row()];
        self.0.over(&args_1!(inputs), |_, from, to| {
            largest(&self.0, from, to, &mut row);
        })
    }

    op_out_of_plan!();
}

impl TypedOp for MaxPool {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.0.output(inputs[0])
    }

    as_op!();
}

/// `row` is as long as [`Window::row`] says.
fn largest(window: &Window, from: &[f32], to: &mut [f32], row: &mut [f32]) {
    let wide = window.from[1];
    for (y, out) in to.chunks_exact_mut(window.to[1]).enumerate() {
        row.fill(f32::NEG_INFINITY);
        let (rows, _) = window.rows(y);
        let inside = &mut row[window.before[1]..];
        for source in from[rows.start * wide..rows.end * wide].chunks_exact(wide) {
            for (most, value) in inside.iter_mut().zip(source) {
                *most = larger(*most, *value);
            }
        }
        if (window.kernel, window.stride) == (2, 2) {
            let (pairs, _) = row.as_chunks::<2>();
            for (out, [left, right]) in out.iter_mut().zip(pairs) {
                *out = larger(*left, *right);
            }
        } else {
            let windows = row.windows(window.kernel).step_by(window.stride);
            for (out, values) in out.iter_mut().zip(windows) {
                *out = values.iter().copied().fold(f32::NEG_INFINITY, larger);
            }
        }
    }
}

/// One instruction, other than [`f32::max`].
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

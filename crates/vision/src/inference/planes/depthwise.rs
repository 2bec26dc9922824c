//! Convolutions within each channel that take every second place.

use super::window::Window;
use tract_onnx::tract_core::{as_op, op_as_typed_op, op_out_of_plan};
use tract_onnx::tract_hir::internal::*;

/// The step. With one of 1 tract's own is as fast.
pub const STRIDE: usize = 2;

/// Each channel with a filter of its own.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub struct Depthwise {
    window: Window,
    /// One filter after the other.
    filters: Arc<Tensor>,
    /// One number for each channel.
    bias: Arc<Tensor>,
}

impl Depthwise {
    /// `None` unless there are a square filter and a number, or one number for all, for each channel.
    pub fn new(
        window: Window,
        filters: &Arc<Tensor>,
        bias: &Arc<Tensor>,
        channels: usize,
    ) -> TractResult<Option<Self>> {
        let f32s = |tensor: &Tensor| tensor.datum_type() == f32::datum_type();
        if !f32s(filters) || !f32s(bias) || filters.len() != channels * window.kernel.pow(2) {
            return Ok(None);
        }
        let given = bias.try_as_plain_ram()?.as_slice::<f32>()?.to_vec();
        let bias = match given.as_slice() {
            [one] => vec![*one; channels],
            _ if given.len() == channels => given,
            _ => return Ok(None),
        };
        Ok(Some(Self {
            window,
            filters: filters.clone(),
            bias: Arc::new(tensor1(&bias)),
        }))
    }
}

impl Op for Depthwise {
    fn name(&self) -> StaticName {
        "PlaneDepthwise".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Depthwise {
    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (filters, bias) = (
            self.filters.try_as_plain_ram()?,
            self.bias.try_as_plain_ram()?,
        );
        let filters = filters.as_slice::<f32>()?;
        let bias = bias.as_slice::<f32>()?;
        let side = self.window.kernel;
        let mut halves = Halves::of(&self.window);
        self.window.over(&args_1!(inputs), |channel, from, to| {
            halves.fill(&self.window, from);
            to.fill(bias[channel]);
            let filter = &filters[channel * side * side..][..side * side];
            convolve(&self.window, filter, &halves, to);
        })
    }

    op_out_of_plan!();
}

impl TypedOp for Depthwise {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.window.output(inputs[0])
    }

    as_op!();
}

/// The places of a plane with an even column and those with an odd one, so that each lie side by side. Columns are
/// counted from where the window begins; before and behind the plane is zero.
struct Halves {
    /// Columns of either half.
    wide: usize,
    even: Vec<f32>,
    odd: Vec<f32>,
}

impl Halves {
    fn of(window: &Window) -> Self {
        let wide = window.row().div_ceil(STRIDE);
        let half = vec![0.0; wide * window.from[0]];
        Self {
            wide,
            even: half.clone(),
            odd: half,
        }
    }

    fn fill(&mut self, window: &Window, plane: &[f32]) {
        let (even, odd) = if window.before[1].is_multiple_of(STRIDE) {
            (&mut self.even, &mut self.odd)
        } else {
            (&mut self.odd, &mut self.even)
        };
        // The first column of the plane lies at `first` of its half, the second at `second` of the other.
        let (first, second) = (window.before[1] / STRIDE, window.before[1].div_ceil(STRIDE));
        let rows = plane.chunks_exact(window.from[1]);
        let halves = even
            .chunks_exact_mut(self.wide)
            .zip(odd.chunks_exact_mut(self.wide));
        for (row, (even, odd)) in rows.zip(halves) {
            let (pairs, last) = row.as_chunks::<STRIDE>();
            let both = even[first..].iter_mut().zip(&mut odd[second..]);
            for ([left, right], (even, odd)) in pairs.iter().zip(both) {
                (*even, *odd) = (*left, *right);
            }
            if let Some(last) = last.first() {
                even[first + pairs.len()] = *last;
            }
        }
    }

    /// `row` from the column `from` on, every second place.
    fn row(&self, row: usize, from: usize) -> &[f32] {
        let half = if from.is_multiple_of(STRIDE) {
            &self.even
        } else {
            &self.odd
        };
        &half[row * self.wide + from / STRIDE..(row + 1) * self.wide]
    }
}

/// Adds to `to` what comes of a plane.
fn convolve(window: &Window, filter: &[f32], halves: &Halves, to: &mut [f32]) {
    for (y, out) in to.chunks_exact_mut(window.to[1]).enumerate() {
        let (rows, first) = window.rows(y);
        let weights = filter.chunks_exact(window.kernel).skip(first);
        for (row, weights) in rows.zip(weights) {
            for (column, weight) in weights.iter().enumerate() {
                for (out, value) in out.iter_mut().zip(halves.row(row, column)) {
                    *out += weight * value;
                }
            }
        }
    }
}

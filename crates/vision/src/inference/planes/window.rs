//! A square window that passes over planes.

use std::ops::Range;
use tract_onnx::tract_core::ops::cnn::PoolSpec;
use tract_onnx::tract_core::ops::nn::DataFormat;
use tract_onnx::tract_hir::internal::*;

/// How a window passes over planes of fixed size. Of two numbers the first is for rows, the second for columns.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct Window {
    /// Its side.
    pub kernel: usize,
    /// Its step.
    pub stride: usize,
    /// How far it begins before the plane.
    pub before: [usize; 2],
    /// The extent of the planes that it passes over.
    pub from: [usize; 2],
    /// The extent of the planes that come of it.
    pub to: [usize; 2],
}

impl Window {
    /// The window of `pool` on an input of 32-bit numbers (N, C, H, W); `None` if it is of another
    /// kind, or nothing comes of it.
    pub fn of(pool: &PoolSpec, input: &TypedFact) -> Option<Self> {
        let &[_, _, high, wide] = input.shape.as_concrete()? else {
            return None;
        };
        let square = |values: &[usize]| match values {
            [rows, columns] if rows == columns => Some(*rows),
            _ => None,
        };
        let plain = pool.data_format == DataFormat::NCHW
            && input.datum_type == f32::datum_type()
            && square(&pool.dilations()) == Some(1);
        let padding = pool.computed_padding(&[high, wide]);
        let [rows, columns] = padding.as_slice() else {
            return None;
        };
        let window = Self {
            kernel: square(&pool.kernel_shape)?,
            stride: square(&pool.strides())?,
            before: [rows.pad_before, columns.pad_before],
            from: [high, wide],
            to: [rows.convoluted, columns.convoluted],
        };
        let empty = window.from.contains(&0) || window.to.contains(&0);
        (plain && window.stride > 0 && !empty).then_some(window)
    }

    /// The rows of the plane that the window covers for row `y` of what comes of it, the first with its row in the
    /// window.
    pub fn rows(&self, y: usize) -> (Range<usize>, usize) {
        let start = (y * self.stride).saturating_sub(self.before[0]);
        let end = (y * self.stride + self.kernel).saturating_sub(self.before[0]);
        let end = end.min(self.from[0]);
        let first = (start + self.before[0]).saturating_sub(y * self.stride);
        (start.min(end)..end, first)
    }

    /// Places of a row that the window covers, those before and behind the plane included.
    pub fn row(&self) -> usize {
        let covered = self.to[1].saturating_sub(1) * self.stride + self.kernel;
        covered.max(self.before[1] + self.from[1])
    }

    /// The shape of what comes of an input of this shape.
    pub fn output(&self, input: &TypedFact) -> TractResult<TVec<TypedFact>> {
        let mut shape = input.shape.clone();
        ensure!(shape.rank() == 4, "planes lie in four axes");
        let [high, wide] = self.to;
        shape.set(2, high.to_dim());
        shape.set(3, wide.to_dim());
        Ok(tvec!(input.datum_type.fact(shape)))
    }

    /// Computes each plane of the output of one of the input and the number of its channel.
    pub fn over(
        &self,
        input: &TValue,
        mut plane: impl FnMut(usize, &[f32], &mut [f32]),
    ) -> TractResult<TVec<TValue>> {
        let &[batch, channels, ..] = input.shape() else {
            bail!("planes lie in four axes");
        };
        let [high, wide] = self.to;
        let mut output = Tensor::zero::<f32>(&[batch, channels, high, wide])?;
        let input = input.try_as_plain_ram()?;
        let from = input
            .as_slice::<f32>()?
            .chunks_exact(self.from.iter().product());
        let mut values = output.try_as_plain_ram_mut()?;
        let to = values.as_slice_mut::<f32>()?.chunks_exact_mut(high * wide);
        for (index, (from, to)) in from.zip(to).enumerate() {
            plane(index % channels, from, to);
        }
        Ok(tvec!(output.into_tvalue()))
    }
}

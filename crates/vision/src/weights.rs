//! Weights as TensorFlow.js packs them: one binary file, described by a JSON manifest.

use crate::error::VisionError;
use serde::Deserialize;
use std::collections::HashMap;

/// One group of a weights manifest.
#[derive(Deserialize)]
pub struct Group {
    weights: Vec<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
}

#[derive(Deserialize)]
struct Quantization {
    dtype: String,
    #[serde(default)]
    scale: f64,
    #[serde(default)]
    min: f64,
}

/// A tensor with its values widened to `f32`. The integers among them are shapes and paddings,
/// far below 2^24, so they stay exact.
#[derive(Clone, PartialEq, Debug)]
pub struct Weight {
    /// Extent of each axis, in TensorFlow's order.
    pub shape: Vec<usize>,
    /// Values, last axis fastest.
    pub values: Vec<f32>,
}

impl Weight {
    /// With the axes in the order `axes`; axis i of the result is axis `axes[i]` of this.
    pub fn permuted(&self, axes: [usize; 4]) -> Result<Self, VisionError> {
        let &[d0, d1, d2, d3] = self.shape.as_slice() else {
            return Err(VisionError::Model(format!(
                "{:?} has not four axes",
                self.shape
            )));
        };
        let extent = [d0, d1, d2, d3];
        let stride = [d1 * d2 * d3, d2 * d3, d3, 1];
        let [shape, step] = [extent, stride].map(|of| axes.map(|axis| of[axis % 4]));
        let mut values = Vec::with_capacity(self.values.len());
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                for k in 0..shape[2] {
                    let start = i * step[0] + j * step[1] + k * step[2];
                    values
                        .extend((0..shape[3]).filter_map(|l| self.values.get(start + l * step[3])));
                }
            }
        }
        Ok(Self {
            shape: shape.to_vec(),
            values,
        })
    }

    /// In a larger shape of four axes, of which the last two are as before: the others' additions are zero.
    pub fn grown(&self, shape: [usize; 4]) -> Self {
        let extent = |axis| self.shape.get(axis).copied().unwrap_or(1).max(1);
        let row: usize = extent(2) * extent(3);
        let mut values = Vec::with_capacity(shape.iter().product());
        for first in self.values.chunks(extent(1) * row) {
            values.extend_from_slice(first);
            values.resize(values.len() + (shape[1] - extent(1)) * row, 0.0);
        }
        values.resize(shape.iter().product(), 0.0);
        Self {
            shape: shape.to_vec(),
            values,
        }
    }
}

/// All tensors of a manifest, by name. The binary holds them one after the other in the
/// manifest's order.
pub fn unpack(groups: &[Group], binary: &[u8]) -> Result<HashMap<String, Weight>, VisionError> {
    let mut rest = binary;
    let mut weights = HashMap::new();
    for spec in groups.iter().flat_map(|group| &group.weights) {
        let count: usize = spec.shape.iter().product();
        let stored = spec
            .quantization
            .as_ref()
            .map_or(spec.dtype.as_str(), |q| q.dtype.as_str());
        let width = match stored {
            "uint8" => 1,
            "float16" => 2,
            "float32" | "int32" => 4,
            other => return Err(VisionError::Model(format!("weights of type {other}"))),
        };
        let (bytes, after) = rest
            .split_at_checked(count * width)
            .ok_or_else(|| VisionError::Model(format!("{} is cut off", spec.name)))?;
        rest = after;
        let values = widen(stored, spec.quantization.as_ref(), bytes);
        weights.insert(
            spec.name.clone(),
            Weight {
                shape: spec.shape.clone(),
                values,
            },
        );
    }
    if rest.is_empty() {
        Ok(weights)
    } else {
        Err(VisionError::Model(format!(
            "{} bytes of weights are left over",
            rest.len()
        )))
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // f32 is the nets' type
fn widen(stored: &str, quantization: Option<&Quantization>, bytes: &[u8]) -> Vec<f32> {
    match stored {
        "uint8" => {
            let (scale, min) = quantization.map_or((1.0, 0.0), |q| (q.scale, q.min));
            bytes
                .iter()
                .map(|&q| (f64::from(q) * scale + min) as f32)
                .collect()
        }
        "float16" => words(bytes)
            .map(|word| half::f16::from_le_bytes(word).to_f32())
            .collect(),
        "int32" => words(bytes)
            .map(|word| i32::from_le_bytes(word) as f32)
            .collect(),
        _ => words(bytes).map(f32::from_le_bytes).collect(),
    }
}

fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    bytes
        .chunks_exact(N)
        .filter_map(|chunk| chunk.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(json: &str) -> Vec<Group> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn each_stored_type_is_widened() {
        let groups = manifest(
            r#"[{"weights":[
                {"name":"q","shape":[2],"dtype":"float32",
                 "quantization":{"dtype":"uint8","scale":0.5,"min":-1.0}},
                {"name":"h","shape":[1],"dtype":"float32","quantization":{"dtype":"float16"}},
                {"name":"i","shape":[1],"dtype":"int32"},
                {"name":"f","shape":[],"dtype":"float32"}]}]"#,
        );
        let mut binary = vec![0, 4];
        binary.extend(half::f16::from_f32(1.5).to_le_bytes());
        binary.extend((-7i32).to_le_bytes());
        binary.extend(0.25f32.to_le_bytes());
        let weights = unpack(&groups, &binary).unwrap();
        assert_eq!(weights["q"].values, [-1.0, 1.0]);
        assert_eq!(weights["h"].values, [1.5]);
        assert_eq!(weights["i"].values, [-7.0]);
        assert_eq!(weights["f"].values, [0.25]);
    }

    #[test]
    fn a_file_that_is_too_short_or_too_long_is_refused() {
        let groups = manifest(r#"[{"weights":[{"name":"f","shape":[2],"dtype":"float32"}]}]"#);
        assert!(unpack(&groups, &[0; 7]).is_err());
        assert!(unpack(&groups, &[0; 8]).is_ok());
        assert!(unpack(&groups, &[0; 9]).is_err());
    }

    #[test]
    fn permuting_moves_the_axes() {
        let weight = Weight {
            shape: vec![1, 1, 2, 3],
            values: vec![0., 1., 2., 3., 4., 5.],
        };
        let turned = weight.permuted([3, 2, 0, 1]).unwrap();
        assert_eq!(turned.shape, [3, 2, 1, 1]);
        assert_eq!(turned.values, [0., 3., 1., 4., 2., 5.]);
    }

    #[test]
    fn what_a_weight_grows_by_is_zero() {
        let weight = Weight {
            shape: vec![2, 1, 1, 2],
            values: vec![1., 2., 3., 4.],
        };
        let grown = weight.grown([3, 2, 1, 2]);
        assert_eq!(grown.shape, [3, 2, 1, 2]);
        assert_eq!(
            grown.values,
            [1., 2., 0., 0., 3., 4., 0., 0., 0., 0., 0., 0.]
        );
    }
}

//! Learnt and counted on FVC2002 DB1 to DB4, set B, full images: 320 prints of 40 fingers.
//!
//! The weights are learnt from all four; the rates are counted leave-one-database-out, each database with weights learnt from
//! the other three. Written by `cargo run --release -p gatebook-fingerprint --example evaluate -- FOLDER calibrate`, the
//! second one with `plain` besides.

use crate::fusion::Weights;
use crate::score::{Calibration, ShippedThreshold};

/// Where both prints have their ridges.
pub(crate) static RIDGES_TOO: Calibration = Calibration {
    weights: Weights {
        mean: [
            1.738, 0.2327, 0.3544, 0.4552, 0.2937, 0.2173, 4.258, 2.538, 0.7633, 5.165, 1.35,
            0.5876,
        ],
        spread: [
            0.5658, 0.1575, 0.09211, 0.08076, 0.1326, 0.201, 0.452, 1.397, 0.1806, 2.993, 0.6751,
            0.2623,
        ],
        weight: [
            1.098, 1.352, 0.8229, -0.7457, 1.372, 1.039, -0.4337, 0.5203, 0.09127, -0.5326, 1.081,
            -0.08642,
        ],
        bias: -5.034,
    },
    counted: [
        (-6.705, 0.5),
        (-4.898, 0.2),
        (-3.913, 0.1),
        (-3.108, 0.05),
        (-2.189, 0.01997),
        (-1.573, 0.009983),
        (-0.9309, 0.004948),
        (-0.2782, 0.001997),
        (0.5339, 0.000955),
    ],
    tail: 0.9149,
};

/// Where one of them was imported and has minutiae alone.
pub(crate) static MINUTIAE_ALONE: Calibration = Calibration {
    weights: Weights {
        mean: [
            1.736, 0.2326, 0.5345, 0.6886, 0.0, 0.0, 0.0, 0.0, 0.7403, 4.828, 1.648, 0.5882,
        ],
        spread: [
            0.5522, 0.1527, 0.1154, 0.0685, 0.001, 0.001, 0.001, 0.001, 0.1781, 2.773, 0.7481,
            0.2562,
        ],
        weight: [
            1.099, 2.731, 0.1917, -0.4583, 0.0, 0.0, 0.0, 0.0, 0.4537, -1.379, 0.7785, 0.3672,
        ],
        bias: -3.395,
    },
    counted: [
        (-4.751, 0.5),
        (-3.201, 0.2),
        (-2.319, 0.1),
        (-1.524, 0.05),
        (-0.6844, 0.01997),
        (-0.005, 0.009983),
        (0.662, 0.004948),
        (1.509, 0.001997),
        (1.8, 0.000955),
    ],
    tail: 0.7841,
};

/// The threshold for a false match rate of 1 in 1,000.
pub const ONE_IN_A_THOUSAND: ShippedThreshold = ShippedThreshold {
    fmr: 1e-3,
    similarity: 0.534,
    interval: (-0.756, 2.425),
    impostor_pairs: 11_520,
};

//! What covers a face: dark glasses, a mask, a scarf, a hand, a thing held before it.
//!
//! A covered part does not look as that part does. Lids and pupils are dark and full of detail, lips are redder than the
//! chin, the jaw has the colour of the cheeks, and what is to the left is much as what is to the right. Each of the three
//! parts is judged by four or five such signs, weighed by a logistic regression on photographs on which covers were laid
//! (`examples/covers`, `docs/measurements.md` under *What covers a face*).

use super::parts::{Appearance, Chip, Outline};
use crate::frame::Frame;
use crate::landmarks::Landmarks;
use serde::{Deserialize, Serialize};

/// The two of a pair are to the left and to the right of the picture.
type Pair = [Outline; 2];

const EYES: Pair = [
    &[
        33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246,
    ],
    &[
        263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466,
    ],
];
const BROWS: Pair = [
    &[70, 63, 105, 66, 107, 55, 65, 52, 53, 46],
    &[300, 293, 334, 296, 336, 285, 295, 282, 283, 276],
];
const CHEEKS: Pair = [
    &[117, 118, 101, 36, 205, 187, 123, 50],
    &[346, 347, 330, 266, 425, 411, 352, 280],
];
const JAWS: Pair = [
    &[
        187, 205, 206, 216, 212, 210, 211, 170, 150, 136, 172, 58, 132, 147,
    ],
    &[
        411, 425, 426, 436, 432, 430, 431, 395, 379, 365, 397, 288, 361, 376,
    ],
];
const LIPS: Outline = &[
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
];
const CHIN: Outline = &[
    210, 211, 32, 208, 199, 428, 262, 431, 430, 394, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    169,
];

/// What the parts of a face look like, as far as it tells whether something covers them. Logarithms, without unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Signs {
    /// Of both eyes: contrast, light and red in relation to the cheeks, detail.
    pub eyes: [f32; 4],
    /// Detail of the lips and of the cheeks, red of the lips over the chin, blue of the jaw over the cheeks, blue of the
    /// lips over the chin.
    pub mouth: [f32; 5],
    /// Of the two sides: detail of the plainer eye, what the eyes differ by in light, their light in relation to the
    /// cheeks, what the brows differ by in detail, detail of both eyes.
    pub side: [f32; 5],
}

impl Signs {
    /// Of a face by its mesh and its chip of [`crate::alignment::chip`]; `None` if the mesh lies on one spot.
    #[must_use]
    pub fn of(landmarks: &Landmarks, chip: &Frame) -> Option<Self> {
        let chip = Chip::of(chip, landmarks)?;
        let pair = |[left, right]: Pair| Some([chip.appearance(left)?, chip.appearance(right)?]);
        let (eyes, brows) = (pair(EYES)?, pair(BROWS)?);
        let (cheeks, jaws) = (pair(CHEEKS)?, pair(JAWS)?);
        let (lips, chin) = (chip.appearance(LIPS)?, chip.appearance(CHIN)?);
        let light = over(&eyes, &cheeks, |one| one.light);
        let detail = eyes.map(|eye| eye.detail);
        Some(Self {
            eyes: [
                mean(eyes.map(|eye| eye.contrast)),
                mean(light),
                mean(over(&eyes, &cheeks, |one| one.red)),
                mean(detail),
            ],
            mouth: [
                lips.detail,
                mean(cheeks.map(|cheek| cheek.detail)),
                lips.red - chin.red,
                mean(over(&jaws, &cheeks, |one| one.blue)),
                lips.blue - chin.blue,
            ],
            side: [
                detail[0].min(detail[1]),
                apart(light),
                mean(light),
                apart(brows.map(|brow| brow.detail)),
                mean(detail),
            ],
        })
    }
}

/// By how much each of a pair has more than its neighbour.
fn over(
    part: &[Appearance; 2],
    neighbour: &[Appearance; 2],
    of: fn(&Appearance) -> f32,
) -> [f32; 2] {
    [0, 1].map(|side| of(&part[side]) - of(&neighbour[side]))
}

fn mean([left, right]: [f32; 2]) -> f32 {
    (left + right) / 2.0
}

fn apart([left, right]: [f32; 2]) -> f32 {
    (left - right).abs()
}

/// How surely something covers each part of a face: log-odds from the bound on. Above 0 it counts as covered.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cover {
    /// Both eyes, as by dark glasses.
    pub eyes: f32,
    /// Mouth and chin, perhaps the nose too: a mask, a scarf, a hand.
    pub mouth: f32,
    /// One half, or one eye: a hand, hair, whatever is held before the face.
    pub side: f32,
}

/// Intercept, and the weight of each of [`Signs::eyes`].
const OF_EYES: (f32, [f32; 4]) = (-14.9465, [-9.5856, -5.1692, -7.2267, -3.8840]);
/// The same of [`Signs::mouth`].
const OF_MOUTH: (f32, [f32; 5]) = (-1.0359, [-4.8418, 3.7441, -18.4604, 10.0843, -23.8979]);
/// The same of [`Signs::side`].
const OF_SIDE: (f32, [f32; 5]) = (-9.1627, [-5.5122, 5.9079, 3.7982, 1.9518, 3.4149]);

impl Cover {
    /// Just not covered: what counts where nothing can be seen of it.
    pub const NONE: Self = Self {
        eyes: 0.0,
        mouth: 0.0,
        side: 0.0,
    };

    /// What the signs come to.
    #[must_use]
    pub fn of(signs: &Signs) -> Self {
        Self {
            eyes: weighed(OF_EYES, &signs.eyes),
            mouth: weighed(OF_MOUTH, &signs.mouth),
            side: weighed(OF_SIDE, &signs.side),
        }
    }
}

fn weighed<const N: usize>((intercept, weights): (f32, [f32; N]), signs: &[f32; N]) -> f32 {
    let products = weights
        .iter()
        .zip(signs)
        .map(|(weight, sign)| weight * sign);
    intercept + products.sum::<f32>()
}

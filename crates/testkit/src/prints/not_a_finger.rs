//! Pictures that a sensor may send without a finger on it.

use super::Image;
use super::dice::{Dice, Surface};
use super::impression::{Sensor, told_apart};

/// What lies on the glass instead of a finger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAFinger {
    /// Nothing: the bare backdrop with its noise.
    Nothing,
    /// Every pixel the same.
    Flat,
    /// Noise without any order.
    Snow,
    /// Straight lines as far apart as ridges: cloth, a comb, corrugated card.
    Stripes,
    /// A smear left by an earlier finger.
    Smear,
    /// Letters and lines on paper: blocks with sharp corners.
    Paper,
}

impl NotAFinger {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Nothing,
        Self::Flat,
        Self::Snow,
        Self::Stripes,
        Self::Smear,
        Self::Paper,
    ];

    /// Its picture on `sensor`.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn on(self, sensor: Sensor, seed: u64) -> Image {
        let mut dice = Dice::new(seed, "not a finger");
        let hills = Surface::new(
            &mut dice,
            sensor.width as f32,
            sensor.height as f32,
            if self == Self::Paper { 14.0 } else { 45.0 },
        );
        let turn = dice.between(0.0, std::f32::consts::PI);
        let mut pixels = Vec::with_capacity(sensor.width * sensor.height);
        for y in 0..sensor.height {
            for x in 0..sensor.width {
                let (x, y) = (x as f32, y as f32);
                let grey = self.grey(x, y, turn, &hills, &mut dice);
                pixels.push(told_apart(grey, sensor.greys));
            }
        }
        Image {
            width: sensor.width,
            height: sensor.height,
            dpi: sensor.dpi,
            pixels,
        }
    }

    fn grey(self, x: f32, y: f32, turn: f32, hills: &Surface, dice: &mut Dice) -> f32 {
        match self {
            Self::Nothing => 228.0 + 4.0 * dice.normal(),
            Self::Flat => 128.0,
            Self::Snow => dice.between(0.0, 255.0),
            Self::Stripes => {
                let across = x * turn.cos() + y * turn.sin();
                130.0 + 90.0 * (across * std::f32::consts::TAU / 9.0).sin() + 5.0 * dice.normal()
            }
            Self::Smear => {
                let grease = hills.at(x, y).max(0.0);
                225.0 - 70.0 * grease + 5.0 * dice.normal()
            }
            Self::Paper => {
                let (column, row) = ((x / 6.0).floor() * 6.0, (y / 10.0).floor() * 10.0);
                let printed = hills.at(column, row) > 0.4;
                if printed { 40.0 } else { 230.0 }
            }
        }
    }
}

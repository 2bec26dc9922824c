//! A finger: its class, its plan, its skin and its creases, all from one seed.

use super::Image;
use super::dice::Dice;
use super::flow::{Class, Flow, size};
use super::growth::{Skin, grow};
use super::impression::{Press, Sensor, pressed};

/// A finger that exists nowhere. Making one takes a good part of a second; pressing it takes milliseconds.
#[derive(Clone, Debug)]
pub struct Finger {
    /// What its ridges look like as a whole.
    pub class: Class,
    seed: u64,
    pub(super) skin: Skin,
    creases: Vec<Crease>,
}

impl Finger {
    /// The finger of this seed, of a class as often as people have it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let class = Class::drawn(&mut Dice::new(seed, "class"));
        Self::of(class, seed)
    }

    /// The finger of this class and seed.
    #[must_use]
    pub fn of(class: Class, seed: u64) -> Self {
        let flow = Flow::new(class, &mut Dice::new(seed, "flow"));
        Self {
            class,
            seed,
            skin: grow(&flow, &mut Dice::new(seed, "ridges")),
            creases: Crease::drawn(&mut Dice::new(seed, "creases")),
        }
    }

    /// A press as people do them; the same number gives the same picture.
    #[must_use]
    pub fn impression(&self, sensor: Sensor, number: u64) -> Image {
        let seed = self.seed.rotate_left(17) ^ number.wrapping_mul(0x9E37_79B9);
        pressed(self, sensor, Press::drawn(seed), seed)
    }

    /// A press of which everything is chosen but its noise, which `number` picks.
    #[must_use]
    pub fn pressed(&self, sensor: Sensor, press: Press, number: u64) -> Image {
        let seed = self.seed.rotate_left(17) ^ number.wrapping_mul(0x9E37_79B9);
        pressed(self, sensor, press, seed)
    }

    /// How deep creases are at a point of the skin, 0 to 1.
    pub(super) fn crease(&self, u: f32, v: f32) -> f32 {
        self.creases
            .iter()
            .map(|crease| crease.depth(u, v))
            .fold(0.0, f32::max)
    }
}

/// A white line over ridges and valleys, slightly bent.
#[derive(Clone, Copy, Debug)]
struct Crease {
    middle: (f32, f32),
    direction: (f32, f32),
    half_length: f32,
    half_width: f32,
    bend: f32,
}

impl Crease {
    fn drawn(dice: &mut Dice) -> Vec<Self> {
        let (width, height) = size();
        // Half of all fingers have none worth mention.
        let mut many = 0;
        while many < 5 && dice.unit() < 0.5 {
            many += 1;
        }
        (0..many)
            .map(|_| {
                let angle = dice.between(-0.5, 0.5);
                Self {
                    middle: (
                        width * dice.between(0.25, 0.75),
                        height * dice.between(0.3, 0.8),
                    ),
                    direction: (angle.cos(), angle.sin()),
                    half_length: dice.between(20.0, 75.0),
                    half_width: dice.between(1.2, 2.4),
                    bend: dice.between(-0.003, 0.003),
                }
            })
            .collect()
    }

    fn depth(&self, u: f32, v: f32) -> f32 {
        let (x, y) = (u - self.middle.0, v - self.middle.1);
        let along = x * self.direction.0 + y * self.direction.1;
        let off = y * self.direction.0 - x * self.direction.1 - self.bend * along * along;
        let inside = 1.0 - (along / self.half_length).powi(2);
        if inside <= 0.0 {
            return 0.0;
        }
        (1.0 - (off / (self.half_width * inside.sqrt())).powi(2)).max(0.0)
    }
}

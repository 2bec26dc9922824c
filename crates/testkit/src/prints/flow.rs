//! Where ridges run and how far apart they are: the plan of a finger, before any ridge is drawn.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::dice::{Dice, Surface};

/// Width and height of the plan in pixels at 500 dpi: 21 mm x 27 mm.
pub const SIZE: (usize, usize) = (416, 536);

/// The classes of Henry, as Galton's descendants use them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// Ridges rise in the middle and go out on the other side; no core, no delta.
    Arch,
    /// An arch whose middle stands up: a core right above a delta.
    TentedArch,
    /// Ridges enter and leave on the left as the picture shows it.
    LeftLoop,
    /// Ridges enter and leave on the right.
    RightLoop,
    /// Two cores between two deltas.
    Whorl,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 5] = [
        Self::Arch,
        Self::TentedArch,
        Self::LeftLoop,
        Self::RightLoop,
        Self::Whorl,
    ];

    /// As often as among people (Wilson, Candela, Watson 1994).
    pub(super) fn drawn(dice: &mut Dice) -> Self {
        match dice.unit() {
            share if share < 0.037 => Self::Arch,
            share if share < 0.066 => Self::TentedArch,
            share if share < 0.404 => Self::LeftLoop,
            share if share < 0.721 => Self::RightLoop,
            _ => Self::Whorl,
        }
    }
}

/// A point where the ridges' direction is not defined: x to the right and y down, in pixels.
type Singular = (f32, f32);

/// Direction and period of the ridges at each point.
pub struct Flow {
    class: Class,
    cores: Vec<Singular>,
    deltas: Vec<Singular>,
    /// How high an arch rises.
    rise: f32,
    wobble: Surface,
    period: f32,
    spread: Surface,
}

impl Flow {
    /// The plan of one finger.
    pub fn new(class: Class, dice: &mut Dice) -> Self {
        let (cores, deltas) = singular_points(class, dice);
        let (width, height) = size();
        Self {
            class,
            cores,
            deltas,
            rise: dice.between(0.9, 1.4),
            wobble: Surface::new(dice, width, height, 110.0),
            // 0.41 to 0.51 mm from ridge to ridge, an adult's.
            period: dice.between(8.1, 10.0),
            spread: Surface::new(dice, width, height, 90.0),
        }
    }

    /// The angle of the ridges at a point in radians, 0 along x, growing anticlockwise as seen; modulo pi.
    pub fn angle(&self, x: f32, y: f32) -> f32 {
        let plan = match self.class {
            Class::Arch => self.arch(x, y),
            _ => self.zeros_and_poles(x, y),
        };
        (plan + 0.07 * self.wobble.at(x, y)).rem_euclid(PI)
    }

    /// Pixels from ridge to ridge at a point.
    pub fn period(&self, x: f32, y: f32) -> f32 {
        let (_, height) = size();
        // Below the last delta ridges lie wider apart, towards the joint.
        let low = ((y / height - 0.62) / 0.38).max(0.0);
        (self.period * (1.0 + 0.06 * self.spread.at(x, y) + 0.15 * low)).clamp(6.5, 13.0)
    }

    fn arch(&self, x: f32, y: f32) -> f32 {
        let (width, height) = size();
        let lean = 14.0 * self.spread.at(x, y);
        let across = (x - width / 2.0 + lean) / (width / 2.0);
        // Steepest where real arches are: a little below the middle, less towards tip and joint.
        let down = (y / height - 0.56) / 0.36;
        let steep = self.rise * (-down * down).exp() + 0.35 * (1.0 - y / height).max(0.0);
        -(steep * (across * PI * 0.75).sin()).atan()
    }

    /// Sherlock and Monro (1993), with ridges that follow the finger's outline above its middle.
    fn zeros_and_poles(&self, x: f32, y: f32) -> f32 {
        let turned = |&(px, py): &Singular| (-(y - py)).atan2(x - px);
        let zeros: f32 = self.cores.iter().map(|c| outlined(turned(c))).sum();
        let poles: f32 = self.deltas.iter().map(|d| flattened(turned(d))).sum();
        0.5 * (zeros - poles)
    }
}

/// Above a core the direction turns faster than at its sides (Vizcaya and Gerhardt 1996): ridges follow the
/// outline of the tip instead of running flat across it.
fn outlined(angle: f32) -> f32 {
    let above = 0.5 + 0.5 * angle.sin();
    angle + 0.42 * above * (2.0 * (angle - FRAC_PI_2)).sin()
}

/// Around a delta, ridges below run flatter than the bare model says.
fn flattened(angle: f32) -> f32 {
    angle + 0.10 * (2.0 * (angle + FRAC_PI_4)).cos()
}

#[allow(clippy::cast_precision_loss)] // sizes are hundreds
pub fn size() -> (f32, f32) {
    (SIZE.0 as f32, SIZE.1 as f32)
}

/// Cores and deltas of a class, shifted a little for each finger.
fn singular_points(class: Class, dice: &mut Dice) -> (Vec<Singular>, Vec<Singular>) {
    let (width, height) = size();
    let (x, y) = (
        width / 2.0 + 12.0 * dice.normal(),
        height * 0.42 + 10.0 * dice.normal(),
    );
    let mut near = |dx: f32, dy: f32| (x + dx + 9.0 * dice.normal(), y + dy + 9.0 * dice.normal());
    match class {
        Class::Arch => (vec![], vec![]),
        Class::TentedArch => {
            let delta = near(0.0, 125.0);
            (vec![(delta.0 + 3.0, delta.1 - 105.0)], vec![delta])
        }
        Class::LeftLoop => (vec![near(0.0, 0.0)], vec![near(92.0, 138.0)]),
        Class::RightLoop => (vec![near(0.0, 0.0)], vec![near(-92.0, 138.0)]),
        Class::Whorl => {
            let apart = 18.0 + 26.0 * dice.unit();
            let mut near =
                |dx: f32, dy: f32| (x + dx + 8.0 * dice.normal(), y + dy + 8.0 * dice.normal());
            (
                vec![near(0.0, -apart), near(0.0, apart)],
                vec![near(-125.0, 135.0), near(125.0, 135.0)],
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far the direction turns on a circle around a point, in half turns: the Poincaré index times two.
    fn half_turns(flow: &Flow, (x, y): Singular) -> i32 {
        let at = |step: u16| {
            let a = f32::from(step) / 180.0 * PI;
            flow.angle(x + 12.0 * a.cos(), y - 12.0 * a.sin())
        };
        let mut turned = 0.0;
        for step in 0..360 {
            let difference = at(step + 1) - at(step);
            turned += (difference + FRAC_PI_2).rem_euclid(PI) - FRAC_PI_2;
        }
        #[allow(clippy::cast_possible_truncation)]
        let halves = (turned / PI).round() as i32;
        halves
    }

    #[test]
    fn the_direction_turns_by_half_a_turn_around_each_core_and_back_around_each_delta() {
        for class in Class::ALL {
            for seed in 0..10 {
                let flow = Flow::new(class, &mut Dice::new(seed, "flow"));
                assert_eq!(flow.cores.len(), flow.deltas.len());
                assert!(flow.cores.iter().all(|&core| half_turns(&flow, core) == 1));
                assert!(
                    flow.deltas
                        .iter()
                        .all(|&delta| half_turns(&flow, delta) == -1)
                );
            }
        }
    }

    #[test]
    fn periods_are_those_of_people() {
        let flow = Flow::new(Class::Whorl, &mut Dice::new(3, "flow"));
        let (mut low, mut high) = (f32::MAX, 0f32);
        for x in (0..416u16).step_by(8) {
            for y in (0..536u16).step_by(8) {
                let period = flow.period(f32::from(x), f32::from(y));
                (low, high) = (low.min(period), high.max(period));
            }
        }
        // 0.33 to 0.66 mm at 500 dpi.
        assert!(low >= 6.5 && high <= 13.0 && high - low > 1.0);
    }
}

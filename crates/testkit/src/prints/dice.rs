//! Numbers that look random and are the same for the same seed, today and after any update of a library.

/// SplitMix64 (Steele, Lea, Flood 2014): a counter, mixed. Seeds that differ by one give unrelated streams.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of `seed` for one `purpose`: adding dice for a new purpose changes no other one.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut dice = Self(seed);
        for byte in purpose.bytes() {
            dice.0 = dice.next() ^ u64::from(byte);
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to 1, 1 excluded.
    #[allow(clippy::cast_precision_loss)] // 24 bits fit
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// From `low` to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// About normal with mean 0 and deviation 1; never beyond 3.5 (the sum of twelve).
    pub fn normal(&mut self) -> f32 {
        let sum: f32 = (0..12).map(|_| self.unit()).sum();
        (sum - 6.0).clamp(-3.5, 3.5)
    }
}

/// A smooth random surface: values at the knots of a lattice, joined by cubic B-splines.
#[derive(Clone, Debug)]
pub struct Surface {
    cell: f32,
    columns: usize,
    rows: usize,
    knots: Vec<f32>,
}

impl Surface {
    /// Over `width` x `height` pixels, with hills about `cell` pixels wide and deviation about 1.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn new(dice: &mut Dice, width: f32, height: f32, cell: f32) -> Self {
        let columns = (width / cell).ceil() as usize + 4;
        let rows = (height / cell).ceil() as usize + 4;
        // The spline averages its knots; the factor gives the deviation back.
        let knots = (0..columns * rows).map(|_| dice.normal() * 2.2).collect();
        Self {
            cell,
            columns,
            rows,
            knots,
        }
    }

    /// The height at a point; outside, that of the nearest edge.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let limit_x = (self.columns - 4) as f32;
        let limit_y = (self.rows - 4) as f32;
        let (x, y) = (
            (x / self.cell).clamp(0.0, limit_x),
            (y / self.cell).clamp(0.0, limit_y),
        );
        let (column, row) = (x as usize, y as usize);
        let across = spline(x - column as f32);
        let down = spline(y - row as f32);
        let mut sum = 0.0;
        for (j, weight) in down.iter().enumerate() {
            let start = (row + j) * self.columns + column;
            let line = &self.knots[start..start + 4];
            let along: f32 = line.iter().zip(&across).map(|(k, w)| k * w).sum();
            sum += weight * along;
        }
        sum
    }
}

/// The four weights of a uniform cubic B-spline at `t` in 0..1.
fn spline(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        (1.0 - 3.0 * t + 3.0 * t2 - t3) / 6.0,
        (4.0 - 6.0 * t2 + 3.0 * t3) / 6.0,
        (1.0 + 3.0 * t + 3.0 * t2 - 3.0 * t3) / 6.0,
        t3 / 6.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_for_ever() {
        let mut dice = Dice::new(7, "");
        let values = [dice.next(), dice.next()];
        // As the published algorithm gives them, reckoned apart from this code.
        assert_eq!(values, [7_191_089_600_892_374_487, 309_689_372_594_955_804]);
        assert_ne!(Dice::new(7, "a").next(), Dice::new(7, "b").next());
    }

    #[test]
    fn a_surface_has_no_steps() {
        let surface = Surface::new(&mut Dice::new(1, "hills"), 100.0, 80.0, 20.0);
        let mut last = surface.at(0.0, 40.0);
        for step in 1..1000u16 {
            let here = surface.at(f32::from(step) * 0.1, 40.0);
            assert!((here - last).abs() < 0.05, "a step at {step}");
            last = here;
        }
    }
}

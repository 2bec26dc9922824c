//! Chance that falls the same way each time.

/// Numbers that follow from a photograph's path and what is done to it.
pub struct Dice(u64);

impl Dice {
    pub fn of(path: &str, what: &str) -> Self {
        // FNV-1a, which tells apart what differs by one letter.
        let bytes = path.bytes().chain(what.bytes());
        Self(bytes.fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// From `low` to below `high`, each alike.
    pub fn within(&mut self, low: f32, high: f32) -> f32 {
        // Knuth's; the upper bits are the random ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((self.0 >> 40) as f32 / 16_777_216.0)
    }

    pub fn chance(&mut self, share: f32) -> bool {
        self.within(0.0, 1.0) < share
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.within(0.0, of.len() as f32) as usize % of.len()]
    }

    /// Nearly the bell's shape, of deviation 1: the deviation of the sum of four is the root of 1/3.
    pub fn bell(&mut self) -> f32 {
        let mut uniform = || self.within(-0.5, 0.5);
        (uniform() + uniform() + uniform() + uniform()) * 3f32.sqrt()
    }
}

//! Numbers that look like chance and are the same each time (SplitMix64, public domain).

use uuid::Uuid;

/// Where the next number comes from.
pub struct Random(u64);

impl Random {
    /// Numbers that follow from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True so many times in a thousand.
    pub fn in_thousand(&mut self, times: u64) -> bool {
        self.below(1_000) < times
    }

    /// One of several.
    pub fn one_of<T: Copy>(&mut self, several: &[T]) -> Option<T> {
        let place = usize::try_from(self.below(several.len() as u64)).ok()?;
        several.get(place).copied()
    }

    /// An identity.
    pub fn id<T: From<Uuid>>(&mut self) -> T {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        T::from(
            uuid::Builder::from_u128(bits)
                .with_version(uuid::Version::Random)
                .into_uuid(),
        )
    }
}

//! Whether two tables hold the same rows, in whatever order an engine gives them.

use sha2::{Digest, Sha256};

/// Rows, told apart from others by how many there are and by the sum of their hashes: a row that is missing, changed
/// or there twice makes another sum, another order does not. It finds mistakes, not malice: rows that somebody
/// chose could come to the same sum.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Rows {
    count: u64,
    sum: u128,
}

impl Rows {
    /// One more row, as a line.
    pub(super) fn take(&mut self, line: &[u8]) {
        let hash = Sha256::digest(line);
        let half = hash.first_chunk().copied().unwrap_or_default();
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
        self.count += 1;
    }

    /// How many there are.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Rows {
        let mut rows = Rows::default();
        lines.iter().for_each(|line| rows.take(line.as_bytes()));
        rows
    }

    #[test]
    fn rows_are_the_same_in_any_order_and_others_when_one_is_changed_missing_or_there_twice() {
        let rows = of(&["1\ta\n", "2\tb\n", "2\tb\n"]);
        assert_eq!(of(&["2\tb\n", "1\ta\n", "2\tb\n"]), rows);
        for other in [
            &["1\ta\n", "2\tb\n"][..],
            &["1\ta\n", "2\tb\n", "2\tc\n"],
            &["1\ta\n", "1\ta\n", "2\tb\n"],
            &["1\ta\n", "2\tb\n", "2\tb\n", "2\tb\n"],
        ] {
            assert_ne!(of(other), rows, "{other:?}");
        }
    }
}

//! The best and the second best of a search.

use super::slab::{ROWS, Rows};
use model::PersonId;

/// Somebody met in a search.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// Cosine to the face.
    pub score: f32,
    /// Images they are enrolled with.
    pub images: usize,
    /// The cosine less what is asked of people with so many images more than of those with one.
    pub excess: f32,
}

/// The two most alike so far, one face's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ranking {
    /// The most alike.
    pub best: Option<Candidate>,
    /// The one after.
    pub next: Option<Candidate>,
}

impl Ranking {
    /// Takes in the rows of a slab; `passed_over` does not count.
    pub fn meet(&mut self, rows: &Rows, excesses: &[f32; ROWS], passed_over: Option<PersonId>) {
        for (row, excess) in excesses.iter().enumerate() {
            // Hardly any row comes so far, so this loop costs one comparison for each.
            if *excess > self.bar() {
                self.take(rows, row, *excess, passed_over);
            }
        }
    }

    fn bar(&self) -> f32 {
        self.next.map_or(f32::NEG_INFINITY, |next| next.excess)
    }

    fn take(&mut self, rows: &Rows, row: usize, excess: f32, passed_over: Option<PersonId>) {
        let Some((person, images)) = rows.owner(row) else {
            return;
        };
        if passed_over == Some(person) {
            return;
        }
        let candidate = Candidate {
            person,
            score: (excess + rows.handicap(row)).clamp(-1.0, 1.0),
            images,
            excess,
        };
        if self.best.is_none_or(|best| excess > best.excess) {
            self.next = self.best.replace(candidate);
        } else {
            self.next = Some(candidate);
        }
    }
}

//! A block of the gallery: so many rows of numbers side by side, each somebody's, or vacant.

use crate::threshold;
use model::PersonId;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Rows of a slab. With 128 numbers a row, a slab has 512 KiB: it stays in a core's cache while several
/// faces are held against it, and is read in some 30 microseconds, which is as long as a change waits.
pub const ROWS: usize = 1024;

/// Rows behind one lock. Nobody moves from row to row, so a search that passes over the slabs in order
/// meets everybody who was enrolled all the while exactly once.
pub struct Slab(RwLock<Rows>);

/// The rows themselves.
pub struct Rows {
    width: usize,
    values: Box<[f32]>,
    owners: Box<[Option<PersonId>]>,
    images: Box<[u8]>,
    /// What is taken off a row's cosine so that people enrolled with few and with many images compare;
    /// infinite for a vacant row, which so never wins and needs no test of its own.
    handicaps: Box<[f32]>,
}

impl Slab {
    /// A slab of vacant rows of `width` numbers.
    pub fn new(width: usize) -> Self {
        Self(RwLock::new(Rows {
            width,
            values: vec![0.0; width * ROWS].into(),
            owners: vec![None; ROWS].into(),
            images: vec![0; ROWS].into(),
            handicaps: vec![f32::INFINITY; ROWS].into(),
        }))
    }

    /// The rows, for as long as it takes to read them.
    pub fn read(&self) -> RwLockReadGuard<'_, Rows> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a person into a row.
    pub fn write(&self, row: usize, person: PersonId, images: usize, values: &[f32]) {
        self.rows().write(row, person, images, values);
    }

    /// Makes a row vacant; its numbers are wiped.
    pub fn vacate(&self, row: usize) {
        self.rows().vacate(row);
    }

    fn rows(&self) -> RwLockWriteGuard<'_, Rows> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    /// The numbers of a row.
    pub fn row(&self, row: usize) -> &[f32] {
        let start = row * self.width;
        self.values.get(start..start + self.width).unwrap_or(&[])
    }

    /// Whose row it is, and of how many images.
    pub fn owner(&self, row: usize) -> Option<(PersonId, usize)> {
        let owner = (*self.owners.get(row)?)?;
        Some((owner, usize::from(*self.images.get(row)?)))
    }

    /// Inner products of every row with `face`, less the rows' handicaps.
    pub fn excesses(&self, face: &[f32], excesses: &mut [f32]) {
        let rows = self.values.chunks_exact(self.width.max(1));
        for ((row, handicap), excess) in rows.zip(&self.handicaps).zip(excesses) {
            *excess = dot(row, face) - handicap;
        }
    }

    /// What was taken off in [`Self::excesses`].
    pub fn handicap(&self, row: usize) -> f32 {
        self.handicaps.get(row).copied().unwrap_or(f32::INFINITY)
    }

    fn write(&mut self, row: usize, person: PersonId, images: usize, values: &[f32]) {
        let start = row * self.width;
        if let Some(place) = self.values.get_mut(start..start + self.width) {
            place
                .iter_mut()
                .zip(values)
                .for_each(|(to, from)| *to = *from);
        }
        self.mark(row, Some(person), images, threshold::rise(images));
    }

    fn vacate(&mut self, row: usize) {
        let start = row * self.width;
        if let Some(place) = self.values.get_mut(start..start + self.width) {
            place.fill(0.0);
        }
        self.mark(row, None, 0, f32::INFINITY);
    }

    fn mark(&mut self, row: usize, owner: Option<PersonId>, images: usize, handicap: f32) {
        if let (Some(to), Some(count), Some(less)) = (
            self.owners.get_mut(row),
            self.images.get_mut(row),
            self.handicaps.get_mut(row),
        ) {
            *to = owner;
            *count = u8::try_from(images).unwrap_or(u8::MAX);
            *less = handicap;
        }
    }
}

/// Inner product, in sixteen sums side by side so that the compiler can use vector instructions. It keeps
/// pace with memory as it is: wider instructions chosen at run time were measured and win nothing.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_chunks, a_rest) = a.as_chunks::<16>();
    let (b_chunks, b_rest) = b.as_chunks::<16>();
    let mut sums = [0.0f32; 16];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

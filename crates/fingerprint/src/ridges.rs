//! A small black and white picture of the ridges, one bit every three pixels, which a template keeps.

use crate::coder::{Decoder, Encoder, Model};
use crate::field::Field;
use crate::plane::Plane;

/// Pixels at 500 dpi from sample to sample: fine enough for ridges six pixels apart.
pub(crate) const PITCH: usize = 3;
/// Samples along a side of a block; a block is in the print or not as a whole.
pub(crate) const BLOCK: usize = 4;
/// Directions that are told apart, over half a turn.
pub(crate) const LEVELS: u8 = 64;
/// Most blocks along a side.
const MOST_BLOCKS: usize = 128;

/// Samples in blocks; those outside the print are false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ridges {
    /// Blocks in a row.
    pub columns: usize,
    /// Rows of blocks.
    pub rows: usize,
    /// Which blocks are in the print.
    pub print: Vec<bool>,
    /// Direction of the ridges in each block, in 1/64 of half a turn; 0 outside the print.
    pub lines: Vec<u8>,
    /// Samples, row by row over the whole width: is it a ridge?
    pub bits: Vec<bool>,
}

impl Ridges {
    pub fn none() -> Self {
        Self {
            columns: 0,
            rows: 0,
            print: Vec::new(),
            lines: Vec::new(),
            bits: Vec::new(),
        }
    }

    pub fn width(&self) -> usize {
        self.columns * BLOCK
    }

    pub fn height(&self) -> usize {
        self.rows * BLOCK
    }

    /// Samples what was enhanced.
    pub fn sampled(enhanced: &Plane, field: &Field) -> Self {
        let side = PITCH * BLOCK;
        let columns = (enhanced.width / side).min(MOST_BLOCKS);
        let rows = (enhanced.height / side).min(MOST_BLOCKS);
        let middle = |i: usize| i * side + side / 2;
        let place = |i: usize| field.cell(middle(i % columns), middle(i / columns));
        let cells: Vec<usize> = (0..rows * columns).map(place).collect();
        let print: Vec<bool> = cells.iter().map(|cell| field.print[*cell]).collect();
        let line = |cell: &usize| {
            let level = field.angle[*cell] * (f32::from(LEVELS) / std::f32::consts::PI);
            if field.print[*cell] {
                level.round() as u8 % LEVELS
            } else {
                0
            }
        };
        let lines = cells.iter().map(line).collect();
        let width = columns * BLOCK;
        let bit = |i: usize| {
            let (x, y) = (i % width, i / width);
            print[y / BLOCK * columns + x / BLOCK]
                && enhanced.at(x * PITCH + PITCH / 2, y * PITCH + PITCH / 2) > 0.0
        };
        let bits = (0..width * rows * BLOCK).map(bit).collect();
        Self {
            columns,
            rows,
            print,
            lines,
            bits,
        }
    }

    /// Takes a block out of the print.
    pub fn drop_block(&mut self, block: usize) {
        self.print[block] = false;
        self.lines[block] = 0;
        let (column, row) = (block % self.columns, block / self.columns);
        let width = self.width();
        for y in row * BLOCK..(row + 1) * BLOCK {
            self.bits[y * width + column * BLOCK..][..BLOCK].fill(false);
        }
    }

    pub fn pack(&self) -> Vec<u8> {
        let mut coder = Encoder::new();
        let (mut mask, mut line, mut ridge) = models();
        for block in 0..self.print.len() {
            let context = mask_context(&self.print, self.columns, block);
            coder.put(&mut mask, context, self.print[block]);
            if self.print[block] {
                let (guess, near) = self.guess(block);
                let step = self.lines[block].wrapping_sub(guess) % LEVELS;
                let mut node = 1;
                for bit in (0..6).rev().map(|n| step >> n & 1 == 1) {
                    coder.put(&mut line, near * 64 + node, bit);
                    node = 2 * node + usize::from(bit);
                }
            }
        }
        for i in 0..self.bits.len() {
            if self.in_print(i) {
                let context = ridge_context(&self.bits, self.width(), i);
                coder.put(&mut ridge, context, self.bits[i]);
            }
        }
        coder.finish()
    }

    /// Any bytes give some picture; `None` when the sides are too long.
    pub fn unpack(columns: usize, rows: usize, bytes: &[u8]) -> Option<Self> {
        if columns > MOST_BLOCKS || rows > MOST_BLOCKS {
            return None;
        }
        let mut coder = Decoder::new(bytes);
        let (mut mask, mut line, mut ridge) = models();
        let mut out = Self {
            columns,
            rows,
            print: vec![false; columns * rows],
            lines: vec![0; columns * rows],
            bits: vec![false; columns * rows * BLOCK * BLOCK],
        };
        for block in 0..out.print.len() {
            let context = mask_context(&out.print, columns, block);
            out.print[block] = coder.take(&mut mask, context);
            if out.print[block] {
                let (guess, near) = out.guess(block);
                let mut node = 1;
                for _ in 0..6 {
                    node = 2 * node + usize::from(coder.take(&mut line, near * 64 + node));
                }
                out.lines[block] = guess.wrapping_add(node as u8) % LEVELS;
            }
        }
        for i in 0..out.bits.len() {
            if out.in_print(i) {
                let context = ridge_context(&out.bits, out.width(), i);
                out.bits[i] = coder.take(&mut ridge, context);
            }
        }
        Some(out)
    }

    /// The direction that the blocks coded before suggest, and how many of them there are.
    fn guess(&self, block: usize) -> (u8, usize) {
        let left = (!block.is_multiple_of(self.columns)).then(|| block - 1);
        let above = block.checked_sub(self.columns);
        let known = |b: &usize| self.print[*b];
        match (left.filter(known), above.filter(known)) {
            (None, None) => (0, 0),
            (Some(b), None) | (None, Some(b)) => (self.lines[b], 1),
            (Some(l), Some(a)) => {
                // Half of the shorter way round from one to the other.
                let way = self.lines[a].wrapping_sub(self.lines[l]) % LEVELS;
                let way = (way << 2) as i8 >> 3;
                (self.lines[l].wrapping_add_signed(way) % LEVELS, 2)
            }
        }
    }

    fn in_print(&self, i: usize) -> bool {
        let (x, y) = (i % self.width(), i / self.width());
        self.print[y / BLOCK * self.columns + x / BLOCK]
    }
}

fn models() -> (Model, Model, Model) {
    (Model::new(8), Model::new(3 * 64), Model::new(1 << 10))
}

fn mask_context(print: &[bool], columns: usize, i: usize) -> usize {
    let left = !i.is_multiple_of(columns) && print[i - 1];
    let above = i >= columns && print[i - columns];
    let corner = !i.is_multiple_of(columns) && i > columns && print[i - columns - 1];
    usize::from(left) | usize::from(above) << 1 | usize::from(corner) << 2
}

/// What was coded before and lies near: four to the left, five above, one two rows above.
fn ridge_context(bits: &[bool], width: usize, i: usize) -> usize {
    let x = (i % width) as isize;
    let near = [
        (-1, 0),
        (-2, 0),
        (-3, 0),
        (-2, -1),
        (-1, -1),
        (0, -1),
        (1, -1),
        (2, -1),
        (-1, -2),
        (0, -2),
    ];
    let mut context = 0;
    for (n, (dx, dy)) in near.into_iter().enumerate() {
        let at = i as isize + dx + dy * width as isize;
        let inside = (0..width as isize).contains(&(x + dx)) && at >= 0;
        if inside && bits[at as usize] {
            context |= 1 << n;
        }
    }
    context
}

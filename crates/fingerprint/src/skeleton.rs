//! Ridges one pixel wide, by the thinning of Guo and Hall (1989).

use crate::plane::Plane;

/// Black and white, row by row, with an empty border of one pixel.
#[derive(Debug, Clone)]
pub(crate) struct Skeleton {
    pub width: usize,
    pub height: usize,
    /// 1 where a ridge's middle is.
    pub pixels: Vec<u8>,
}

impl Skeleton {
    /// Thins what is above zero.
    pub fn of(enhanced: &Plane) -> Self {
        let (width, height) = (enhanced.width, enhanced.height);
        let mut pixels: Vec<u8> = enhanced.data.iter().map(|v| u8::from(*v > 0.0)).collect();
        for x in 0..width {
            pixels[x] = 0;
            pixels[(height - 1) * width + x] = 0;
        }
        for y in 0..height {
            pixels[y * width] = 0;
            pixels[y * width + width - 1] = 0;
        }
        let mut skeleton = Self {
            width,
            height,
            pixels,
        };
        skeleton.thin();
        skeleton
    }

    fn thin(&mut self) {
        let tables = [table(false), table(true)];
        let all = self.pixels.iter().enumerate();
        let mut living: Vec<usize> = all.filter(|(_, p)| **p == 1).map(|(i, _)| i).collect();
        let mut dying = Vec::new();
        // A ridge is never wider than the image, so this ends in any case.
        for _ in 0..self.width.max(self.height) {
            let before = living.len();
            for table in &tables {
                dying.clear();
                let around = |i: &usize| table[usize::from(self.around(*i))];
                dying.extend(living.iter().copied().filter(around));
                for i in &dying {
                    self.pixels[*i] = 0;
                }
                living.retain(|i| self.pixels[*i] == 1);
            }
            if living.len() == before {
                break;
            }
        }
    }

    /// The eight neighbours as bits, from the one above, clockwise. `i` must not lie on the border.
    pub fn around(&self, i: usize) -> u8 {
        let w = self.width;
        let order = [
            i - w,
            i - w + 1,
            i + 1,
            i + w + 1,
            i + w,
            i + w - 1,
            i - 1,
            i - w - 1,
        ];
        let bits = order.iter().enumerate();
        bits.fold(0, |bits, (n, at)| bits | (self.pixels[*at] << n))
    }

    /// Indices of the neighbours that are set.
    pub fn neighbours(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let w = self.width;
        let order = [
            i - w,
            i + 1,
            i + w,
            i - 1,
            i - w + 1,
            i + w + 1,
            i + w - 1,
            i - w - 1,
        ];
        order.into_iter().filter(|at| self.pixels[*at] == 1)
    }
}

/// For each neighbourhood: may the pixel go in this half of a round?
fn table(second: bool) -> [bool; 256] {
    std::array::from_fn(|bits| {
        let p = |n: usize| bits >> n & 1 == 1;
        // North, north-east, east, ... as p2 to p9 in the paper.
        let (p2, p3, p4, p5) = (p(0), p(1), p(2), p(3));
        let (p6, p7, p8, p9) = (p(4), p(5), p(6), p(7));
        let count = |flags: [bool; 4]| flags.iter().filter(|f| **f).count();
        let crossings = count([
            !p2 && (p3 || p4),
            !p4 && (p5 || p6),
            !p6 && (p7 || p8),
            !p8 && (p9 || p2),
        ]);
        let pairs = count([p9 || p2, p3 || p4, p5 || p6, p7 || p8]);
        let others = count([p2 || p3, p4 || p5, p6 || p7, p8 || p9]);
        let side = if second {
            (p2 || p3 || !p5) && p4
        } else {
            (p6 || p7 || !p9) && p8
        };
        crossings == 1 && (2..=3).contains(&pairs.min(others)) && !side
    })
}

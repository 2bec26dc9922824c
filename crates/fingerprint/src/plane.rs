//! A rectangle of numbers, and the little arithmetic that images need.

/// A rectangle of numbers, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    pub width: usize,
    pub height: usize,
    pub data: Vec<f32>,
}

impl Plane {
    pub fn new(width: usize, height: usize) -> Self {
        Self::of(width, height, vec![0.0; width * height])
    }

    pub fn of(width: usize, height: usize, data: Vec<f32>) -> Self {
        Self {
            width,
            height,
            data,
        }
    }

    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// The value at whole coordinates, the nearest one inside beyond the edges.
    pub fn clamped(&self, x: i32, y: i32) -> f32 {
        let x = x.clamp(0, self.width as i32 - 1) as usize;
        let y = y.clamp(0, self.height as i32 - 1) as usize;
        self.at(x, y)
    }

    /// The value between four, weighted by nearness.
    pub fn between(&self, x: f32, y: f32) -> f32 {
        let (fx, fy) = (x.floor(), y.floor());
        let (ix, iy) = (fx as i32, fy as i32);
        let (tx, ty) = (x - fx, y - fy);
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let upper = mix(self.clamped(ix, iy), self.clamped(ix + 1, iy), tx);
        let lower = mix(self.clamped(ix, iy + 1), self.clamped(ix + 1, iy + 1), tx);
        mix(upper, lower, ty)
    }

    pub fn map(&self, f: impl Fn(f32) -> f32) -> Self {
        Self::of(
            self.width,
            self.height,
            self.data.iter().map(|v| f(*v)).collect(),
        )
    }

    /// Scaled by `factor`; what is made smaller is smoothed first, so that ridges do not alias.
    pub fn resampled(&self, factor: f32) -> Self {
        let smooth = if factor < 0.75 {
            self.averaged((0.5 / factor).round() as usize)
        } else {
            self.clone()
        };
        let width = ((self.width as f32 * factor) as usize).max(1);
        let height = ((self.height as f32 * factor) as usize).max(1);
        let mut scaled = Self::new(width, height);
        for y in 0..height {
            for x in 0..width {
                let from = |v: usize| (v as f32 + 0.5) / factor - 0.5;
                scaled.data[y * width + x] = smooth.between(from(x), from(y));
            }
        }
        scaled
    }

    /// The mean over a square of side `2 * radius + 1`, narrower at the edges.
    pub fn averaged(&self, radius: usize) -> Self {
        self.averaged_down(radius).averaged_across(radius)
    }

    fn averaged_across(&self, radius: usize) -> Self {
        let mut out = Self::new(self.width, self.height);
        for y in 0..self.height {
            let row = self.row(y);
            let mut sum: f32 = row.iter().take(radius).sum();
            let mut count = row.len().min(radius);
            for x in 0..self.width {
                if let Some(next) = row.get(x + radius) {
                    sum += next;
                    count += 1;
                }
                if x > radius {
                    sum -= row[x - radius - 1];
                    count -= 1;
                }
                out.data[y * self.width + x] = sum / count as f32;
            }
        }
        out
    }

    fn averaged_down(&self, radius: usize) -> Self {
        let mut out = Self::new(self.width, self.height);
        let mut sums = vec![0.0f32; self.width];
        let mut count = 0;
        let add = |sums: &mut Vec<f32>, y: usize, sign: f32| {
            for (sum, v) in sums.iter_mut().zip(self.row(y)) {
                *sum += sign * v;
            }
        };
        for y in 0..self.height.min(radius) {
            add(&mut sums, y, 1.0);
            count += 1;
        }
        for y in 0..self.height {
            if y + radius < self.height {
                add(&mut sums, y + radius, 1.0);
                count += 1;
            }
            if y > radius {
                add(&mut sums, y - radius - 1, -1.0);
                count -= 1;
            }
            let scale = 1.0 / count as f32;
            let row = &mut out.data[y * self.width..][..self.width];
            for (v, sum) in row.iter_mut().zip(&sums) {
                *v = sum * scale;
            }
        }
        out
    }

    /// Smoothed by a bell of standard deviation `sigma`, for small planes such as fields of cells.
    pub fn smoothed(&self, sigma: f32) -> Self {
        let reach = (sigma * 2.5).ceil() as i32;
        let weights: Vec<f32> = (-reach..=reach)
            .map(|d| (-(d * d) as f32 / (2.0 * sigma * sigma)).exp())
            .collect();
        let total: f32 = weights.iter().sum();
        let pass = |from: &Self, across: bool| {
            let mut out = Self::new(from.width, from.height);
            for y in 0..from.height {
                for x in 0..from.width {
                    let mut sum = 0.0;
                    for (d, w) in (-reach..=reach).zip(&weights) {
                        let (dx, dy) = if across { (d, 0) } else { (0, d) };
                        let (x, y) = (x as i32 + dx, y as i32 + dy);
                        // Nothing beyond the edge: it counts as zero.
                        if x >= 0
                            && y >= 0
                            && (x as usize) < from.width
                            && (y as usize) < from.height
                        {
                            sum += w * from.at(x as usize, y as usize);
                        }
                    }
                    out.data[y * from.width + x] = sum / total;
                }
            }
            out
        };
        pass(&pass(self, true), false)
    }
}

//! A picture that shapes are laid on.

use vision::{Frame, Point};

/// A colour, each part of 0 to 255.
pub type Colour = [f32; 3];

/// The pixels of a frame as numbers.
#[derive(Clone)]
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Colour>,
}

impl Canvas {
    pub fn of(frame: &Frame) -> Self {
        let (pixels, _) = frame.rgb().as_chunks::<3>();
        Self {
            width: frame.width(),
            height: frame.height(),
            pixels: pixels.iter().map(|pixel| pixel.map(f32::from)).collect(),
        }
    }

    pub fn frame(&self) -> Frame {
        let values = self.pixels.iter().flatten();
        let rgb = values.map(|v| v.round().clamp(0.0, 255.0) as u8).collect();
        Frame::from_rgb(self.width, self.height, rgb).unwrap()
    }

    /// Luma (ITU-R BT.601) of every pixel.
    pub fn light(&self) -> Vec<f32> {
        let light = |[r, g, b]: &Colour| 0.299 * r + 0.587 * g + 0.114 * b;
        self.pixels.iter().map(light).collect()
    }

    /// Where the pixel `at` has its middle.
    pub fn middle(&self, at: usize) -> Point {
        Point::new(
            (at % self.width) as f32 + 0.5,
            (at / self.width) as f32 + 0.5,
        )
    }

    /// Lays a closed shape over the picture: `strength` is 1 if nothing shines through, `soft` how far its
    /// edge is blurred, in pixels; `colour` is asked about each pixel by its number.
    pub fn lay(
        &mut self,
        outline: &[Point],
        strength: f32,
        soft: f32,
        colour: impl Fn(usize) -> Colour,
    ) {
        let covered = self.smoothed(&self.coverage(outline), soft);
        for (at, (pixel, share)) in self.pixels.iter_mut().zip(covered).enumerate() {
            let share = share * strength;
            if share > 0.0 {
                let laid = colour(at);
                for (under, over) in pixel.iter_mut().zip(laid) {
                    *under += (over - *under) * share;
                }
            }
        }
    }

    /// How much of each pixel lies inside a closed shape, 0 to 1: four lines a pixel, exact along each.
    pub fn coverage(&self, outline: &[Point]) -> Vec<f32> {
        const LINES: usize = 4;
        let mut covered = vec![0.0; self.width * self.height];
        let ends = outline.iter().cycle().skip(1);
        let edges: Vec<(&Point, &Point)> = outline.iter().zip(ends).collect();
        for line in 0..self.height * LINES {
            let y = (line as f32 + 0.5) / LINES as f32;
            let crossed = edges.iter().filter(|(a, b)| (a.y <= y) != (b.y <= y));
            let mut crossed: Vec<f32> = crossed
                .map(|(a, b)| a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y))
                .collect();
            crossed.sort_by(f32::total_cmp);
            let row = &mut covered[line / LINES * self.width..][..self.width];
            for span in crossed.chunks_exact(2) {
                let (from, to) = (span[0], span[1]);
                let inside = row.iter_mut().enumerate().take(to.ceil().max(0.0) as usize);
                for (x, share) in inside.skip(from.max(0.0) as usize) {
                    let length = to.min(x as f32 + 1.0) - from.max(x as f32);
                    *share += length.max(0.0) / LINES as f32;
                }
            }
        }
        covered
    }

    /// One number a pixel, blurred as Gauss has it.
    pub fn smoothed(&self, values: &[f32], sigma: f32) -> Vec<f32> {
        let reach = (sigma * 3.0).ceil() as isize;
        let weights: Vec<f32> = (-reach..=reach)
            .map(|at| (-(at * at) as f32 / (2.0 * sigma * sigma)).exp())
            .collect();
        let sum: f32 = weights.iter().sum();
        let (width, height) = (self.width as isize, self.height as isize);
        let mut values = values.to_vec();
        for (dx, dy) in [(1, 0), (0, 1)] {
            let at = |x: isize, y: isize| {
                values[(y.clamp(0, height - 1) * width + x.clamp(0, width - 1)) as usize]
            };
            let one = |i: isize| {
                let (x, y) = (i % width, i / width);
                let steps = (-reach..=reach).zip(&weights);
                let total: f32 = steps
                    .map(|(step, w)| w * at(x + dx * step, y + dy * step))
                    .sum();
                total / sum
            };
            values = (0..width * height).map(one).collect();
        }
        values
    }
}

/// A closed curve through the points (Catmull and Rom's), four steps from one to the next.
pub fn rounded(points: &[Point]) -> Vec<Point> {
    const STEPS: usize = 4;
    let count = points.len();
    let on = |step: usize| {
        let (from, t) = (step / STEPS, (step % STEPS) as f32 / STEPS as f32);
        let [a, b, c, d] = [count - 1, 0, 1, 2].map(|shift| points[(from + shift) % count]);
        let along = |a: f32, b: f32, c: f32, d: f32| {
            let bent = (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t;
            0.5 * (2.0 * b + (c - a) * t + bent + (3.0 * b - a - 3.0 * c + d) * t * t * t)
        };
        Point::new(along(a.x, b.x, c.x, d.x), along(a.y, b.y, c.y, d.y))
    };
    (0..count * STEPS).map(on).collect()
}

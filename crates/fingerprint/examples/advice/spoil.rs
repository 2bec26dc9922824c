//! Dry, wet and smeared versions of a print, by a simple model. Greys are 0 (black) to 255; ridges are dark.

use fingerprint::GreyImage;

/// What is wrong with a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Ridges are thinned (grey dilation of the light), broken by grains of skin that do not touch, and paler.
    Dry,
    /// Ridges are widened (grey erosion of the light), valleys fill up with moisture, all of them where it is most.
    Wet,
    /// The finger moved: the mean along a short way, and a second, paler impression at its end.
    Smeared,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dry, Self::Wet, Self::Smeared];
}

/// Strengths that are made: slight, clear, strong.
pub const STRENGTHS: [usize; 3] = [1, 2, 3];

/// The picture with this fault; the same seed gives the same picture.
pub fn spoilt(image: &GreyImage, fault: Fault, strength: usize, seed: u64) -> GreyImage {
    let scale = f32::from(image.dpi()) / 500.0;
    let greys = Greys {
        width: image.width(),
        height: image.height(),
        data: image.pixels().iter().map(|p| f32::from(*p)).collect(),
    };
    let white = greys.level(0.95);
    let black = greys.level(0.02);
    let spoilt = match fault {
        Fault::Dry => dry(&greys, strength, white, scale, seed),
        Fault::Wet => wet(&greys, strength, black, scale, seed),
        Fault::Smeared => smeared(&greys, strength, scale, seed),
    };
    let pixels = spoilt.data.iter().map(|v| v.clamp(0.0, 255.0) as u8);
    GreyImage::new(image.width(), image.height(), image.dpi(), pixels.collect())
        .expect("the size it had")
}

/// How much of the dilation is taken, the share of grains that do not touch, and the contrast that stays.
fn dry(image: &Greys, strength: usize, white: f32, scale: f32, seed: u64) -> Greys {
    let (thin, broken, contrast) =
        [(0.5, 0.12, 0.8), (0.8, 0.28, 0.65), (1.0, 0.45, 0.5)][strength - 1];
    let light = image.neighbours(scale, f32::max);
    let grains = Noise::new(image, 4.0 * scale, seed).share(broken);
    image.each(|i, v| {
        let thinned = v + thin * (light.data[i] - v);
        let touching = if grains.above(i) { 0.15 } else { 1.0 };
        white - (white - thinned).max(0.0) * contrast * touching
    })
}

/// How much of the erosion is taken, how far valleys darken everywhere, and the share of the area that fills up.
fn wet(image: &Greys, strength: usize, black: f32, scale: f32, seed: u64) -> Greys {
    let (wide, moist, filled) =
        [(0.5, 0.15, 0.1), (0.8, 0.3, 0.25), (1.0, 0.45, 0.4)][strength - 1];
    let dark = image.neighbours(scale, f32::min);
    let pools = Noise::new(image, 24.0 * scale, seed).share(filled);
    let touched = touched(image, scale);
    image.each(|i, v| {
        let widened = v + wide * (dark.data[i] - v);
        let water = if pools.above(i) { 0.85 } else { moist };
        // Moisture lies where the finger does.
        widened - water * touched.data[i] * (widened - black).max(0.0)
    })
}

/// How far the finger moved in pixels at 500 dpi, in a direction that the seed picks.
fn smeared(image: &Greys, strength: usize, scale: f32, seed: u64) -> Greys {
    let way = [4.0, 7.0, 11.0][strength - 1] * scale;
    let angle = Dice(seed).unit() * std::f32::consts::TAU;
    let (sin, cos) = angle.sin_cos();
    let steps = (way.ceil() as i32).max(1);
    image.each(|i, v| {
        let (x, y) = ((i % image.width) as f32, (i / image.width) as f32);
        let at = |t: f32| image.at(x + t * way * cos, y + t * way * sin);
        let along = (0..=steps)
            .map(|s| at(s as f32 / steps as f32))
            .sum::<f32>()
            / (steps + 1) as f32;
        0.2 * v + 0.5 * along + 0.3 * at(1.0)
    })
}

/// 0 off the finger to 1 on it: how much darker than the background it is around, over a ridge or two.
fn touched(image: &Greys, scale: f32) -> Greys {
    let (white, reach) = (image.level(0.95), (8.0 * scale) as usize);
    let around = image.averaged(reach).averaged(reach);
    let span = (white - image.level(0.02)).max(1.0);
    around.each(|_, v| ((white - v) / span * 4.0 - 0.4).clamp(0.0, 1.0))
}

struct Greys {
    width: usize,
    height: usize,
    data: Vec<f32>,
}

impl Greys {
    fn each(&self, f: impl Fn(usize, f32) -> f32) -> Self {
        let data = self.data.iter().enumerate().map(|(i, v)| f(i, *v));
        Self {
            width: self.width,
            height: self.height,
            data: data.collect(),
        }
    }

    /// The grey below which so many are.
    fn level(&self, share: f32) -> f32 {
        let mut order = self.data.clone();
        order.sort_by(f32::total_cmp);
        order[(share * (order.len() - 1) as f32) as usize]
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let x = (x.round() as i32).clamp(0, self.width as i32 - 1) as usize;
        let y = (y.round() as i32).clamp(0, self.height as i32 - 1) as usize;
        self.data[y * self.width + x]
    }

    /// The lightest or darkest within a disc of 1.5 pixels at 500 dpi.
    fn neighbours(&self, scale: f32, pick: fn(f32, f32) -> f32) -> Self {
        let radius = 1.5 * scale;
        let reach = radius.floor() as i32;
        let disc =
            (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x as f32, y as f32)));
        let disc: Vec<(f32, f32)> = disc.filter(|(x, y)| x.hypot(*y) <= radius).collect();
        self.each(|i, v| {
            let (x, y) = ((i % self.width) as f32, (i / self.width) as f32);
            let around = disc.iter().map(|(dx, dy)| self.at(x + dx, y + dy));
            around.fold(v, pick)
        })
    }

    fn averaged(&self, reach: usize) -> Self {
        let across = self.mean_of(reach, 1, 0);
        across.mean_of(reach, 0, 1)
    }

    fn mean_of(&self, reach: usize, dx: usize, dy: usize) -> Self {
        let reach = reach as i32;
        self.each(|i, _| {
            let (x, y) = ((i % self.width) as f32, (i / self.width) as f32);
            let line = (-reach..=reach).step_by(2);
            let count = line.clone().count() as f32;
            let values =
                line.map(|d| self.at(x + (d * dx as i32) as f32, y + (d * dy as i32) as f32));
            values.sum::<f32>() / count
        })
    }
}

/// A random surface with blots of about one size, and a level over it.
struct Noise {
    values: Vec<f32>,
    level: f32,
}

impl Noise {
    fn new(image: &Greys, size: f32, seed: u64) -> Self {
        let columns = (image.width as f32 / size) as usize + 3;
        let mut dice = Dice(seed);
        let rows = (image.height as f32 / size) as usize + 3;
        let knots: Vec<f32> = (0..columns * rows).map(|_| dice.unit()).collect();
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let values = (0..image.data.len()).map(|i| {
            let (x, y) = (
                (i % image.width) as f32 / size,
                (i / image.width) as f32 / size,
            );
            let (column, row) = (x as usize, y as usize);
            let (tx, ty) = (smooth(x.fract()), smooth(y.fract()));
            let knot = |c: usize, r: usize| knots[(row + r) * columns + column + c];
            let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
            mix(
                mix(knot(0, 0), knot(1, 0), tx),
                mix(knot(0, 1), knot(1, 1), tx),
                ty,
            )
        });
        Self {
            values: values.collect(),
            level: 1.0,
        }
    }

    /// So that this share lies above the level.
    fn share(mut self, share: f32) -> Self {
        let mut order = self.values.clone();
        order.sort_by(f32::total_cmp);
        self.level = order[((1.0 - share) * (order.len() - 1) as f32) as usize];
        self
    }

    fn above(&self, i: usize) -> bool {
        self.values[i] > self.level
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }
}

//! A small pattern of ridges: waves whose phase turns once around each of some places, which so become minutiae.

#![allow(dead_code)]

use fingerprint::GreyImage;

/// Which pattern, and how it was pressed.
#[derive(Clone, Copy)]
pub struct Pattern {
    seed: u32,
    turn: f32,
    dx: f32,
    dy: f32,
    scale: f32,
}

impl Pattern {
    pub fn of(seed: u32) -> Self {
        Self {
            seed,
            turn: 0.0,
            dx: 0.0,
            dy: 0.0,
            scale: 1.0,
        }
    }

    pub fn turned(self, turn: f32) -> Self {
        Self { turn, ..self }
    }

    pub fn moved(self, dx: f32, dy: f32) -> Self {
        Self { dx, dy, ..self }
    }

    pub fn scaled(self, scale: f32) -> Self {
        Self { scale, ..self }
    }
}

/// The pattern in a window of 256 x 288 at 500 dpi (more pixels when scaled).
pub fn image(p: Pattern) -> GreyImage {
    let (width, height) = ((256.0 * p.scale) as usize, (288.0 * p.scale) as usize);
    let places = places(p.seed);
    let (sin, cos) = p.turn.sin_cos();
    let mut pixels = Vec::with_capacity(width * height);
    for i in 0..width * height {
        let x = (i % width) as f32 / p.scale - 128.0 - p.dx;
        let y = (i / width) as f32 / p.scale - 144.0 - p.dy;
        let (u, v) = (cos * x + sin * y, cos * y - sin * x);
        let inside = (u / 105.0).powi(2) + (v / 125.0).powi(2) < 1.0;
        pixels.push(if inside { grey(u, v, &places) } else { 250 });
    }
    GreyImage::new(width, height, (500.0 * p.scale) as u16, pixels).unwrap()
}

/// Arches, with a turn of the phase around each place.
fn grey(u: f32, v: f32, places: &[(f32, f32, f32)]) -> u8 {
    // Where the arches centre and how far apart they are is a finger's own too.
    let own = places.first().map_or((0.0, 0.0), |p| (p.0, p.1));
    let arch = (u - own.0).hypot(v - 150.0 - own.1);
    let mut phase = arch * (std::f32::consts::TAU / (9.0 + own.0 / 90.0));
    for (x, y, sign) in places {
        phase += sign * (v - y).atan2(u - x);
    }
    (128.0 - 105.0 * phase.cos()) as u8
}

fn places(seed: u32) -> Vec<(f32, f32, f32)> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 24) as f32
    };
    let mut places: Vec<(f32, f32, f32)> = Vec::new();
    // Far enough apart that each is one minutia; a bound on tries, so that it ends.
    for _ in 0..400 {
        let (x, y) = (170.0 * next() - 85.0, 200.0 * next() - 100.0);
        let sign = if places.len().is_multiple_of(2) {
            1.0
        } else {
            -1.0
        };
        let inside = (x / 85.0).powi(2) + (y / 105.0).powi(2) < 1.0;
        if inside && places.iter().all(|p| (p.0 - x).hypot(p.1 - y) > 22.0) && places.len() < 30 {
            places.push((x, y, sign));
        }
    }
    places
}

//! Frames of a head, a sheet, a screen or a mask, from a photograph.

use crate::eyes::Eyes;
use crate::faces::{self, depth};
use crate::scene::{Act, Carrier, Scene};
use vision::liveness::Measures;
use vision::{Effort, Engine, Frame, Point, Rect};

/// Side of a composed frame, pixels.
const SIDE: usize = 360;

/// A photograph with its face.
pub struct Stage {
    photograph: Frame,
    face: Rect,
    eyes: Eyes,
}

impl Stage {
    /// `None` if it shows no face that looks ahead with open eyes.
    pub fn of(engine: &Engine, photograph: Frame) -> Option<Self> {
        let face = faces::central(&engine.detect(&photograph).unwrap(), &photograph)?;
        let described = engine.describe(&photograph, &face, Effort::Single);
        let mut described = described.unwrap()?;
        engine.look_at_eyes(&photograph, &mut described).unwrap();
        let landmarks = described.landmarks;
        let seen = Measures::of(&landmarks)?;
        (seen.turn.abs() < 0.18 && seen.openness > 0.2).then_some(())?;
        Some(Self {
            eyes: Eyes::of(&landmarks)?,
            face: face.bounds,
            photograph,
        })
    }

    /// A number that another photograph will hardly have.
    pub fn number(&self) -> u64 {
        let bytes = self.photograph.rgb().iter().step_by(97);
        bytes.fold(7, |sum: u64, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
        })
    }

    /// Frame `n` of a scene.
    pub fn shown(&self, scene: Scene, act: Act, n: u32) -> Frame {
        // A hand or a body trembles.
        let tremble = |by: f32| (n as f32 * by).sin();
        let drift = Point::new(tremble(0.7) * 0.02, tremble(0.5) * 0.015);
        let head = (act.head + tremble(0.9)).to_radians();
        let sheet = (act.sheet + tremble(1.1) * 1.5).to_radians();
        let nod = (act.nod + tremble(0.6) * 1.5).to_radians();
        // Who answers for a print is no print.
        let carrier = if act.other {
            Carrier::Head
        } else {
            scene.carrier
        };
        let half = SIDE as f32 / 2.0;
        let mut rgb = Vec::with_capacity(SIDE * SIDE * 3);
        for y in 0..SIDE {
            for x in 0..SIDE {
                let at = Point::new(
                    (x as f32 - half) / half - drift.x,
                    (y as f32 - half) / half - drift.y,
                );
                rgb.extend(self.pixel(carrier, at, [head, sheet, nod], act.shut));
            }
        }
        Frame::from_rgb(SIDE, SIDE, rgb).unwrap()
    }

    fn pixel(&self, carrier: Carrier, at: Point, turns: [f32; 3], shut: f32) -> [u8; 3] {
        let [head, sheet, nod] = turns;
        let on_sheet = || turned_back(at, sheet, nod, |_, _| 0.0);
        match carrier {
            Carrier::Head => self.colour(turned_back(at, head, nod, depth), shut, 1.0),
            Carrier::Sheet => {
                let on_sheet = on_sheet();
                border(on_sheet).unwrap_or_else(|| {
                    self.colour(turned_back(on_sheet, head, 0.0, depth), shut, 1.0)
                })
            }
            Carrier::Screen => {
                let on_sheet = on_sheet();
                let film = self.colour(turned_back(on_sheet, head, 0.0, depth), shut, 1.0);
                on_screen(border(on_sheet).map_or(film, |_| [20; 3]), on_sheet)
            }
            Carrier::Mask(bent) => {
                let at = turned_back(at, sheet, nod, |u, v| depth(u, v) * bent);
                if (at.x / 0.47).powi(2) + ((at.y + 0.03) / 0.62).powi(2) > 1.0 {
                    return [96, 72, 60];
                }
                let (x, y) = self.place(at);
                let hole = (self.eyes.distance(Point::new(x, y)) - 0.55).abs() < 0.04;
                self.colour(at, shut, if hole { 0.5 } else { 1.0 })
            }
        }
    }

    /// Where a point of the frame is in the photograph, whose face fills the middle half.
    fn place(&self, at: Point) -> (f32, f32) {
        let centre = self.face.centre();
        let height = self.face.height;
        (centre.x + at.x * height, centre.y + at.y * height)
    }

    fn colour(&self, at: Point, shut: f32, light: f32) -> [u8; 3] {
        let (x, y) = self.place(at);
        let (from, lashes) = self.eyes.shut(Point::new(x, y), shut);
        let colour = faces::sample(&self.photograph, from.x, from.y).unwrap_or([128, 126, 120]);
        colour.map(|value| (f32::from(value) * lashes * light) as u8)
    }
}

/// A white border, and a wall behind it.
fn border(at: Point) -> Option<[u8; 3]> {
    let outside = |reach: f32| at.x.abs() > 0.85 + reach || at.y.abs() > 0.9 + reach;
    if outside(0.07) {
        Some([120, 118, 110])
    } else {
        outside(0.0).then_some([245; 3])
    }
}

/// Where on the untouched surface the ray through `at` meets it after it was turned; the camera is four units
/// away.
fn turned_back(at: Point, yaw: f32, pitch: f32, depth: impl Fn(f32, f32) -> f32) -> Point {
    const CAMERA: f32 = 4.0;
    let (yaw_sin, yaw_cos) = yaw.sin_cos();
    let (pitch_sin, pitch_cos) = pitch.sin_cos();
    let (mut u, mut v) = (at.x, at.y);
    for _ in 0..8 {
        let z = depth(u, v);
        let (x, z1) = (u * yaw_cos + z * yaw_sin, z * yaw_cos - u * yaw_sin);
        let (y, z2) = (
            v * pitch_cos + z1 * pitch_sin,
            z1 * pitch_cos - v * pitch_sin,
        );
        let scale = CAMERA / (CAMERA - z2);
        u += at.x - x * scale;
        v += at.y - y * scale;
    }
    Point::new(u, v)
}

/// Lines that beat with the camera's pixels, and a lamp's reflection.
fn on_screen(pixel: [u8; 3], at: Point) -> [u8; 3] {
    let lines = 1.0 + 0.05 * ((at.x * 190.0).sin() + (at.y * 173.0).sin());
    let glare = 90.0 * (-((at.x - 0.45).powi(2) + (at.y + 0.55).powi(2)) / 0.03).exp();
    pixel.map(|value| (f32::from(value) * lines + glare).clamp(0.0, 255.0) as u8)
}

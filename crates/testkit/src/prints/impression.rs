//! One press of a finger on a sensor: what of the skin is seen, how it is bent, and how dry it is.

use super::Image;
use super::dice::{Dice, Surface};
use super::finger::Finger;
use super::flow::size;

/// A sensor's picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sensor {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Pixels an inch.
    pub dpi: u16,
    /// How many greys it tells apart, 2 to 256.
    pub greys: u16,
}

impl Sensor {
    /// What an R307 sends over its serial line: 256 x 288, 16 greys, each times 17.
    pub const R307: Self = Self::of(256, 288, 500, 16);
    /// An optical desk sensor that sees the whole finger.
    pub const DESK: Self = Self::of(388, 374, 500, 256);
    /// A tall optical sensor.
    pub const TALL: Self = Self::of(296, 560, 569, 256);
    /// A small capacitive sensor: part of a finger only.
    pub const SMALL: Self = Self::of(192, 192, 508, 256);

    const fn of(width: usize, height: usize, dpi: u16, greys: u16) -> Self {
        Self {
            width,
            height,
            dpi,
            greys,
        }
    }
}

/// How a finger is put down. Lengths are pixels at 500 dpi (0.0508 mm).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Press {
    /// How far to the right and down the finger's middle lies from the sensor's.
    pub shift: (f32, f32),
    /// The whole finger turned, in degrees anticlockwise.
    pub turn: f32,
    /// The tip's skin turned against its rim, in degrees.
    pub torsion: f32,
    /// How far skin is pushed about, as a deviation.
    pub stretch: f32,
    /// From -1, dry and light: thin broken ridges; to 1, wet and hard: valleys fill up.
    pub pressure: f32,
    /// Dust and skin flakes, from 0 to 1.
    pub dirt: f32,
    /// Half the width and height of the skin that touches.
    pub contact: (f32, f32),
}

impl Press {
    /// A careful press, straight on the middle.
    pub const CAREFUL: Self = Self {
        shift: (0.0, 0.0),
        turn: 0.0,
        torsion: 0.0,
        stretch: 0.0,
        pressure: 0.0,
        dirt: 0.1,
        contact: (150.0, 200.0),
    };

    /// A press as people do them.
    #[must_use]
    pub fn drawn(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "press");
        let pressure = (0.38 * dice.normal()).clamp(-0.9, 0.9);
        Self {
            shift: (16.0 * dice.normal(), 18.0 * dice.normal()),
            turn: 7.0 * dice.normal(),
            torsion: 3.0 * dice.normal(),
            stretch: dice.between(0.5, 3.0),
            pressure,
            dirt: dice.between(0.0, 0.7),
            contact: (
                138.0 + 22.0 * pressure + 10.0 * dice.normal(),
                180.0 + 24.0 * pressure + 12.0 * dice.normal(),
            ),
        }
    }
}

/// Everything random about one press, drawn before its pixels.
struct Scene<'a> {
    finger: &'a Finger,
    press: Press,
    scale: f32,
    centre: (f32, f32),
    bent: (Surface, Surface),
    moisture: Surface,
    grain: Surface,
    speckle: Surface,
    rim: Surface,
    light: Surface,
    creases: f32,
    backdrop: f32,
}

/// The picture that `sensor` takes of `finger`.
pub fn pressed(finger: &Finger, sensor: Sensor, press: Press, seed: u64) -> Image {
    let mut dice = Dice::new(seed, "impression");
    let scale = 500.0 / f32::from(sensor.dpi);
    let scene = Scene::new(finger, press, scale, sensor, &mut dice);
    let mut pixels = Vec::with_capacity(sensor.width * sensor.height);
    for y in 0..sensor.height {
        for x in 0..sensor.width {
            let grey = scene.grey(x, y) + 3.0 * dice.normal();
            pixels.push(told_apart(grey, sensor.greys));
        }
    }
    Image {
        width: sensor.width,
        height: sensor.height,
        dpi: sensor.dpi,
        pixels,
    }
}

/// The nearest of `greys` evenly spaced greys.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn told_apart(grey: f32, greys: u16) -> u8 {
    let step = 255.0 / f32::from(greys.clamp(2, 256) - 1);
    ((grey / step).round() * step).clamp(0.0, 255.0) as u8
}

impl<'a> Scene<'a> {
    #[allow(clippy::cast_precision_loss)]
    fn new(finger: &'a Finger, press: Press, scale: f32, sensor: Sensor, dice: &mut Dice) -> Self {
        let (width, height) = size();
        let mut surface = |cell| Surface::new(dice, width, height, cell);
        Self {
            finger,
            press,
            scale,
            centre: (sensor.width as f32 / 2.0, sensor.height as f32 / 2.0),
            bent: (surface(95.0), surface(95.0)),
            moisture: surface(60.0),
            grain: surface(7.0),
            speckle: surface(2.6),
            rim: surface(14.0),
            light: surface(200.0),
            creases: dice.between(0.4, 1.0),
            backdrop: dice.between(212.0, 244.0),
        }
    }

    /// The brightness at a pixel of the sensor, 0 to 255.
    #[allow(clippy::cast_precision_loss)]
    fn grey(&self, x: usize, y: usize) -> f32 {
        let across = (x as f32 + 0.5 - self.centre.0) * self.scale;
        let down = (y as f32 + 0.5 - self.centre.1) * self.scale;
        let backdrop = self.backdrop + 4.0 * self.light.at(across + 208.0, down + 268.0);
        let touched = self.touched(across, down);
        if touched <= 0.0 {
            return backdrop - self.dust(across, down);
        }
        let (u, v) = self.on_the_finger(across, down);
        let ink = touched * self.ink(u, v);
        backdrop - ink * (backdrop - 38.0) - self.dust(across, down)
    }

    /// From 0, in the air, to 1, well inside the contact; the rim is ragged.
    fn touched(&self, across: f32, down: f32) -> f32 {
        let (dx, dy) = (across - self.press.shift.0, down - self.press.shift.1);
        let (a, b) = self.press.contact;
        let out = ((dx / a).powi(2) + (dy / b).powi(2)).sqrt();
        let ragged = out + 0.02 * self.rim.at(dx + 208.0, dy + 268.0);
        ((1.02 - ragged) / 0.10).clamp(0.0, 1.0)
    }

    /// The point of the skin that lies at a point of the sensor.
    fn on_the_finger(&self, across: f32, down: f32) -> (f32, f32) {
        let (width, height) = size();
        let (dx, dy) = (across - self.press.shift.0, down - self.press.shift.1);
        // The middle sticks to the glass; skin further out follows the bone.
        let out = (dx * dx + dy * dy).sqrt() / 160.0;
        let slip = (out - 0.25).clamp(0.0, 1.0);
        let angle = (self.press.turn + self.press.torsion * slip).to_radians();
        let (sin, cos) = angle.sin_cos();
        let (x, y) = (dx * cos - dy * sin, dx * sin + dy * cos);
        let (u, v) = (x + width / 2.0, y + height / 2.0 - 20.0);
        let stretch = self.press.stretch;
        (
            u + stretch * self.bent.0.at(u, v),
            v + stretch * self.bent.1.at(u, v),
        )
    }

    /// How dark the skin prints at a point: 0 a valley, 1 a ridge.
    fn ink(&self, u: f32, v: f32) -> f32 {
        let press = &self.press;
        let skin = self.finger.skin.at(u, v);
        let dry = (-press.pressure).max(0.0);
        let wet = press.pressure.max(0.0);
        let moisture = 0.55 * press.pressure + 0.22 * self.moisture.at(u, v);
        let grain = (0.13 + 0.22 * dry) * self.grain.at(u, v);
        let speckle = (0.20 + 0.30 * dry - 0.08 * wet) * self.speckle.at(u, v);
        let crease = self.creases * self.finger.crease(u, v);
        let height = skin + moisture + grain + speckle - crease * (1.9 + 4.0 * grain);
        // Valleys of a wet finger are never quite white.
        let ink = 1.0 / (1.0 + (-5.5 * height).exp());
        ink * (0.90 - 0.22 * dry) + 0.10 * wet
    }

    fn dust(&self, across: f32, down: f32) -> f32 {
        let spot = self
            .speckle
            .at(down.abs() * 1.3 + 30.0, across.abs() * 1.1 + 40.0)
            - 2.6;
        60.0 * self.press.dirt * spot.clamp(0.0, 1.0)
    }
}

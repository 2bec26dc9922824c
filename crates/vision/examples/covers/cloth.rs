//! What is laid over a face, lit as the face is.

use crate::canvas::{Canvas, Colour};
use crate::dice::Dice;
use std::f32::consts::{PI, TAU};
use vision::Point;

/// How a cloth, a thing or a skin looks.
pub struct Cloth {
    pub colour: Colour,
    pub stripes: Option<Colour>,
    /// Unevenness, in steps of 255.
    pub noise: f32,
    /// How much darker folds are, as a share.
    pub folds: f32,
    /// Whether it was taken from this photograph, so that its colour is lit already.
    pub from_here: bool,
}

impl Cloth {
    /// One of a plain colour.
    pub fn plain(colour: Colour, noise: f32) -> Self {
        Self {
            colour,
            stripes: None,
            noise,
            folds: 0.0,
            from_here: false,
        }
    }

    /// The colour of every pixel of the picture if all of it were of this. Light and shadow are those of the
    /// photograph, coarsely; `face` is the outline by which its exposure is judged.
    pub fn over(&self, canvas: &Canvas, face: &[Point], dice: &mut Dice) -> Vec<Colour> {
        let light = canvas.light();
        let inside = canvas.coverage(face);
        let weight: f32 = inside.iter().sum::<f32>().max(1.0);
        let weighed = light
            .iter()
            .zip(&inside)
            .map(|(light, share)| light * share);
        let mean = weighed.sum::<f32>() / weight + 1e-3;
        let exposure = match self.from_here {
            true => 1.0,
            false => (mean / 135.0).clamp(0.45, 1.35),
        };
        let (angle, period) = (dice.within(0.0, PI), dice.within(4.0, 14.0));
        let fold = dice.within(2.5, 5.0);
        let grain: Vec<f32> = light.iter().map(|_| dice.bell()).collect();
        let grain = canvas.smoothed(&grain, 0.8);
        let shades = canvas.smoothed(&light, 18.0).into_iter().zip(grain);
        let one = |(at, (shade, grain)): (usize, (f32, f32))| {
            let place = canvas.middle(at);
            let wave = (place.x * angle.cos() + place.y * angle.sin()) / period * TAU;
            let striped = self.stripes.filter(|_| wave.sin() <= 0.0);
            let folds = 1.0 + self.folds * (place.y / fold).sin();
            let shade = (shade / mean).clamp(0.5, 1.6) * exposure * folds;
            striped
                .unwrap_or(self.colour)
                .map(|part| (part * shade + grain * self.noise * 2.0).clamp(0.0, 255.0))
        };
        shades.enumerate().map(one).collect()
    }
}

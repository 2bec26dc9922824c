//! Pictures of each step, because an operator asks why a finger did not match.

use crate::extract::{Analysis, analyse, template_of};
use crate::field::CELL;
use crate::pairing::pair;
use crate::{Error, GreyImage, Kind, Minutia, Prepared, compare};

/// A picture of one step: its name, and a PNG file.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What it shows, fit for a file name: `1-orientation`.
    pub name: &'static str,
    /// The PNG file.
    pub png: Vec<u8>,
}

/// Draws the steps from an image to its minutiae.
///
/// # Errors
/// As [`crate::extract`]; an image with too few minutiae is drawn all the same.
pub fn explain(image: &GreyImage) -> Result<Vec<Picture>, Error> {
    let analysis = analyse(image)?;
    let picture = |name, canvas: Canvas| Picture {
        name,
        png: canvas.png(),
    };
    Ok(vec![
        picture("1-orientation", orientation(&analysis)),
        picture("2-quality", quality(&analysis)),
        picture("3-enhanced", enhanced(&analysis)),
        picture("4-skeleton", skeleton(&analysis)),
        picture("5-minutiae", minutiae(&analysis)),
    ])
}

fn orientation(a: &Analysis) -> Canvas {
    let mut canvas = Canvas::of_image(a);
    for row in 0..a.field.rows {
        for column in 0..a.field.columns {
            let cell = row * a.field.columns + column;
            if a.field.print[cell] {
                let x = (column * CELL + CELL / 2) as f32;
                let y = (row * CELL + CELL / 2) as f32;
                let (sin, cos) = a.field.angle[cell].sin_cos();
                canvas.line(
                    x - 4.0 * cos,
                    y - 4.0 * sin,
                    x + 4.0 * cos,
                    y + 4.0 * sin,
                    RED,
                );
            }
        }
    }
    canvas
}

fn quality(a: &Analysis) -> Canvas {
    let mut canvas = Canvas::new(a.plane.width, a.plane.height);
    for y in 0..a.plane.height {
        for x in 0..a.plane.width {
            let cell = a.field.cell(x, y);
            let q = (a.field.quality[cell] * 255.0) as u8;
            let colour = if a.field.print[cell] {
                [q, q, q]
            } else {
                [q / 2, 0, 0]
            };
            canvas.dot(x as f32, y as f32, colour);
        }
    }
    canvas
}

fn enhanced(a: &Analysis) -> Canvas {
    let mut canvas = Canvas::new(a.plane.width, a.plane.height);
    for y in 0..a.plane.height {
        for x in 0..a.plane.width {
            let v = (128.0 - 160.0 * a.enhanced.at(x, y)).clamp(0.0, 255.0) as u8;
            canvas.dot(x as f32, y as f32, [v, v, v]);
        }
    }
    canvas
}

fn skeleton(a: &Analysis) -> Canvas {
    let mut canvas = Canvas::of_image(a);
    for (i, p) in a.skeleton.pixels.iter().enumerate() {
        if *p == 1 {
            let (x, y) = (i % a.skeleton.width, i / a.skeleton.width);
            canvas.dot(x as f32, y as f32, RED);
        }
    }
    canvas
}

fn minutiae(a: &Analysis) -> Canvas {
    let mut canvas = Canvas::of_image(a);
    for m in &a.minutiae {
        canvas.minutia(m, 0.0, if m.kind == Kind::Ending { RED } else { BLUE });
    }
    canvas
}

type Colour = [u8; 3];
const RED: Colour = [220, 30, 30];
const GREEN: Colour = [0, 150, 60];
const BLUE: Colour = [20, 60, 230];

/// Three bytes a pixel.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    data: Vec<u8>,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            data: vec![255; width * height * 3],
        }
    }

    /// The image itself, paler, so that what is drawn over it stands out.
    fn of_image(a: &Analysis) -> Self {
        let mut canvas = Self::new(a.plane.width, a.plane.height);
        for (pixel, v) in canvas.data.chunks_exact_mut(3).zip(&a.plane.data) {
            pixel.fill((255.0 - 0.7 * v) as u8);
        }
        canvas
    }

    /// Both next to one another, the upper edges level.
    fn beside(&self, other: &Self) -> Self {
        let height = self.height.max(other.height);
        let mut both = Self::new(self.width + other.width, height);
        for (canvas, offset) in [(self, 0), (other, self.width)] {
            for (y, row) in canvas.data.chunks_exact(3 * canvas.width).enumerate() {
                let at = (y * both.width + offset) * 3;
                both.data[at..at + row.len()].copy_from_slice(row);
            }
        }
        both
    }

    fn dot(&mut self, x: f32, y: f32, colour: Colour) {
        let (x, y) = (x.round(), y.round());
        if x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height {
            let at = (y as usize * self.width + x as usize) * 3;
            self.data[at..at + 3].copy_from_slice(&colour);
        }
    }

    fn line(&mut self, x0: f32, y0: f32, x1: f32, y1: f32, colour: Colour) {
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0);
        for i in 0..=steps as usize {
            let t = i as f32 / steps;
            self.dot(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, colour);
        }
    }

    fn minutia(&mut self, m: &Minutia, offset: f32, colour: Colour) {
        let (x, y) = (f32::from(m.x) + offset, f32::from(m.y));
        let (sin, cos) = m.radians().sin_cos();
        for i in 0..24 {
            let (s, c) = (i as f32 * std::f32::consts::TAU / 24.0).sin_cos();
            self.dot(x + 3.0 * c, y + 3.0 * s, colour);
        }
        self.line(
            x + 3.0 * cos,
            y + 3.0 * sin,
            x + 11.0 * cos,
            y + 11.0 * sin,
            colour,
        );
    }

    fn png(&self) -> Vec<u8> {
        png(self.width, self.height, png::ColorType::Rgb, &self.data)
    }
}

/// Encodes pixels; what this module hands over always fits, and what does not gives no bytes.
pub(crate) fn png(width: usize, height: usize, colour: png::ColorType, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width as u32, height as u32);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(data));
    match written {
        Ok(()) => out,
        Err(_) => Vec::new(),
    }
}

/// Two prints side by side, lines between the minutiae that were paired, and in words what the comparison saw.
///
/// # Errors
/// As [`crate::extract`], for either image.
pub fn explain_pair(one: &GreyImage, other: &GreyImage) -> Result<(Picture, String), Error> {
    let (a, b) = (analyse(one)?, analyse(other)?);
    let (left, right) = (Canvas::of_image(&a), Canvas::of_image(&b));
    let mut canvas = left.beside(&right);
    let offset = left.width as f32;
    let (ta, tb) = (template_of(a)?, template_of(b)?);
    let (pa, pb) = (Prepared::new(&ta), Prepared::new(&tb));
    for (minutiae, offset) in [(ta.minutiae(), 0.0), (tb.minutiae(), offset)] {
        for m in minutiae {
            canvas.minutia(m, offset, if m.kind == Kind::Ending { RED } else { BLUE });
        }
    }
    let pairing = pair(&pa, &pb);
    let pairs = pairing.trees.first().map_or(&[][..], |tree| &tree.pairs);
    for p in pairs {
        let (m, n) = (&ta.minutiae()[p.one], &tb.minutiae()[p.other]);
        let (x0, y0) = (f32::from(m.x), f32::from(m.y));
        canvas.line(x0, y0, f32::from(n.x) + offset, f32::from(n.y), GREEN);
    }
    let score = compare(&pa, &pb);
    let said = format!(
        "{} and {} minutiae, {} paired; similarity {:.2}, reached by one in {:.0} comparisons of different fingers ({})",
        ta.minutiae().len(),
        tb.minutiae().len(),
        pairs.len(),
        score.similarity,
        1.0 / score.rate.value(),
        if score.rate.is_extrapolated() {
            "extrapolated from the tail of those counted"
        } else {
            "counted"
        }
    );
    let picture = Picture {
        name: "6-pairs",
        png: canvas.png(),
    };
    Ok((picture, said))
}

//! How a part of a face looks on its chip: light, colour and detail within a polygon of the mesh.

use crate::alignment;
use crate::frame::Frame;
use crate::geometry::Point;
use crate::landmarks::Landmarks;

/// A part of the face as points of the mesh, along its outline.
pub(super) type Outline = &'static [usize];

/// Added to a value before its logarithm is taken: the noise of dark pixels is no contrast.
const DARK: f32 = 8.0;
/// Detail below this is none.
const LEAST_DETAIL: f32 = 3e-3;
/// Fewer pixels say nothing; their surroundings are looked at then.
const LEAST_PIXELS: usize = 6;

/// How a part looks. Logarithms, so that differences are ratios: the light that falls on a face cancels out.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Appearance {
    /// Brightness, natural logarithm.
    pub light: f32,
    /// Red in relation to green.
    pub red: f32,
    /// Blue in relation to green.
    pub blue: f32,
    /// Deviation of the brightness within the part.
    pub contrast: f32,
    /// How much the brightness changes from pixel to pixel, natural logarithm.
    pub detail: f32,
}

/// A chip with the mesh laid on it.
pub(super) struct Chip<'a> {
    chip: &'a Frame,
    mesh: Vec<Point>,
    /// Logarithm of each of the 256 values of a channel.
    logarithm: [f32; 256],
}

impl<'a> Chip<'a> {
    /// `None` if the landmarks lie on one spot. `chip` is cut by [`alignment::chip`].
    pub fn of(chip: &'a Frame, landmarks: &Landmarks) -> Option<Self> {
        let on_chip = alignment::dlib(landmarks)?.inverse()?;
        let mesh = landmarks.points.iter().map(|p| on_chip.apply(*p));
        Some(Self {
            chip,
            mesh: mesh.collect(),
            logarithm: std::array::from_fn(|value| (value as f32 + DARK).ln()),
        })
    }

    /// How the part within `outline` looks; of a part outside of the chip, what is nearest to it.
    pub fn appearance(&self, outline: Outline) -> Option<Appearance> {
        let corners = outline.iter().map(|index| self.mesh.get(*index).copied());
        let corners: Vec<Point> = corners.collect::<Option<_>>()?;
        let mut pixels = self.within(&corners);
        if pixels.len() < LEAST_PIXELS {
            pixels = self.about(&corners);
        }
        Some(self.look(&pixels))
    }

    #[allow(clippy::cast_precision_loss)] // pixels of a chip
    fn look(&self, pixels: &[(usize, usize)]) -> Appearance {
        let count = pixels.len().max(1) as f32;
        let (mut sum, mut square, mut change) = ([0.0; 3], 0.0, 0.0);
        for &(x, y) in pixels {
            let light = self.light(x, y);
            let [red, green, blue] = self.pixel(x, y).map(|value| self.log(value));
            for (sum, value) in sum.iter_mut().zip([light, red - green, blue - green]) {
                *sum += value;
            }
            square += light * light;
            let across = (self.light(x + 1, y) - self.light(x.saturating_sub(1), y)) / 2.0;
            let down = (self.light(x, y + 1) - self.light(x, y.saturating_sub(1))) / 2.0;
            change += across * across + down * down;
        }
        let [light, red, blue] = sum.map(|sum| sum / count);
        Appearance {
            light,
            red,
            blue,
            contrast: (square / count - light * light).max(0.0).sqrt(),
            detail: ((change / count).sqrt() + LEAST_DETAIL).ln(),
        }
    }

    /// Logarithm of the luma (ITU-R BT.601) of a pixel.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 255
    fn light(&self, x: usize, y: usize) -> f32 {
        let [red, green, blue] = self.pixel(x, y).map(f32::from);
        self.log((0.299 * red + 0.587 * green + 0.114 * blue).round() as u8)
    }

    /// A pixel, or the nearest one of the chip.
    fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let last = |side: usize| side.saturating_sub(1);
        let (x, y) = (
            x.min(last(self.chip.width())),
            y.min(last(self.chip.height())),
        );
        self.chip.pixel(x, y)
    }

    fn log(&self, value: u8) -> f32 {
        self.logarithm
            .get(usize::from(value))
            .copied()
            .unwrap_or_default()
    }

    /// The pixels whose centres lie within a polygon, by the even-odd rule.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )] // pixels of a chip
    fn within(&self, corners: &[Point]) -> Vec<(usize, usize)> {
        let mut pixels = Vec::new();
        let low = corners.iter().map(|p| p.y).fold(f32::MAX, f32::min);
        let high = corners.iter().map(|p| p.y).fold(f32::MIN, f32::max);
        let height = self.chip.height();
        for y in (low.max(0.0) as usize)..(high.ceil().max(0.0) as usize).min(height) {
            let mut edges = crossings(corners, y as f32 + 0.5);
            edges.sort_by(f32::total_cmp);
            for pair in edges.chunks_exact(2) {
                let &[from, to] = pair else { continue };
                let first = (from - 0.5).ceil().max(0.0) as usize;
                let end = ((to - 0.5).ceil().max(0.0) as usize).min(self.chip.width());
                pixels.extend((first..end).map(|x| (x, y)));
            }
        }
        pixels
    }

    /// The pixels about the middle of a polygon that is too small, or outside.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )] // pixels of a chip
    fn about(&self, corners: &[Point]) -> Vec<(usize, usize)> {
        const REACH: usize = 2;
        let count = corners.len().max(1) as f32;
        let middle = |sum: f32, side: usize| {
            let last = side.saturating_sub(REACH + 1).max(REACH);
            ((sum / count).max(0.0) as usize).clamp(REACH, last)
        };
        let x = middle(corners.iter().map(|p| p.x).sum(), self.chip.width());
        let y = middle(corners.iter().map(|p| p.y).sum(), self.chip.height());
        let around = |at: usize| at - REACH..=at + REACH;
        around(y)
            .flat_map(|y| around(x).map(move |x| (x, y)))
            .collect()
    }
}

/// Where a level line crosses the edges of a polygon.
fn crossings(corners: &[Point], y: f32) -> Vec<f32> {
    let next = corners.iter().cycle().skip(1);
    let edges = corners.iter().zip(next);
    edges
        .filter(|(a, b)| (a.y <= y) != (b.y <= y))
        .map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::CHIP_SIDE;
    use proptest::prelude::*;

    /// A chip on which the mesh lies as [`alignment::dlib`] wants it, with a square part of `side` pixels at (40, 60).
    fn placed(pixel: impl Fn(usize, usize) -> [u8; 3], side: f32) -> (Frame, Landmarks) {
        let rgb = (0..CHIP_SIDE * CHIP_SIDE).flat_map(|i| pixel(i % CHIP_SIDE, i / CHIP_SIDE));
        let chip = Frame::from_rgb(CHIP_SIDE, CHIP_SIDE, rgb.collect()).unwrap();
        let mut points = vec![Point::default(); 468];
        // Where dlib's reference puts the five of its points on a chip of this size.
        for (index, x, y) in [
            (263, 110.957, 46.35),
            (362, 89.606, 47.897),
            (33, 37.057, 46.373),
            (133, 58.409, 47.906),
            (2, 74.011, 87.78),
        ] {
            points[index] = Point::new(x, y);
        }
        let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
        for (index, (x, y)) in (10..).zip(corners) {
            points[index] = Point::new(40.0 + x, 60.0 + y);
        }
        let landmarks = Landmarks {
            points,
            presence: 1.0,
            nod: 0.0,
        };
        (chip, landmarks)
    }

    const PART: Outline = &[10, 11, 12, 13];

    fn looks(pixel: impl Fn(usize, usize) -> [u8; 3], side: f32) -> Appearance {
        let (chip, landmarks) = placed(pixel, side);
        Chip::of(&chip, &landmarks)
            .unwrap()
            .appearance(PART)
            .unwrap()
    }

    #[test]
    fn only_the_pixels_of_the_part_count() {
        let inside = |x, y| (40..60).contains(&x) && (60..80).contains(&y);
        let part = looks(|x, y| [if inside(x, y) { 200 } else { 20 }; 3], 20.0);
        assert!((part.light - 208f32.ln()).abs() < 0.02, "{part:?}");
        assert!(part.contrast < 0.01);
        let grey = looks(|_, _| [120; 3], 20.0);
        assert_eq!((grey.red, grey.blue), (0.0, 0.0));
        assert!((grey.detail - LEAST_DETAIL.ln()).abs() < 1e-3);
    }

    #[test]
    fn stripes_have_more_contrast_and_detail_than_one_colour() {
        let stripes = looks(|x, _| [if x % 4 < 2 { 60 } else { 180 }; 3], 20.0);
        let plain = looks(|_, _| [120; 3], 20.0);
        assert!(stripes.contrast > plain.contrast + 0.3);
        assert!(stripes.detail > plain.detail + 2.0);
    }

    #[test]
    fn a_mesh_with_a_point_nowhere_and_a_tiny_chip_are_looked_at_all_the_same() {
        let (chip, mut landmarks) = placed(|_, _| [120; 3], 20.0);
        landmarks.points[11].x = f32::NAN;
        let look = |chip: &Frame| Chip::of(chip, &landmarks).unwrap().appearance(PART);
        assert!(look(&chip).unwrap().light.is_finite());
        let tiny = Frame::from_rgb(2, 2, vec![120; 12]).unwrap();
        assert!(look(&tiny).unwrap().light.is_finite());
    }

    proptest! {
        #[test]
        fn any_part_has_an_appearance_however_small_and_wherever_it_lies(
            side in -400.0f32..400.0, value in 0u8..=255,
        ) {
            let part = looks(|x, _| [value, (x * 3 % 256) as u8, 255 - value], side);
            for number in [part.light, part.red, part.blue, part.contrast, part.detail] {
                prop_assert!(number.is_finite());
            }
        }
    }
}

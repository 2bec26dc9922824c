//! Pictures as the nets take them.

use crate::frame::Frame;
use serde::Deserialize;

/// In which order a net's input lies in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One plane for each colour.
    #[default]
    Nchw,
    /// Pixel after pixel.
    Nhwc,
}

/// How a pixel becomes numbers: (value - mean) * scale, in the net's order of colours.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Normalise {
    /// Subtracted from the first, second, third colour of the net's order.
    pub mean: [f32; 3],
    /// Then multiplied with.
    pub scale: [f32; 3],
    /// Blue comes first.
    pub bgr: bool,
    /// Order in memory.
    pub layout: Layout,
}

/// Where a picture lies in a net's larger view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// Width of the view in pixels.
    pub width: usize,
    /// Height of the view in pixels.
    pub height: usize,
    /// Columns before the picture.
    pub left: usize,
    /// Rows above the picture.
    pub top: usize,
}

impl Normalise {
    /// Red first, in planes, the same for each colour: (value - `mean`) / `spread`.
    pub const fn planes(mean: [f32; 3], spread: f32) -> Self {
        Self {
            mean,
            scale: [1.0 / spread; 3],
            bgr: false,
            layout: Layout::Nchw,
        }
    }

    /// Appends a whole picture to `input`.
    pub fn picture(&self, picture: &Frame, input: &mut Vec<f32>) {
        let spot = Spot {
            width: picture.width(),
            height: picture.height(),
            left: 0,
            top: 0,
        };
        self.within(picture.rgb(), picture.width(), spot, input);
    }

    /// Appends a view to `input`, with a picture of `width` columns in it and black around.
    pub fn within(&self, rgb: &[u8], width: usize, spot: Spot, input: &mut Vec<f32>) {
        let start = input.len();
        let area = spot.width * spot.height;
        input.resize(start + area * 3, 0.0);
        let view = input.get_mut(start..).unwrap_or_default();
        match self.layout {
            Layout::Nchw => self.planar(rgb, width, spot, view),
            Layout::Nhwc => self.interleaved(rgb, width, spot, view),
        }
    }

    /// The channel of the picture that is the net's `index`th, with its mean and scale.
    fn colour(&self, index: usize) -> (usize, f32, f32) {
        let channel = if self.bgr { 2 - index } else { index };
        (channel, self.mean[index], self.scale[index])
    }

    fn planar(&self, rgb: &[u8], width: usize, spot: Spot, view: &mut [f32]) {
        let area = spot.width * spot.height;
        let whole = width == spot.width && rgb.len() == area * 3;
        for (index, plane) in view.chunks_exact_mut(area.max(1)).enumerate().take(3) {
            let (channel, mean, scale) = self.colour(index);
            if !whole {
                plane.fill(-mean * scale);
            }
            let rows = plane.chunks_exact_mut(spot.width.max(1)).skip(spot.top);
            for (row, pixels) in rows.zip(rgb.chunks_exact((width * 3).max(1))) {
                let (pixels, _) = pixels.as_chunks::<3>();
                for (value, pixel) in row.iter_mut().skip(spot.left).zip(pixels) {
                    *value = (f32::from(pixel[channel]) - mean) * scale;
                }
            }
        }
    }

    fn interleaved(&self, rgb: &[u8], width: usize, spot: Spot, view: &mut [f32]) {
        let colours = [0, 1, 2].map(|index| self.colour(index));
        let (pixels, _) = view.as_chunks_mut::<3>();
        pixels.fill(colours.map(|(_, mean, scale)| -mean * scale));
        let rows = pixels.chunks_exact_mut(spot.width.max(1)).skip(spot.top);
        for (row, source) in rows.zip(rgb.chunks_exact((width * 3).max(1))) {
            let (source, _) = source.as_chunks::<3>();
            for (value, pixel) in row.iter_mut().skip(spot.left).zip(source) {
                *value = colours
                    .map(|(channel, mean, scale)| (f32::from(pixel[channel]) - mean) * scale);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOT: Spot = Spot {
        width: 3,
        height: 2,
        left: 1,
        top: 1,
    };

    fn view(layout: Layout, bgr: bool) -> Vec<f32> {
        let normalise = Normalise {
            mean: [10.0, 20.0, 30.0],
            scale: [1.0, 0.5, 0.1],
            bgr,
            layout,
        };
        let mut input = Vec::new();
        normalise.within(&[11, 22, 40], 1, SPOT, &mut input);
        input
    }

    #[test]
    fn a_picture_lies_in_its_spot_and_the_rest_is_black() {
        let planes = view(Layout::Nchw, false);
        assert_eq!(planes.len(), 18);
        assert_eq!(planes[..6], [-10.0, -10.0, -10.0, -10.0, 1.0, -10.0]);
        assert_eq!(planes[10..12], [1.0, -10.0]);
        let pixels = view(Layout::Nhwc, false);
        assert_eq!(pixels[12..15], [1.0, 1.0, 1.0]);
        assert_eq!(pixels[..3], [-10.0, -10.0, -3.0]);
    }

    #[test]
    fn a_net_may_take_blue_first() {
        let pixels = view(Layout::Nhwc, true);
        assert_eq!(pixels[12..14], [30.0, 1.0]);
    }
}

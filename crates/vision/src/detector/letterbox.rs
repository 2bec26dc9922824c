//! Fitting a frame into the view of a net.

use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::{Point, Rect};
use crate::inference::{Normalise, Outputs, Spot};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// What a detector computes with, used again for the next frame.
#[derive(Default)]
pub struct Workspace {
    resizer: Resizer,
    small: Vec<u8>,
    /// The net's input.
    pub input: Vec<f32>,
    /// What the net yields.
    pub outputs: Outputs,
}

/// How a frame was fitted into a view.
#[derive(Clone, Copy, Debug)]
pub struct Letterbox {
    scale: f32,
    left: f32,
    top: f32,
}

impl Letterbox {
    /// Shrinks the frame into the middle of a view of `width` x `height` pixels, black around, and
    /// writes it to the workspace's input.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the frame cannot be resized.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    pub fn fit(
        frame: &Frame,
        (width, height): (usize, usize),
        normalise: &Normalise,
        workspace: &mut Workspace,
    ) -> Result<Self, VisionError> {
        let bounds = frame.bounds();
        let scale = (width as f32 / bounds.width).min(height as f32 / bounds.height);
        let fitted_width = ((bounds.width * scale).round() as usize).clamp(1, width);
        let fitted_height = ((bounds.height * scale).round() as usize).clamp(1, height);
        workspace.shrink(frame, fitted_width, fitted_height)?;
        let spot = Spot {
            width,
            height,
            left: (width - fitted_width) / 2,
            top: (height - fitted_height) / 2,
        };
        workspace.input.clear();
        normalise.within(&workspace.small, fitted_width, spot, &mut workspace.input);
        Ok(Self {
            scale,
            left: spot.left as f32,
            top: spot.top as f32,
        })
    }

    /// Where a point of the view lies in the frame.
    pub fn point(&self, x: f32, y: f32) -> Point {
        Point::new((x - self.left) / self.scale, (y - self.top) / self.scale)
    }

    /// Where a box of the view lies in the frame.
    pub fn area(&self, x: f32, y: f32, width: f32, height: f32) -> Rect {
        let corner = self.point(x, y);
        Rect {
            x: corner.x,
            y: corner.y,
            width: width / self.scale,
            height: height / self.scale,
        }
    }
}

impl Workspace {
    #[allow(clippy::cast_possible_truncation)] // both sides are at most those of a view
    fn shrink(&mut self, frame: &Frame, width: usize, height: usize) -> Result<(), VisionError> {
        let failed = |e: &dyn std::fmt::Display| VisionError::Inference(format!("resizing: {e}"));
        let side = |pixels: usize| u32::try_from(pixels).map_err(|e| failed(&e));
        let (from_width, from_height) = (side(frame.width())?, side(frame.height())?);
        let source = ImageRef::new(from_width, from_height, frame.rgb(), PixelType::U8x3)
            .map_err(|e| failed(&e))?;
        self.small.resize(width * height * 3, 0);
        let mut target = Image::from_slice_u8(
            width as u32,
            height as u32,
            &mut self.small,
            PixelType::U8x3,
        )
        .map_err(|e| failed(&e))?;
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        self.resizer
            .resize(&source, &mut target, &options)
            .map_err(|e| failed(&e))
    }
}

//! How many faces are found, by their height in a camera's frame.

use super::lists::Listed;
use super::measure::{Described, central, side_by_side};
use anyhow::{Context, Result};
use serde::Serialize;
use vision::{Engine, Frame, Limits, Point, Rect};

/// Sides of the frame in pixels.
const FRAME: (usize, usize) = (640, 480);
/// JPEG quality of the frame.
const QUALITY: u8 = 85;
/// Heights of faces in pixels.
const HEIGHTS: [f32; 7] = [24.0, 32.0, 48.0, 64.0, 100.0, 200.0, 400.0];

/// Share of faces found.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Recall {
    /// Height of the face in pixels.
    pub height: f32,
    /// Faces of this height.
    pub faces: usize,
    /// Share found, 0 to 1.
    pub found: f64,
}

/// Puts up to `count` photographs into frames of a camera, so that the face has each height, and looks for
/// it there. A face that no frame of its photograph showed is not among them.
///
/// # Errors
/// When a photograph cannot be read or a net fails.
pub fn measure(
    engine: &Engine,
    described: &Described,
    listed: &[Listed],
    count: usize,
    threads: usize,
) -> Result<Vec<Recall>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let step = (listed.len() / count).max(1);
    let some: Vec<&Listed> = listed.iter().step_by(step).take(count).collect();
    let found = side_by_side(&some, threads, "photographs made smaller", |listed| {
        let Some(image) = described.images.get(&listed.name) else {
            return Ok(None);
        };
        let bytes =
            std::fs::read(&listed.path).with_context(|| listed.path.display().to_string())?;
        let photograph = Frame::decode(&bytes, Limits::UPLOAD)?;
        let each = HEIGHTS.map(|height| is_found(engine, &photograph, &image.bounds, height));
        let each: Result<Vec<bool>> = each.into_iter().collect();
        each.map(Some)
    })?;
    let found: Vec<Vec<bool>> = found.into_iter().flatten().collect();
    let share = |at: usize| {
        let yes = found
            .iter()
            .filter(|each| each.get(at) == Some(&true))
            .count();
        yes as f64 / found.len().max(1) as f64
    };
    let heights = HEIGHTS.iter().enumerate();
    Ok(heights
        .map(|(at, &height)| Recall {
            height,
            faces: found.len(),
            found: share(at),
        })
        .collect())
}

#[allow(clippy::cast_precision_loss)] // sides of a frame
fn is_found(engine: &Engine, photograph: &Frame, face: &Rect, height: f32) -> Result<bool> {
    let (width, frame_height) = FRAME;
    let middle = Point::new(width as f32 / 2.0, frame_height as f32 / 2.0);
    let scale = face.height / height;
    let scene = photograph.placed(face.centre(), middle, scale, FRAME)?;
    let frame = Frame::decode(&scene.to_jpeg(QUALITY)?, Limits::LIVE)?;
    let found = central(&engine.detect(&frame)?, &frame);
    Ok(found.is_some_and(|found| {
        let away = found.bounds.centre().distance(middle);
        away < height / 2.0 && (0.5..2.0).contains(&(found.bounds.height / height))
    }))
}

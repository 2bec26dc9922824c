//! Whether a spoof model does what it is for, on known photographs.

use super::self_test::read;
use crate::engine::Engine;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::Rect;
use crate::liveness::SpoofNet;
use crate::samples;

/// Photographs that show some dozen people from near.
const PHOTOGRAPHS: [&str; 6] = [
    "sample1.jpg",
    "sample2.jpg",
    "sample3.jpg",
    "sample4.jpg",
    "sample5.jpg",
    "sample6.jpg",
];
/// Scores that differ by no more are the same.
const SAME: f32 = 1e-6;

/// Shows each of the engine's spoof models the faces on the photographs of [`crate::samples`]. Says in words which scores
/// they gave: these are photographs of living people, and of no pictures.
///
/// # Errors
/// [`VisionError::Model`] if a model fails, answers otherwise than its card says, or the same for every face.
pub fn spoof_self_test(engine: &Engine) -> Result<String, VisionError> {
    let nets = engine.spoof().map_or(&[][..], |spoof| spoof.nets());
    let Some(folder) = samples::dir() else {
        return Ok(
            "loads and runs; not tried on people, for the sample photographs are not here \
                   (GATEBOOK_SAMPLES names their folder)"
                .into(),
        );
    };
    let mut faces = Vec::new();
    for name in PHOTOGRAPHS {
        let frame = read(&folder, name)?;
        let found = engine.detect(&frame)?;
        let found = found.into_iter().map(|face| face.bounds);
        faces.push((frame, found.collect::<Vec<Rect>>()));
    }
    let said: Result<Vec<String>, VisionError> = nets.iter().map(|net| told(net, &faces)).collect();
    Ok(said?.join("; "))
}

/// What one model makes of the faces.
fn told(net: &SpoofNet, photographs: &[(Frame, Vec<Rect>)]) -> Result<String, VisionError> {
    let wrong = |why: String| VisionError::Model(format!("{}: {why}", net.name()));
    let (mut scores, mut mistaken) = (Vec::new(), 0);
    for (frame, faces) in photographs {
        for bounds in faces {
            scores.push(net.score(frame, bounds)?);
            mistaken += usize::from(net.mistakes(frame, bounds)?);
        }
    }
    scores.sort_by(f32::total_cmp);
    let (Some(least), Some(most)) = (scores.first(), scores.last()) else {
        return Err(wrong("the detector finds nobody on the photographs".into()));
    };
    if most - least <= SAME {
        return Err(wrong(format!(
            "it gives each of {} faces the same score, {most:.4}",
            scores.len()
        )));
    }
    if mistaken == scores.len() {
        return Err(wrong(
            "each of its answers is a probability already: spoof.answers has to be \"probabilities\"".into(),
        ));
    }
    let median = scores.get(scores.len() / 2).unwrap_or(most);
    let real = scores.iter().filter(|score| **score >= net.threshold());
    Ok(format!(
        "of {} faces on photographs {} are held to be real at {}; scores from {least:.4} to {most:.4}, the median {median:.4}",
        scores.len(),
        real.count(),
        net.threshold()
    ))
}

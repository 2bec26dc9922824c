//! Whether models do what they are for, on known photographs.

use crate::embedder::Effort;
use crate::engine::Engine;
use crate::error::VisionError;
use crate::frame::{Frame, Limits};
use crate::geometry::Rect;
use crate::samples;
use crate::template::Template;
use crate::threshold;
use std::path::Path;

/// A sheet of small portraits whose first row shows one man, and how many of it are taken.
const SHEET: (&str, u16) = ("screenshot-facematch.jpg", 7);
/// A photograph of four other people.
const OTHERS: (&str, usize) = ("sample6.jpg", 4);

/// Looks at the photographs of [`crate::samples`]: everybody has to be found, one man on seven pictures has
/// to be alike, and others have to be unlike him. Says in words what was measured.
///
/// Where the photographs are not on this machine, an empty picture is looked at.
///
/// # Errors
/// [`VisionError::Model`] which says what the models did not do.
pub fn self_test(engine: &Engine) -> Result<String, VisionError> {
    let Some(folder) = samples::dir() else {
        let blank = Frame::from_rgb(640, 480, vec![128; 640 * 480 * 3]);
        let blank = blank.ok_or_else(|| VisionError::Model("no picture".into()))?;
        engine.analyse(&blank)?;
        return Ok(
            "loads and runs; not tried on people, for the sample photographs are not here \
                   (GATEBOOK_SAMPLES names their folder)"
                .into(),
        );
    };
    let man = one_man(engine, &folder)?;
    let others = strangers(engine, &folder)?;
    let wanted = threshold::alike();
    let pairs = pairs(&man);
    let alike = pairs.iter().filter(|cosine| **cosine >= wanted).count();
    let nearest = others
        .iter()
        .flat_map(|other| man.iter().map(|own| own.cosine(other)))
        .fold(-1.0, f32::max);
    if alike * 10 < pairs.len() * 9 {
        return Err(VisionError::Model(format!(
            "of {} pairs of one man only {alike} reach {wanted}",
            pairs.len()
        )));
    }
    if nearest >= wanted {
        return Err(VisionError::Model(format!(
            "somebody else is as alike as {nearest:.3}; a person has {wanted}"
        )));
    }
    Ok(format!(
        "{alike} of {} pairs of one man reach {wanted}, the most alike of {} others has {nearest:.3}",
        pairs.len(),
        others.len()
    ))
}

pub(super) fn read(folder: &Path, name: &str) -> Result<Frame, VisionError> {
    let bytes = std::fs::read(folder.join(name))
        .map_err(|e| VisionError::Model(format!("{}: {e}", folder.join(name).display())))?;
    Frame::decode(&bytes, Limits::UPLOAD)
}

fn one_man(engine: &Engine, folder: &Path) -> Result<Vec<Template>, VisionError> {
    let (name, columns) = SHEET;
    let sheet = read(folder, name)?;
    let mut templates = Vec::new();
    for column in 0..columns {
        // Tiles of 104 pixels.
        let tile = sheet.crop(&Rect {
            x: (3.4 + 106.4 * f32::from(column)).round(),
            y: 284.0,
            width: 104.0,
            height: 104.0,
        });
        let tile = tile.ok_or_else(|| VisionError::Model(format!("{name} is too small")))?;
        let faces = engine.analyse_with(&tile, Effort::Mirrored)?;
        templates.extend(faces.into_iter().next().map(|face| face.template));
    }
    if templates.len() < usize::from(columns) {
        return Err(VisionError::Model(format!(
            "{} of {columns} small portraits have no face",
            usize::from(columns) - templates.len()
        )));
    }
    Ok(templates)
}

fn strangers(engine: &Engine, folder: &Path) -> Result<Vec<Template>, VisionError> {
    let (name, people) = OTHERS;
    let faces = engine.analyse_with(&read(folder, name)?, Effort::Mirrored)?;
    if faces.len() != people {
        return Err(VisionError::Model(format!(
            "{} faces were found where {people} people are",
            faces.len()
        )));
    }
    Ok(faces.into_iter().map(|face| face.template).collect())
}

/// The cosines of all pairs.
fn pairs(templates: &[Template]) -> Vec<f32> {
    let with_later = |(index, one): (usize, &Template)| -> Vec<f32> {
        let later = templates.iter().skip(index + 1);
        later.map(|other| one.cosine(other)).collect()
    };
    templates.iter().enumerate().flat_map(with_later).collect()
}

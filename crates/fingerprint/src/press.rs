//! What can be said of one press beside its template: where it lies, how wet it is, how much of a finger it shows.

use crate::enrolment::Advice;
use crate::extract::{Analysis, analyse, template_of};
use crate::field::CELL;
use crate::{Error, GreyImage, Template};

/// One press, examined.
#[derive(Debug, Clone, PartialEq)]
pub struct Impression {
    /// Its template.
    pub template: Template,
    /// Square millimetres of ridges.
    pub area: f32,
    /// Share of the print that is dark, 0 to 1: about a half when the finger is neither dry nor wet.
    pub darkness: f32,
    /// How far the middle of the print lies from the middle of the window, as shares of its sides, -0.5 to 0.5.
    pub offset: (f32, f32),
}

/// Makes a template of a press and looks at how it was pressed.
///
/// # Errors
/// As [`crate::extract`].
pub fn examine(image: &GreyImage) -> Result<Impression, Error> {
    let analysis = analyse(image)?;
    let (area, offset) = place(&analysis);
    let darkness = darkness(&analysis);
    Ok(Impression {
        template: template_of(analysis)?,
        area,
        darkness,
        offset,
    })
}

/// Below this quality ([`Template::quality`]) a press is not clear enough to enrol. This bound and the next two were chosen
/// on FVC2002 DB1_B and DB3_B with prints made dry, wet and smeared; docs/measurements.md tells what they do on others.
const CLEAR: u8 = 23;
/// An unclear press that is dark on less of its area than this is dry, ...
const DRY: f32 = 0.48;
/// ... and one that is dark on more than this is wet.
const WET: f32 = 0.6;

impl Impression {
    /// What to do before the next press, if this one is not good enough to enrol.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        let unclear = self.template.quality() < CLEAR;
        if unclear && self.darkness < DRY {
            Some(Advice::Dry)
        } else if unclear && self.darkness > WET {
            Some(Advice::Wet)
        } else if self.offset.0.abs() > 0.22 || self.offset.1.abs() > 0.26 {
            Some(Advice::Misplaced)
        } else if self.area < 60.0 || self.template.minutiae().len() < 10 {
            Some(Advice::Partial)
        } else if unclear {
            Some(Advice::Unclear)
        } else {
            None
        }
    }
}

/// Area in square millimetres, and the offset of its middle.
fn place(analysis: &Analysis) -> (f32, (f32, f32)) {
    let field = &analysis.field;
    let cells = field.print.iter().filter(|p| **p).count() as f32;
    let side = CELL as f32 * 25.4 / 500.0;
    let (x, y) = field.middle();
    let share = |at: f32, whole: usize| at / whole as f32 - 0.5;
    let offset = (
        share(x, analysis.plane.width),
        share(y, analysis.plane.height),
    );
    (cells * side * side, offset)
}

/// Share of the print's pixels that are darker than halfway between its darkest and its lightest tenth.
fn darkness(analysis: &Analysis) -> f32 {
    let plane = &analysis.plane;
    let mut counts = [0u32; 256];
    for y in 0..plane.height {
        for x in 0..plane.width {
            if analysis.field.print[analysis.field.cell(x, y)] {
                counts[plane.at(x, y).clamp(0.0, 255.0) as usize] += 1;
            }
        }
    }
    let total: u32 = counts.iter().sum();
    let level = |share: f32| {
        let wanted = (share * total as f32) as u32;
        let mut sum = 0;
        counts.iter().position(|c| {
            sum += c;
            sum > wanted
        })
    };
    let (low, high) = (level(0.1).unwrap_or(0), level(0.9).unwrap_or(255));
    // The plane is high where it is dark.
    let dark: u32 = counts[(low + high) / 2..].iter().sum();
    dark as f32 / total.max(1) as f32
}

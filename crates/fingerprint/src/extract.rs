//! From an image to a template.

use crate::field::{CELL, Field, directions, normalise, periods};
use crate::gabor::enhance;
use crate::image::GreyImage;
use crate::minutiae::{self, Minutia};
use crate::plane::Plane;
use crate::ridges::Ridges;
use crate::skeleton::Skeleton;
use crate::{Error, Template};

/// Fewer minutiae than this tell nobody apart.
const NEEDED: usize = 6;
/// Least share of a cell's contrast that has to be ridges.
const RIDGY: f32 = 0.12;
/// Least number of cells of a print: about 6 x 6 mm. An enrolment wants more ([`crate::Impression::advice`]).
const LEAST_CELLS: usize = 210;

/// Everything that is known of an image on the way to its template.
pub(crate) struct Analysis {
    pub plane: Plane,
    pub field: Field,
    pub enhanced: Plane,
    pub skeleton: Skeleton,
    pub minutiae: Vec<Minutia>,
}

/// Makes a template of a print.
///
/// # Errors
/// [`Error::Blank`], [`Error::NoRidges`] or [`Error::TooFewMinutiae`] when there is no print to be seen.
pub fn extract(image: &GreyImage) -> Result<Template, Error> {
    template_of(analyse(image)?)
}

pub(crate) fn template_of(analysis: Analysis) -> Result<Template, Error> {
    let found = analysis.minutiae.len();
    if found < NEEDED {
        return Err(Error::TooFewMinutiae {
            found,
            needed: NEEDED,
        });
    }
    let template = Template {
        width: analysis.plane.width as u16,
        height: analysis.plane.height as u16,
        quality: overall(&analysis.field),
        ridges: Ridges::sampled(&analysis.enhanced, &analysis.field),
        minutiae: analysis.minutiae,
    };
    Ok(template.fitted())
}

fn overall(field: &Field) -> u8 {
    let inside = field.quality.iter().zip(&field.print).filter(|(_, p)| **p);
    let (sum, count) = inside.fold((0.0, 0.0), |(s, n), (q, _)| (s + q, n + 1.0f32));
    (100.0 * sum / count.max(1.0)).clamp(0.0, 100.0) as u8
}

/// Runs all steps, and keeps what each of them made.
pub(crate) fn analyse(image: &GreyImage) -> Result<Analysis, Error> {
    let plane = image.plane();
    let normalised = normalise(&plane);
    let contrast = cells(&normalised.contrast);
    let strongest = contrast.data.iter().fold(0.0f32, |a, b| a.max(*b));
    if strongest < 4.0 {
        return Err(Error::Blank);
    }
    let wanted: Vec<bool> = contrast
        .data
        .iter()
        .map(|c| *c > 0.12 * strongest)
        .collect();
    let (angle, coherence) = directions(&normalised.image, 1.2, 4.0);
    let weight: Vec<f32> = coherence
        .iter()
        .zip(&wanted)
        .map(|(c, w)| if *w { c * c } else { 0.0 })
        .collect();
    let columns = contrast.width;
    let period = periods(&normalised.image, &angle, &weight, columns);
    let mut field = Field {
        columns,
        rows: contrast.height,
        angle,
        period,
        quality: vec![0.0; contrast.data.len()],
        print: Vec::new(),
    };
    let once = enhance(&normalised.image, &field, &wanted);
    // What was enhanced shows the direction better than what came in.
    field.angle = directions(&once, 1.0, 3.0).0;
    let mut enhanced = enhance(&normalised.image, &field, &wanted);
    field.quality = qualities(&normalised.image, &enhanced);
    field.print = print_area(&field, &wanted)?;
    blank_outside(&mut enhanced, &field);
    let skeleton = Skeleton::of(&enhanced);
    let minutiae = minutiae::find(&skeleton, &field);
    Ok(Analysis {
        plane,
        field,
        enhanced,
        skeleton,
        minutiae,
    })
}

/// Means over cells.
fn cells(plane: &Plane) -> Plane {
    let columns = plane.width.div_ceil(CELL);
    let mut out = Plane::new(columns, plane.height.div_ceil(CELL));
    let mut counts = vec![0.0f32; out.data.len()];
    for y in 0..plane.height {
        let base = y / CELL * columns;
        for (x, v) in plane.row(y).iter().enumerate() {
            out.data[base + x / CELL] += v;
            counts[base + x / CELL] += 1.0;
        }
    }
    for (sum, count) in out.data.iter_mut().zip(counts) {
        *sum /= count;
    }
    out
}

/// How much of each cell's contrast survived the filter: ridges do, noise does not.
fn qualities(image: &Plane, enhanced: &Plane) -> Vec<f32> {
    let before = cells(&image.map(|v| v * v)).smoothed(1.0);
    let after = cells(&enhanced.map(|v| v * v)).smoothed(1.0);
    let both = before.data.iter().zip(&after.data);
    both.map(|(b, a)| (a / (b + 0.05)).clamp(0.0, 1.0))
        .collect()
}

/// The largest connected area of ridges, without holes and ragged edges.
fn print_area(field: &Field, wanted: &[bool]) -> Result<Vec<bool>, Error> {
    let ridgy = field.quality.iter().zip(wanted);
    let mut print = Plane::new(field.columns, field.rows);
    for (v, (q, w)) in print.data.iter_mut().zip(ridgy) {
        *v = f32::from(*q > RIDGY && *w);
    }
    let majority = print.smoothed(1.2);
    let mut area: Vec<bool> = majority.data.iter().map(|v| *v > 0.5).collect();
    keep_largest(&mut area, field.columns, true);
    let mut outside: Vec<bool> = area.iter().map(|a| !a).collect();
    keep_largest(&mut outside, field.columns, false);
    let area: Vec<bool> = outside.iter().map(|o| !o).collect();
    let size = area.iter().filter(|a| **a).count();
    let inside = field.quality.iter().zip(&area).filter(|(_, a)| **a);
    let clear = inside.map(|(q, _)| q).sum::<f32>() / size.max(1) as f32;
    if size < LEAST_CELLS || clear < RIDGY {
        return Err(Error::NoRidges);
    }
    Ok(area)
}

/// Leaves the largest connected part set. With `only`, small parts go; without, just those of less than 40 cells.
fn keep_largest(area: &mut [bool], columns: usize, only: bool) {
    let mut label = vec![0usize; area.len()];
    let mut sizes = vec![0usize];
    for start in 0..area.len() {
        if !area[start] || label[start] != 0 {
            continue;
        }
        let mine = sizes.len();
        let mut stack = vec![start];
        label[start] = mine;
        let mut size = 0;
        while let Some(i) = stack.pop() {
            size += 1;
            for n in four_around(i, columns, area.len()) {
                if area[n] && label[n] == 0 {
                    label[n] = mine;
                    stack.push(n);
                }
            }
        }
        sizes.push(size);
    }
    let largest = sizes.iter().copied().max().unwrap_or(0);
    for (a, l) in area.iter_mut().zip(label) {
        let stays = if only {
            sizes[l] == largest
        } else {
            sizes[l] >= 40
        };
        *a = *a && stays;
    }
}

fn four_around(i: usize, columns: usize, len: usize) -> impl Iterator<Item = usize> {
    let column = i % columns;
    let left = (column > 0).then(|| i - 1);
    let right = (column + 1 < columns).then_some(i + 1);
    let above = i.checked_sub(columns);
    let below = (i + columns < len).then_some(i + columns);
    [left, right, above, below].into_iter().flatten()
}

fn blank_outside(enhanced: &mut Plane, field: &Field) {
    for y in 0..enhanced.height {
        for x in 0..enhanced.width {
            if !field.print[field.cell(x, y)] {
                enhanced.data[y * enhanced.width + x] = 0.0;
            }
        }
    }
}

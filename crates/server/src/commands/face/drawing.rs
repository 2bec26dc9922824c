//! The explanation as one SVG that holds the picture itself.

use super::{Explained, Seen, lines};
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use vision::{Frame, Point};

/// Width of what is written beside the picture, in its units.
const BESIDE: usize = 620;
/// Height of the words of a face, with its chip.
const ENTRY: usize = 240;
/// Points of the mesh.
const POINTS: usize = 468;
/// JPEG quality of the pictures inside.
const QUALITY: u8 = 88;

/// Draws everything.
///
/// # Errors
/// When a picture cannot be encoded.
pub fn svg(explained: &Explained) -> Result<String> {
    let Explained { frame, seen } = explained;
    let (width, height) = (frame.width(), frame.height());
    let tall = height.max(seen.len() * ENTRY + 20);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {tall}\" font-family=\"sans-serif\" \
         font-size=\"15\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        width + BESIDE
    );
    picture(&mut svg, frame, (0, 0), (width, height))?;
    for (number, seen) in seen.iter().enumerate() {
        marks(&mut svg, number, seen);
        entry(&mut svg, number, seen, width + 10)?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn picture(
    svg: &mut String,
    frame: &Frame,
    at: (usize, usize),
    size: (usize, usize),
) -> Result<()> {
    let jpeg = STANDARD.encode(frame.to_jpeg(QUALITY)?);
    writeln!(
        svg,
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" href=\"data:image/jpeg;base64,{jpeg}\"/>",
        at.0, at.1, size.0, size.1
    )?;
    Ok(())
}

/// The box, the mesh, and the five points a chip may be aligned by. Writing to a string does not fail.
fn marks(svg: &mut String, number: usize, seen: &Seen) {
    let bounds = seen.face.bounds;
    let dot = bounds.height / 220.0;
    let _ = writeln!(
        svg,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#ffd400\" \
         stroke-width=\"2\"/>\n<text x=\"{:.1}\" y=\"{:.1}\" fill=\"#ffd400\">{}</text>",
        bounds.x,
        bounds.y,
        bounds.width,
        bounds.height,
        bounds.x,
        bounds.y - 4.0,
        number + 1
    );
    let landmarks = &seen.face.landmarks;
    let mesh = (0..POINTS).filter_map(|index| landmarks.point(index));
    for Point { x, y } in mesh {
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{dot:.2}\" fill=\"#3f6\"/>"
        );
    }
    for Point { x, y } in vision::alignment::five(landmarks).into_iter().flatten() {
        let r = dot * 3.0;
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.2}\" fill=\"#f33\"/>"
        );
    }
}

/// The chip and the words of a face, beside the picture.
fn entry(svg: &mut String, number: usize, seen: &Seen, left: usize) -> Result<()> {
    let top = number * ENTRY + 10;
    picture(svg, &seen.chip, (left, top), (150, 150))?;
    for (row, line) in lines(seen).iter().enumerate() {
        let words = line.replace('&', "&amp;").replace('<', "&lt;");
        let y = top + 16 + row * 19;
        writeln!(svg, "<text x=\"{}\" y=\"{y}\">{words}</text>", left + 160)?;
    }
    Ok(())
}

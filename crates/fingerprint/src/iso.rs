//! Records of ISO/IEC 19794-2:2005, record format: what other systems give and take.
//!
//! Such a record holds minutiae and nothing else. The picture of the ridges, half of what a comparison here looks
//! at, is lost on export and cannot come back on import: an imported template says so by
//! [`Template::has_ridges`], and is compared by minutiae alone.

use crate::minutiae::{Kind, MOST, Minutia};
use crate::ridges::Ridges;
use crate::{Error, Template};

/// Pixels per centimetre at 500 dpi.
const PER_CM: u16 = 197;
const MAGIC: &[u8; 8] = b"FMR\0 20\0";
const HEAD: usize = 24;
const VIEW_HEAD: usize = 4;
const EACH: usize = 6;
/// Views that are read of one record: ten fingers, a few impressions each.
const MOST_VIEWS: u8 = 40;
/// What a coordinate has room for.
const FARTHEST: u16 = 0x3fff;

/// One impression in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Finger position as the standard numbers them: 0 unknown, 1 right thumb to 5 right little, 6 left thumb to 10.
    pub position: u8,
    /// Its minutiae as a template without ridges.
    pub template: Template,
    /// Minutiae of a kind that is neither end nor fork (left out), and those beyond the 80 clearest.
    pub left_out: usize,
}

/// Writes templates of one person, each with its finger position, as one record.
///
/// # Errors
/// When there are more than 40 templates, none, or a position above 10.
pub fn export(views: &[(u8, &Template)]) -> Result<Vec<u8>, Error> {
    let number = u8::try_from(views.len())
        .ok()
        .filter(|n| *n <= MOST_VIEWS && *n > 0);
    let number = number.ok_or(Error::Iso("it takes 1 to 40 templates"))?;
    if views.iter().any(|(position, _)| *position > 10) {
        return Err(Error::Iso("a finger position is 0 to 10"));
    }
    let side = |f: fn(&Template) -> u16| views.iter().map(|(_, t)| f(t)).max().unwrap_or(0);
    let mut body = Vec::new();
    for (n, (position, template)) in views.iter().enumerate() {
        let before = views[..n].iter().filter(|(p, _)| p == position).count() as u8;
        body.extend([*position, (before & 0x0f) << 4, template.quality]);
        body.push(template.minutiae.len() as u8);
        for m in &template.minutiae {
            body.extend(minutia_bytes(m));
        }
        // No extended data.
        body.extend([0, 0]);
    }
    let mut out = Vec::with_capacity(HEAD + body.len());
    out.extend_from_slice(MAGIC);
    out.extend(((HEAD + body.len()) as u32).to_be_bytes());
    out.extend([0, 0]);
    out.extend(side(Template::width).to_be_bytes());
    out.extend(side(Template::height).to_be_bytes());
    out.extend(PER_CM.to_be_bytes());
    out.extend(PER_CM.to_be_bytes());
    out.extend([number, 0]);
    out.extend(body);
    Ok(out)
}

fn minutia_bytes(m: &Minutia) -> [u8; EACH] {
    let kind = match m.kind {
        Kind::Ending => 1u16,
        Kind::Bifurcation => 2,
    };
    let [x1, x0] = (kind << 14 | m.x).to_be_bytes();
    let [y1, y0] = m.y.to_be_bytes();
    // The standard turns against the clock; a quality of 0 would mean "not reported".
    [x1, x0, y1, y0, m.angle.wrapping_neg(), m.quality.max(1)]
}

/// Reads a record. Any bytes are answered.
///
/// # Errors
/// When it is no record of that format, is cut off, or says something impossible.
pub fn import(bytes: &[u8]) -> Result<Vec<View>, Error> {
    let cut = Error::Iso("it is cut off");
    let (head, mut rest) = bytes.split_first_chunk::<HEAD>().ok_or(cut)?;
    if !head.starts_with(MAGIC) {
        return Err(Error::Iso("it does not begin with `FMR`, version 20"));
    }
    let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let length = u32::from_be_bytes([head[8], head[9], head[10], head[11]]);
    if usize::try_from(length) != Ok(bytes.len()) {
        return Err(Error::Iso("its length is not the one it says"));
    }
    let frame = Frame::new(word(14), word(16), word(18), word(20))?;
    if !(1..=MOST_VIEWS).contains(&head[22]) {
        return Err(Error::Iso("it has to hold 1 to 40 impressions"));
    }
    let mut views = Vec::new();
    for _ in 0..head[22] {
        views.push(view(&mut rest, &frame)?);
    }
    if !rest.is_empty() {
        return Err(Error::Iso("something stands behind its last impression"));
    }
    Ok(views)
}

/// Size of the image, and how its coordinates become those of 500 dpi.
struct Frame {
    /// At 500 dpi.
    width: u16,
    height: u16,
    /// As the record counts its pixels.
    size: (u16, u16),
    per_cm: (u16, u16),
}

impl Frame {
    fn new(width: u16, height: u16, x_per_cm: u16, y_per_cm: u16) -> Result<Self, Error> {
        let possible = |r: u16| (40..=800).contains(&r);
        if !possible(x_per_cm) || !possible(y_per_cm) {
            return Err(Error::Iso("its resolution is no sensor's"));
        }
        let (size, per_cm) = ((width, height), (x_per_cm, y_per_cm));
        let (width, height) = (scaled(width, x_per_cm), scaled(height, y_per_cm));
        // What a template has room for.
        if !(1..=2048).contains(&width) || !(1..=2048).contains(&height) {
            return Err(Error::Iso("its image is empty or larger than a finger"));
        }
        Ok(Self {
            width,
            height,
            size,
            per_cm,
        })
    }

    /// A place of the record at 500 dpi, where rounding would put the last pixel beside the image; `None` outside.
    fn place(&self, x: u16, y: u16) -> Option<(u16, u16)> {
        let inside = x < self.size.0 && y < self.size.1;
        let x = scaled(x, self.per_cm.0).min(self.width - 1);
        let y = scaled(y, self.per_cm.1).min(self.height - 1);
        inside.then_some((x, y))
    }
}

fn scaled(pixels: u16, per_cm: u16) -> u16 {
    let at_500 =
        (u32::from(pixels) * u32::from(PER_CM) + u32::from(per_cm) / 2) / u32::from(per_cm);
    u16::try_from(at_500).unwrap_or(u16::MAX)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], Error> {
    let (taken, left) = rest
        .split_at_checked(count)
        .ok_or(Error::Iso("it is cut off"))?;
    *rest = left;
    Ok(taken)
}

fn view(rest: &mut &[u8], frame: &Frame) -> Result<View, Error> {
    let head = take(rest, VIEW_HEAD)?;
    let [position, _, quality, count] = *head else {
        return Err(Error::Iso("it is cut off"));
    };
    if position > 10 {
        return Err(Error::Iso("a finger position is 0 to 10"));
    }
    let count = usize::from(count);
    let points = take(rest, count * EACH)?;
    let mut minutiae = Vec::with_capacity(count);
    for point in points.chunks_exact(EACH) {
        minutiae.extend(minutia(point, frame)?);
    }
    minutiae.sort_by_key(|m| std::cmp::Reverse(m.quality));
    minutiae.truncate(MOST);
    let extension = take(rest, 2)?;
    let extension = u16::from_be_bytes([extension[0], extension[1]]);
    take(rest, usize::from(extension))?;
    Ok(View {
        position,
        left_out: count - minutiae.len(),
        template: Template {
            width: frame.width,
            height: frame.height,
            quality: quality.min(100),
            minutiae,
            ridges: Ridges::none(),
        },
    })
}

fn minutia(bytes: &[u8], frame: &Frame) -> Result<Option<Minutia>, Error> {
    let [x1, x0, y1, y0, angle, quality] = *bytes else {
        return Err(Error::Iso("it is cut off"));
    };
    let (kind, y) = (x1 >> 6, u16::from_be_bytes([y1, y0]) & FARTHEST);
    let x = u16::from_be_bytes([x1, x0]) & FARTHEST;
    let place = frame.place(x, y);
    let (x, y) = place.ok_or(Error::Iso("a minutia lies outside the image"))?;
    let kind = match kind {
        1 => Kind::Ending,
        2 => Kind::Bifurcation,
        _ => return Ok(None),
    };
    // 0 means that the writer did not judge it.
    let quality = if quality == 0 { 50 } else { quality.min(100) };
    Ok(Some(Minutia {
        x,
        y,
        angle: angle.wrapping_neg(),
        kind,
        quality,
    }))
}

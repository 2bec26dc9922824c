//! Image, buffers and flash.

use anyhow::{Context, bail};
use r30x::{Baud, Buffer, IndexPage, PacketSize, image};

use crate::prints::Image;

/// Which sensor of the family it is.
#[derive(Clone, Debug)]
pub struct Model {
    /// Pages of the flash.
    pub capacity: u16,
    /// Bytes of a template: 512, 768 or 1,536.
    pub template: usize,
    /// Size of the data packets that it says it uses.
    pub packet: PacketSize,
    /// The largest data packets that it really takes.
    pub takes: PacketSize,
    /// The fastest line it agrees to.
    pub fastest: Baud,
    /// Takes as long as a real one, on the line and to think.
    pub real_time: bool,
    /// Has the light and the product information of an R503.
    pub r503: bool,
}

impl Model {
    /// An R307.
    pub const R307: Self = Self {
        capacity: 1000,
        template: 512,
        packet: PacketSize::Bytes128,
        takes: PacketSize::Bytes256,
        fastest: Baud::FASTEST,
        real_time: false,
        r503: false,
    };
    /// The odd R307: it says 256 bytes and takes 32.
    pub const ODD_R307: Self = Self {
        packet: PacketSize::Bytes256,
        takes: PacketSize::Bytes32,
        ..Self::R307
    };
    /// An R503 with its long templates.
    pub const R503: Self = Self {
        capacity: 200,
        template: 1536,
        r503: true,
        ..Self::R307
    };
}

/// A finger, or something else, on the sensor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnTheGlass {
    /// Two pixels a byte, [`image::PACKED`] bytes.
    packed: Vec<u8>,
    /// Whose finger it is; `None` for something without features.
    owner: Option<String>,
}

impl OnTheGlass {
    /// A finger as `picture` shows it; the middle of a picture that is larger, on white when it is smaller.
    #[must_use]
    pub fn finger(picture: &Image, owner: &str) -> Self {
        let owner = Some(owner.to_owned());
        let packed = packed(picture);
        Self { packed, owner }
    }

    /// Something that has no features.
    #[must_use]
    pub fn thing(picture: &Image) -> Self {
        Self {
            packed: packed(picture),
            owner: None,
        }
    }

    /// The pixels that a host gets to see.
    #[must_use]
    pub fn pixels(&self) -> Vec<u8> {
        image::pixels(&self.packed).collect()
    }
}

fn packed(picture: &Image) -> Vec<u8> {
    let at = |x: usize, y: usize| -> Option<u8> {
        let x = (x + picture.width / 2).checked_sub(image::WIDTH / 2)?;
        let y = (y + picture.height / 2).checked_sub(image::HEIGHT / 2)?;
        if x >= picture.width {
            return None;
        }
        picture.pixels.get(y * picture.width + x).copied()
    };
    let pixel = |x, y| at(x, y).unwrap_or(255);
    let rows = (0..image::HEIGHT).flat_map(|y| {
        (0..image::WIDTH)
            .step_by(2)
            .map(move |x| image::packed(pixel(x, y), pixel(x + 1, y)))
    });
    rows.collect()
}

/// A picture from a PGM or PNG file's bytes; colours become grey.
///
/// # Errors
/// When it is neither.
pub fn picture(bytes: &[u8]) -> anyhow::Result<Image> {
    if let Some(image) = Image::from_pgm(bytes) {
        return Ok(image);
    }
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().context("neither PGM (P5) nor PNG")?;
    let size = reader
        .output_buffer_size()
        .context("the PNG is too large")?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels)?;
    let samples = info.color_type.samples();
    if samples == 0 {
        bail!("a PNG without samples");
    }
    let grey = |pixel: &[u8]| match pixel {
        &[r, g, b, ..] => u8::try_from((u16::from(r) + u16::from(g) + u16::from(b)) / 3),
        _ => Ok(pixel[0]),
    };
    let used = &pixels[..info.buffer_size()];
    Ok(Image {
        width: info.width as usize,
        height: info.height as usize,
        dpi: image::DPI,
        pixels: used
            .chunks_exact(samples)
            .map(grey)
            .collect::<Result<_, _>>()?,
    })
}

/// Begins every template of this simulator.
const MAGIC: &[u8; 4] = b"SIM1";
/// Magic, length of the name, number of the impression.
const HEAD: usize = 9;
const LONGEST_NAME: usize = 64;

/// A template: magic, the owner's name, a number for the impression, filling, a sum.
fn template(owner: &str, impression: u32, length: usize) -> Vec<u8> {
    let name: Vec<u8> = owner.bytes().take(LONGEST_NAME).collect();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(impression.to_be_bytes());
    bytes.push(u8::try_from(name.len()).unwrap_or_default());
    bytes.extend(&name);
    let mut filling = impression | 1;
    while bytes.len() < length - 4 {
        filling = filling.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push(filling.to_be_bytes()[0]);
    }
    let sum = sum(&bytes);
    bytes.extend(sum.to_be_bytes());
    bytes
}

/// Owner and impression of a template; `None` when it is damaged or another maker's.
fn read(template: &[u8]) -> Option<(&str, u32)> {
    let (body, told) = template.split_last_chunk::<4>()?;
    let whole = body.starts_with(MAGIC) && sum(body).to_be_bytes() == *told;
    let impression = u32::from_be_bytes(body.get(4..8)?.try_into().ok()?);
    let name = body.get(HEAD..HEAD + usize::from(*body.get(8)?))?;
    whole.then_some((std::str::from_utf8(name).ok()?, impression))
}

/// FNV-1a.
fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |sum, &byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// What the sensor keeps, for a moment or for ever.
#[derive(Debug)]
pub struct Memory {
    length: usize,
    image: Option<OnTheGlass>,
    buffers: [Option<Vec<u8>>; 2],
    flash: Vec<Option<Vec<u8>>>,
}

impl Memory {
    pub fn new(model: &Model) -> Self {
        Self {
            length: model.template,
            image: None,
            buffers: [None, None],
            flash: vec![None; usize::from(model.capacity)],
        }
    }

    pub fn forget(&mut self) {
        self.image = None;
        self.buffers = [None, None];
    }

    pub fn keep_image(&mut self, seen: &OnTheGlass) {
        self.image = Some(seen.clone());
    }

    pub fn image(&self) -> Option<&[u8]> {
        self.image.as_ref().map(|image| image.packed.as_slice())
    }

    /// Features of the image; false when it has none.
    pub fn extract(&mut self, buffer: Buffer) -> bool {
        let Some(image) = &self.image else {
            return false;
        };
        let Some(owner) = &image.owner else {
            return false;
        };
        let made = template(owner, sum(&image.packed), self.length);
        self.put(buffer, Some(made));
        true
    }

    pub fn buffer(&self, buffer: Buffer) -> Option<&Vec<u8>> {
        self.buffers[slot(buffer)].as_ref()
    }

    pub fn put(&mut self, buffer: Buffer, template: Option<Vec<u8>>) {
        self.buffers[slot(buffer)] = template;
    }

    /// One template of both buffers, into both; false when they are of two fingers.
    pub fn combine(&mut self) -> bool {
        let [Some(one), Some(two)] = &self.buffers else {
            return false;
        };
        let made = match (read(one), read(two)) {
            (Some((a, x)), Some((b, y))) if a == b => template(a, x ^ y, self.length),
            _ => return false,
        };
        self.buffers = [Some(made.clone()), Some(made)];
        true
    }

    /// The score of both buffers, when they are of one finger.
    pub fn compare(&self) -> Option<u16> {
        let [Some(one), Some(two)] = &self.buffers else {
            return None;
        };
        score(one, two)
    }

    /// The first page that matches.
    pub fn search(&self, buffer: Buffer, start: u16, count: u16) -> Option<(u16, u16)> {
        let wanted = self.buffer(buffer)?;
        (start..start.saturating_add(count)).find_map(|page| {
            let stored = self.page(page)?.as_ref()?;
            Some((page, score(wanted, stored)?))
        })
    }

    pub fn page(&self, page: u16) -> Option<&Option<Vec<u8>>> {
        self.flash.get(usize::from(page))
    }

    pub fn page_mut(&mut self, page: u16) -> Option<&mut Option<Vec<u8>>> {
        self.flash.get_mut(usize::from(page))
    }

    pub fn empty(&mut self) {
        self.flash.iter_mut().for_each(|page| *page = None);
    }

    pub fn count(&self) -> u16 {
        u16::try_from(self.flash.iter().flatten().count()).unwrap_or(u16::MAX)
    }

    /// Which of the pages from 256 times `page` on are taken.
    pub fn index(&self, page: u8) -> IndexPage {
        let mut index = IndexPage::default();
        let pages = self.flash.iter().skip(usize::from(page) * 256);
        for (number, _) in (0..=255).zip(pages).filter(|(_, page)| page.is_some()) {
            index.take(number);
        }
        index
    }

    pub fn owners(&self) -> Vec<(u16, String)> {
        let named = |(number, page): (u16, &Option<Vec<u8>>)| {
            let template = page.as_ref()?;
            let owner = read(template).map_or("?", |(owner, _)| owner);
            Some((number, owner.to_owned()))
        };
        (0..).zip(&self.flash).filter_map(named).collect()
    }
}

fn slot(buffer: Buffer) -> usize {
    usize::from(buffer == Buffer::Two)
}

/// From 60 to 199 for one finger, the same for the same two impressions.
fn score(one: &[u8], two: &[u8]) -> Option<u16> {
    let ((a, x), (b, y)) = (read(one)?, read(two)?);
    let spread = u16::try_from((x ^ y) % 140).unwrap_or_default();
    (a == b).then_some(60 + spread)
}

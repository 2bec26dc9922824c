//! What a host says to a sensor.

use crate::{Baud, PacketSize};

/// One of the two places for features in the sensor's memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Buffer {
    /// The first; a combined template stands in both.
    One = 1,
    /// The second.
    Two = 2,
}

impl Buffer {
    /// Sensors take any number but 1 for the second.
    const fn of(byte: u8) -> Self {
        if byte == 1 { Self::One } else { Self::Two }
    }
}

/// The ring of light around the lens of an R503.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Light {
    /// 1 breathing, 2 flashing, 3 on, 4 off, 5 on by degrees, 6 off by degrees.
    pub control: u8,
    /// How fast: 0 fastest.
    pub speed: u8,
    /// 1 red, 2 blue, 3 purple.
    pub colour: u8,
    /// How often; 0 for ever.
    pub times: u8,
}

/// A command of the R30x family, with the makers' name of each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// `GenImg`: look for a finger and keep its image.
    Look,
    /// `Img2Tz`: features of the image into a buffer.
    Extract(Buffer),
    /// `Match`: compare both buffers; answers a score.
    Match,
    /// `Search`: compare a buffer with pages; answers page and score.
    Search {
        /// Features to look for.
        buffer: Buffer,
        /// First page.
        start: u16,
        /// How many pages.
        count: u16,
    },
    /// `RegModel`: make one template of both buffers.
    Combine,
    /// `Store`: write a buffer to a page of the flash.
    Store {
        /// From here.
        buffer: Buffer,
        /// To there.
        page: u16,
    },
    /// `LoadChar`: read a page into a buffer.
    Load {
        /// To here.
        buffer: Buffer,
        /// From there.
        page: u16,
    },
    /// `UpChar`: send a buffer to the host.
    SendTemplate(Buffer),
    /// `DownChar`: take a template from the host into a buffer.
    TakeTemplate(Buffer),
    /// `UpImage`: send the image to the host.
    SendImage,
    /// `DownImage`: take an image from the host.
    TakeImage,
    /// `DeletChar`: empty `count` pages from `page` on.
    Delete {
        /// First page.
        page: u16,
        /// How many.
        count: u16,
    },
    /// `Empty`: empty every page.
    Empty,
    /// `SetSysPara` 4: the speed of the line, from after the answer on, and after power is back.
    SetBaud(Baud),
    /// `SetSysPara` 5: how strict matches are, 1 to 5.
    SetSecurity(u8),
    /// `SetSysPara` 6: the size of data packets.
    SetPacket(PacketSize),
    /// `ReadSysPara`: answers sixteen bytes, [`crate::Parameters`].
    ReadParameters,
    /// `SetPwd`: the password from now on.
    SetPassword(u32),
    /// `VfyPwd`: the password; also says that a sensor is there.
    VerifyPassword(u32),
    /// `GetRandomCode`: answers 32 random bits.
    Random,
    /// `SetAdder`: the address from now on.
    SetAddress(u32),
    /// `WriteNotepad`: 32 bytes of the user's own.
    WriteNote {
        /// 0 to 15.
        page: u8,
        /// What to keep.
        text: [u8; 32],
    },
    /// `ReadNotepad`.
    ReadNote(u8),
    /// `HighSpeedSearch`: as [`Command::Search`], faster and less thorough.
    FastSearch {
        /// Features to look for.
        buffer: Buffer,
        /// First page.
        start: u16,
        /// How many pages.
        count: u16,
    },
    /// `TempleteNum`: answers how many pages are taken.
    Count,
    /// `ReadConList`: answers which of 256 pages are taken, [`crate::IndexPage`].
    Index(u8),
    /// `AuraLedConfig`, R503 only.
    Light(Light),
    /// `CheckSensor`, R503 only.
    SelfCheck,
    /// `ReadProdInfo`, R503 only: answers 46 bytes of text and numbers.
    ProductInfo,
}

/// A command that the sensor cannot make sense of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadCommand {
    /// No command has this code.
    #[error("no command has the code {0:02X}")]
    Unknown(u8),
    /// A parameter that does not exist, or a value it cannot have.
    #[error("there is no setting {parameter} with the value {value}")]
    Register {
        /// Number of the parameter.
        parameter: u8,
        /// Value asked for.
        value: u8,
    },
    /// The command's operands are missing or too many.
    #[error("command {0:02X} has operands of a wrong length")]
    Length(u8),
}

/// The longest command: code, page and text of a note.
pub(crate) const LONGEST_COMMAND: usize = 34;

impl Command {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Look => 0x01,
            Self::Extract(_) => 0x02,
            Self::Match => 0x03,
            Self::Search { .. } => 0x04,
            Self::Combine => 0x05,
            Self::Store { .. } => 0x06,
            Self::Load { .. } => 0x07,
            Self::SendTemplate(_) => 0x08,
            Self::TakeTemplate(_) => 0x09,
            Self::SendImage => 0x0A,
            Self::TakeImage => 0x0B,
            Self::Delete { .. } => 0x0C,
            Self::Empty => 0x0D,
            Self::SetBaud(_) | Self::SetSecurity(_) | Self::SetPacket(_) => 0x0E,
            Self::ReadParameters => 0x0F,
            Self::SetPassword(_) => 0x12,
            Self::VerifyPassword(_) => 0x13,
            Self::Random => 0x14,
            Self::SetAddress(_) => 0x15,
            Self::WriteNote { .. } => 0x18,
            Self::ReadNote(_) => 0x19,
            Self::FastSearch { .. } => 0x1B,
            Self::Count => 0x1D,
            Self::Index(_) => 0x1F,
            Self::Light(_) => 0x35,
            Self::SelfCheck => 0x36,
            Self::ProductInfo => 0x3C,
        }
    }

    /// Writes the payload of the command's packet and gives its length.
    #[must_use]
    pub fn encode(&self, payload: &mut [u8; LONGEST_COMMAND]) -> usize {
        let mut out = Out { payload, at: 0 };
        out.put(&[self.code()]);
        match *self {
            Self::Extract(buffer) | Self::SendTemplate(buffer) | Self::TakeTemplate(buffer) => {
                out.put(&[buffer as u8]);
            }
            Self::Search {
                buffer,
                start,
                count,
            }
            | Self::FastSearch {
                buffer,
                start,
                count,
            } => {
                out.put(&[buffer as u8]);
                out.words(start, count);
            }
            Self::Store { buffer, page } | Self::Load { buffer, page } => {
                out.put(&[buffer as u8]);
                out.put(&page.to_be_bytes());
            }
            Self::Delete { page, count } => out.words(page, count),
            Self::SetBaud(baud) => out.put(&[4, baud.code()]),
            Self::SetSecurity(level) => out.put(&[5, level]),
            Self::SetPacket(size) => out.put(&[6, size.code()]),
            Self::SetPassword(value) | Self::VerifyPassword(value) | Self::SetAddress(value) => {
                out.put(&value.to_be_bytes());
            }
            Self::WriteNote { page, text } => {
                out.put(&[page]);
                out.put(&text);
            }
            Self::ReadNote(page) | Self::Index(page) => out.put(&[page]),
            Self::Light(l) => out.put(&[l.control, l.speed, l.colour, l.times]),
            _ => {}
        }
        out.at
    }

    /// What a command packet's payload asks for.
    ///
    /// # Errors
    /// When no command has this form.
    pub fn parse(payload: &[u8]) -> Result<Self, BadCommand> {
        let (&code, operands) = payload.split_first().ok_or(BadCommand::Length(0))?;
        let bare = bare(code);
        if let (Some(command), []) = (bare, operands) {
            return Ok(command);
        }
        if bare.is_some() {
            return Err(BadCommand::Length(code));
        }
        if let (0x0E, &[parameter, value]) = (code, operands) {
            return register(parameter, value).ok_or(BadCommand::Register { parameter, value });
        }
        with_operands(code, operands)
    }
}

/// Commands without operands.
const fn bare(code: u8) -> Option<Command> {
    Some(match code {
        0x01 => Command::Look,
        0x03 => Command::Match,
        0x05 => Command::Combine,
        0x0A => Command::SendImage,
        0x0B => Command::TakeImage,
        0x0D => Command::Empty,
        0x0F => Command::ReadParameters,
        0x14 => Command::Random,
        0x1D => Command::Count,
        0x36 => Command::SelfCheck,
        0x3C => Command::ProductInfo,
        _ => return None,
    })
}

fn register(parameter: u8, value: u8) -> Option<Command> {
    match (parameter, value) {
        (4, code) => Baud::of(code.into()).map(Command::SetBaud),
        (5, 1..=5) => Some(Command::SetSecurity(value)),
        (6, code) => PacketSize::of(code.into()).map(Command::SetPacket),
        _ => None,
    }
}

fn with_operands(code: u8, operands: &[u8]) -> Result<Command, BadCommand> {
    let word = |high: u8, low: u8| u16::from_be_bytes([high, low]);
    Ok(match (code, operands) {
        (0x02, &[b]) => Command::Extract(Buffer::of(b)),
        (0x08, &[b]) => Command::SendTemplate(Buffer::of(b)),
        (0x09, &[b]) => Command::TakeTemplate(Buffer::of(b)),
        (0x04 | 0x1B, &[b, s1, s0, c1, c0]) => {
            let (buffer, start, count) = (Buffer::of(b), word(s1, s0), word(c1, c0));
            match code {
                0x04 => Command::Search {
                    buffer,
                    start,
                    count,
                },
                _ => Command::FastSearch {
                    buffer,
                    start,
                    count,
                },
            }
        }
        (0x06, &[b, p1, p0]) => Command::Store {
            buffer: Buffer::of(b),
            page: word(p1, p0),
        },
        (0x07, &[b, p1, p0]) => Command::Load {
            buffer: Buffer::of(b),
            page: word(p1, p0),
        },
        (0x0C, &[p1, p0, c1, c0]) => Command::Delete {
            page: word(p1, p0),
            count: word(c1, c0),
        },
        (0x12, &[a, b, c, d]) => Command::SetPassword(u32::from_be_bytes([a, b, c, d])),
        (0x13, &[a, b, c, d]) => Command::VerifyPassword(u32::from_be_bytes([a, b, c, d])),
        (0x15, &[a, b, c, d]) => Command::SetAddress(u32::from_be_bytes([a, b, c, d])),
        (0x18, &[page, ref text @ ..]) => {
            let text = text.try_into().map_err(|_| BadCommand::Length(code))?;
            Command::WriteNote { page, text }
        }
        (0x19, &[page]) => Command::ReadNote(page),
        (0x1F, &[page]) => Command::Index(page),
        (0x35, &[control, speed, colour, times]) => Command::Light(Light {
            control,
            speed,
            colour,
            times,
        }),
        (0x02 | 0x04 | 0x06..=0x09 | 0x0C | 0x0E | 0x12 | 0x13 | 0x15, _)
        | (0x18 | 0x19 | 0x1B | 0x1F | 0x35, _) => return Err(BadCommand::Length(code)),
        _ => return Err(BadCommand::Unknown(code)),
    })
}

/// Writes operands one after another; what would not fit is left out, and nothing here is that long.
struct Out<'a> {
    payload: &'a mut [u8; LONGEST_COMMAND],
    at: usize,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.payload.get_mut(self.at..self.at + bytes.len()) {
            room.copy_from_slice(bytes);
            self.at += bytes.len();
        }
    }

    fn words(&mut self, first: u16, second: u16) {
        self.put(&first.to_be_bytes());
        self.put(&second.to_be_bytes());
    }
}

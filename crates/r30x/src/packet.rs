//! Frames, big-endian: `EF01 | address u32 | kind u8 | length u16 | payload | checksum u16`, where
//! length counts payload and checksum, and the checksum is the sum of kind, length and payload.

/// The longest payload: one data packet of the largest size.
pub const LONGEST_PAYLOAD: usize = 256;
/// The longest frame.
pub const LONGEST_FRAME: usize = HEAD + LONGEST_PAYLOAD + TAIL;

const START: [u8; 2] = [0xEF, 0x01];
const HEAD: usize = 9;
const TAIL: usize = 2;

/// What a packet is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// From the host: a command.
    Command = 1,
    /// A part of an image or template; more will come.
    Data = 2,
    /// From the sensor: the answer to a command.
    Answer = 7,
    /// The last part of an image or template.
    LastData = 8,
}

impl Kind {
    const fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Command),
            2 => Some(Self::Data),
            7 => Some(Self::Answer),
            8 => Some(Self::LastData),
            _ => None,
        }
    }
}

/// One packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet<'a> {
    /// Of the sensor, in both directions.
    pub address: u32,
    /// What it is for.
    pub kind: Kind,
    /// At most [`LONGEST_PAYLOAD`] bytes.
    pub payload: &'a [u8],
}

impl Packet<'_> {
    /// Writes the frame and gives its length; `None` when the payload is longer than a packet holds.
    #[must_use]
    pub fn encode(&self, frame: &mut [u8; LONGEST_FRAME]) -> Option<usize> {
        let end = HEAD + self.payload.len();
        // At most 258, so it fits 16 bits.
        let length = u16::try_from(self.payload.len() + TAIL).ok()?;
        frame.get_mut(HEAD..end)?.copy_from_slice(self.payload);
        let sum = checksum(self.kind as u8, length, self.payload);
        frame
            .get_mut(end..end + TAIL)?
            .copy_from_slice(&sum.to_be_bytes());
        frame[..2].copy_from_slice(&START);
        frame[2..6].copy_from_slice(&self.address.to_be_bytes());
        frame[6] = self.kind as u8;
        frame[7..HEAD].copy_from_slice(&length.to_be_bytes());
        Some(end + TAIL)
    }
}

fn checksum(kind: u8, length: u16, payload: &[u8]) -> u16 {
    let [high, low] = length.to_be_bytes();
    [kind, high, low]
        .iter()
        .chain(payload)
        .fold(0, |sum, &byte| sum.wrapping_add(u16::from(byte)))
}

/// A frame that began well and whose checksum is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Damaged;

/// Finds packets in a stream of bytes, whatever pieces it comes in.
///
/// Bytes that are no packet are passed over. After a damaged frame the search goes on at the frame's second
/// byte, so a good packet that a false start had swallowed is still found.
#[derive(Clone, Debug)]
pub struct Decoder {
    held: [u8; LONGEST_FRAME],
    length: usize,
    /// Of the packet that was given out last: it is dropped before the next is looked for.
    given: usize,
    skipped: u32,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            held: [0; LONGEST_FRAME],
            length: 0,
            given: 0,
            skipped: 0,
        }
    }
}

/// What the held bytes begin with.
enum Beginning {
    Unfinished,
    NoPacket,
    Damaged,
    Packet(Kind, usize),
}

impl Decoder {
    /// The next packet of what is held and of `input`, from which the bytes that were read are removed. `None`
    /// when all of it was read and no packet is complete.
    pub fn next<'a>(&'a mut self, input: &mut &[u8]) -> Option<Result<Packet<'a>, Damaged>> {
        let given = core::mem::take(&mut self.given);
        self.drop_front(given);
        let (kind, end) = loop {
            match self.beginning() {
                Beginning::Packet(kind, end) => break (kind, end),
                Beginning::NoPacket => self.pass_over(),
                Beginning::Damaged => {
                    self.pass_over();
                    return Some(Err(Damaged));
                }
                Beginning::Unfinished => self.take_byte(input)?,
            }
        };
        self.given = end;
        let address = &self.held[2..6];
        Some(Ok(Packet {
            address: address.iter().fold(0, |sum, &b| (sum << 8) | u32::from(b)),
            kind,
            payload: &self.held[HEAD..end - TAIL],
        }))
    }

    /// The payload of the packet that was given last, until the next is asked for.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        let end = self.given.saturating_sub(TAIL);
        self.held.get(HEAD..end).unwrap_or_default()
    }

    /// How many bytes were passed over since the start; stops counting at the largest number.
    #[must_use]
    pub fn skipped(&self) -> u32 {
        self.skipped
    }

    /// Forgets a packet that has begun.
    pub fn reset(&mut self) {
        self.length = 0;
        self.given = 0;
    }

    fn beginning(&self) -> Beginning {
        let held = &self.held[..self.length];
        let started = held.iter().zip(&START).all(|(byte, start)| byte == start);
        if !started {
            return Beginning::NoPacket;
        }
        let &[_, _, _, _, _, _, kind, high, low, ..] = held else {
            return Beginning::Unfinished;
        };
        let length = u16::from_be_bytes([high, low]);
        let payload = usize::from(length).checked_sub(TAIL);
        let (Some(kind), Some(payload @ 0..=LONGEST_PAYLOAD)) = (Kind::of(kind), payload) else {
            return Beginning::NoPacket;
        };
        let end = HEAD + payload + TAIL;
        let Some(&[ref body @ .., high, low]) = held.get(HEAD..end) else {
            return Beginning::Unfinished;
        };
        if u16::from_be_bytes([high, low]) == checksum(kind as u8, length, body) {
            Beginning::Packet(kind, end)
        } else {
            Beginning::Damaged
        }
    }

    /// An unfinished frame is shorter than the buffer, so there is always room for one byte more.
    fn take_byte(&mut self, input: &mut &[u8]) -> Option<()> {
        let (&byte, rest) = input.split_first()?;
        *self.held.get_mut(self.length)? = byte;
        self.length += 1;
        *input = rest;
        Some(())
    }

    /// The first byte begins no packet: go on at the next that might.
    fn pass_over(&mut self) {
        let rest = self.held.get(1..self.length).unwrap_or_default();
        let next = rest.iter().position(|&byte| byte == START[0]);
        let skipped = next.map_or(self.length, |at| at + 1);
        self.skipped = self
            .skipped
            .saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX));
        self.drop_front(skipped);
    }

    fn drop_front(&mut self, count: usize) {
        let count = count.min(self.length);
        self.held.copy_within(count..self.length, 0);
        self.length -= count;
    }
}

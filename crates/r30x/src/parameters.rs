//! What a sensor says of itself.

/// How many bytes a data packet carries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum PacketSize {
    /// Code 0; every sensor takes it.
    #[default]
    Bytes32,
    /// Code 1.
    Bytes64,
    /// Code 2.
    Bytes128,
    /// Code 3.
    Bytes256,
}

impl PacketSize {
    /// The size of a code; `None` above 3.
    #[must_use]
    pub const fn of(code: u16) -> Option<Self> {
        match code {
            0 => Some(Self::Bytes32),
            1 => Some(Self::Bytes64),
            2 => Some(Self::Bytes128),
            3 => Some(Self::Bytes256),
            _ => None,
        }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Bytes32 => 0,
            Self::Bytes64 => 1,
            Self::Bytes128 => 2,
            Self::Bytes256 => 3,
        }
    }

    /// Bytes in a packet that is not the last.
    #[must_use]
    pub const fn bytes(self) -> usize {
        32 << self.code()
    }
}

/// The speed of the line: 9,600 baud times 1 to 12.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Baud(u8);

impl Baud {
    /// 57,600: what sensors leave the factory with.
    pub const FACTORY: Self = Self(6);
    /// 115,200: the most a sensor does.
    pub const FASTEST: Self = Self(12);
    /// Where a sensor may be found, most likely first.
    pub const USUAL: [Self; 6] = [Self(6), Self(12), Self(1), Self(2), Self(4), Self(3)];

    /// 9,600 times `code`; `None` unless 1 to 12.
    #[must_use]
    pub const fn of(code: u16) -> Option<Self> {
        match code {
            1..=12 => {
                let [_, low] = code.to_be_bytes();
                Some(Self(low))
            }
            _ => None,
        }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }

    /// Bits a second.
    #[must_use]
    pub const fn rate(self) -> u32 {
        9600 * self.0 as u32
    }
}

/// The answer to [`crate::Command::ReadParameters`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Parameters {
    /// Flags: busy, last match passed, password verified, image held.
    pub status: u16,
    /// The maker's number of the system.
    pub system: u16,
    /// How many templates the flash holds.
    pub capacity: u16,
    /// From 1, lenient, to 5, strict.
    pub security: u16,
    /// The sensor's address.
    pub address: u32,
    /// What the sensor says of its packets; see [`crate::Driver`] for one that lies.
    pub packet: PacketSize,
    /// The speed of its line.
    pub baud: Baud,
}

impl Parameters {
    /// From the sixteen bytes of the answer; `None` when they are fewer, or hold a packet size or speed
    /// that does not exist.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| {
            let pair = bytes.get(at..at + 2)?;
            Some(u16::from_be_bytes(pair.try_into().ok()?))
        };
        Some(Self {
            status: word(0)?,
            system: word(2)?,
            capacity: word(4)?,
            security: word(6)?,
            address: (u32::from(word(8)?) << 16) | u32::from(word(10)?),
            packet: PacketSize::of(word(12)?)?,
            baud: Baud::of(word(14)?)?,
        })
    }

    /// The sixteen bytes of the answer.
    #[must_use]
    pub fn bytes(&self) -> [u8; 16] {
        let [a, b, c, d] = self.address.to_be_bytes();
        let words = [self.status, self.system, self.capacity, self.security];
        let mut bytes = [0; 16];
        for (pair, word) in bytes.chunks_exact_mut(2).zip(words) {
            pair.copy_from_slice(&word.to_be_bytes());
        }
        bytes[8..].copy_from_slice(&[a, b, c, d, 0, self.packet.code(), 0, self.baud.code()]);
        bytes
    }
}

/// Which of 256 pages of the flash hold a template: bit 0 of byte 0 is the first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct IndexPage(pub [u8; 32]);

impl IndexPage {
    /// Is the page taken? `page` counts from the first of these 256.
    #[must_use]
    pub fn is_taken(&self, page: u8) -> bool {
        let byte = self.0[usize::from(page / 8)];
        byte >> (page % 8) & 1 == 1
    }

    /// Marks the page as taken.
    pub fn take(&mut self, page: u8) {
        self.0[usize::from(page / 8)] |= 1 << (page % 8);
    }

    /// The pages that are taken, in order.
    pub fn taken(self) -> impl Iterator<Item = u8> {
        (0..=255).filter(move |&page| self.is_taken(page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_back_from_their_bytes() {
        let told = Parameters {
            status: 4,
            system: 9,
            capacity: 1000,
            security: 3,
            address: 0xFFFF_FFFE,
            packet: PacketSize::Bytes128,
            baud: Baud::FACTORY,
        };
        assert_eq!(Parameters::parse(&told.bytes()), Some(told));
        assert_eq!(Parameters::parse(&told.bytes()[..15]), None);
    }

    #[test]
    fn a_speed_or_size_that_does_not_exist_is_refused() {
        assert_eq!((Baud::of(0), Baud::of(13)), (None, None));
        assert_eq!(Baud::of(12).map(Baud::rate), Some(115_200));
        assert_eq!(PacketSize::of(4), None);
        assert_eq!(PacketSize::of(3).map(PacketSize::bytes), Some(256));
    }

    #[test]
    fn the_index_tells_which_pages_are_taken() {
        let mut index = IndexPage::default();
        for page in [0, 9, 255] {
            index.take(page);
        }
        assert_eq!((index.0[0], index.0[1], index.0[31]), (1, 2, 128));
        assert!(index.taken().eq([0, 9, 255]));
    }
}

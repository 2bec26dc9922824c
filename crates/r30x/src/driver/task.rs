//! What a driver is asked to do, and what comes of it.

use crate::{Baud, Buffer, Command, IndexPage, PacketSize, Parameters};

/// Milliseconds of any clock that does not go backwards.
pub type Millis = u64;

/// How to meet a sensor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setup {
    /// The sensor's password; 0 from the factory.
    pub password: u32,
    /// The speed to raise the line to.
    pub baud: Baud,
    /// The largest data packets to ask for.
    pub packet: PacketSize,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            password: 0,
            baud: Baud::FASTEST,
            packet: PacketSize::Bytes256,
        }
    }
}

/// One exchange, from its first command to its last byte. `within` is the time a finger has to come or go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    /// Find the sensor at whatever speed it has, verify the password, read its parameters, raise the speed, ask
    /// for the packet size. Ends in [`Outcome::Connected`].
    Connect(Setup),
    /// Wait for a finger and fetch its picture: [`Effect::Payload`](super::Effect) brings
    /// [`crate::image::PACKED`] bytes, then [`Outcome::Done`].
    Image {
        /// Time for the finger to come.
        within: Millis,
    },
    /// Wait until no finger lies on the sensor.
    Lifted {
        /// Time for the finger to go.
        within: Millis,
    },
    /// Two presses of a finger, combined and stored in a page of the flash.
    Enrol {
        /// Where to.
        page: u16,
        /// Time for each press and each lift.
        within: Millis,
    },
    /// Wait for a finger and take its features into a buffer.
    Extract {
        /// Where to.
        buffer: Buffer,
        /// Time for the finger to come.
        within: Millis,
    },
    /// Fetch a buffer's template: payload, then [`Outcome::Template`].
    ReadTemplate(Buffer),
    /// Fetch the template of a page.
    ReadPage(u16),
    /// Send a template of `length` bytes into a buffer; the driver asks for its pieces.
    WriteTemplate {
        /// Where to.
        buffer: Buffer,
        /// 1 to [`crate::LONGEST_TEMPLATE`].
        length: usize,
    },
    /// Send a template into a page of the flash.
    WritePage {
        /// Where to.
        page: u16,
        /// 1 to [`crate::LONGEST_TEMPLATE`].
        length: usize,
    },
    /// Send a template, wait for a finger, compare the two: [`Outcome::Matched`] or [`Outcome::NotMatched`].
    Verify {
        /// 1 to [`crate::LONGEST_TEMPLATE`].
        length: usize,
        /// Time for the finger to come.
        within: Millis,
    },
    /// Wait for a finger and look for it in the flash: [`Outcome::Found`] or [`Outcome::NotMatched`].
    Identify {
        /// First page.
        start: u16,
        /// How many pages.
        count: u16,
        /// The fast search, less thorough.
        fast: bool,
        /// Time for the finger to come.
        within: Millis,
    },
    /// One command that moves no data: delete, empty, count, index, security, password, address, random,
    /// notes, light, self-check, product. Ends in [`Outcome::Answer`].
    Ask(Command),
}

/// What the person at the sensor should do now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// Put the finger down.
    Press,
    /// Take it away.
    Lift,
    /// Put the same finger down again.
    PressAgain,
}

/// What came of a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The sensor is there.
    Connected(Parameters),
    /// Done; there is nothing more to tell.
    Done,
    /// A template of this many bytes was handed over.
    Template {
        /// Its length.
        length: usize,
    },
    /// The finger is that of the template.
    Matched {
        /// As the sensor counts; its scale is the maker's.
        score: u16,
    },
    /// The finger is somebody else's.
    NotMatched,
    /// The finger is that of a page.
    Found {
        /// Which.
        page: u16,
        /// As the sensor counts.
        score: u16,
    },
    /// What a command answered.
    Answer(Answer),
}

/// The longest answer: the product information of an R503.
const LONGEST_ANSWER: usize = 64;

/// The bytes of an answer after its confirmation code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    bytes: [u8; LONGEST_ANSWER],
    length: usize,
}

impl Answer {
    pub(super) const NONE: Self = Self {
        bytes: [0; LONGEST_ANSWER],
        length: 0,
    };

    /// What of an answer fits; longer ones exist in no sensor known.
    pub(super) fn of(operands: &[u8]) -> Self {
        let mut answer = Self::NONE;
        for (room, byte) in answer.bytes.iter_mut().zip(operands) {
            *room = *byte;
        }
        answer.length = operands.len().min(LONGEST_ANSWER);
        answer
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The 16 bits at `index`, counted in words: count, score, page.
    #[must_use]
    pub fn word(&self, index: usize) -> Option<u16> {
        let pair = self.bytes().chunks_exact(2).nth(index)?;
        Some(u16::from_be_bytes(pair.try_into().ok()?))
    }

    /// As the answer to [`Command::Index`].
    #[must_use]
    pub fn index(&self) -> Option<IndexPage> {
        Some(IndexPage(self.bytes().try_into().ok()?))
    }
}

//! What can go wrong between a host and a sensor.

use crate::Confirmation;

/// Why a task was not done. After each of them nothing is half-done in the sensor's flash, and the next
/// task begins on a quiet line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// Another task is running; it goes on.
    #[error("the sensor is busy with another task; cancel that first or wait")]
    Busy,
    /// No speed of the line got an answer.
    #[error(
        "no sensor answers at any speed: check power, the two data lines and the device's name"
    )]
    NotFound,
    /// A command got no answer in time.
    #[error("the sensor does not answer command {command:02X}: check its power and cable")]
    Silent {
        /// Code of the command.
        command: u8,
    },
    /// An answer or data packet arrived with a wrong checksum.
    #[error("a packet of the sensor arrived damaged: check cable and ground, or use a slower line")]
    Damaged,
    /// Data stopped in the middle.
    #[error("the sensor stalled after {got} bytes; nothing was kept, try again")]
    Stalled {
        /// Bytes that had come.
        got: usize,
    },
    /// Data ended early: bytes were lost on the line.
    #[error("{got} bytes came in place of {want}: bytes were lost on the line, try again")]
    Truncated {
        /// Bytes that came.
        got: usize,
        /// Bytes that were to come.
        want: usize,
    },
    /// Data did not end where it should.
    #[error("the sensor sends more than the {limit} bytes that belong there")]
    TooMuch {
        /// The most that was to come.
        limit: usize,
    },
    /// The line is never quiet.
    #[error("the line is never quiet: something else than an R30x sensor talks on it")]
    Babbling,
    /// The sensor said no.
    #[error("command {command:02X}: {confirmation}")]
    Refused {
        /// Code of the command.
        command: u8,
        /// Why.
        confirmation: Confirmation,
    },
    /// An answer that lacks what belongs into it.
    #[error("the answer to command {command:02X} is too short or makes no sense")]
    BadAnswer {
        /// Code of the command.
        command: u8,
    },
    /// Nobody put a finger down.
    #[error("no finger came within the time given")]
    NoFinger,
    /// The finger stayed where it was.
    #[error("the finger was not lifted within the time given")]
    NotLifted,
    /// A template that was sent reads back differently, even in the smallest packets.
    #[error("the sensor does not keep the template it is sent")]
    NotKept,
    /// A template of a length no sensor takes.
    #[error("a template has 1 to 1536 bytes, not {0}")]
    BadTemplate(usize),
    /// The caller supplied other bytes than were asked for.
    #[error("{got} bytes were supplied in place of {want}")]
    BadSupply {
        /// Bytes supplied.
        got: usize,
        /// Bytes asked for.
        want: usize,
    },
    /// A command that is part of an exchange and is not sent on its own.
    #[error("command {command:02X} is part of an exchange: use the task for it")]
    NotAlone {
        /// Code of the command.
        command: u8,
    },
    /// The caller cancelled the task.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// May bytes of what failed still be on their way?
    pub(crate) const fn leaves_a_rest(&self) -> bool {
        !matches!(
            self,
            Self::Busy
                | Self::Refused { .. }
                | Self::NoFinger
                | Self::NotLifted
                | Self::BadTemplate(_)
        )
    }
}

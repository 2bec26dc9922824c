//! The serial protocol of R307 and other R30x fingerprint sensors, without any input or output.
//!
//! | module | what it is |
//! |---|---|
//! | [`packet`] | frames: encoding, and decoding from any pieces with resynchronisation on garbage |
//! | [`Command`] | everything a host says; [`Confirmation`]: everything a sensor answers |
//! | [`Parameters`], [`PacketSize`], [`Baud`], [`IndexPage`] | what answers hold |
//! | [`image`] | the picture's size and its sixteen greys |
//! | [`Driver`] | the exchanges of a host with a sensor as a state machine: `step(event, now) -> effect` |
//!
//! The same code serves a server with a serial port, a controller without an operating system, and (the
//! other way around) a simulator of the sensor. It needs no allocator. Times are milliseconds of any clock that
//! does not go backwards.
//!
//! Words of the makers are kept where they are wire names only. Beware: the makers call *upload* what goes
//! from the sensor to the host.
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod command;
mod confirmation;
mod driver;
mod error;
pub mod image;
pub mod packet;
mod parameters;

pub use command::{BadCommand, Buffer, Command, Light};
pub use confirmation::Confirmation;
pub use driver::{
    Answer, Driver, Effect, Event, Millis, Outcome, Prompt, Setup, Step, Task, Wanted,
};
pub use error::Error;
pub use parameters::{Baud, IndexPage, PacketSize, Parameters};

/// The address every sensor has until it is given another.
pub const ANY_ADDRESS: u32 = 0xFFFF_FFFF;

/// The longest template known of this family, in bytes. Most have 512, some 768.
pub const LONGEST_TEMPLATE: usize = 1536;

//! A fingerprint sensor of the R30x family that is not there: buffers, flash, line and moods.
//!
//! [`Sensor`] does no input or output; [`Plugged`] puts it behind a pseudo-terminal, where any tool for such
//! sensors finds it. What lies on it is a picture and the name of whose finger it is: the templates of real
//! sensors are their makers' secret, so this one's templates carry that name, and two of them match when their
//! names are equal. It shows exchanges, not recognition.

mod commands;
mod faults;
mod memory;
mod pty;
mod script;
mod wire;

pub use faults::Fault;
pub use memory::{Model, OnTheGlass};
pub use pty::{Bench, Plugged};
pub use script::obey;
pub use wire::Piece;

use std::collections::VecDeque;

use r30x::packet::Decoder;
use r30x::{ANY_ADDRESS, Baud, Millis, PacketSize};

use faults::Faults;
use memory::Memory;
use wire::Mode;

/// The sensor.
#[derive(Debug)]
pub struct Sensor {
    model: Model,
    memory: Memory,
    glass: Option<OnTheGlass>,
    faults: Faults,
    // Kept without power:
    address: u32,
    password: u32,
    baud: Baud,
    packet: PacketSize,
    security: u8,
    notes: [[u8; 32]; 16],
    // Lost without power:
    verified: bool,
    light: u8,
    random: u32,
    decoder: Decoder,
    mode: Mode,
    out: VecDeque<Piece>,
}

impl Sensor {
    /// A new sensor, as from the factory, with nothing on it.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self {
            memory: Memory::new(&model),
            packet: model.packet,
            model,
            glass: None,
            faults: Faults::default(),
            address: ANY_ADDRESS,
            password: 0,
            baud: Baud::FACTORY,
            security: 3,
            notes: [[0; 32]; 16],
            verified: false,
            light: 0,
            random: 0x2545_F491,
            decoder: Decoder::default(),
            mode: Mode::Commands,
            out: VecDeque::new(),
        }
    }

    /// Somebody puts a finger down.
    pub fn put(&mut self, what: OnTheGlass) {
        self.glass = Some(what);
    }

    /// The finger is lifted.
    pub fn lift(&mut self) {
        self.glass = None;
    }

    /// Something will go wrong, once, at its next occasion.
    pub fn expect(&mut self, fault: Fault) {
        self.faults.add(fault);
    }

    /// Power goes and comes back: the flash stays, buffers and what was being said are gone.
    pub fn power_cycle(&mut self) {
        self.memory.forget();
        self.verified = false;
        self.light = 0;
        self.decoder.reset();
        self.mode = Mode::Commands;
        self.out.clear();
    }

    /// The speed of its line.
    #[must_use]
    pub fn baud(&self) -> Baud {
        self.baud
    }

    /// Sets what survives without power, as an earlier owner may have left it.
    pub fn left_as(&mut self, baud: Baud, password: u32) {
        self.baud = baud;
        self.password = password;
    }

    /// The pages that hold a template, and whose finger each is.
    #[must_use]
    pub fn stored(&self) -> Vec<(u16, String)> {
        self.memory.owners()
    }

    /// The control byte of the last light command of an R503; 0 before the first.
    #[must_use]
    pub fn light(&self) -> u8 {
        self.light
    }

    /// When the next piece of what it says is due; `None` when it is silent.
    #[must_use]
    pub fn next_due(&self) -> Option<Millis> {
        self.out.front().map(|piece| piece.due)
    }

    /// What it says at this time, if anything.
    pub fn transmit(&mut self, now: Millis) -> Option<Piece> {
        let due = self.next_due()? <= now;
        if due { self.out.pop_front() } else { None }
    }
}

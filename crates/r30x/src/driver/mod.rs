//! The exchanges of a host with a sensor, one step at a time.
//!
//! The caller owns the line and the clock. It hands in an [`Event`] and carries out the [`Effect`] that
//! comes back, until a task ends:
//!
//! ```
//! # use r30x::{Driver, Effect, Event, Setup, Task};
//! # struct Line; impl Line {
//! #     fn write(&mut self, _: &[u8]) {} fn set_baud(&mut self, _: u32) {}
//! #     fn read_until(&mut self, until: u64, now: &mut u64) -> Vec<u8> { *now = until; vec![] }
//! # }
//! # let (mut line, mut now) = (Line, 0);
//! let mut driver = Driver::new();
//! let mut heard: Vec<u8> = Vec::new();
//! let mut step = driver.step(Event::Begin(Task::Connect(Setup::default())), now);
//! let ended = loop {
//!     heard.drain(..step.taken);
//!     match step.effect {
//!         Effect::Send(frame) => line.write(frame),
//!         Effect::SetBaud(baud) => line.set_baud(baud.rate()),
//!         Effect::Wait(until) => heard.extend(line.read_until(until, &mut now)),
//!         Effect::Done(outcome) => break Ok(outcome),
//!         Effect::Failed(error) => break Err(error),
//!         Effect::Payload(_) | Effect::Supply(_) | Effect::Prompt(_) => {}
//!     }
//!     step = driver.step(Event::Received(&heard), now);
//! };
//! # assert_eq!(ended, Err(r30x::Error::NotFound));
//! ```

mod connect;
mod machine;
mod program;
mod task;
mod transfer;

use crate::{Baud, Error};
pub use machine::Driver;
pub use task::{Answer, Millis, Outcome, Prompt, Setup, Task};

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A task is to be done.
    Begin(Task),
    /// Bytes came that were not yet taken; none when only time passed or an effect was carried out.
    Received(&'a [u8]),
    /// What [`Effect::Supply`] asked for.
    Supplied(&'a [u8]),
    /// The task is to end; the driver is idle again at once.
    Cancel,
}

/// Which bytes of the template the driver wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// From this byte on.
    pub at: usize,
    /// So many.
    pub length: usize,
}

/// What the caller has to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect<'d> {
    /// Write these bytes to the line.
    Send(&'d [u8]),
    /// Give the line this speed, once everything written has left.
    SetBaud(Baud),
    /// Step again with [`Event::Supplied`] and these bytes of the template.
    Supply(Wanted),
    /// Keep these bytes of an image or template.
    Payload(&'d [u8]),
    /// Tell the person at the sensor.
    Prompt(Prompt),
    /// Step again when bytes come, at the latest at this time.
    Wait(Millis),
    /// The task is done.
    Done(Outcome),
    /// The task failed; payload that came of it is to be thrown away.
    Failed(Error),
}

/// What a step gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step<'d> {
    /// How many of the received bytes were read; hand the rest in again with the next step.
    pub taken: usize,
    /// What to do now.
    pub effect: Effect<'d>,
}

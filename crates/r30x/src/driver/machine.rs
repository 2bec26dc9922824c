//! The driver itself: what it waits for, and what follows.

use super::program::{Move, Program, Reply};
use super::transfer::{STALL, Sum};
use super::{Answer, Effect, Event, Millis, Outcome, Step, Task};
use crate::packet::{Decoder, Kind, LONGEST_FRAME, Packet};
use crate::{ANY_ADDRESS, Baud, Command, Confirmation, Error, PacketSize};

/// The line is quiet when nothing came for so long.
const QUIET: Millis = 100;
/// A line that is not quiet after so long never will be: an image at the factory's speed takes 7 seconds.
const NEVER_QUIET: Millis = 10_000;
/// Between two looks for a finger.
const PAUSE: Millis = 60;

/// What the driver waits for.
#[derive(Clone, Copy, Debug)]
pub enum Doing {
    Idle,
    /// The program says what comes next.
    Next(Reply),
    Settling {
        quiet: Millis,
        limit: Millis,
    },
    Answer {
        command: Command,
        until: Millis,
        looking: Option<Looking>,
    },
    /// Between two looks.
    Pause {
        until: Millis,
        looking: Looking,
    },
    Receiving {
        what: Move,
        got: usize,
        until: Millis,
        sum: Sum,
    },
    Supplying {
        at: usize,
        total: usize,
    },
}

/// A search for a finger, or for its absence.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Looking {
    presence: bool,
    until: Millis,
}

/// An effect without its bytes.
pub enum Turn {
    Send(usize),
    Payload,
    Other(Effect<'static>),
}

/// The host's side of a sensor's line.
///
/// Some R307 say that they take data packets of 256 bytes, and take none but those of 32. So the first
/// template sent over a connection is read back; if it did not arrive, it is sent again in packets of 32, and
/// the driver stays with those.
#[derive(Clone, Debug)]
pub struct Driver {
    pub(super) address: u32,
    pub(super) decoder: Decoder,
    frame: [u8; LONGEST_FRAME],
    answer: Answer,
    line: Baud,
    pub(super) size: PacketSize,
    /// A template was seen to arrive in packets of this size.
    pub(super) proven: bool,
    /// Bytes of a failed task may still come.
    dirty: bool,
    pub(super) sent: Sum,
    pub(super) sent_length: usize,
    program: Option<Program>,
    pub(super) doing: Doing,
}

impl Default for Driver {
    fn default() -> Self {
        Self::new()
    }
}

impl Driver {
    /// For a sensor with any address on a line of 57,600 baud.
    #[must_use]
    pub fn new() -> Self {
        Self::at(ANY_ADDRESS, Baud::FACTORY)
    }

    /// For the sensor of an address, on a line that has this speed.
    #[must_use]
    pub fn at(address: u32, line: Baud) -> Self {
        Self {
            address,
            decoder: Decoder::default(),
            frame: [0; LONGEST_FRAME],
            answer: Answer::NONE,
            line,
            size: PacketSize::Bytes32,
            proven: false,
            dirty: true,
            sent: Sum::NOTHING,
            sent_length: 0,
            program: None,
            doing: Doing::Idle,
        }
    }

    /// The size of the data packets that templates are sent in.
    #[must_use]
    pub fn packet_size(&self) -> PacketSize {
        self.size
    }

    /// Is a task running? One whose caller went away has to be cancelled before the next begins.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.program.is_some()
    }

    /// Takes what happened; gives one thing to do. `now` never goes backwards.
    pub fn step(&mut self, event: Event<'_>, now: Millis) -> Step<'_> {
        let mut input: &[u8] = &[];
        let mut early = None;
        match event {
            Event::Received(bytes) => input = bytes,
            Event::Begin(task) => early = self.begin(task, now).err(),
            Event::Supplied(bytes) => early = self.supplied(bytes),
            Event::Cancel => early = Some(self.failed(Error::Cancelled)),
        }
        let offered = input.len();
        let turn = early.unwrap_or_else(|| self.turn(&mut input, now));
        let effect = match turn {
            Turn::Send(length) => Effect::Send(self.frame.get(..length).unwrap_or_default()),
            Turn::Payload => Effect::Payload(self.decoder.payload()),
            Turn::Other(effect) => effect,
        };
        Step {
            taken: offered - input.len(),
            effect,
        }
    }

    fn begin(&mut self, task: Task, now: Millis) -> Result<(), Turn> {
        let failed = |error| Turn::Other(Effect::Failed(error));
        if self.program.is_some() {
            return Err(failed(Error::Busy));
        }
        if matches!(task, Task::Connect(_)) {
            self.dirty = true;
            self.proven = false;
        }
        let program = Program::new(task, self.line, self.proven).map_err(failed)?;
        self.program = Some(program);
        self.doing = if self.dirty {
            settling(now)
        } else {
            Doing::Next(Reply::Did)
        };
        Ok(())
    }

    fn turn(&mut self, input: &mut &[u8], now: Millis) -> Turn {
        loop {
            let turn = match self.doing {
                Doing::Idle => {
                    *input = &[];
                    Some(wait(Millis::MAX))
                }
                Doing::Next(reply) => self.carry_on(reply, now),
                Doing::Settling { quiet, limit } => self.settle(input, now, quiet, limit),
                Doing::Answer {
                    command,
                    until,
                    looking,
                } => self.await_answer(input, now, command, until, looking),
                Doing::Pause { until, looking } if now >= until => Some(self.look(looking, now)),
                Doing::Pause { until, .. } => Some(wait(until)),
                Doing::Receiving {
                    what,
                    got,
                    until,
                    sum,
                } => self.receive(input, now, what, (got, until, sum)),
                Doing::Supplying { at, total } => self.supply(at, total),
            };
            if let Some(turn) = turn {
                return turn;
            }
        }
    }

    /// Asks the program for its next move and begins it.
    fn carry_on(&mut self, reply: Reply, now: Millis) -> Option<Turn> {
        let Some(program) = &mut self.program else {
            self.doing = Doing::Idle;
            return None;
        };
        match program.next(reply, &self.answer) {
            Move::Settle => self.doing = settling(now),
            Move::Line(baud) => {
                self.line = baud;
                self.decoder.reset();
                self.doing = Doing::Next(Reply::Did);
                return Some(Turn::Other(Effect::SetBaud(baud)));
            }
            Move::Say { command, patience } => {
                return Some(self.say(command, now + patience, None));
            }
            Move::Finger { within } => return Some(self.search(true, within, now)),
            Move::Lifted { within } => return Some(self.search(false, within, now)),
            what @ (Move::Image | Move::Template | Move::Check) => {
                let (until, sum) = (now + STALL, Sum::NOTHING);
                self.doing = Doing::Receiving {
                    what,
                    got: 0,
                    until,
                    sum,
                };
            }
            Move::Send { length } => {
                (self.sent, self.sent_length) = (Sum::NOTHING, length);
                self.doing = Doing::Supplying {
                    at: 0,
                    total: length,
                };
            }
            Move::Prompt(prompt) => {
                self.doing = Doing::Next(Reply::Did);
                return Some(Turn::Other(Effect::Prompt(prompt)));
            }
            Move::Finish(outcome) => return Some(self.finished(outcome)),
            Move::Fail(Error::NotKept) => return self.smaller(now),
            Move::Fail(error) => return Some(self.failed(error)),
        }
        None
    }

    /// What was sent did not arrive: once more in the smallest packets.
    fn smaller(&mut self, now: Millis) -> Option<Turn> {
        let again = self.program.as_mut().is_some_and(Program::send_again);
        if self.size == PacketSize::Bytes32 || !again {
            return Some(self.failed(Error::NotKept));
        }
        self.size = PacketSize::Bytes32;
        self.doing = settling(now);
        None
    }

    fn settle(
        &mut self,
        input: &mut &[u8],
        now: Millis,
        quiet: Millis,
        limit: Millis,
    ) -> Option<Turn> {
        let quiet = if input.is_empty() { quiet } else { now + QUIET };
        *input = &[];
        if now >= quiet {
            self.decoder.reset();
            self.dirty = false;
            self.doing = Doing::Next(Reply::Did);
            return None;
        }
        if now >= limit {
            return Some(self.failed(Error::Babbling));
        }
        self.doing = Doing::Settling { quiet, limit };
        Some(wait(quiet.min(limit)))
    }

    fn say(&mut self, command: Command, until: Millis, looking: Option<Looking>) -> Turn {
        let mut payload = [0; crate::command::LONGEST_COMMAND];
        let length = command.encode(&mut payload);
        self.doing = Doing::Answer {
            command,
            until,
            looking,
        };
        self.frame(Kind::Command, payload.get(..length).unwrap_or_default())
    }

    /// A payload is never longer than a packet here; one that were would send nothing.
    pub(super) fn frame(&mut self, kind: Kind, payload: &[u8]) -> Turn {
        let packet = Packet {
            address: self.address,
            kind,
            payload,
        };
        Turn::Send(packet.encode(&mut self.frame).unwrap_or(0))
    }

    fn search(&mut self, presence: bool, within: Millis, now: Millis) -> Turn {
        let until = now.saturating_add(within);
        self.look(Looking { presence, until }, now)
    }

    fn look(&mut self, looking: Looking, now: Millis) -> Turn {
        self.say(Command::Look, now + 3 * STALL, Some(looking))
    }

    fn await_answer(
        &mut self,
        input: &mut &[u8],
        now: Millis,
        command: Command,
        until: Millis,
        looking: Option<Looking>,
    ) -> Option<Turn> {
        match self.decoder.next(input) {
            None if now < until => return Some(wait(until)),
            None => {
                self.dirty = true;
                self.doing = Doing::Next(Reply::Silent);
            }
            Some(Err(_)) => {
                self.dirty = true;
                self.doing = Doing::Next(Reply::Damaged);
            }
            // Data of an exchange that failed, or another sensor's word.
            Some(Ok(packet)) if packet.kind != Kind::Answer => {}
            Some(Ok(packet)) if ![packet.address, ANY_ADDRESS].contains(&self.address) => {}
            Some(Ok(packet)) => {
                let Some((&code, operands)) = packet.payload.split_first() else {
                    let command = command.code();
                    return Some(self.failed(Error::BadAnswer { command }));
                };
                self.answer = Answer::of(operands);
                return self.answered(command, code.into(), looking, now);
            }
        }
        None
    }

    fn answered(
        &mut self,
        command: Command,
        confirmation: Confirmation,
        looking: Option<Looking>,
        now: Millis,
    ) -> Option<Turn> {
        let reply = Doing::Next(Reply::Answered(confirmation));
        let Some(looking) = looking else {
            self.note(command, confirmation);
            self.doing = reply;
            return None;
        };
        self.doing = match confirmation {
            Confirmation::Ok if looking.presence => reply,
            Confirmation::NoFinger if !looking.presence => Doing::Next(Reply::Did),
            Confirmation::Ok | Confirmation::NoFinger | Confirmation::CaptureFailed => {
                if now >= looking.until {
                    let error = if looking.presence {
                        Error::NoFinger
                    } else {
                        Error::NotLifted
                    };
                    return Some(self.failed(error));
                }
                let until = (now + PAUSE).min(looking.until);
                Doing::Pause { until, looking }
            }
            _ => reply,
        };
        None
    }

    /// What the driver itself has to know of a command that was done.
    fn note(&mut self, command: Command, confirmation: Confirmation) {
        if confirmation != Confirmation::Ok {
            return;
        }
        match command {
            Command::SetAddress(address) => self.address = address,
            Command::SetPacket(size) => (self.size, self.proven) = (size, false),
            _ => {}
        }
    }

    fn finished(&mut self, outcome: Outcome) -> Turn {
        if let Outcome::Connected(parameters) = outcome {
            self.size = parameters.packet;
        }
        self.program = None;
        self.doing = Doing::Idle;
        Turn::Other(Effect::Done(outcome))
    }

    pub(super) fn failed(&mut self, error: Error) -> Turn {
        self.dirty |= error.leaves_a_rest();
        self.program = None;
        self.doing = Doing::Idle;
        Turn::Other(Effect::Failed(error))
    }
}

fn settling(now: Millis) -> Doing {
    Doing::Settling {
        quiet: now + QUIET,
        limit: now + NEVER_QUIET,
    }
}

pub fn wait(until: Millis) -> Turn {
    Turn::Other(Effect::Wait(until))
}

//! Meeting a sensor: at which speed it listens, who it is, and how fast it can be.

use super::program::{Move, Reply};
use super::task::{Answer, Outcome, Setup};
use crate::{Baud, Command, Confirmation, Error, PacketSize, Parameters};

/// A sensor that is there answers the password within this many milliseconds.
const PROBE: u64 = 400;

/// What the last move was for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Nothing yet, or the next speed is to be tried.
    Try,
    /// The line has the speed; the password was not yet sent.
    Probe,
    /// The password was sent.
    Probed,
    /// Parameters were asked for.
    Asked,
    /// The sensor was told the faster speed, at the old one.
    Raise,
    /// The host's line was switched.
    Switched,
    /// The line is quiet at the new speed.
    Quiet,
    /// The password was sent at the new speed.
    Confirm,
    /// The packet size was asked for.
    Packet,
}

/// The exchange, as far as it has come.
#[derive(Clone, Copy, Debug)]
pub struct Connect {
    setup: Setup,
    /// The host's line when it began: tried first.
    first: Baud,
    tried: usize,
    phase: Phase,
    /// Until raising it failed once.
    raise: bool,
    known: Option<Parameters>,
}

impl Connect {
    pub fn new(setup: Setup, current: Baud) -> Self {
        Self {
            setup,
            first: current,
            tried: 0,
            phase: Phase::Try,
            raise: true,
            known: None,
        }
    }

    /// What to do after the last move ended so.
    pub fn next(&mut self, reply: Reply, answer: &Answer) -> Move {
        match self.phase {
            Phase::Try => self.next_speed(),
            Phase::Probe => self.say(Phase::Probed, Command::VerifyPassword(self.setup.password)),
            Phase::Probed => self.probed(reply),
            Phase::Asked => self.asked(reply, answer),
            Phase::Raise => self.raised(reply),
            Phase::Switched => self.go(Phase::Quiet, Move::Settle),
            Phase::Quiet => self.say(Phase::Confirm, Command::VerifyPassword(self.setup.password)),
            Phase::Confirm => self.confirmed(reply),
            Phase::Packet => self.packet(reply),
        }
    }

    fn go(&mut self, phase: Phase, then: Move) -> Move {
        self.phase = phase;
        then
    }

    fn say(&mut self, phase: Phase, command: Command) -> Move {
        let patience = PROBE;
        self.go(phase, Move::Say { command, patience })
    }

    /// The speed the line has, then the usual ones, each once.
    fn next_speed(&mut self) -> Move {
        let first = core::iter::once(self.first);
        let others = Baud::USUAL.into_iter().filter(|&baud| baud != self.first);
        let next = first.chain(others).nth(self.tried);
        self.tried += 1;
        match next {
            Some(baud) => self.go(Phase::Probe, Move::Line(baud)),
            None => Move::Fail(Error::NotFound),
        }
    }

    fn probed(&mut self, reply: Reply) -> Move {
        match reply {
            Reply::Answered(Confirmation::Ok) => self.say(Phase::Asked, Command::ReadParameters),
            Reply::Answered(refusal @ Confirmation::WrongPassword) => {
                let command = Command::VerifyPassword(0).code();
                Move::Fail(Error::Refused {
                    command,
                    confirmation: refusal,
                })
            }
            // At a wrong speed a sensor is silent, or hears a damaged command.
            _ => self.next_speed(),
        }
    }

    fn asked(&mut self, reply: Reply, answer: &Answer) -> Move {
        let command = Command::ReadParameters.code();
        match reply {
            Reply::Answered(Confirmation::Ok) => match Parameters::parse(answer.bytes()) {
                Some(parameters) => {
                    self.known = Some(parameters);
                    self.faster(parameters)
                }
                None => Move::Fail(Error::BadAnswer { command }),
            },
            Reply::Answered(confirmation) => Move::Fail(Error::Refused {
                command,
                confirmation,
            }),
            Reply::Damaged => Move::Fail(Error::Damaged),
            _ => Move::Fail(Error::Silent { command }),
        }
    }

    fn faster(&mut self, parameters: Parameters) -> Move {
        if self.raise && parameters.baud != self.setup.baud {
            return self.say(Phase::Raise, Command::SetBaud(self.setup.baud));
        }
        self.larger(parameters)
    }

    /// The sensor answers at the old speed and listens at the new one from then on.
    fn raised(&mut self, reply: Reply) -> Move {
        match (reply, self.known) {
            (Reply::Answered(Confirmation::Ok), _) => {
                self.go(Phase::Switched, Move::Line(self.setup.baud))
            }
            (Reply::Answered(_), Some(known)) => self.larger(known),
            _ => self.without_raising(),
        }
    }

    fn confirmed(&mut self, reply: Reply) -> Move {
        match (reply, self.known.as_mut()) {
            (Reply::Answered(Confirmation::Ok), Some(known)) => {
                known.baud = self.setup.baud;
                let known = *known;
                self.larger(known)
            }
            _ => self.without_raising(),
        }
    }

    /// Whatever speed it is at now, it is found again and left there.
    fn without_raising(&mut self) -> Move {
        self.raise = false;
        self.tried = 0;
        self.next_speed()
    }

    fn larger(&mut self, parameters: Parameters) -> Move {
        if parameters.packet == self.setup.packet {
            return Move::Finish(Outcome::Connected(parameters));
        }
        self.say(Phase::Packet, Command::SetPacket(self.setup.packet))
    }

    /// A sensor that refuses another size keeps the one it has.
    fn packet(&mut self, reply: Reply) -> Move {
        let command = Command::SetPacket(PacketSize::Bytes32).code();
        match (reply, self.known) {
            (Reply::Answered(confirmation), Some(mut known)) => {
                if confirmation == Confirmation::Ok {
                    known.packet = self.setup.packet;
                }
                Move::Finish(Outcome::Connected(known))
            }
            (Reply::Damaged, _) => Move::Fail(Error::Damaged),
            _ => Move::Fail(Error::Silent { command }),
        }
    }
}

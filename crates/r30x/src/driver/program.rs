//! A task as a list of moves, and what follows from each reply.

use super::connect::Connect;
use super::task::{Answer, Millis, Outcome, Prompt, Task};
use crate::{Baud, Buffer, Command, Confirmation, Error, LONGEST_TEMPLATE, image};

/// A command is answered within this many milliseconds; a search of a full flash takes about one second.
const PATIENCE: Millis = 3_000;

/// What the driver does next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Move {
    /// Wait until the line is quiet.
    Settle,
    /// Give the host's line this speed.
    Line(Baud),
    /// Send a command and wait for its answer.
    Say { command: Command, patience: Millis },
    /// Look for a finger until there is one.
    Finger { within: Millis },
    /// Look until there is none.
    Lifted { within: Millis },
    /// Take data packets: exactly so many bytes.
    Image,
    /// Take data packets: any template.
    Template,
    /// Take data packets and hold them against what was sent.
    Check,
    /// Send data packets.
    Send { length: usize },
    /// Tell the person.
    Prompt(Prompt),
    /// The end.
    Finish(Outcome),
    /// The end, without success.
    Fail(Error),
}

/// How a move ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reply {
    /// It is done.
    Did,
    /// The sensor answered.
    Answered(Confirmation),
    /// The sensor did not answer in time.
    Silent,
    /// Its answer was damaged.
    Damaged,
    /// So many bytes came.
    Received(usize),
    /// What came back is not what was sent.
    Differs,
}

/// What a task becomes.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no allocator to box the larger one with"
)]
pub enum Program {
    Connect(Connect),
    Plan(Plan),
}

impl Program {
    /// # Errors
    /// When the task makes no sense.
    pub fn new(task: Task, line: Baud, proven: bool) -> Result<Self, Error> {
        match task {
            Task::Connect(setup) => Ok(Self::Connect(Connect::new(setup, line))),
            other => Plan::new(other, proven).map(Self::Plan),
        }
    }

    pub fn next(&mut self, reply: Reply, answer: &Answer) -> Move {
        match self {
            Self::Connect(connect) => connect.next(reply, answer),
            Self::Plan(plan) => plan.next(reply, answer),
        }
    }

    /// After what was sent did not come back: begin sending again. False when this is not such a task.
    pub fn send_again(&mut self) -> bool {
        match self {
            Self::Plan(plan) => plan.send_again(),
            Self::Connect(_) => false,
        }
    }
}

/// The most moves of a task: enrolment has eleven, a verification with its check ten.
const MOST: usize = 12;

/// Moves one after another; the first refusal ends them.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    moves: [Option<Move>; MOST],
    at: usize,
    /// Where sending a template begins.
    sending: Option<usize>,
    /// The move after the check.
    checked: Option<usize>,
}

impl Plan {
    fn new(task: Task, proven: bool) -> Result<Self, Error> {
        let mut plan = Self {
            moves: [None; MOST],
            at: 0,
            sending: None,
            checked: None,
        };
        plan.fill(task, proven)?;
        Ok(plan)
    }

    fn fill(&mut self, task: Task, proven: bool) -> Result<(), Error> {
        use Buffer::{One, Two};
        match task {
            Task::Image { within } => self.add(&[
                Move::Finger { within },
                say(Command::SendImage),
                Move::Image,
            ]),
            Task::Lifted { within } => self.add(&[Move::Lifted { within }]),
            Task::Enrol { page, within } => self.enrol(page, within),
            Task::Extract { buffer, within } => self.finger(buffer, within),
            Task::ReadTemplate(buffer) => self.read(buffer),
            Task::ReadPage(page) => {
                self.add(&[say(Command::Load { buffer: One, page })]);
                self.read(One);
            }
            Task::WriteTemplate { buffer, length } => self.write(buffer, length, proven)?,
            Task::WritePage { page, length } => {
                self.write(One, length, proven)?;
                self.add(&[say(Command::Store { buffer: One, page })]);
            }
            Task::Verify { length, within } => {
                self.write(Two, length, proven)?;
                self.finger(One, within);
                self.add(&[say(Command::Match)]);
            }
            Task::Identify {
                start,
                count,
                fast,
                within,
            } => {
                self.finger(One, within);
                let buffer = One;
                self.add(&[say(if fast {
                    Command::FastSearch {
                        buffer,
                        start,
                        count,
                    }
                } else {
                    Command::Search {
                        buffer,
                        start,
                        count,
                    }
                })]);
            }
            Task::Ask(command) => self.ask(command)?,
            Task::Connect(_) => {}
        }
        Ok(())
    }

    fn enrol(&mut self, page: u16, within: Millis) {
        self.add(&[Move::Prompt(Prompt::Press)]);
        self.finger(Buffer::One, within);
        self.add(&[
            Move::Prompt(Prompt::Lift),
            Move::Lifted { within },
            Move::Prompt(Prompt::PressAgain),
        ]);
        self.finger(Buffer::Two, within);
        let buffer = Buffer::One;
        self.add(&[say(Command::Combine), say(Command::Store { buffer, page })]);
    }

    fn finger(&mut self, buffer: Buffer, within: Millis) {
        self.add(&[Move::Finger { within }, say(Command::Extract(buffer))]);
    }

    fn read(&mut self, buffer: Buffer) {
        self.add(&[say(Command::SendTemplate(buffer)), Move::Template]);
    }

    /// Data packets get no answer. Until one template was seen to arrive in packets of this size, it is read back.
    fn write(&mut self, buffer: Buffer, length: usize, proven: bool) -> Result<(), Error> {
        if !(1..=LONGEST_TEMPLATE).contains(&length) {
            return Err(Error::BadTemplate(length));
        }
        self.sending = Some(self.length());
        self.add(&[say(Command::TakeTemplate(buffer)), Move::Send { length }]);
        if !proven {
            self.add(&[say(Command::SendTemplate(buffer)), Move::Check]);
            self.checked = Some(self.length());
        }
        Ok(())
    }

    fn ask(&mut self, command: Command) -> Result<(), Error> {
        let code = command.code();
        match command {
            Command::SendImage
            | Command::TakeImage
            | Command::SendTemplate(_)
            | Command::TakeTemplate(_)
            | Command::SetBaud(_) => Err(Error::NotAlone { command: code }),
            _ => {
                self.add(&[say(command)]);
                Ok(())
            }
        }
    }

    fn length(&self) -> usize {
        self.moves.iter().flatten().count()
    }

    fn add(&mut self, moves: &[Move]) {
        let free = self.moves.iter_mut().filter(|place| place.is_none());
        for (place, &then) in free.zip(moves) {
            *place = Some(then);
        }
    }

    fn next(&mut self, reply: Reply, answer: &Answer) -> Move {
        let last = self
            .at
            .checked_sub(1)
            .and_then(|at| self.moves.get(at).copied().flatten());
        let trouble = last.and_then(|last| trouble(last, reply));
        if let Some(error) = trouble {
            return self.troubled(last, error);
        }
        let next = self.moves.get(self.at).copied().flatten();
        self.at += 1;
        match (next, last) {
            (Some(next), _) => next,
            (None, Some(last)) => ending(last, reply, answer),
            (None, None) => Move::Finish(Outcome::Done),
        }
    }

    /// Trouble while a template is read back says that it did not arrive.
    fn troubled(&mut self, last: Option<Move>, error: Error) -> Move {
        let reading_back = self
            .checked
            .is_some_and(|end| self.at + 1 == end || self.at == end);
        match last {
            Some(
                Move::Say {
                    command: Command::SendTemplate(_),
                    ..
                }
                | Move::Check,
            ) if reading_back => Move::Fail(Error::NotKept),
            Some(Move::Say {
                command: Command::Match | Command::Search { .. } | Command::FastSearch { .. },
                ..
            }) if matches!(
                error,
                Error::Refused {
                    confirmation: Confirmation::NoMatch | Confirmation::NotFound,
                    ..
                }
            ) =>
            {
                Move::Finish(Outcome::NotMatched)
            }
            _ => Move::Fail(error),
        }
    }

    fn send_again(&mut self) -> bool {
        if let Some(at) = self.sending {
            self.at = at;
        }
        self.sending.is_some()
    }
}

const fn say(command: Command) -> Move {
    let patience = PATIENCE;
    Move::Say { command, patience }
}

/// Is a reply trouble?
fn trouble(last: Move, reply: Reply) -> Option<Error> {
    let command = match last {
        Move::Say { command, .. } => command.code(),
        _ => Command::Look.code(),
    };
    match reply {
        Reply::Answered(Confirmation::Ok) | Reply::Did => None,
        Reply::Answered(confirmation) => Some(Error::Refused {
            command,
            confirmation,
        }),
        Reply::Silent => Some(Error::Silent { command }),
        Reply::Damaged => Some(Error::Damaged),
        Reply::Differs => Some(Error::NotKept),
        Reply::Received(got) if last == Move::Image && got != image::PACKED => {
            let want = image::PACKED;
            Some(Error::Truncated { got, want })
        }
        Reply::Received(0) => Some(Error::Truncated { got: 0, want: 1 }),
        Reply::Received(_) => None,
    }
}

/// What the last move of a task says.
fn ending(last: Move, reply: Reply, answer: &Answer) -> Move {
    let command = match last {
        Move::Say { command, .. } => command,
        Move::Template => {
            let Reply::Received(length) = reply else {
                return Move::Finish(Outcome::Done);
            };
            return Move::Finish(Outcome::Template { length });
        }
        _ => return Move::Finish(Outcome::Done),
    };
    let outcome = match command {
        Command::Match => answer.word(0).map(|score| Outcome::Matched { score }),
        Command::Search { .. } | Command::FastSearch { .. } => {
            let found = answer.word(0).zip(answer.word(1));
            found.map(|(page, score)| Outcome::Found { page, score })
        }
        Command::Extract(_) | Command::Store { .. } => Some(Outcome::Done),
        _ => Some(Outcome::Answer(*answer)),
    };
    let command = command.code();
    outcome.map_or(Move::Fail(Error::BadAnswer { command }), Move::Finish)
}

//! A driver and a sensor with a line between them, and a clock that jumps to whatever comes next.
#![allow(dead_code)] // each test file needs a part of it

use std::collections::BTreeMap;
use std::sync::Mutex;

use r30x::{Answer, Command, Driver, Effect, Error, Event, Outcome, Prompt, Setup, Task};
use testkit::prints::{Finger, Image, Sensor as Glass};
use testkit::sensor::{Model, OnTheGlass, Sensor};

pub struct Line {
    pub driver: Driver,
    pub sensor: Sensor,
    pub now: u64,
    /// Speed of the host's end.
    pub rate: u32,
    /// Bytes sent by the host.
    pub sent: usize,
    /// The template that the host has.
    pub supplies: Vec<u8>,
    /// What the last task brought.
    pub payload: Vec<u8>,
    /// What the person was told.
    pub prompts: Vec<Prompt>,
    /// Fingers for the presses asked for, in order.
    pub presses: Vec<OnTheGlass>,
    pub power_fails_at: Option<u64>,
    /// When the caller loses patience with the task.
    pub cancels_at: Option<u64>,
}

/// An impression of a synthetic finger, put on the glass.
pub fn finger(seed: u64, number: u64) -> OnTheGlass {
    OnTheGlass::finger(&picture(seed, number), &format!("finger {seed}"))
}

/// Fingers are grown once for all tests.
pub fn picture(seed: u64, number: u64) -> Image {
    static GROWN: Mutex<BTreeMap<u64, Finger>> = Mutex::new(BTreeMap::new());
    let mut grown = GROWN.lock().unwrap();
    let finger = grown.entry(seed).or_insert_with(|| Finger::new(seed));
    finger.impression(Glass::R307, number)
}

/// A line over which the sensor was met already.
pub fn connected(model: Model) -> Line {
    let mut line = Line::new(model);
    line.run(Task::Connect(Setup::default())).unwrap();
    line
}

impl Line {
    pub fn new(model: Model) -> Self {
        Self {
            driver: Driver::new(),
            sensor: Sensor::new(model),
            now: 1_000,
            rate: 57_600,
            sent: 0,
            supplies: Vec::new(),
            payload: Vec::new(),
            prompts: Vec::new(),
            presses: Vec::new(),
            power_fails_at: None,
            cancels_at: None,
        }
    }

    /// Runs a task to its end.
    pub fn run(&mut self, task: Task) -> Result<Outcome, Error> {
        self.payload.clear();
        self.prompts.clear();
        let mut driver = self.driver.clone();
        let mut heard: Vec<u8> = Vec::new();
        let mut event = Event::Begin(task);
        let mut supplied: Vec<u8>;
        for _ in 0..200_000 {
            let step = driver.step(event, self.now);
            let taken = step.taken;
            let mut wanted = None;
            let mut ended = None;
            let mut until = None;
            match step.effect {
                Effect::Send(frame) => {
                    self.sent += frame.len();
                    self.sensor.receive(frame, self.rate, self.now);
                }
                Effect::SetBaud(baud) => self.rate = baud.rate(),
                Effect::Supply(piece) => wanted = Some(piece),
                Effect::Payload(bytes) => self.payload.extend_from_slice(bytes),
                Effect::Prompt(prompt) => self.obey(prompt),
                Effect::Wait(time) => until = Some(time),
                Effect::Done(outcome) => ended = Some(Ok(outcome)),
                Effect::Failed(error) => ended = Some(Err(error)),
            }
            heard.drain(..taken);
            if let Some(until) = until {
                self.wait(until, &mut heard);
            }
            if let Some(ended) = ended {
                self.driver = driver;
                return ended;
            }
            if self.cancels_at.is_some_and(|time| time <= self.now) {
                self.cancels_at = None;
                event = Event::Cancel;
                continue;
            }
            event = match wanted {
                Some(piece) => {
                    supplied = self.supplies[piece.at..piece.at + piece.length].to_vec();
                    Event::Supplied(&supplied)
                }
                None => Event::Received(&heard),
            };
        }
        panic!("{task:?} does not end");
    }

    /// What a single command answers.
    pub fn ask(&mut self, command: Command) -> Answer {
        match self.run(Task::Ask(command)) {
            Ok(Outcome::Answer(answer)) => answer,
            other => panic!("{command:?}: {other:?}"),
        }
    }

    fn obey(&mut self, prompt: Prompt) {
        self.prompts.push(prompt);
        match prompt {
            Prompt::Lift => self.sensor.lift(),
            Prompt::Press | Prompt::PressAgain => self.sensor.put(self.presses.remove(0)),
        }
    }

    fn wait(&mut self, until: u64, heard: &mut Vec<u8>) {
        if self.power_fails_at.is_some_and(|time| time <= self.now) {
            self.power_fails_at = None;
            self.sensor.power_cycle();
        }
        let next = self.sensor.next_due().map_or(until, |due| due.min(until));
        let next = self.cancels_at.map_or(next, |time| time.min(next));
        self.now = self.now.max(next);
        if let Some(piece) = self.sensor.transmit(self.now) {
            heard.extend(piece.heard_at(self.rate));
        }
    }
}

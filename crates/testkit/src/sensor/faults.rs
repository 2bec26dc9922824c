//! What goes wrong, once each, when its occasion comes.

use r30x::Confirmation;

/// A fault in waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The next image or template stops after about so many bytes and never ends.
    Stall(usize),
    /// So many bytes of noise come before the next answer.
    Noise(usize),
    /// The next answer's checksum is wrong.
    BadAnswer,
    /// A data packet in the middle of the next image or template has a wrong checksum.
    BadData,
    /// Out of the middle of the next image or template, so many bytes are lost.
    Loss(usize),
    /// The next command is not answered.
    Silence,
    /// The next command other than a look is refused, whatever it is.
    Refusal(Confirmation),
    /// The next change of speed is agreed to and does not happen.
    StaysSlow,
    /// The next template taken from the host is lost, without a word.
    LostTemplate,
}

/// Faults that still wait for their occasion.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// The first fault that fits the occasion, which then is over.
    pub fn take<T>(&mut self, fits: impl Fn(Fault) -> Option<T>) -> Option<T> {
        let (at, found) = self
            .0
            .iter()
            .enumerate()
            .find_map(|(at, &fault)| Some((at, fits(fault)?)))?;
        self.0.remove(at);
        Some(found)
    }
}

//! Images and templates, packet by packet.

use super::machine::{Doing, Driver, Turn, wait};
use super::program::{Move, Reply};
use super::{Effect, Millis, Wanted};
use crate::packet::Kind;
use crate::{ANY_ADDRESS, Error, LONGEST_TEMPLATE, image};

/// Between two data packets; the largest takes 0.28 s at the slowest speed.
pub const STALL: Millis = 1_000;

/// FNV-1a over what was sent, held against what comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sum(u64);

impl Sum {
    pub const NOTHING: Self = Self(0xCBF2_9CE4_8422_2325);

    pub fn with(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |sum, &byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        }))
    }
}

impl Driver {
    pub(super) fn receive(
        &mut self,
        input: &mut &[u8],
        now: Millis,
        what: Move,
        (got, until, sum): (usize, Millis, Sum),
    ) -> Option<Turn> {
        let packet = match self.decoder.next(input) {
            None if now < until => return Some(wait(until)),
            None => return Some(self.failed(Error::Stalled { got })),
            Some(Err(_)) => return Some(self.failed(Error::Damaged)),
            Some(Ok(packet)) => packet,
        };
        if ![packet.address, ANY_ADDRESS].contains(&self.address) {
            return None;
        }
        match packet.kind {
            Kind::Data | Kind::LastData => {}
            // The sensor gave up in the middle.
            _ => return Some(self.failed(Error::Stalled { got })),
        }
        let limit = if what == Move::Image {
            image::PACKED
        } else {
            LONGEST_TEMPLATE
        };
        let total = got + packet.payload.len();
        // Some sensors pad what they send back; only what was sent counts.
        let ours = self
            .sent_length
            .saturating_sub(got)
            .min(packet.payload.len());
        let sum = sum.with(packet.payload.get(..ours).unwrap_or_default());
        let last = packet.kind == Kind::LastData;
        if total > limit {
            return Some(self.failed(Error::TooMuch { limit }));
        }
        self.doing = match last {
            true => Doing::Next(self.received(what, total, sum)),
            false => Doing::Receiving {
                what,
                got: total,
                until: now + STALL,
                sum,
            },
        };
        (what != Move::Check).then_some(Turn::Payload)
    }

    fn received(&mut self, what: Move, total: usize, sum: Sum) -> Reply {
        if what != Move::Check {
            return Reply::Received(total);
        }
        self.proven = total >= self.sent_length && sum == self.sent;
        if self.proven {
            Reply::Did
        } else {
            Reply::Differs
        }
    }

    pub(super) fn supply(&mut self, at: usize, total: usize) -> Option<Turn> {
        let length = self.size.bytes().min(total - at);
        if length == 0 {
            self.doing = Doing::Next(Reply::Did);
            return None;
        }
        let wanted = Wanted { at, length };
        Some(Turn::Other(Effect::Supply(wanted)))
    }

    /// Sends the piece of the template that was asked for.
    pub(super) fn supplied(&mut self, bytes: &[u8]) -> Option<Turn> {
        let Doing::Supplying { at, total } = self.doing else {
            return None;
        };
        let (got, want) = (bytes.len(), self.size.bytes().min(total - at));
        if got != want {
            return Some(self.failed(Error::BadSupply { got, want }));
        }
        self.sent = self.sent.with(bytes);
        self.doing = Doing::Supplying {
            at: at + got,
            total,
        };
        let last = at + got == total;
        Some(self.frame(if last { Kind::LastData } else { Kind::Data }, bytes))
    }
}

//! The sensor's end of the line: frames in and out, how long each takes, and what goes wrong with them.

use r30x::packet::{Kind, LONGEST_FRAME, Packet};
use r30x::{Baud, Buffer, Command, Confirmation, Millis, PacketSize};

use super::Sensor;
use super::faults::Fault;

/// Data that stops for so long will not go on.
const PATIENCE: Millis = 1_000;

/// What the sensor waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    Commands,
    /// Data packets of a template.
    Taking {
        into: Buffer,
        bytes: Vec<u8>,
        whole: bool,
        until: Millis,
    },
}

/// Bytes that leave the sensor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Not before this time.
    pub due: Millis,
    /// At this speed: a host's line of another speed gets something else.
    pub baud: Baud,
    /// These.
    pub bytes: Vec<u8>,
}

impl Piece {
    /// What a line of `rate` baud makes of it.
    #[must_use]
    pub fn heard_at(mut self, rate: u32) -> Vec<u8> {
        if rate != self.baud.rate() {
            garble(&mut self.bytes);
        }
        self.bytes
    }
}

/// What bytes become between two lines of different speed; no frame survives it.
fn garble(bytes: &mut [u8]) {
    bytes
        .iter_mut()
        .for_each(|byte| *byte = byte.rotate_left(3) ^ 0xA7);
}

impl Sensor {
    /// Takes what a host sent over a line of `rate` baud.
    pub fn receive(&mut self, bytes: &[u8], rate: u32, now: Millis) {
        let mut bytes = bytes.to_vec();
        if rate != self.baud.rate() {
            garble(&mut bytes);
        }
        if matches!(self.mode, Mode::Taking { until, .. } if now > until) {
            self.mode = Mode::Commands;
        }
        let mut input = bytes.as_slice();
        let mut decoder = std::mem::take(&mut self.decoder);
        while let Some(found) = decoder.next(&mut input) {
            match found {
                Ok(packet) if packet.address != self.address => {}
                Ok(packet) => self.packet(packet, now),
                Err(_) => self.damaged(now),
            }
        }
        self.decoder = decoder;
    }

    fn damaged(&mut self, now: Millis) {
        match &mut self.mode {
            Mode::Taking { whole, .. } => *whole = false,
            Mode::Commands => self.answer(Confirmation::BadPacket, &[], now),
        }
    }

    fn packet(&mut self, packet: Packet<'_>, now: Millis) {
        match packet.kind {
            Kind::Data | Kind::LastData => self.take(packet, now),
            Kind::Answer => {}
            Kind::Command => {
                self.mode = Mode::Commands;
                let silent = |fault| (fault == Fault::Silence).then_some(());
                if self.faults.take(silent).is_some() {
                    return;
                }
                match Command::parse(packet.payload) {
                    Ok(command) => self.command(command, now),
                    Err(error) => self.answer(super::commands::confirmation(error), &[], now),
                }
            }
        }
    }

    /// A piece of a template. Whatever goes wrong with it is said to nobody: data has no answer.
    fn take(&mut self, packet: Packet<'_>, now: Millis) {
        let limit = self.model.takes.bytes();
        let length = self.model.template;
        let Mode::Taking {
            into,
            bytes,
            whole,
            until,
        } = &mut self.mode
        else {
            return;
        };
        *whole &= packet.payload.len() <= limit && bytes.len() + packet.payload.len() <= length;
        bytes.extend_from_slice(packet.payload);
        *until = now + PATIENCE;
        if packet.kind == Kind::LastData {
            let (into, taken, whole) = (*into, std::mem::take(bytes), *whole);
            self.mode = Mode::Commands;
            let lost = |fault| (fault == Fault::LostTemplate).then_some(());
            if whole && self.faults.take(lost).is_none() {
                self.memory.put(into, Some(taken));
            }
        }
    }

    pub(super) fn begin_taking(&mut self, into: Buffer, now: Millis) {
        self.mode = Mode::Taking {
            into,
            bytes: Vec::new(),
            whole: true,
            until: now + PATIENCE,
        };
    }

    /// Answers a command.
    pub(super) fn answer(&mut self, confirmation: Confirmation, operands: &[u8], now: Millis) {
        let noise = |fault| match fault {
            Fault::Noise(count) => Some(count),
            _ => None,
        };
        if let Some(count) = self.faults.take(noise) {
            // With false starts of a frame among it.
            let bytes = [0xEF, 0x01, 0x55, 0xEF]
                .into_iter()
                .cycle()
                .take(count)
                .collect();
            self.push(bytes, now);
        }
        let mut payload = vec![confirmation.code()];
        payload.extend_from_slice(operands);
        let mut frame = self.frame(Kind::Answer, &payload);
        let bad = |fault| (fault == Fault::BadAnswer).then_some(());
        if self.faults.take(bad).is_some()
            && let Some(last) = frame.last_mut()
        {
            *last ^= 0xFF;
        }
        self.push(frame, now);
    }

    /// Sends an image or a template in data packets.
    pub(super) fn send_data(&mut self, data: &[u8], now: Millis) {
        let mut packets: Vec<Vec<u8>> = data
            .chunks(self.packet.bytes())
            .map(|part| self.frame(Kind::Data, part))
            .collect();
        if let (Some(last), Some(part)) =
            (packets.last_mut(), data.chunks(self.packet.bytes()).last())
        {
            *last = self.frame(Kind::LastData, part);
        }
        self.spoil(&mut packets);
        for packet in packets {
            self.push(packet, now);
        }
    }

    fn spoil(&mut self, packets: &mut Vec<Vec<u8>>) {
        let middle = packets.len() / 2;
        let kept = self.packet.bytes();
        let spoiled = self.faults.take(|fault| match fault {
            Fault::Stall(_) | Fault::BadData | Fault::Loss(_) => Some(fault),
            _ => None,
        });
        match spoiled {
            Some(Fault::Stall(after)) => packets.truncate((after / kept).min(packets.len() - 1)),
            Some(Fault::BadData) => {
                if let Some(last) = packets[middle].last_mut() {
                    *last ^= 0x55;
                }
            }
            Some(Fault::Loss(count)) => {
                let rest = packets.split_off(middle).concat();
                packets.push(rest.into_iter().skip(count).collect());
            }
            _ => {}
        }
    }

    fn frame(&self, kind: Kind, payload: &[u8]) -> Vec<u8> {
        let packet = Packet {
            address: self.address,
            kind,
            payload,
        };
        let mut frame = [0; LONGEST_FRAME];
        let length = packet.encode(&mut frame).unwrap_or(0);
        frame[..length].to_vec()
    }

    /// Queues bytes: due when the line has carried what is before them, and them.
    fn push(&mut self, bytes: Vec<u8>, now: Millis) {
        let free = self.out.back().map_or(now, |last| last.due.max(now));
        // Ten bits a byte: start, eight, stop.
        let bits = bytes.len() as u64 * 10_000;
        let carried = if self.model.real_time {
            bits.div_ceil(u64::from(self.baud.rate()))
        } else {
            0
        };
        self.out.push_back(Piece {
            due: free + carried,
            baud: self.baud,
            bytes,
        });
    }

    /// The size of data packets from now on.
    pub(super) fn set_packet(&mut self, size: PacketSize) {
        self.packet = size;
    }
}

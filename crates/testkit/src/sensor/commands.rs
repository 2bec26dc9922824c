//! What the sensor does with each command.

use r30x::{BadCommand, Command, Confirmation, Millis, Parameters};

use super::Sensor;
use super::faults::Fault;

/// The sensor's word for a command it cannot make sense of.
pub fn confirmation(error: BadCommand) -> Confirmation {
    match error {
        BadCommand::Register { .. } => Confirmation::BadRegister,
        BadCommand::Unknown(_) | BadCommand::Length(_) => Confirmation::BadPacket,
    }
}

/// How long a real sensor thinks about a command, in milliseconds; orders of magnitude from data sheets.
const fn thought(command: &Command) -> Millis {
    match command {
        Command::Look => 200,
        Command::Extract(_) => 350,
        Command::Combine | Command::Store { .. } => 60,
        Command::Search { .. } => 600,
        Command::FastSearch { .. } => 200,
        Command::Match => 60,
        Command::Empty => 300,
        _ => 5,
    }
}

impl Sensor {
    pub(super) fn command(&mut self, command: Command, now: Millis) {
        let now = now
            + if self.model.real_time {
                thought(&command)
            } else {
                0
            };
        let refusal = |fault| match fault {
            Fault::Refusal(why) if command != Command::Look => Some(why),
            _ => None,
        };
        if let Some(why) = self.faults.take(refusal) {
            return self.answer(why, &[], now);
        }
        let free = matches!(
            command,
            Command::VerifyPassword(_) | Command::ReadParameters
        );
        if self.password != 0 && !self.verified && !free {
            return self.answer(Confirmation::MustVerify, &[], now);
        }
        match command {
            Command::Look | Command::Extract(_) | Command::SendImage | Command::Combine => {
                self.about_images(command, now);
            }
            Command::Match | Command::Search { .. } | Command::FastSearch { .. } => {
                self.compare(command, now);
            }
            Command::Store { .. }
            | Command::Load { .. }
            | Command::Delete { .. }
            | Command::Empty
            | Command::Count
            | Command::Index(_) => self.about_flash(command, now),
            Command::SendTemplate(_) | Command::TakeTemplate(_) => self.hand_over(command, now),
            _ => self.about_itself(command, now),
        }
    }

    fn about_images(&mut self, command: Command, now: Millis) {
        let confirmation = match (command, &self.glass) {
            (Command::Look, None) => Confirmation::NoFinger,
            (Command::Look, Some(seen)) => {
                self.memory.keep_image(seen);
                Confirmation::Ok
            }
            (Command::Combine, _) if self.memory.combine() => Confirmation::Ok,
            (Command::Combine, _) => Confirmation::CombineFailed,
            _ if self.memory.image().is_none() => Confirmation::NoImage,
            (Command::Extract(buffer), _) if !self.memory.extract(buffer) => {
                Confirmation::TooFewFeatures
            }
            _ => Confirmation::Ok,
        };
        self.answer(confirmation, &[], now);
        if let (Command::SendImage, Confirmation::Ok) = (command, confirmation) {
            let image = self.memory.image().unwrap_or_default().to_vec();
            self.send_data(&image, now);
        }
    }

    fn compare(&mut self, command: Command, now: Millis) {
        let (found, otherwise) = match command {
            Command::Search {
                buffer,
                start,
                count,
            }
            | Command::FastSearch {
                buffer,
                start,
                count,
            } => {
                let found = self.memory.search(buffer, start, count);
                (found.map(|(page, score)| vec![page, score]), vec![0, 0])
            }
            _ => (self.memory.compare().map(|score| vec![score]), vec![0]),
        };
        let confirmation = match (&found, otherwise.len()) {
            (Some(_), _) => Confirmation::Ok,
            (None, 1) => Confirmation::NoMatch,
            (None, _) => Confirmation::NotFound,
        };
        let words = found.unwrap_or(otherwise);
        let bytes: Vec<u8> = words.into_iter().flat_map(u16::to_be_bytes).collect();
        self.answer(confirmation, &bytes, now);
    }

    fn about_flash(&mut self, command: Command, now: Millis) {
        let confirmation = match command {
            Command::Store { buffer, page } => {
                let template = self.memory.buffer(buffer).cloned();
                match (self.memory.page_mut(page), template) {
                    (None, _) => Confirmation::BadPage,
                    (_, None) => Confirmation::Flash,
                    (Some(place), template) => {
                        *place = template;
                        Confirmation::Ok
                    }
                }
            }
            Command::Load { buffer, page } => match self.memory.page(page).cloned() {
                None => Confirmation::BadPage,
                Some(None) => Confirmation::TemplateRead,
                Some(template) => {
                    self.memory.put(buffer, template);
                    Confirmation::Ok
                }
            },
            Command::Delete { page, count } => self.delete(page, count),
            Command::Empty => {
                self.memory.empty();
                Confirmation::Ok
            }
            Command::Index(page) => {
                let index = self.memory.index(page).0;
                return self.answer(Confirmation::Ok, &index, now);
            }
            _ => {
                let count = self.memory.count().to_be_bytes();
                return self.answer(Confirmation::Ok, &count, now);
            }
        };
        self.answer(confirmation, &[], now);
    }

    fn delete(&mut self, page: u16, count: u16) -> Confirmation {
        let end = page.saturating_add(count);
        if end > self.model.capacity || count == 0 {
            return Confirmation::DeleteFailed;
        }
        for page in page..end {
            if let Some(place) = self.memory.page_mut(page) {
                *place = None;
            }
        }
        Confirmation::Ok
    }

    fn hand_over(&mut self, command: Command, now: Millis) {
        match command {
            Command::TakeTemplate(buffer) => {
                self.answer(Confirmation::Ok, &[], now);
                self.begin_taking(buffer, now);
            }
            Command::SendTemplate(buffer) => match self.memory.buffer(buffer).cloned() {
                None => self.answer(Confirmation::TemplateUpload, &[], now),
                Some(template) => {
                    self.answer(Confirmation::Ok, &[], now);
                    self.send_data(&template, now);
                }
            },
            _ => {}
        }
    }

    fn about_itself(&mut self, command: Command, now: Millis) {
        let mut operands = Vec::new();
        let confirmation = match command {
            Command::VerifyPassword(password) => {
                self.verified = password == self.password;
                match self.verified {
                    true => Confirmation::Ok,
                    false => Confirmation::WrongPassword,
                }
            }
            Command::ReadParameters => {
                operands.extend(self.parameters().bytes());
                Confirmation::Ok
            }
            Command::Random => {
                self.random ^= self.random << 13;
                self.random ^= self.random >> 17;
                self.random ^= self.random << 5;
                operands.extend(self.random.to_be_bytes());
                Confirmation::Ok
            }
            Command::WriteNote { page, text } => match self.notes.get_mut(usize::from(page)) {
                Some(note) => {
                    *note = text;
                    Confirmation::Ok
                }
                None => Confirmation::BadPage,
            },
            Command::ReadNote(page) => match self.notes.get(usize::from(page)) {
                Some(note) => {
                    operands.extend(note);
                    Confirmation::Ok
                }
                None => Confirmation::BadPage,
            },
            other => return self.set(other, now),
        };
        self.answer(confirmation, &operands, now);
    }

    /// Settings are answered under the old ones.
    fn set(&mut self, command: Command, now: Millis) {
        match command {
            Command::Light(_) | Command::SelfCheck | Command::ProductInfo if !self.model.r503 => {
                return self.answer(Confirmation::BadPacket, &[], now);
            }
            Command::SetBaud(baud) if baud > self.model.fastest => {
                return self.answer(Confirmation::BadRegister, &[], now);
            }
            Command::TakeImage => return self.answer(Confirmation::BadPacket, &[], now),
            Command::ProductInfo => {
                let mut text = [0; 46];
                text[..12].copy_from_slice(b"R503-SIMULAT");
                return self.answer(Confirmation::Ok, &text, now);
            }
            _ => self.answer(Confirmation::Ok, &[], now),
        }
        match command {
            Command::SetBaud(baud) => {
                let stays = |fault| (fault == Fault::StaysSlow).then_some(());
                if self.faults.take(stays).is_none() {
                    self.baud = baud;
                }
            }
            Command::SetSecurity(level) => self.security = level,
            Command::SetPacket(size) => self.set_packet(size),
            Command::SetPassword(password) => (self.password, self.verified) = (password, true),
            Command::SetAddress(address) => self.address = address,
            Command::Light(light) => self.light = light.control,
            _ => {}
        }
    }

    fn parameters(&self) -> Parameters {
        Parameters {
            status: u16::from(self.verified) << 2,
            system: if self.model.r503 { 0 } else { 9 },
            capacity: self.model.capacity,
            security: self.security.into(),
            address: self.address,
            packet: self.packet,
            baud: self.baud,
        }
    }
}

//! What a sensor answers: the first byte of every answer.

use core::fmt;

/// A confirmation code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Confirmation {
    /// 00: done.
    Ok,
    /// 01: the command arrived damaged.
    BadPacket,
    /// 02: nothing lies on the sensor.
    NoFinger,
    /// 03: the finger could not be captured.
    CaptureFailed,
    /// 06: the image is too messy to find features in.
    Messy,
    /// 07: too few features, or too small an image.
    TooFewFeatures,
    /// 08: the two buffers do not match.
    NoMatch,
    /// 09: no page of the flash matches.
    NotFound,
    /// 0A: the two impressions are not of one finger.
    CombineFailed,
    /// 0B: there is no such page.
    BadPage,
    /// 0C: the page is empty or its template is damaged.
    TemplateRead,
    /// 0D: the template cannot be sent.
    TemplateUpload,
    /// 0E: the sensor cannot take the data packets.
    CannotReceive,
    /// 0F: the image cannot be sent.
    ImageUpload,
    /// 10: the pages could not be deleted.
    DeleteFailed,
    /// 11: the flash could not be emptied.
    ClearFailed,
    /// 13: the password is another.
    WrongPassword,
    /// 15: there is no image in the buffer.
    NoImage,
    /// 18: the flash could not be written.
    Flash,
    /// 1A: there is no such parameter, or it cannot have this value.
    BadRegister,
    /// 20: the address is another.
    WrongAddress,
    /// 21: the password must be verified first.
    MustVerify,
    /// Any other code.
    Other(u8),
}

/// Codes with their meaning; [`Confirmation::Other`] is not among them.
const TABLE: [(u8, Confirmation, &str); 22] = [
    (0x00, Confirmation::Ok, "done"),
    (0x01, Confirmation::BadPacket, "the command arrived damaged"),
    (0x02, Confirmation::NoFinger, "no finger on the sensor"),
    (
        0x03,
        Confirmation::CaptureFailed,
        "the finger could not be captured",
    ),
    (
        0x06,
        Confirmation::Messy,
        "the image is too messy: clean the sensor, press again",
    ),
    (
        0x07,
        Confirmation::TooFewFeatures,
        "too few features: press flat and in the middle",
    ),
    (0x08, Confirmation::NoMatch, "the finger does not match"),
    (0x09, Confirmation::NotFound, "no stored finger matches"),
    (
        0x0A,
        Confirmation::CombineFailed,
        "the impressions are not of one finger: start again",
    ),
    (
        0x0B,
        Confirmation::BadPage,
        "there is no such page in the sensor's flash",
    ),
    (
        0x0C,
        Confirmation::TemplateRead,
        "the page is empty or its template damaged",
    ),
    (
        0x0D,
        Confirmation::TemplateUpload,
        "the sensor cannot send the template",
    ),
    (
        0x0E,
        Confirmation::CannotReceive,
        "the sensor cannot take the data packets",
    ),
    (
        0x0F,
        Confirmation::ImageUpload,
        "the sensor cannot send the image",
    ),
    (
        0x10,
        Confirmation::DeleteFailed,
        "the templates could not be deleted",
    ),
    (
        0x11,
        Confirmation::ClearFailed,
        "the sensor's flash could not be emptied",
    ),
    (
        0x13,
        Confirmation::WrongPassword,
        "the sensor has another password",
    ),
    (
        0x15,
        Confirmation::NoImage,
        "there is no image in the sensor",
    ),
    (
        0x18,
        Confirmation::Flash,
        "the sensor's flash could not be written",
    ),
    (
        0x1A,
        Confirmation::BadRegister,
        "the sensor does not know this setting or value",
    ),
    (
        0x20,
        Confirmation::WrongAddress,
        "the sensor has another address",
    ),
    (
        0x21,
        Confirmation::MustVerify,
        "the password must be verified first: connect again",
    ),
];

impl Confirmation {
    /// Every code that has a name.
    pub fn named() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|&(_, confirmation, _)| confirmation)
    }

    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> u8 {
        if let Self::Other(code) = self {
            return code;
        }
        let found = TABLE
            .iter()
            .find(|&&(_, confirmation, _)| confirmation == self);
        found.map_or(0xFF, |&(code, _, _)| code)
    }
}

impl From<u8> for Confirmation {
    fn from(byte: u8) -> Self {
        let found = TABLE.iter().find(|&&(code, _, _)| code == byte);
        found.map_or(Self::Other(byte), |&(_, confirmation, _)| confirmation)
    }
}

impl fmt::Display for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match TABLE
            .iter()
            .find(|(_, confirmation, _)| confirmation == self)
        {
            Some((code, _, meaning)) => write!(f, "{meaning} (code {code:02X})"),
            None => write!(f, "unknown code {:02X}", self.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_a_confirmation_and_comes_back_as_itself() {
        for byte in 0..=255 {
            assert_eq!(Confirmation::from(byte).code(), byte);
        }
        assert_eq!(Confirmation::named().count(), 22);
    }
}

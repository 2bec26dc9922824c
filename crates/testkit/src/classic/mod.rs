//! The boards of a classic gate as they behave: topics, payloads, order and pace.

mod camera;
mod controller;

pub use camera::{Camera, Lens};
pub use controller::{Controller, Pace};

use jiff::civil::DateTime;

/// Somebody at a classic gate, with what stands in the controller's `/a_d.csv`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visitor {
    /// `F_ID`.
    pub number: String,
    /// The fields `Name` to `P_No`, comma-separated as on the card: seven fields.
    pub fields: String,
    /// `Address`; commas allowed.
    pub address: String,
    /// The tag that is handed out, as the reader prints it.
    pub tag: String,
}

impl Visitor {
    /// Somebody of whom the card knows a number and a name.
    #[must_use]
    pub fn new(number: &str, name: &str, tag: &str) -> Self {
        Self {
            number: number.to_owned(),
            fields: format!("{name},,,,,{number}.jpg,"),
            address: "12, Hill Road, Pune".to_owned(),
            tag: tag.to_owned(),
        }
    }

    /// The payload of `camera/metadata` at a local time.
    #[must_use]
    pub fn metadata(&self, at: DateTime) -> String {
        format!("{},{}", self.number, at.strftime("%H:%M:%S"))
    }

    /// The row of `/log.csv` at a local time, without `Ex_Time`; `new_entry` carries the same
    /// between two line feeds.
    #[must_use]
    pub fn row(&self, at: DateTime) -> String {
        let Self {
            number,
            fields,
            address,
            tag,
        } = self;
        let (date, time) = (at.strftime("%Y-%m-%d"), at.strftime("%H:%M:%S"));
        let day = at.strftime("%A");
        format!("{number},{fields},{address},{tag},{date},{time},,{day},{number}_{time}.jpg")
    }

    /// The payload of `court/access` at a local time.
    #[must_use]
    pub fn exit(&self, at: DateTime) -> String {
        format!("{},{}", self.tag, at.strftime("%Y-%m-%d,%H:%M:%S,%A"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_fields_a_controller_writes() {
        let visitor = Visitor::new("7", "Asha Rao", "4AB3");
        let at = jiff::civil::date(2026, 3, 2).at(9, 15, 30, 0);
        assert_eq!(
            visitor.row(at),
            "7,Asha Rao,,,,,7.jpg,,12, Hill Road, Pune,4AB3,2026-03-02,09:15:30,,Monday,7_09:15:30.jpg"
        );
        assert_eq!(visitor.metadata(at), "7,09:15:30");
        assert_eq!(visitor.exit(at), "4AB3,2026-03-02,09:15:30,Monday");
    }
}

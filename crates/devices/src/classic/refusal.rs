//! What the Devices page says about something refused at a classic gate.

use super::message::{MessageError, publisher};
use crate::house::{House, IncidentReport};
use jiff::Timestamp;
use model::{DeviceId, IncidentKind};
use std::net::IpAddr;

/// An address that belongs to no gate.
pub fn unknown_address(house: &House, address: IpAddr, what: &str) {
    house.report(IncidentReport {
        kind: IncidentKind::AddressNotAllowed,
        address: Some(address.to_canonical()),
        device: None,
        reason: format!(
            "{what} from an address that belongs to no gate, or whose board is switched off"
        ),
        remedy: "Press allow to add a gate with this address, or add it to a gate in Settings. \
                 Give the board a fixed address in the router so that it stays the same."
            .to_owned(),
        at: Timestamp::now(),
    });
}

/// A publish or subscription that this board may not do.
pub fn topic(
    house: &House,
    address: impl Into<Option<IpAddr>>,
    device: DeviceId,
    doing: &str,
    topic: &str,
) {
    let topic: String = topic.chars().filter(|c| !c.is_control()).take(80).collect();
    house.report(IncidentReport {
        kind: IncidentKind::TopicNotAllowed,
        address: canonical(address),
        device: Some(device),
        reason: format!("{doing} \"{topic}\" is not something this board of a classic gate does"),
        remedy: "Check in Settings that the controller's and the camera's addresses are not \
                 exchanged, and that the board runs the classic firmware."
            .to_owned(),
        at: Timestamp::now(),
    });
}

/// A message that could not be read.
pub fn message(
    house: &House,
    address: impl Into<Option<IpAddr>>,
    device: DeviceId,
    topic: &str,
    error: &MessageError,
) {
    if publisher(topic).is_none() {
        return self::topic(house, address, device, "publishing", topic);
    }
    house.report(IncidentReport {
        kind: IncidentKind::BadLine,
        address: canonical(address),
        device: Some(device),
        reason: format!("{topic}: {error}"),
        remedy:
            "Look at the person's row on the controller's card (/a_d.csv): a name with a comma \
                 or a missing field shifts the line. The passage itself stands in /log.csv on the \
                 card and can be imported after the row is mended."
                .to_owned(),
        at: Timestamp::now(),
    });
}

/// A message that the house refused for good.
pub fn refused(house: &House, address: impl Into<Option<IpAddr>>, device: DeviceId, reason: &str) {
    house.report(IncidentReport {
        kind: IncidentKind::BadLine,
        address: canonical(address),
        device: Some(device),
        reason: reason.to_owned(),
        remedy: "Check the gate and its boards in Settings.".to_owned(),
        at: Timestamp::now(),
    });
}

/// An upload that could not be taken.
pub fn picture(house: &House, address: IpAddr, device: DeviceId, reason: &str) {
    house.report(IncidentReport {
        kind: IncidentKind::BadPicture,
        address: canonical(address),
        device: Some(device),
        reason: reason.to_owned(),
        remedy: "Restart the camera board. If it happens again, check its ribbon cable and power \
                 supply: a weak supply spoils pictures first."
            .to_owned(),
        at: Timestamp::now(),
    });
}

/// An address, where there is one: what comes through a broker has none.
fn canonical(address: impl Into<Option<IpAddr>>) -> Option<IpAddr> {
    let address: Option<IpAddr> = address.into();
    address.map(|address| address.to_canonical())
}

/// Words for a refusal by the house.
#[must_use]
pub fn words(refusal: &model::Refusal) -> String {
    match refusal {
        model::Refusal::UnknownDevice => "the device is not known any more".to_owned(),
        model::Refusal::BadContent(why) => why.clone(),
    }
}

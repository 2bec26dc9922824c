//! What the Devices page says about something refused to a native device.

use crate::house::{House, IncidentReport};
use jiff::Timestamp;
use model::{DeviceId, IncidentKind};
use std::net::IpAddr;

/// A wrong user name or password; the device, where the name is that of one.
pub fn credentials(house: &House, address: Option<IpAddr>, device: Option<DeviceId>) {
    report(
        house,
        (IncidentKind::BadCredentials, address, device),
        "a device gave a wrong name or password, or is switched off".to_owned(),
        "Check the device's name and password in Settings; a new password can be made there.",
    );
}

/// Attempts that are not looked at, because too many were wrong.
pub fn throttled(house: &House, address: Option<IpAddr>, device: Option<DeviceId>) {
    report(
        house,
        (IncidentKind::BadCredentials, address, device),
        "too many wrong names or passwords: attempts from this address wait, up to 15 minutes"
            .to_owned(),
        "If it is a device of yours, switch it off, make a new password for it in Settings, give \
         it that and switch it on after the wait. If it is not, keep that address off this port.",
    );
}

/// A client id or last will that the device may not use.
pub fn connection(house: &House, address: Option<IpAddr>, device: DeviceId, why: &str) {
    report(
        house,
        (IncidentKind::TopicNotAllowed, address, Some(device)),
        why.to_owned(),
        "The client id must be the device's name (or name/anything), and a last will may only go \
         to the device's own status topic.",
    );
}

/// A topic that the device may not use.
pub fn topic(
    house: &House,
    address: Option<IpAddr>,
    device: Option<DeviceId>,
    doing: &str,
    topic: &str,
) {
    let topic: String = topic.chars().filter(|c| !c.is_control()).take(80).collect();
    report(
        house,
        (IncidentKind::TopicNotAllowed, address, device),
        format!("{doing} \"{topic}\" is not allowed"),
        "A device may use only its own topics, gatebook/v1/<its name>/...",
    );
}

/// A report that could not be taken.
pub fn bad_report(house: &House, address: Option<IpAddr>, device: DeviceId, why: &str) {
    report(
        house,
        (IncidentKind::BadLine, address, Some(device)),
        why.to_owned(),
        "Compare what the device sends with the native profile's description.",
    );
}

/// A picture that could not be taken.
pub fn bad_picture(house: &House, address: Option<IpAddr>, device: DeviceId, why: &str) {
    report(
        house,
        (IncidentKind::BadPicture, address, Some(device)),
        why.to_owned(),
        "Pictures are sent as the raw bytes of a JPEG file.",
    );
}

/// A picture of a finger that could not be taken.
pub fn bad_print(house: &House, address: Option<IpAddr>, device: DeviceId, why: &str) {
    report(
        house,
        (IncidentKind::BadPicture, address, Some(device)),
        why.to_owned(),
        "Pictures of fingers are sent as a grey PNG, TIFF or PGM, or as one byte a pixel with width and height.",
    );
}

fn report(
    house: &House,
    (kind, address, device): (IncidentKind, Option<IpAddr>, Option<DeviceId>),
    reason: String,
    remedy: &str,
) {
    let address = address.map(|address| address.to_canonical());
    let remedy = remedy.to_owned();
    house.report(IncidentReport {
        kind,
        address,
        device,
        reason,
        remedy,
        at: Timestamp::now(),
    });
}

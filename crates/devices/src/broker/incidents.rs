//! What the Devices page says about the broker and what it delivers.

use super::connection::Lost;
use super::message::{Delivered, Unfit};
use crate::classic::refusal;
use crate::house::{House, IncidentReport};
use crate::native::incidents as native;
use jiff::Timestamp;
use model::{DeviceId, IncidentKind};

/// A message that was set aside.
pub(super) fn unfit(house: &House, message: &Delivered<'_>, why: &Unfit) {
    let topic = shown(message.topic);
    match why {
        Unfit::Nobodys | Unfit::UnknownDevice => report(
            house,
            (IncidentKind::TopicNotAllowed, None),
            format!("the broker delivered \"{topic}\": {why}"),
            "Add a native device with this name, or the prefix to its gate, in Settings; or let the \
             broker's rules keep this topic from its publisher. A native device keeps what it \
             reports until it hears that it is committed.",
        ),
        Unfit::SwitchedOff(device) => report(
            house,
            (IncidentKind::TopicNotAllowed, Some(*device)),
            format!("the broker delivered \"{topic}\" of a device that is switched off"),
            "Switch the device on in Settings, or take its user away at the broker.",
        ),
        Unfit::Retained(device) => report(
            house,
            (IncidentKind::BadLine, *device),
            format!("the broker delivered \"{topic}\" as a retained message"),
            "What a device saw is an event and not a state: it publishes that without the retain \
             flag. Clear the retained message: mosquitto_pub -r -n -t TOPIC.",
        ),
        Unfit::Report(device, why) => native::bad_report(house, None, *device, why),
        Unfit::Line(device, why) => {
            let under = message.topic.rsplit('/').take(2).collect::<Vec<_>>();
            let under = under.into_iter().rev().collect::<Vec<_>>().join("/");
            refusal::message(house, None, *device, &under, why);
        }
    }
}

/// A message that the house refused for good.
pub(super) fn refused(house: &House, device: DeviceId, why: &str) {
    report(
        house,
        (IncidentKind::BadLine, Some(device)),
        why.to_owned(),
        "Check the device in Settings.",
    );
}

/// The broker could not be reached for a while, or does not let Gatebook in.
pub(super) fn lost(house: &House, broker: &str, why: &Lost) {
    let kind = match why {
        Lost::NotAdmitted(_) => IncidentKind::BadCredentials,
        _ => IncidentKind::Outage,
    };
    let remedy = match why {
        Lost::NotAdmitted(_) | Lost::Refused(_) => {
            "Compare mqtt.broker.user, its password file and client_id with the broker's password \
             file and rules; `gatebook doctor` tries them."
        }
        Lost::TakenOver => {
            "Two programs connect with one client id: give each site at a broker a \
             mqtt.broker.client_id of its own."
        }
        _ => {
            "See that the broker runs and can be reached: `gatebook doctor` tries it. What devices \
             report waits at the broker, if it is there, or with them."
        }
    };
    report(
        house,
        (kind, None),
        format!("the broker {broker}: {why}"),
        remedy,
    );
}

/// The broker kept nothing while Gatebook was away.
pub(super) fn forgotten(house: &House, broker: &str) {
    report(
        house,
        (IncidentKind::Outage, None),
        format!("the broker {broker} had forgotten Gatebook's session and what waited in it"),
        "Turn the broker's persistence on. Native devices send again what they were not told to be \
         committed. What classic gates published meanwhile is on their cards: import log.csv.",
    );
}

/// The broker does not let Gatebook subscribe or publish.
pub(super) fn not_allowed(house: &House, doing: &str, topic: &str, why: &str) {
    let topic = shown(topic);
    report(
        house,
        (IncidentKind::TopicNotAllowed, None),
        format!("the broker does not let Gatebook {doing} \"{topic}\" ({why})"),
        "Give Gatebook's user these topics in the broker's rules; the guide has an example.",
    );
}

fn shown(topic: &str) -> String {
    topic.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn report(
    house: &House,
    (kind, device): (IncidentKind, Option<DeviceId>),
    reason: String,
    remedy: &str,
) {
    house.report(IncidentReport {
        kind,
        address: None,
        device,
        reason,
        remedy: remedy.to_owned(),
        at: Timestamp::now(),
    });
}

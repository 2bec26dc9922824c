//! What is fed with whatever comes over a wire or from a card. Driven by `corpus.rs` here and by
//! `fuzz/` where libFuzzer is at hand: nothing may panic, and what was understood can be used.
#![allow(dead_code, clippy::unwrap_used)]

use bytes::BytesMut;
use devices::Directory;
use devices::broker::{Delivered, Delivery, MAX_PACKET_BYTES, Topics, understand};
use devices::card::{log_rows, read_people, row_count, write_people};
use devices::classic::{is_jpeg, message};
use devices::native::Report;
use jiff::{Timestamp, tz::TimeZone};
use model::{Device, DeviceKind, Gate, TopicPrefix};
use rmqtt_codec::{v3, v5};
use std::collections::HashSet;
use tokio_util::codec::Decoder;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn id<T: std::str::FromStr>(last: u8) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("00000000-0000-4000-8000-0000000000{last:02x}")
        .parse()
        .unwrap()
}

fn gate() -> Gate {
    Gate {
        id: id(1),
        name: "gate".into(),
        controller_address: Some([127, 0, 0, 1].into()),
        camera_address: Some([127, 0, 0, 2].into()),
        topic_prefix: TopicPrefix::new("gates/north"),
        controller: id(2),
        camera: id(3),
        entry: id(4),
        exit: id(5),
    }
}

/// Packets of classic boards, as the listener's codec takes them apart.
pub fn classic_packets(bytes: &[u8]) {
    let mut codec = v3::Codec::new(4096);
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(_)) = codec.decode(&mut buffer) {}
}

/// The payload of a message on each classic topic.
pub fn classic_lines(bytes: &[u8]) {
    for topic in [
        "esp32/new_entry",
        "court/access",
        "camera/metadata",
        "camera/trigger",
        "camera/ack",
    ] {
        if let Ok(message) = message::parse(topic, bytes) {
            let _ = message::draft(&message, &gate(), &TimeZone::UTC, now(), bytes);
        }
    }
}

/// The registry on a card: what was read and can be written is read again.
pub fn card_people(bytes: &[u8]) {
    let read = read_people(bytes);
    let people: Vec<_> = read.rows.into_iter().map(|row| row.person).collect();
    let written = write_people(&people);
    let again = read_people(written.text.as_bytes());
    assert_eq!(again.rows.len() + written.refused.len(), people.len());
}

/// The log on a card: each row is read or refused.
pub fn card_log(bytes: &[u8]) {
    let (gate, zone) = (gate(), TimeZone::UTC);
    let rows = log_rows(bytes, &gate, &zone, now()).count();
    assert_eq!(rows as u64, row_count(bytes));
}

/// A report of a native device.
pub fn native_report(bytes: &[u8]) {
    let device = Device {
        id: id(6),
        name: "door".into(),
        kind: DeviceKind::Native,
        access_point: id(7),
        silent_after_s: 0,
        disabled: false,
    };
    if let Ok(report) = Report::read(bytes) {
        let _ = report.draft(&device, now(), bytes);
    }
}

/// Packets of a broker, as the subscriber's codec takes them apart.
pub fn broker_packets(bytes: &[u8]) {
    let mut codec = v5::Codec::new(MAX_PACKET_BYTES, 0);
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(_)) = codec.decode(&mut buffer) {}
}

/// A message that a broker delivered: a line with its topic, then its payload.
pub fn broker_message(bytes: &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n');
    let (topic, payload) = bytes.split_at(end.unwrap_or(bytes.len()));
    let Ok(topic) = std::str::from_utf8(topic) else {
        return;
    };
    let device = |last, name: &str, kind| Device {
        id: id(last),
        name: name.into(),
        kind,
        access_point: id(7),
        silent_after_s: 0,
        disabled: false,
    };
    let devices = vec![
        device(2, "controller", DeviceKind::ClassicController),
        device(3, "camera", DeviceKind::ClassicCamera),
        device(6, "door", DeviceKind::Native),
    ];
    let directory = Directory::new(vec![gate()], devices, "Asia/Kolkata").unwrap();
    let message = Delivered {
        topic,
        payload: payload.get(1..).unwrap_or_default(),
        packet_id: Some(1),
        again: false,
        retained: false,
    };
    let delivery = Delivery {
        session: "s",
        connected_at: now(),
        resumed: true,
        received_at: now(),
        late: &HashSet::new(),
    };
    let _ = understand(&message, &delivery, &Topics::default(), &directory);
}

/// The guard before a picture is kept.
pub fn jpeg_start(bytes: &[u8]) {
    assert!(!is_jpeg(bytes) || bytes.len() >= 3);
}

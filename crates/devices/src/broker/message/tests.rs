use super::*;
use crate::classic::message::{CAMERA_TRIGGER, NEW_ENTRY};
use model::{AccessPointId, DeviceKind, SourceKey, TopicPrefix};
use proptest::prelude::*;

fn id<T: std::str::FromStr>(last: u8) -> T
where
    T::Err: std::fmt::Debug,
{
    let text = format!("00000000-0000-4000-8000-0000000000{last:02x}");
    text.parse().unwrap()
}

fn device(last: u8, name: &str, kind: DeviceKind) -> Device {
    Device {
        id: id(last),
        name: name.into(),
        kind,
        access_point: AccessPointId(Default::default()),
        silent_after_s: 0,
        disabled: false,
    }
}

fn site() -> Directory {
    let gate = Gate {
        id: id(1),
        name: "North".into(),
        controller_address: None,
        camera_address: None,
        topic_prefix: TopicPrefix::new("gates/north"),
        controller: id(2),
        camera: id(3),
        entry: id(4),
        exit: id(5),
    };
    let devices = vec![
        device(2, "North controller", DeviceKind::ClassicController),
        device(3, "North camera", DeviceKind::ClassicCamera),
        device(6, "door-1", DeviceKind::Native),
    ];
    Directory::new(vec![gate], devices, "Asia/Kolkata").unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Connected at noon in India, and read a second later.
fn delivery<'s>(resumed: bool, late: &'s HashSet<DeviceId>) -> Delivery<'s> {
    Delivery {
        session: "s1",
        connected_at: instant("2026-03-02T06:30:00Z"),
        resumed,
        received_at: instant("2026-03-02T06:30:01Z"),
        late,
    }
}

fn message<'m>(topic: &'m str, payload: &'m str) -> Delivered<'m> {
    Delivered {
        topic,
        payload: payload.as_bytes(),
        packet_id: Some(7),
        again: false,
        retained: false,
    }
}

fn read(message: &Delivered<'_>, resumed: bool) -> Result<Meaning, Unfit> {
    let late = HashSet::new();
    let topics = Topics::default();
    understand(message, &delivery(resumed, &late), &topics, &site())
}

fn draft(topic: &str, payload: &str, resumed: bool) -> ObservationDraft {
    let meaning = read(&message(topic, payload), resumed).unwrap();
    *meaning.draft.unwrap()
}

const DOOR: &str = "gatebook/v1/door-1/observation";
const FINGER: &str = "gates/north/camera/metadata";
const TRIGGER: &str = "gates/north/camera/trigger";
const ENTRY: &str = "gates/north/esp32/new_entry";

fn entry(time: &str) -> String {
    format!("\n7,Asha,,,,,,,Hill Road, Pune,4AB3,2026-03-02,{time},,Monday,7_{time}.jpg\n")
}

#[test]
fn what_waited_at_the_broker_happened_when_its_device_says() {
    let native = |time: &str| {
        format!(r#"{{"boot_id":"b","sequence":1,"time":"{time}","saw":"tag","tag":"A1"}}"#)
    };
    for (topic, before, after) in [
        (
            DOOR,
            native("2026-03-02T06:10:00Z"),
            native("2026-03-02T06:30:01Z"),
        ),
        (ENTRY, entry("11:40:00"), entry("12:00:01")),
        (FINGER, "7,11:40:00".into(), "7,12:00:01".into()),
    ] {
        assert!(draft(topic, &before, true).deferred, "{before}");
        assert!(!draft(topic, &after, true).deferred, "{after}");
        assert!(!draft(topic, &before, false).deferred, "nothing was kept");
    }
    assert!(!draft(FINGER, "7", true).deferred, "nothing tells");
}

#[test]
fn a_request_is_as_late_as_the_finger_before_it() {
    let trigger = message(TRIGGER, "capture");
    let late = HashSet::from([id(2)]);
    let topics = Topics::default();
    let meaning = understand(&trigger, &delivery(true, &late), &topics, &site()).unwrap();
    assert!(meaning.draft.unwrap().deferred);
    assert!(!draft(TRIGGER, "capture", true).deferred);
}

#[test]
fn what_is_delivered_again_has_the_key_that_it_had() {
    let again = |topic, payload| {
        let message = Delivered {
            again: true,
            ..message(topic, payload)
        };
        let meaning = read(&message, true).unwrap();
        assert_eq!(meaning.trigger, None, "the camera is not asked again");
        meaning.draft.unwrap().key
    };
    for (topic, payload) in [(TRIGGER, "capture"), (FINGER, "7,11:59:59")] {
        assert_eq!(again(topic, payload), draft(topic, payload, false).key);
    }
    let other = Delivered {
        packet_id: Some(8),
        ..message(TRIGGER, "capture")
    };
    let other = read(&other, false).unwrap();
    assert_ne!(
        other.draft.unwrap().key,
        draft(TRIGGER, "capture", false).key
    );
    let once = Delivered {
        packet_id: None,
        ..message(TRIGGER, "capture")
    };
    let key = |message| read(message, false).unwrap().draft.unwrap().key;
    assert_ne!(key(&once), key(&once), "at QoS 0 nothing comes again");
}

#[test]
fn a_finger_is_known_for_half_a_day_if_it_says_when() {
    let window = |payload| match draft(FINGER, payload, false).key {
        SourceKey::Content { window_s, .. } => window_s,
        SourceKey::Sequence { .. } => None,
    };
    assert_eq!(window("7,11:59:59"), Some(key::BROKER_STAMP_WINDOW_S));
    assert_eq!(window("7"), Some(key::STAMP_WINDOW_S));
}

#[test]
fn what_nobody_may_say_is_named() {
    let why = |topic: &str, payload: &str| read(&message(topic, payload), true).unwrap_err();
    assert_eq!(why("gates/south/esp32/new_entry", "x"), Unfit::Nobodys);
    assert_eq!(
        why("gatebook/v1/North controller/observation", "x"),
        Unfit::UnknownDevice
    );
    assert!(matches!(why(DOOR, "{"), Unfit::Report(device, _) if device == id(6)));
    assert!(matches!(why(ENTRY, "1,2"), Unfit::Line(device, _) if device == id(2)));
    let retained = Delivered {
        retained: true,
        ..message(TRIGGER, "capture")
    };
    assert_eq!(read(&retained, true), Err(Unfit::Retained(Some(id(2)))));
    let mut off = site();
    for device in &mut off.devices {
        device.disabled = true;
    }
    let late = HashSet::new();
    for (topic, device) in [(DOOR, id(6)), (ENTRY, id(2))] {
        let message = message(topic, "x");
        let read = understand(&message, &delivery(true, &late), &Topics::default(), &off);
        assert_eq!(read, Err(Unfit::SwitchedOff(device)));
    }
}

#[test]
fn gatebooks_own_word_that_a_bridge_brings_back_is_no_fault() {
    for word in ["image_uploaded", "upload_error", "cam_ready"] {
        let meaning = read(&message("gates/north/camera/ack", word), true).unwrap();
        assert_eq!((meaning.draft, meaning.device), (None, id(3)), "{word}");
    }
}

proptest! {
    #[test]
    fn any_message_is_answered_and_never_a_panic(payload: Vec<u8>, topic in 0..5_usize, id: u16) {
        let topics = [DOOR, FINGER, TRIGGER, ENTRY, "gates/north/court/access"];
        let message = Delivered {
            topic: topics[topic],
            payload: &payload,
            packet_id: Some(id),
            again: id % 2 == 0,
            retained: false,
        };
        let _ = read(&message, true);
    }
}

#[test]
fn the_topics_here_are_those_of_the_profile() {
    let under = |topic: &str| topic.strip_prefix("gates/north/").map(str::to_owned);
    assert_eq!(under(TRIGGER).as_deref(), Some(CAMERA_TRIGGER));
    assert_eq!(under(ENTRY).as_deref(), Some(NEW_ENTRY));
}

//! Places, devices, settings, incidents.

use model::*;
use store::{
    Book, Devices, Heard, IncidentReport, Ingest, NetworkCamera, People, Put, SequenceGap,
    StoreError, Write,
};

use crate::Site;
use crate::make::{access_point, after, area, counted, device, new_id, with};

struct Places {
    area: Area,
    point: AccessPoint,
    device: Device,
    gate: Gate,
}

async fn found_places(store: &impl Book) -> Places {
    let area = area("Hall");
    let point = access_point("Front door", area.id);
    let device = device("reader", point.id);
    let gate = Gate {
        id: new_id(),
        name: "Gate 1".to_owned(),
        controller_address: "127.0.0.11".parse().ok(),
        camera_address: "::1".parse().ok(),
        topic_prefix: None,
        controller: device.id,
        camera: device.id,
        entry: point.id,
        exit: point.id,
    };
    let writes = vec![
        Write::Area(Put::Add(area.clone())),
        Write::AccessPoint(Put::Add(point.clone())),
        Write::Device(Put::Add(device.clone())),
        Write::Gate(Put::Add(gate.clone())),
    ];
    store.append(with(writes)).await.unwrap();
    Places {
        area,
        point,
        device,
        gate,
    }
}

pub async fn names_of_places_and_devices_are_unique<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let mut here = found_places(store).await;
    let (area_read, device_read) = (here.area.clone(), here.device.clone());
    for write in [
        Write::Area(Put::Add(area("Hall"))),
        Write::AccessPoint(Put::Add(access_point("Front door", here.area.id))),
        Write::Device(Put::Add(device("reader", here.point.id))),
        Write::Gate(Put::Add(Gate {
            id: new_id(),
            ..here.gate.clone()
        })),
    ] {
        let refused = store.append(with(vec![write])).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }
    here.area.name = "Great hall".to_owned();
    here.device.disabled = true;
    let renamed = vec![
        Write::Area(Put::change(area_read, here.area.clone())),
        Write::Device(Put::change(device_read, here.device.clone())),
    ];
    store.append(with(renamed)).await.unwrap();
    assert_eq!(store.areas().await.unwrap(), [here.area]);
    assert_eq!(store.access_points().await.unwrap(), [here.point]);
    assert_eq!(store.devices().await.unwrap(), [here.device]);
    assert_eq!(store.gates().await.unwrap(), [here.gate]);
}

pub async fn a_gate_is_read_with_the_ways_in_which_it_is_reached<S: Site>() {
    let site = S::found().await;
    let gate = found_places(site.store()).await.gate;
    let prefix = TopicPrefix::new("gates/nörth");
    let both = Gate {
        topic_prefix: prefix.clone(),
        ..gate.clone()
    };
    let broker = Gate {
        controller_address: None,
        camera_address: None,
        topic_prefix: prefix,
        ..gate.clone()
    };
    for (was, now) in [(gate, both.clone()), (both, broker.clone())] {
        let write = Write::Gate(Put::change(was, now.clone()));
        site.store().append(with(vec![write])).await.unwrap();
        assert_eq!(site.store().gates().await.unwrap(), [now]);
    }
    let site = site.restarted().await;
    assert_eq!(site.store().gates().await.unwrap(), [broker]);
}

pub async fn what_was_removed_meanwhile_is_not_brought_back<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let here = found_places(store).await;
    let late = [
        Write::Gate(Put::change(here.gate.clone(), here.gate.clone())),
        Write::Device(Put::change(here.device.clone(), here.device.clone())),
        Write::AccessPoint(Put::change(here.point.clone(), here.point.clone())),
        Write::Area(Put::change(here.area.clone(), here.area.clone())),
    ];
    let remove = [
        Write::RemoveGate(here.gate.id),
        Write::RemoveDevice(here.device.id),
        Write::RemoveAccessPoint(here.point.id),
        Write::RemoveArea(here.area.id),
    ];
    for (remove, late) in remove.into_iter().zip(late) {
        store.append(with(vec![remove])).await.unwrap();
        let refused = store.append(with(vec![late])).await;
        assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    }
    assert!(store.gates().await.unwrap().is_empty());
    assert!(store.areas().await.unwrap().is_empty());
}

pub async fn what_was_changed_meanwhile_is_not_changed_back<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let read = found_places(store).await.device;
    let disabled = Device {
        disabled: true,
        ..read.clone()
    };
    let renamed = Device {
        name: "reader 2".to_owned(),
        ..read.clone()
    };
    let first = Put::change(read.clone(), disabled.clone());
    store
        .append(with(vec![Write::Device(first)]))
        .await
        .unwrap();
    let late = Write::Device(Put::change(read, renamed));
    let refused = store.append(with(vec![late])).await;
    assert!(matches!(refused, Err(StoreError::Stale { .. })));
    assert_eq!(
        store.devices().await.unwrap(),
        std::slice::from_ref(&disabled)
    );
    let added_again = store
        .append(with(vec![Write::Device(Put::Add(disabled))]))
        .await;
    assert!(matches!(added_again, Err(StoreError::Conflict { .. })));
}

pub async fn what_is_still_referred_to_is_not_removed<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let here = found_places(store).await;
    let remove = [
        Write::RemoveGate(here.gate.id),
        Write::RemoveDevice(here.device.id),
        Write::RemoveAccessPoint(here.point.id),
        Write::RemoveArea(here.area.id),
    ];
    for write in &remove[1..] {
        let refused = store.append(with(vec![write.clone()])).await;
        assert!(matches!(refused, Err(StoreError::InUse { by }) if !by.is_empty()));
    }
    for write in remove {
        store.append(with(vec![write.clone()])).await.unwrap();
        let gone = store.append(with(vec![write])).await;
        assert!(matches!(gone, Err(StoreError::NotFound { .. })));
    }
    assert!(store.areas().await.unwrap().is_empty());
}

pub async fn what_is_referred_to_has_to_exist<S: Site>() {
    let site = S::found().await;
    let here = found_places(site.store()).await;
    for write in [
        Write::AccessPoint(Put::Add(access_point("Side door", new_id()))),
        Write::Device(Put::Add(device("other", new_id()))),
        Write::Gate(Put::Add(Gate {
            id: new_id(),
            name: "Gate 2".to_owned(),
            entry: new_id(),
            ..here.gate
        })),
        Write::DevicePassword(new_id(), "hash".to_owned()),
    ] {
        let refused = site.store().append(with(vec![write])).await;
        assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    }
}

pub async fn settings_are_the_default_until_they_are_set<S: Site>() {
    let site = S::found().await;
    assert_eq!(site.store().settings().await.unwrap(), Settings::default());
    let set = Settings {
        site_name: "North".to_owned(),
        time_zone: "Asia/Kolkata".to_owned(),
        ..Settings::default()
    };
    site.store()
        .append(with(vec![Write::Settings(set.clone())]))
        .await
        .unwrap();
    let site = site.restarted().await;
    assert_eq!(site.store().settings().await.unwrap(), set);
}

pub async fn a_line_about_an_earlier_finger_says_nothing_of_the_clock<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let id = found_places(store).await.device.id;
    let mut line = counted(id, "boot", 1);
    line.received_at = after(8);
    line.device_time = DeviceTime::Claimed {
        at: after(2),
        synced: false,
    };
    line.sighting = Sighting::ClassicEntry(ClassicEntry {
        number: "7".to_owned(),
        name: String::new(),
        tag: None,
        picture_file: "7_12:00:02.jpg".to_owned(),
        picture: None,
    });
    store.commit(line.clone()).await.unwrap();
    let skew = async || store.device_statuses().await.unwrap().remove(0).skew_ms;
    assert_eq!(skew().await, None);
    let tag = TagText::new("4AB3").unwrap();
    let mut exit = counted(id, "boot", 2);
    exit.sighting = Sighting::ClassicExit(ClassicExit { tag });
    exit.received_at = after(9);
    exit.device_time = line.device_time;
    store.commit(exit).await.unwrap();
    assert_eq!(skew().await, Some(7_000));
}

pub async fn a_device_shows_when_it_was_heard_its_skew_and_its_gaps<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let here = found_places(store).await;
    let id = here.device.id;
    let quiet = store.device_statuses().await.unwrap().remove(0);
    assert_eq!(
        (quiet.last_seen, quiet.observations, quiet.skew_ms),
        (None, 0, None)
    );
    for (sequence, second) in [(1, 1), (4, 2), (8, 3)] {
        let mut draft = counted(id, "boot", sequence);
        draft.received_at = after(second);
        draft.device_time = DeviceTime::Claimed {
            at: after(second - 5),
            synced: true,
        };
        store.commit(draft).await.unwrap();
    }
    let signs = [
        Heard {
            device: id,
            at: after(9),
        },
        Heard {
            device: id,
            at: after(7),
        },
    ];
    store.heard(&signs).await.unwrap();
    let status = store.device_statuses().await.unwrap().remove(0);
    assert_eq!(status.device, here.device);
    assert_eq!((status.last_seen, status.observations), (Some(after(9)), 3));
    assert_eq!(status.skew_ms, Some(5000));
    let gap = |from, to| SequenceGap {
        boot_id: "boot".to_owned(),
        from,
        to,
    };
    assert_eq!(status.gaps, [gap(5, 7), gap(2, 3)]);
    assert_eq!(store.device_password("reader").await.unwrap(), None);
    let password = Write::DevicePassword(id, "hash".to_owned());
    store.append(with(vec![password])).await.unwrap();
    let kept = store.device_password("reader").await.unwrap();
    assert_eq!(kept, Some((id, "hash".to_owned())));
}

pub async fn where_a_network_camera_is_can_be_changed_and_goes_with_its_device<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let places = found_places(store).await;
    let mut device = device("North camera", places.point.id);
    device.kind = DeviceKind::NetworkCamera;
    let mut camera = NetworkCamera {
        device: device.id,
        address: "rtsp://192.0.2.9/stream".to_owned(),
        user: "gate".to_owned(),
        password: "secret".to_owned(),
        frames_per_second: 5,
        main_address: Some("rtsp://192.0.2.9/main".to_owned()),
    };
    let nowhere = store
        .append(with(vec![Write::NetworkCamera(camera.clone())]))
        .await;
    assert!(matches!(nowhere, Err(StoreError::NotFound { .. })));
    let writes = vec![
        Write::Device(Put::Add(device.clone())),
        Write::NetworkCamera(camera.clone()),
    ];
    store.append(with(writes)).await.unwrap();
    assert_eq!(store.network_cameras().await.unwrap(), [camera.clone()]);
    camera.password = "another".to_owned();
    let change = Write::NetworkCamera(camera.clone());
    store.append(with(vec![change])).await.unwrap();
    assert_eq!(store.network_cameras().await.unwrap(), [camera]);
    let removal = Write::RemoveDevice(device.id);
    store.append(with(vec![removal])).await.unwrap();
    assert_eq!(store.network_cameras().await.unwrap(), []);
}

pub async fn a_name_that_no_engine_keeps_is_refused<S: Site>() {
    let site = S::found().await;
    let write = Write::Area(Put::Add(area("Ha\0ll")));
    let refused = site.store().append(with(vec![write])).await;
    assert!(matches!(refused, Err(StoreError::Unfit(_))));
    assert_eq!(site.store().size().await.unwrap(), 0);
}

pub async fn an_incident_quotes_no_more_than_can_be_shown<S: Site>() {
    let site = S::found().await;
    let report = IncidentReport {
        kind: IncidentKind::BadLine,
        address: None,
        device: None,
        // No two letters in a row alike, so that no index can make it shorter.
        reason: (0..20_000u32)
            .map(|n| char::from(b'a' + (n * n % 23) as u8))
            .collect(),
        remedy: "with\0NUL".to_owned(),
        at: after(0),
    };
    for _ in 0..2 {
        site.store().report_incident(report.clone()).await.unwrap();
    }
    let kept = site.store().incidents(9).await.unwrap();
    assert_eq!((kept.len(), kept[0].count), (1, 2));
    assert!(kept[0].reason.len() < 1_000 && report.reason.starts_with(&kept[0].reason));
    assert_eq!(kept[0].remedy, "with\u{fffd}NUL");
}

pub async fn equal_incidents_are_counted_and_the_oldest_go<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let report = |reason: &str, second| IncidentReport {
        kind: IncidentKind::BadLine,
        address: Some("127.0.0.11".parse().unwrap()),
        device: None,
        reason: reason.to_owned(),
        remedy: "look at the card".to_owned(),
        at: after(second),
    };
    for second in 0..3 {
        store
            .report_incident(report("short", second))
            .await
            .unwrap();
    }
    let counted = store.incidents(10).await.unwrap();
    assert_eq!((counted.len(), counted[0].count), (1, 3));
    assert_eq!(
        (counted[0].first_at, counted[0].last_at),
        (after(0), after(2))
    );
    let flood = (10..1010).map(|n| store.report_incident(report(&n.to_string(), n)));
    for reported in futures::future::join_all(flood).await {
        reported.unwrap();
    }
    let kept = store.incidents(2000).await.unwrap();
    assert_eq!((kept.len(), kept[0].reason.as_str()), (1000, "1009"));
    assert!(!kept.iter().any(|incident| incident.reason == "short"));
    let forget = || with(vec![Write::ForgetIncident(kept[0].id)]);
    store.append(forget()).await.unwrap();
    assert_eq!(store.incidents(1).await.unwrap()[0].reason, "1008");
    let again = store.append(forget()).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
}

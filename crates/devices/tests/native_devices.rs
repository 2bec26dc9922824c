//! Native devices over MQTT and HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use base64::Engine as _;
use bytes::Bytes;
use common::{IMPATIENT, PASSWORD, Stage, directory, ip, jpeg, native_id, stage};
use devices::native::{Gateway, device_router};
use model::{DeviceTime, IncidentKind, Sighting, SourceKey};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use testkit::http::{Answer, post};
use testkit::mqtt::{Client, Event, Identity, QoS};
use tokio_util::sync::CancellationToken;

async fn open(stage: &Stage) -> SocketAddr {
    let mut gateway = Gateway::new(stage.house.clone()).await;
    let address = gateway.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    tokio::spawn(gateway.run(CancellationToken::new()));
    address
}

async fn connect(server: SocketAddr, n: usize) -> Client {
    connect_as(server, &Identity::native(&common::native_name(n), PASSWORD)).await
}

/// As devices do, it comes again when it is turned away: while its last connection is just
/// being closed, the gateway is "unavailable" to it for a moment.
async fn connect_as(server: SocketAddr, identity: &Identity) -> Client {
    for _ in 0..20 {
        match Client::connect(ip("127.0.0.1"), server, identity).await {
            Ok(client) => return client,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("the gateway keeps turning {identity:?} away");
}

fn report(sequence: u64) -> String {
    format!(r#"{{"boot_id":"b1","sequence":{sequence},"saw":"tag","tag":"04a1"}}"#)
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), future)
        .await
        .expect("took too long")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_committed_acknowledged_and_answered_with_how_far_it_goes() {
    let stage = stage(directory(vec![], 2));
    let server = open(&stage).await;
    let mut client = connect(server, 0).await;
    client
        .subscribe("gatebook/v1/door-0/committed", QoS::AtLeastOnce)
        .await
        .unwrap();
    for sequence in [1, 2, 4] {
        client
            .publish(
                "gatebook/v1/door-0/observation",
                report(sequence),
                QoS::AtLeastOnce,
            )
            .await
            .unwrap();
    }
    let mut acknowledged = 0;
    let answer = within(async {
        loop {
            match client.next().await.unwrap() {
                Event::Acknowledged(_) => acknowledged += 1,
                Event::Message { payload, .. } if acknowledged == 3 => break payload,
                _ => {}
            }
        }
    })
    .await;
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer, serde_json::json!({"boot_id": "b1", "sequence": 2}));
    let committed = stage.observations(3).await;
    assert_eq!(committed[0].device, native_id(0));
    assert_eq!(
        committed[0].key,
        SourceKey::Sequence {
            boot_id: "b1".into(),
            sequence: 1
        }
    );
    assert_eq!(committed[0].device_time, DeviceTime::Absent);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_retained_for_a_device_that_comes_back() {
    let stage = stage(directory(vec![], 1));
    let server = open(&stage).await;
    let mut client = connect(server, 0).await;
    client
        .publish(
            "gatebook/v1/door-0/observation",
            report(1),
            QoS::ExactlyOnce,
        )
        .await
        .unwrap();
    assert_eq!(within(client.next()).await.unwrap(), Event::Acknowledged(1));
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(client);
    let mut client = connect(server, 0).await;
    client
        .subscribe("gatebook/v1/door-0/committed", QoS::AtMostOnce)
        .await
        .unwrap();
    let Event::Message {
        payload, retained, ..
    } = within(client.next()).await.unwrap()
    else {
        panic!("no answer")
    };
    assert!(retained);
    assert_eq!(
        payload,
        Bytes::from_static(br#"{"boot_id":"b1","sequence":1}"#)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_missed_waits_in_its_session() {
    let stage = stage(directory(vec![], 1));
    let server = open(&stage).await;
    let kept = Identity {
        clean_session: false,
        ..Identity::native("door-0", PASSWORD)
    };
    let mut sleeper = connect_as(server, &kept).await;
    sleeper
        .subscribe("gatebook/v1/door-0/committed", QoS::AtLeastOnce)
        .await
        .unwrap();
    sleeper.disconnect().await.unwrap();
    let other = Identity {
        client_id: "door-0/other".into(),
        ..Identity::native("door-0", PASSWORD)
    };
    let mut client = connect_as(server, &other).await;
    client
        .publish(
            "gatebook/v1/door-0/observation",
            report(1),
            QoS::AtLeastOnce,
        )
        .await
        .unwrap();
    assert_eq!(within(client.next()).await.unwrap(), Event::Acknowledged(1));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut sleeper = connect_as(server, &kept).await;
    let Event::Message {
        payload, retained, ..
    } = within(sleeper.next()).await.unwrap()
    else {
        panic!("nothing waited")
    };
    assert!(
        !retained,
        "from the session, not from the retained messages"
    );
    assert_eq!(
        payload,
        Bytes::from_static(br#"{"boot_id":"b1","sequence":1}"#)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_connection_breaks_is_noted_as_gone() {
    let mut stage = stage(directory(vec![], 1));
    let server = open(&stage).await;
    drop(connect(server, 0).await);
    let gone = within(async {
        loop {
            let heard = stage.heard.recv().await.unwrap();
            if heard.kind == devices::HeardKind::Disconnected {
                break heard.device;
            }
        }
    })
    .await;
    assert_eq!(gone, native_id(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_and_reported() {
    let mut stage = stage(directory(vec![], 1));
    let server = open(&stage).await;
    let identity = Identity::native("door-0", "guess");
    assert!(
        Client::connect(ip("127.0.0.1"), server, &identity)
            .await
            .is_err()
    );
    assert!(
        Client::connect(ip("127.0.0.1"), server, &Identity::classic("x"))
            .await
            .is_err()
    );
    assert_eq!(stage.incident().await.kind, IncidentKind::BadCredentials);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_can_neither_hear_nor_speak_for_another_nor_take_its_session() {
    let mut stage = stage(directory(vec![], 2));
    let server = open(&stage).await;
    let mut client = connect(server, 0).await;
    assert_eq!(
        client
            .subscribe("gatebook/v1/door-1/committed", QoS::AtMostOnce)
            .await
            .unwrap(),
        None
    );
    assert_eq!(stage.incident().await.kind, IncidentKind::TopicNotAllowed);
    client
        .publish(
            "gatebook/v1/door-1/observation",
            report(1),
            QoS::AtLeastOnce,
        )
        .await
        .unwrap();
    assert!(
        within(client.next()).await.is_err(),
        "no acknowledgement, the connection ends"
    );
    let thief = Identity {
        client_id: "door-1".into(),
        ..Identity::native("door-0", PASSWORD)
    };
    assert!(
        Client::connect(ip("127.0.0.1"), server, &thief)
            .await
            .is_err()
    );
    assert!(stage.committed.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_switched_off_is_heard_no_more() {
    let stage = stage(directory(vec![], 1));
    let server = open(&stage).await;
    let mut client = connect(server, 0).await;
    let mut site = directory(vec![], 1);
    site.devices[0].disabled = true;
    stage.directory.send(Arc::new(site)).unwrap();
    client
        .publish(
            "gatebook/v1/door-0/observation",
            report(1),
            QoS::AtLeastOnce,
        )
        .await
        .unwrap();
    assert!(within(client.next()).await.is_err());
    assert!(stage.committed.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_takes_nothing_gives_no_acknowledgement() {
    let stage = stage(directory(vec![], 1));
    let server = open(&stage).await;
    *stage.overloaded.lock().unwrap() = true;
    let mut client = connect(server, 0).await;
    client
        .publish(
            "gatebook/v1/door-0/observation",
            report(1),
            QoS::AtLeastOnce,
        )
        .await
        .unwrap();
    assert!(
        within(client.next()).await.is_err(),
        "the device keeps it and sends it again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_will_never_be_understood_is_taken_from_the_device_and_reported() {
    let mut stage = stage(directory(vec![], 1));
    let server = open(&stage).await;
    let mut client = connect(server, 0).await;
    client
        .publish("gatebook/v1/door-0/observation", "{}", QoS::AtLeastOnce)
        .await
        .unwrap();
    assert_eq!(within(client.next()).await.unwrap(), Event::Acknowledged(1));
    assert_eq!(stage.incident().await.kind, IncidentKind::BadLine);
}

async fn http(stage: &Stage) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app =
        device_router(stage.house.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn post_as(server: SocketAddr, password: &str, path: &str, body: &[u8]) -> Answer {
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("door-0:{password}"));
    let header = format!("Authorization: Basic {encoded}");
    post(ip("127.0.0.1"), server, path, &[&header], body)
        .await
        .unwrap()
}

#[tokio::test]
async fn reports_and_pictures_come_over_http_too() {
    let stage = stage(directory(vec![], 1));
    let server = http(&stage).await;
    let path = "/api/v1/devices/observations";
    assert_eq!(
        post_as(server, "guess", path, report(1).as_bytes())
            .await
            .status,
        401
    );
    let answer = post_as(server, PASSWORD, path, report(1).as_bytes()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains(r#""committed":1"#), "{}", answer.text);
    let again = post_as(server, PASSWORD, path, report(1).as_bytes()).await;
    assert!(again.text.contains("duplicate"), "{}", again.text);
    assert_eq!(post_as(server, PASSWORD, path, b"{}").await.status, 422);
    let pictures = "/api/v1/devices/pictures?boot_id=b1&sequence=2&time=2025-03-03T09:00:00Z";
    assert_eq!(
        post_as(server, PASSWORD, pictures, &jpeg("face"))
            .await
            .status,
        200
    );
    let committed = stage.observations(2).await;
    assert_eq!(stage.picture_of(&committed[1].sighting), jpeg("face"));
    assert!(matches!(committed[0].sighting, Sighting::Tag { .. }));
}

#[tokio::test]
async fn who_tried_too_often_is_told_to_wait_and_stands_on_the_devices_page() {
    let mut stage = stage(directory(vec![], 1));
    let server = http(&stage).await;
    let path = "/api/v1/devices/observations";
    let answer = post_as(server, IMPATIENT, path, report(1).as_bytes()).await;
    assert_eq!(answer.status, 429);
    assert!(answer.text.contains("retry-after: 7"), "{}", answer.text);
    let incident = stage.incident().await;
    assert_eq!(incident.kind, IncidentKind::BadCredentials);
    assert_eq!(incident.device, Some(native_id(0)));
    assert!(incident.reason.contains("wait"), "{}", incident.reason);

    let server = open(&stage).await;
    let guesser = Identity::native("door-0", IMPATIENT);
    let refused = Client::connect(ip("127.0.0.1"), server, &guesser).await;
    assert!(refused.is_err());
    assert!(stage.incident().await.reason.contains("wait"));
}

#[tokio::test]
async fn a_body_is_not_read_for_somebody_unknown_nor_beyond_its_bound() {
    let stage = stage(directory(vec![], 1));
    let server = http(&stage).await;
    let path = "/api/v1/devices/observations";
    let large = vec![b' '; devices::native::MAX_REPORT_BYTES + 1];
    assert_eq!(post_as(server, "guess", path, &large).await.status, 401);
    assert_eq!(post_as(server, PASSWORD, path, &large).await.status, 413);
}

//! Classic gates as they behave on the wire, played from 127.0.0.11 and so on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Stage, directory, gate, ip, jpeg, stage};
use devices::classic::{ClassicListener, Switchboard, upload_router};
use jiff::civil::{DateTime, date};
use model::{IncidentKind, Sighting};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use testkit::classic::{Camera, Controller, Lens, Pace, Visitor};
use testkit::http::post;
use testkit::mqtt::{Client, Event, Identity, QoS};
use tokio_util::sync::CancellationToken;

struct Ports {
    mqtt: SocketAddr,
    upload: SocketAddr,
    stop: CancellationToken,
}

const ANYWHERE: &str = "0.0.0.0:0";

async fn open(stage: &Stage) -> Ports {
    let switchboard = Switchboard::new();
    let stop = CancellationToken::new();
    let listener = ClassicListener::bind(
        ANYWHERE.parse().unwrap(),
        stage.house.clone(),
        switchboard.clone(),
    )
    .await
    .unwrap();
    let mqtt = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().unwrap().port()));
    tokio::spawn(listener.run(stop.clone()));
    let http = tokio::net::TcpListener::bind(ANYWHERE).await.unwrap();
    let upload = SocketAddr::from(([127, 0, 0, 1], http.local_addr().unwrap().port()));
    let app = upload_router(stage.house.clone(), switchboard)
        .into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(http, app).await });
    Ports { mqtt, upload, stop }
}

fn two_gates() -> Stage {
    stage(directory(
        vec![
            gate(1, "127.0.0.11", "127.0.0.12"),
            gate(2, "127.0.0.21", "127.0.0.22"),
        ],
        0,
    ))
}

fn at(minute: i8) -> DateTime {
    date(2025, 3, 3).at(9, minute, 30, 0)
}

/// A camera that answers triggers for as long as the test runs.
async fn camera(ports: &Ports, source: &str, picture: &str) {
    let lens = Lens::facing(jpeg(picture));
    let camera = Camera::connect(ip(source), ports.mqtt, ports.upload, lens)
        .await
        .unwrap();
    tokio::spawn(camera.run());
}

#[tokio::test]
async fn two_gates_with_the_same_topics_and_client_ids_stay_apart() {
    let stage = two_gates();
    let ports = open(&stage).await;
    camera(&ports, "127.0.0.12", "one").await;
    camera(&ports, "127.0.0.22", "two").await;
    let mut first = Controller::connect(ip("127.0.0.11"), ports.mqtt)
        .await
        .unwrap();
    let mut second = Controller::connect(ip("127.0.0.21"), ports.mqtt)
        .await
        .unwrap();
    let (asha, bina) = (
        Visitor::new("7", "Asha", "4AB3"),
        Visitor::new("8", "Bina", "5C1"),
    );
    let (a, b) = tokio::join!(
        first.enter(&asha, at(0), Pace::QUICK),
        second.enter(&bina, at(0), Pace::QUICK)
    );
    a.and(b).unwrap();
    let observations = stage.observations(8).await;
    for (gate, picture, number) in [
        (gate(1, "127.0.0.11", "127.0.0.12"), "one", "7"),
        (gate(2, "127.0.0.21", "127.0.0.22"), "two", "8"),
    ] {
        let here: Vec<_> = observations
            .iter()
            .filter(|o| o.access_point == gate.entry)
            .collect();
        assert_eq!(here.len(), 4, "{here:#?}");
        let taken = here.iter().find(|o| o.device == gate.camera).unwrap();
        assert_eq!(stage.picture_of(&taken.sighting), jpeg(picture));
        let Sighting::ClassicEntry(entry) = &here.last().unwrap().sighting else {
            panic!("no entry")
        };
        assert_eq!(entry.number, number);
    }
    assert_eq!(
        first.acks_within(Duration::from_millis(300)).await.unwrap(),
        ["image_uploaded"]
    );
    assert_eq!(
        second
            .acks_within(Duration::from_millis(300))
            .await
            .unwrap(),
        ["image_uploaded"]
    );
}

#[tokio::test]
async fn an_entry_is_finger_request_picture_line_and_an_exit_is_the_tag() {
    let stage = two_gates();
    let ports = open(&stage).await;
    camera(&ports, "127.0.0.12", "one").await;
    let mut controller = Controller::connect(ip("127.0.0.11"), ports.mqtt)
        .await
        .unwrap();
    let asha = Visitor::new("7", "Asha", "4AB3");
    controller.enter(&asha, at(0), Pace::QUICK).await.unwrap();
    controller.leave(&asha, at(5)).await.unwrap();
    let seen: Vec<_> = stage
        .observations(5)
        .await
        .into_iter()
        .map(|o| o.sighting)
        .collect();
    assert!(
        matches!(&seen[0], Sighting::Finger { number, stamp } if number == "7" && stamp == "7_09:00:30")
    );
    assert_eq!(seen[1], Sighting::PictureRequested);
    assert!(matches!(seen[2], Sighting::Picture { .. }));
    assert!(matches!(&seen[3], Sighting::ClassicEntry(e) if e.picture_file == "7_09:00:30.jpg"));
    assert!(matches!(&seen[4], Sighting::ClassicExit(e) if e.tag.as_str() == "4AB3"));
}

#[tokio::test]
async fn an_unknown_address_is_refused_with_a_remedy_until_a_gate_has_it() {
    let mut stage = two_gates();
    let ports = open(&stage).await;
    assert!(
        Controller::connect(ip("127.0.0.99"), ports.mqtt)
            .await
            .is_err()
    );
    let incident = stage.incident().await;
    assert_eq!(incident.kind, IncidentKind::AddressNotAllowed);
    assert_eq!(incident.address, Some(ip("127.0.0.99")));
    assert!(incident.remedy.contains("allow"), "{}", incident.remedy);
    let gates = vec![gate(3, "127.0.0.99", "127.0.0.98")];
    stage.directory.send(Arc::new(directory(gates, 0))).unwrap();
    assert!(
        Controller::connect(ip("127.0.0.99"), ports.mqtt)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_board_reaches_its_own_topics_only() {
    let mut stage = two_gates();
    let ports = open(&stage).await;
    let identity = Identity::classic("ESP32-CAM");
    let mut client = Client::connect(ip("127.0.0.12"), ports.mqtt, &identity)
        .await
        .unwrap();
    assert_eq!(client.subscribe("#", QoS::AtMostOnce).await.unwrap(), None);
    assert_eq!(
        client
            .subscribe("camera/trigger", QoS::ExactlyOnce)
            .await
            .unwrap(),
        Some(QoS::AtLeastOnce)
    );
    client
        .publish(
            "court/access",
            "4AB3,2025-03-03,09:00:00,Monday",
            QoS::AtLeastOnce,
        )
        .await
        .unwrap();
    assert_eq!(client.next().await.unwrap(), Event::Acknowledged(3));
    for _ in 0..2 {
        assert_eq!(stage.incident().await.kind, IncidentKind::TopicNotAllowed);
    }
    assert!(stage.committed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_bad_line_is_reported_without_personal_data_and_the_next_one_is_taken() {
    let mut stage = two_gates();
    let ports = open(&stage).await;
    let mut controller = Controller::connect(ip("127.0.0.11"), ports.mqtt)
        .await
        .unwrap();
    controller
        .say("esp32/new_entry", "\n7,Asha Rao,34\n".into())
        .await
        .unwrap();
    controller
        .line(&Visitor::new("7", "Asha Rao", "4AB3"), at(1))
        .await
        .unwrap();
    let incident = stage.incident().await;
    assert_eq!(incident.kind, IncidentKind::BadLine);
    assert!(!incident.reason.contains("Asha"), "{}", incident.reason);
    assert_eq!(stage.observations(1).await.len(), 1);
}

#[tokio::test]
async fn a_message_the_store_cannot_take_waits_and_is_not_lost() {
    let stage = two_gates();
    let ports = open(&stage).await;
    *stage.overloaded.lock().unwrap() = true;
    let mut controller = Controller::connect(ip("127.0.0.11"), ports.mqtt)
        .await
        .unwrap();
    controller
        .line(&Visitor::new("7", "Asha", "4AB3"), at(1))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(stage.committed.lock().unwrap().is_empty());
    *stage.overloaded.lock().unwrap() = false;
    assert_eq!(stage.observations(1).await.len(), 1);
}

#[tokio::test]
async fn the_same_line_sent_twice_is_one_observation_at_every_quality() {
    let stage = two_gates();
    let ports = open(&stage).await;
    let identity = Identity::classic("ESP32Client");
    let mut client = Client::connect(ip("127.0.0.11"), ports.mqtt, &identity)
        .await
        .unwrap();
    let line = format!("\n{}\n", Visitor::new("7", "Asha", "4AB3").row(at(2)));
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        client
            .publish("esp32/new_entry", line.clone(), qos)
            .await
            .unwrap();
    }
    assert_eq!(client.next().await.unwrap(), Event::Acknowledged(1));
    assert_eq!(client.next().await.unwrap(), Event::Acknowledged(2));
    assert_eq!(client.next().await.unwrap(), Event::Completed(2));
    assert_eq!(stage.committed.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_client_at_the_same_address_takes_its_session_over() {
    let stage = two_gates();
    let ports = open(&stage).await;
    let identity = Identity::classic("ESP32-WROOM");
    let mut old = Client::connect(ip("127.0.0.11"), ports.mqtt, &identity)
        .await
        .unwrap();
    let _new = Client::connect(ip("127.0.0.11"), ports.mqtt, &identity)
        .await
        .unwrap();
    assert!(old.next().await.is_err());
}

#[tokio::test]
async fn an_upload_is_answered_as_the_board_expects() {
    let mut stage = two_gates();
    let ports = open(&stage).await;
    let mut controller = Controller::connect(ip("127.0.0.11"), ports.mqtt)
        .await
        .unwrap();
    let (camera, upload) = (ip("127.0.0.12"), ports.upload);
    let jpeg_type = ["Content-Type: image/jpeg", "X-Filename: capture.jpg"];
    assert_eq!(
        post(camera, upload, "/upload", &jpeg_type, b"")
            .await
            .unwrap()
            .status,
        400
    );
    assert_eq!(
        post(camera, upload, "/upload", &jpeg_type, b"GIF89a")
            .await
            .unwrap()
            .status,
        400
    );
    assert_eq!(
        post(camera, upload, "/upload", &jpeg_type, &jpeg("x"))
            .await
            .unwrap()
            .status,
        200
    );
    assert_eq!(
        post(camera, upload, "/", &[], &jpeg("x"))
            .await
            .unwrap()
            .status,
        404
    );
    let stranger = post(ip("127.0.0.99"), upload, "/upload", &[], &jpeg("x"))
        .await
        .unwrap();
    assert_eq!(stranger.status, 403);
    let words = controller
        .acks_within(Duration::from_millis(300))
        .await
        .unwrap();
    assert_eq!(words, ["upload_error", "upload_error", "image_uploaded"]);
    let kinds = [
        stage.incident().await.kind,
        stage.incident().await.kind,
        stage.incident().await.kind,
    ];
    assert_eq!(
        kinds,
        [
            IncidentKind::BadPicture,
            IncidentKind::BadPicture,
            IncidentKind::AddressNotAllowed
        ]
    );
}

#[tokio::test]
async fn a_busy_store_makes_the_camera_come_again() {
    let stage = two_gates();
    let ports = open(&stage).await;
    *stage.overloaded.lock().unwrap() = true;
    let answer = post(ip("127.0.0.12"), ports.upload, "/upload", &[], &jpeg("x"))
        .await
        .unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.text.to_ascii_lowercase().contains("retry-after"));
}

#[tokio::test]
async fn stopping_ends_the_connections() {
    let stage = two_gates();
    let ports = open(&stage).await;
    let identity = Identity::classic("ESP32-WROOM");
    let mut client = Client::connect(ip("127.0.0.11"), ports.mqtt, &identity)
        .await
        .unwrap();
    ports.stop.cancel();
    assert!(client.next().await.is_err());
}

//! Both profiles through a real Mosquitto, each test with one of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use async_trait::async_trait;
use bytes::Bytes;
use common::{Stage, directory, gate, ip, jpeg, native_id, native_name, stage};
use devices::broker::{
    Dial, Lost, SessionNote, Settings, State, Stream, Subscriber, Topics, check,
};
use devices::classic::{Switchboard, upload_router};
use model::{AccessPointId, Gate, IncidentKind, ObservationDraft, Sighting, TopicPrefix};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::mosquitto::Mosquitto;
use testkit::mqtt::{Client, Event, Identity, QoS};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

struct Plain(SocketAddr);

#[async_trait]
impl Dial for Plain {
    async fn dial(&self) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(TcpStream::connect(self.0).await?))
    }
}

#[derive(Default)]
struct Note(Mutex<Option<String>>);

impl SessionNote for Note {
    fn read(&self) -> Option<String> {
        self.0.lock().unwrap().clone()
    }

    fn write(&self, session: &str) {
        *self.0.lock().unwrap() = Some(session.to_owned());
    }
}

fn settings() -> Settings {
    Settings {
        name: "mqtt://here".into(),
        client_id: "gatebook".into(),
        user: None,
        password: None,
        topics: Topics::default(),
    }
}

/// Gatebook's devices room, subscribed to a broker.
struct Subscribed {
    switchboard: Switchboard,
    state: watch::Receiver<State>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Subscribed {
    async fn start(stage: &Stage, broker: &Mosquitto, note: &Arc<Note>) -> Self {
        Self::start_as(stage, broker, note, settings()).await
    }

    async fn start_as(
        stage: &Stage,
        broker: &Mosquitto,
        note: &Arc<Note>,
        settings: Settings,
    ) -> Self {
        let switchboard = Switchboard::new();
        let dial = Arc::new(Plain(broker.address));
        let subscriber = Subscriber::new(
            stage.house.clone(),
            switchboard.clone(),
            settings,
            dial,
            note.clone(),
        );
        let (state, stop) = (subscriber.state(), CancellationToken::new());
        let running = tokio::spawn(subscriber.run(stop.clone()));
        let mut here = Self {
            switchboard,
            state,
            stop,
            running,
        };
        here.becomes(true).await;
        here
    }

    async fn becomes(&mut self, up: bool) {
        let changed = self.state.wait_for(|state| state.up == up);
        tokio::time::timeout(Duration::from_secs(20), changed)
            .await
            .expect("the state did not change")
            .unwrap();
    }

    async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

async fn client(broker: &Mosquitto, name: &str) -> Client {
    client_as(broker, &Identity::classic(name)).await
}

async fn client_as(broker: &Mosquitto, identity: &Identity) -> Client {
    Client::connect(ip("127.0.0.1"), broker.address, identity)
        .await
        .unwrap()
}

fn prefixed(number: u128, prefix: &str) -> Gate {
    Gate {
        controller_address: None,
        topic_prefix: TopicPrefix::new(prefix),
        ..gate(number, "127.0.0.11", "127.0.0.12")
    }
}

fn report(sequence: u64) -> String {
    format!(r#"{{"boot_id":"b1","sequence":{sequence},"saw":"tag","tag":"04A1"}}"#)
}

fn observation(n: usize) -> String {
    format!("gatebook/v1/{}/observation", native_name(n))
}

/// Publishes and waits for the broker's acknowledgement.
async fn publish(client: &mut Client, topic: &str, payload: impl Into<Bytes>, qos: QoS) {
    let Some(id) = client.publish(topic, payload, qos).await.unwrap() else {
        return;
    };
    while client.next().await.unwrap() != Event::Acknowledged(id) {}
}

async fn message(client: &mut Client) -> (String, Bytes) {
    let next = async {
        loop {
            if let Event::Message { topic, payload, .. } = client.next().await.unwrap() {
                return (topic, payload);
            }
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, next)
        .await
        .expect("no message")
}

#[tokio::test]
async fn a_device_behind_a_broker_is_committed_and_told_so_on_its_own_topic() {
    let broker = Mosquitto::start();
    let stage = stage(directory(vec![], 2));
    let here = Subscribed::start(&stage, &broker, &Arc::default()).await;
    let mut device = client(&broker, "door").await;
    let told = format!("gatebook/v1/{}/committed", native_name(1));
    device.subscribe(&told, QoS::AtLeastOnce).await.unwrap();
    for (sequence, qos) in [
        (1, QoS::AtLeastOnce),
        (2, QoS::ExactlyOnce),
        (3, QoS::AtMostOnce),
    ] {
        publish(&mut device, &observation(1), report(sequence), qos).await;
    }
    publish(&mut device, &observation(1), report(2), QoS::AtLeastOnce).await;
    let committed = stage.observations(3).await;
    assert!(committed.iter().all(|o| o.device == native_id(1)));
    let all = Bytes::from_static(br#"{"boot_id":"b1","sequence":3}"#);
    while message(&mut device).await != (told.clone(), all.clone()) {}
    here.stop().await;
    assert_eq!(
        stage.committed.lock().unwrap().len(),
        3,
        "a repetition is one"
    );
    let mut later = client(&broker, "later").await;
    later.subscribe(&told, QoS::AtMostOnce).await.unwrap();
    assert_eq!(message(&mut later).await.1, all, "it is retained");
}

/// Serves uploads; where.
async fn uploads(stage: &Stage, here: &Subscribed) -> SocketAddr {
    let http = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let upload = SocketAddr::from(([127, 0, 0, 1], http.local_addr().unwrap().port()));
    let app = upload_router(stage.house.clone(), here.switchboard.clone())
        .into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(http, app).await });
    upload
}

/// What two gates publish while somebody enters at each, in turn.
async fn both_enter(boards: &mut Client) {
    let line = |number: &str| {
        let passage = format!("4AB{number},2025-03-03,09:15:30,,Monday,{number}_09:15:30.jpg");
        format!("\n{number},A,,,,,,,Hill Road, Pune,{passage}\n")
    };
    let finger = |number: &str| format!("{number},09:15:30");
    for (topic, north, south) in [
        ("camera/metadata", finger("7"), finger("8")),
        ("camera/trigger", "capture".into(), "capture".into()),
        ("esp32/new_entry", line("7"), line("8")),
    ] {
        for (gate, payload) in [("south", south), ("north", north)] {
            let topic = format!("gates/{gate}/{topic}");
            publish(boards, &topic, payload, QoS::AtMostOnce).await;
        }
    }
}

/// Whom the messages of a gate name.
fn named(observed: &[ObservationDraft], entry: AccessPointId) -> Vec<&str> {
    let here = observed.iter().filter(|o| o.access_point == entry);
    here.filter_map(|o| match &o.sighting {
        Sighting::Finger { number, .. } => Some(number.as_str()),
        Sighting::ClassicEntry(line) => Some(line.number.as_str()),
        _ => None,
    })
    .collect()
}

#[tokio::test]
async fn two_gates_with_prefixes_stay_apart_and_hear_of_their_own_pictures() {
    let broker = Mosquitto::start();
    let north = prefixed(1, "gates/north");
    let south = Gate {
        camera_address: "127.0.0.22".parse().ok(),
        ..prefixed(2, "gates/south")
    };
    let (entry_north, entry_south) = (north.entry, south.entry);
    let stage = stage(directory(vec![north, south], 0));
    let here = Subscribed::start(&stage, &broker, &Arc::default()).await;
    let upload = uploads(&stage, &here).await;
    let mut boards = client(&broker, "boards").await;
    let mut hearing = client(&broker, "controllers").await;
    for prefix in ["gates/north", "gates/south"] {
        let ack = format!("{prefix}/camera/ack");
        hearing.subscribe(&ack, QoS::AtMostOnce).await.unwrap();
    }
    both_enter(&mut boards).await;
    let (camera, picture) = (ip("127.0.0.22"), jpeg("south"));
    let headers = ["Content-Type: image/jpeg"];
    let sent = testkit::http::post(camera, upload, "/upload", &headers, &picture);
    assert_eq!(sent.await.unwrap().status, 200);
    let uploaded = Bytes::from_static(b"image_uploaded");
    assert_eq!(
        message(&mut hearing).await,
        ("gates/south/camera/ack".into(), uploaded)
    );
    let observed = stage.observations(7).await;
    assert_eq!(named(&observed, entry_north), ["7", "7"]);
    assert_eq!(named(&observed, entry_south), ["8", "8"]);
    here.stop().await;
}

#[tokio::test]
async fn what_is_not_understood_is_named_and_the_queue_goes_on() {
    let broker = Mosquitto::start();
    let mut stage = stage(directory(vec![prefixed(1, "gates/north")], 1));
    let here = Subscribed::start(&stage, &broker, &Arc::default()).await;
    let mut device = client(&broker, "door").await;
    let stranger = "gatebook/v1/stranger/observation";
    for (topic, payload) in [
        (observation(0), "{".to_owned()),
        (observation(0), "x".repeat(20_000)),
        (stranger.to_owned(), report(1)),
        ("gates/north/esp32/new_entry".to_owned(), "1,2,3".to_owned()),
        (observation(0), report(1)),
    ] {
        publish(&mut device, &topic, payload, QoS::AtLeastOnce).await;
    }
    stage.observations(1).await;
    let kinds = [
        IncidentKind::BadLine,
        IncidentKind::BadLine,
        IncidentKind::TopicNotAllowed,
        IncidentKind::BadLine,
    ];
    for kind in kinds {
        let incident = stage.incident().await;
        assert_eq!(incident.kind, kind, "{incident:?}");
        assert!(!incident.remedy.is_empty());
    }
    here.stop().await;
    // All of it was acknowledged: nothing comes again.
    let again = Subscribed::start(&stage, &broker, &Arc::default()).await;
    publish(&mut device, &observation(0), report(2), QoS::AtLeastOnce).await;
    stage.observations(2).await;
    let incident = stage.incidents.try_recv();
    assert!(incident.is_err(), "{incident:?}");
    again.stop().await;
}

#[tokio::test]
async fn an_overloaded_house_holds_back_and_what_it_did_not_take_comes_again() {
    let broker = Mosquitto::start();
    let stage = stage(directory(vec![], 1));
    let note = Arc::new(Note::default());
    let here = Subscribed::start(&stage, &broker, &note).await;
    *stage.overloaded.lock().unwrap() = true;
    let mut device = client(&broker, "door").await;
    for sequence in 1..=300 {
        publish(
            &mut device,
            &observation(0),
            report(sequence),
            QoS::AtLeastOnce,
        )
        .await;
    }
    here.stop().await;
    assert_eq!(stage.committed.lock().unwrap().len(), 0);
    *stage.overloaded.lock().unwrap() = false;
    let again = Subscribed::start(&stage, &broker, &note).await;
    let observed = stage.observations(300).await;
    assert_eq!(observed.len(), 300);
    again.stop().await;
}

#[tokio::test]
async fn a_broker_that_is_killed_is_noticed_and_found_again_and_what_it_forgot_is_said() {
    let mut broker = Mosquitto::start();
    let mut stage = stage(directory(vec![], 1));
    let note = Arc::new(Note::default());
    let mut here = Subscribed::start(&stage, &broker, &note).await;
    broker.kill();
    here.becomes(false).await;
    broker.run();
    here.becomes(true).await;
    // Killed, it had not written Gatebook's session down.
    let incident = stage.incident().await;
    assert_eq!(incident.kind, IncidentKind::Outage);
    assert!(incident.reason.contains("forgotten"), "{}", incident.reason);
    let mut device = client(&broker, "door").await;
    publish(&mut device, &observation(0), report(1), QoS::AtLeastOnce).await;
    stage.observations(1).await;
    here.stop().await;
}

#[tokio::test]
async fn a_check_says_why_the_broker_refuses_and_leaves_the_session_alone() {
    let broker = Mosquitto::with_users(&["gatebook"], "");
    let dial = Plain(broker.address);
    let user = |password: &str| Settings {
        user: Some("gatebook".into()),
        password: Some(password.into()),
        ..settings()
    };
    check(&dial, &user("gatebook")).await.unwrap();
    let refused = check(&dial, &user("wrong")).await.unwrap_err();
    assert!(refused.to_string().contains("refuses user"), "{refused}");
    let nobody = Plain(SocketAddr::from(([127, 0, 0, 1], 1)));
    let away = check(&nobody, &settings()).await.unwrap_err();
    assert!(away.to_string().contains("cannot be reached"), "{away}");
}

#[tokio::test]
async fn a_broker_that_goes_while_it_is_greeted_is_not_held_for_one_of_another_language() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dial = Plain(listener.local_addr().unwrap());
    let going = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // Closed with something unread, a connection is reset.
        stream.readable().await.unwrap();
    });
    let lost = check(&dial, &settings()).await.unwrap_err();
    assert!(matches!(lost, Lost::Broken(_)), "{lost}");
    going.await.unwrap();
}

#[tokio::test]
async fn the_rules_that_are_shipped_bind_each_user_to_its_own_topics() {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/container/acl");
    let (own, other) = (native_name(0), native_name(1));
    let users = ["gatebook", &own, "north"];
    let broker = Mosquitto::with_users(&users, &format!("acl_file {rules}\n"));
    let stage = stage(directory(vec![prefixed(1, "gates/north")], 2));
    let gatebook = Settings {
        user: Some("gatebook".into()),
        password: Some("gatebook".into()),
        ..settings()
    };
    let here = Subscribed::start_as(&stage, &broker, &Arc::default(), gatebook).await;
    let mut device = client_as(&broker, &Identity::native(&own, &own)).await;
    let told = format!("gatebook/v1/{own}/committed");
    device.subscribe(&told, QoS::AtLeastOnce).await.unwrap();
    for (n, topic) in [
        format!("gatebook/v1/{other}/observation"),
        "gates/north/camera/metadata".into(),
    ]
    .into_iter()
    .enumerate()
    {
        // Mosquitto 2.0.11 ends a connection that goes on after a refusal.
        let identity = Identity {
            client_id: format!("posing-{n}"),
            ..Identity::native(&own, &own)
        };
        let mut posing = client_as(&broker, &identity).await;
        publish(&mut posing, &topic, report(1), QoS::AtLeastOnce).await;
    }
    publish(&mut device, &observation(0), report(1), QoS::AtLeastOnce).await;
    message(&mut device).await;
    let mut north = client_as(&broker, &Identity::native("north", "north")).await;
    let finger = "gates/north/camera/metadata";
    publish(&mut north, finger, "7,09:15:30", QoS::AtLeastOnce).await;
    let observed = stage.observations(2).await;
    assert_eq!(observed[0].device, native_id(0));
    assert!(matches!(observed[1].sighting, Sighting::Finger { .. }));
    here.stop().await;
}

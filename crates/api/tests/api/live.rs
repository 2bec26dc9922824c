//! /live, and the namespaces `/live` and `/station` of the socket

use crate::support::{Passing, Site, Socket, id};
use api::ports::{Challenge, ChallengeStep, Part, PartRole};
use model::{Direction, FaceLiveness, LivenessPolicy, NotEstablished, PersonId, Prompt};
use serde_json::{Value, json};
use std::time::Duration;
use store::Role;

/// A camera station at the entry of a site.
async fn station(passing: &Passing) -> String {
    let device = json!({"name": "Desk", "kind": "camera_station",
        "access_point": passing.entry, "silent_after_s": 0});
    id(&passing
        .site
        .post(Role::Admin, "/devices", device)
        .await
        .expect(201))
}

/// A browser of an operator that became the station, connected.
async fn connected(passing: &Passing, address: &str, device: &str) -> Socket {
    let mut browser = passing.site.signed_in("Olga", "operator").await;
    browser
        .post(&format!("/devices/{device}/station"), json!({}))
        .await
        .expect(204);
    let cookie = browser.cookie_header();
    let headers = [("cookie", cookie.as_str())];
    let (mut socket, first) = Socket::open(address, "/station", &headers, json!({})).await;
    assert_eq!(first.event, "connect", "{first:?}");
    assert_eq!(socket.expect("welcome").await.args[0]["device"], device);
    socket
}

#[tokio::test]
async fn the_snapshot_shows_the_last_passage_the_arrivals_and_who_is_inside() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    let bob = passing.person("2", "Bob").await;
    passing
        .pass(&ada, Direction::Entry, "2026-03-02T04:00:00Z")
        .await;
    passing.denied(&bob, "2026-03-02T04:30:00Z").await;
    let last = passing
        .pass(&ada, Direction::Exit, "2026-03-02T04:45:00Z")
        .await;
    passing
        .pass(&bob, Direction::Entry, "2026-03-02T04:50:00Z")
        .await;
    let live = site.get(Role::Viewer, "/live").await.expect(200);
    assert_eq!(
        live["sequence"],
        site.get(Role::Auditor, "/integrity").await.json()["size"]
    );
    assert_eq!(live["feed"].as_array().unwrap().len(), 4);
    assert_eq!(live["feed"][1]["event"], last.to_string());
    assert_eq!(live["last"], live["feed"][0]);
    let arrivals = live["arrivals"].as_array().unwrap();
    let names: Vec<_> = arrivals.iter().map(|p| &p["person"]["name"]).collect();
    assert_eq!(names, ["Bob", "Ada"]);
    assert_eq!(live["entries_today"], 2);
    assert_eq!(live["inside"]["total"], 1);
    assert_eq!(
        live["inside"]["areas"][0]["people"][0]["person"]["name"],
        "Bob"
    );
    assert_eq!(live["alerts"][0]["kind"], "denied");
}

#[tokio::test]
async fn personal_details_are_for_operators_and_the_identity_number_stays_masked() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let person = json!({"number": "1", "name": "Ada", "details": {"phone": "+44 20 7946 0555",
        "identity_number": "123412341234"}});
    let ada = id(&site.post(Role::Admin, "/people", person).await.expect(201));
    passing
        .pass(&ada, Direction::Entry, "2026-03-02T04:00:00Z")
        .await;
    for role in [Role::Operator, Role::Admin] {
        let live = site.get(role, "/live").await.expect(200);
        let details = &live["last"]["person"]["details"];
        assert_eq!(details["identity_number"], "XXXX XXXX 1234");
        assert_eq!(details["phone"], "+44 20 7946 0555");
    }
    for role in [Role::Viewer, Role::Auditor] {
        let live = site.get(role, "/live").await;
        assert_eq!(live.expect(200)["last"]["person"]["details"], Value::Null);
        assert!(!live.text().contains("7946 0555"));
    }
}

#[tokio::test]
async fn nobody_connects_without_a_session_or_from_a_foreign_page() {
    let site = Site::open().await;
    let address = site.serve().await;
    let (_, refused) = Socket::open(&address, "/live", &[], json!({})).await;
    assert_eq!(refused.event, "connect_error");
    assert_eq!(refused.args[0]["message"], "not_signed_in");
    let browser = site.signed_in("Ada", "viewer").await;
    let cookie = browser.cookie_header();
    let mut headers = vec![("cookie", cookie.as_str())];
    let (_, welcome) = Socket::open(&address, "/live", &headers, json!({})).await;
    assert_eq!(welcome.event, "connect");
    let (_, refused) = Socket::open(&address, "/station", &headers, json!({})).await;
    assert_eq!(refused.event, "connect_error");
    headers.push(("origin", "https://elsewhere.example"));
    let (_, refused) = Socket::open(&address, "/live", &headers, json!({})).await;
    assert_eq!(refused.args[0]["message"], "foreign_origin");
}

#[tokio::test]
async fn what_is_committed_is_pushed_in_order_with_what_each_role_may_see() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let address = site.serve().await;
    let mut viewer = Socket::with_token(&address, &site.secret(Role::Viewer)).await;
    let mut operator = Socket::with_token(&address, &site.secret(Role::Operator)).await;
    let sequence = site.get(Role::Viewer, "/live").await.json()["sequence"]
        .as_u64()
        .unwrap();
    let ada = passing.person("1", "Ada").await;
    let event = passing
        .pass(&ada, Direction::Entry, "2026-03-02T04:00:00Z")
        .await;
    passing.denied(&ada, "2026-03-02T04:01:00Z").await;

    let added = viewer.expect("committed").await.args.remove(0);
    assert_eq!(added["index"], sequence);
    assert_eq!(added["changed"], json!(["people"]));
    let entered = viewer.expect("committed").await.args.remove(0);
    assert_eq!(entered["index"], sequence + 1);
    assert_eq!(entered["passage"]["event"], event.to_string());
    assert_eq!(entered["passage"]["person"]["details"], Value::Null);
    assert_eq!(entered["presence"][0]["inside"], true);
    assert_eq!(entered["entries_today"], 1);
    let denied = viewer.expect("committed").await.args.remove(0);
    assert_eq!(denied["index"], sequence + 2);
    assert_eq!(denied["alerts"][0]["kind"], "denied");

    operator.expect("committed").await;
    let entered = operator.expect("committed").await.args.remove(0);
    assert!(entered["passage"]["person"]["details"].is_object());
}

#[tokio::test]
async fn a_session_that_ends_closes_its_socket() {
    let site = Site::open().await;
    let address = site.serve().await;
    let browser = site.signed_in("Ada", "viewer").await;
    let cookie = browser.cookie_header();
    let headers = [("cookie", cookie.as_str())];
    let (mut socket, _) = Socket::open(&address, "/live", &headers, json!({})).await;
    let users = site.get(Role::Admin, "/users").await.expect(200);
    let change = json!({"role": "viewer", "disabled": true});
    site.put(Role::Admin, &format!("/users/{}", id(&users[0])), change)
        .await
        .expect(200);
    while socket.next().await.is_some() {}
}

#[tokio::test]
async fn a_station_sends_frames_and_a_viewer_elsewhere_sees_them_with_names() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let address = site.serve().await;
    let device = station(&passing).await;
    let mut station = connected(&passing, &address, &device).await;
    let ada = passing.person("1", "Ada").await;
    *site.played.seen.lock().unwrap() = Some(ada.parse().unwrap());

    let seen = station.ask_binary("frame", b"one").await;
    assert_eq!(seen["frame"], "seen");
    assert_eq!(seen["overlays"][0]["person"]["name"], "Ada");
    let mut viewer = Socket::with_token(&address, &site.secret(Role::Viewer)).await;
    assert_eq!(
        viewer.ask("watch", json!({"camera": device})).await,
        "watching"
    );
    let first = viewer.expect("frame").await;
    assert_eq!(first.binary, [b"one".to_vec()]);
    assert_eq!(first.args[0]["overlays"][0]["person"]["name"], "Ada");
    // Not acknowledged yet: the newest of those that come meanwhile is next.
    station.ask_binary("frame", b"two").await;
    station.ask_binary("frame", b"three").await;
    viewer.acknowledge(&first).await;
    assert_eq!(viewer.expect("frame").await.binary, [b"three".to_vec()]);

    let live = site.get(Role::Viewer, "/live").await.expect(200);
    assert_eq!(live["cameras"][0]["connected"], true);
    assert_eq!(live["cameras"][0]["last_frame_at"], live["at"]);
    let nowhere = json!({"camera": passing.entry});
    assert_eq!(viewer.ask("watch", nowhere).await, "unknown_camera");
}

#[tokio::test]
async fn a_frame_that_cannot_be_used_is_refused_with_the_reason() {
    let passing = Passing::open().await;
    let address = passing.site.serve().await;
    let device = station(&passing).await;
    let mut station = connected(&passing, &address, &device).await;
    let refused = station.ask_binary("frame", b"unreadable").await;
    assert_eq!(refused, json!({"frame": "refused", "why": "unreadable"}));
    let large = vec![0; 1024 * 1024 + 1];
    let refused = station.ask_binary("frame", &large).await;
    assert_eq!(refused["why"], "too_large");
    let seen = station.ask_binary("frame", &large[1..]).await;
    assert_eq!(seen["frame"], "seen");
}

#[tokio::test]
async fn a_station_that_is_switched_off_is_sent_away_and_everybody_is_told() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let address = site.serve().await;
    let device = station(&passing).await;
    let mut viewer = Socket::with_token(&address, &site.secret(Role::Viewer)).await;
    let mut station = connected(&passing, &address, &device).await;
    let came = viewer.expect("device").await.args.remove(0);
    assert_eq!(
        (&came["device"], &came["connected"]),
        (&json!(device), &json!(true))
    );
    let off = json!({"name": "Desk", "kind": "camera_station", "access_point": passing.entry,
        "silent_after_s": 0, "disabled": true});
    site.put(Role::Admin, &format!("/devices/{device}"), off)
        .await
        .expect(200);
    while station.next().await.is_some() {}
    assert_eq!(viewer.expect("device").await.args[0]["connected"], false);
    let id = device.parse().unwrap();
    assert_eq!(*site.played.came.lock().unwrap(), [(id, true), (id, false)]);
}

#[tokio::test]
async fn what_is_asked_before_a_camera_station_is_told_to_it_in_words() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let address = site.serve().await;
    let device = station(&passing).await;
    let mut station = connected(&passing, &address, &device).await;
    let ada: PersonId = passing.person("1", "Ada").await.parse().unwrap();

    let nothing = station.ask_binary("frame", b"one").await;
    assert_eq!(nothing["challenge"], Value::Null);
    *site.played.challenge.lock().unwrap() = Some(Challenge::Asked {
        person: ada,
        prompt: Prompt::TurnLeft,
        step: ChallengeStep::Act,
        answered: 1,
        of: 3,
        left: Duration::from_millis(4_500),
    });
    let asked = station.ask_binary("frame", b"two").await;
    let expected = json!({"challenge": "asked", "name": "Ada", "prompt": "turn_left",
        "step": "act", "answered": 1, "of": 3, "left_ms": 4_500});
    assert_eq!(asked["challenge"], expected);
    *site.played.challenge.lock().unwrap() = Some(Challenge::Ended {
        person: ada,
        liveness: FaceLiveness::NotEstablished {
            why: NotEstablished::TooLate,
        },
        policy: LivenessPolicy::OrAnotherFactor,
    });
    let ended = station.ask_binary("frame", b"three").await;
    let expected = json!({"challenge": "not_established", "name": "Ada", "why": "too_late",
        "policy": "or_another_factor"});
    assert_eq!(ended["challenge"], expected);
}

#[tokio::test]
async fn a_camera_station_is_told_that_the_database_does_not_answer_and_of_no_other_part() {
    let passing = Passing::open().await;
    let address = passing.site.serve().await;
    let device = station(&passing).await;
    let mut socket = connected(&passing, &address, &device).await;
    let part = |name: &str, role, up| Part {
        name: name.into(),
        role,
        up,
        since: None,
        version: None,
        capacity: None,
    };
    let front = part("front", PartRole::Edge, false);
    let parts = &passing.site.parts;
    parts.send_replace([front.clone()].into());
    let database = part("PostgreSQL", PartRole::Database, false);
    parts.send_replace([front, database].into());
    let told = socket.expect("database").await;
    assert_eq!(told.args[0]["name"], "PostgreSQL");
    assert_eq!(told.args[0]["up"], false);
}

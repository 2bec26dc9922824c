//! A broker of the site's own, a real Mosquitto: what it acknowledged for Gatebook is not lost, and what
//! is wrong with it is said.

use crate::api::{Api, entries, ready};
use crate::device_http::Device;
use crate::process::{Ended, Serving, eventually, run};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tempfile::tempdir;
use testkit::mosquitto::Mosquitto;
use testkit::mqtt::{Client, Event, Identity, QoS};
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout};

const CLIENTS: usize = 4;
const WINDOW: usize = 4;
/// What each client reports at most: the broker takes more in a second than is committed in ten.
const REPORTS: u64 = 750;
const DOOR: &str = "gatebook/v1/door-1/observation";

fn url(broker: &Mosquitto) -> String {
    format!("mqtt.broker.url=mqtt://{}", broker.address)
}

fn serve(data: &Path, broker: &Mosquitto) -> Serving {
    Serving::start(data, &["--set", &url(broker)])
}

fn is_up(serving: &Serving) -> bool {
    let parts = ready(&serving.metrics)["parts"].clone();
    let parts = parts.as_object().unwrap().iter();
    // The database is a part too, where it is on a server.
    let mut brokers = parts.filter(|(name, _)| *name != "PostgreSQL");
    brokers.next().is_some_and(|(_, state)| state == "up") && brokers.next().is_none()
}

fn subscribed(serving: &Serving) {
    eventually("it is subscribed", || is_up(serving).then_some(()));
}

async fn client(broker: &Mosquitto, name: &str) -> Client {
    let source = "127.0.0.1".parse().unwrap();
    let board = Identity::classic(name);
    let client = Client::connect(source, broker.address, &board);
    client.await.unwrap()
}

/// Publishes reports for a time; the tags of those that the broker acknowledged.
async fn reports(mut client: Client, n: usize, run: String, lasting: Duration) -> Vec<String> {
    let end = Instant::now() + lasting;
    let tag = |sequence: u64| format!("{n:02X}{run}{sequence:06X}");
    let mut waiting = std::collections::HashMap::new();
    let mut acknowledged = Vec::new();
    let mut sequence = 0;
    loop {
        while waiting.len() < WINDOW && sequence < REPORTS && Instant::now() < end {
            sequence += 1;
            let report = json!({
                "boot_id": format!("{run}-{n}"), "sequence": sequence, "saw": "tag", "tag": tag(sequence),
            });
            let sent = client.publish(DOOR, report.to_string(), QoS::AtLeastOnce);
            waiting.insert(sent.await.unwrap().unwrap(), sequence);
        }
        if waiting.is_empty() {
            return acknowledged;
        }
        let event = timeout(Duration::from_secs(30), client.next()).await;
        if let Event::Acknowledged(id) = event.expect("no acknowledgement").unwrap() {
            acknowledged.push(tag(waiting.remove(&id).unwrap()));
        }
    }
}

/// The tags of all passages in the log, one for each.
fn tags(api: &Api) -> Vec<String> {
    let mut tags = Vec::new();
    let mut before = String::new();
    loop {
        let page = api.get(&format!("log?limit=200{before}"));
        for entry in page["entries"].as_array().unwrap() {
            let tag = &entry["record"]["passage"]["tag"]["tag"];
            tags.extend(tag.as_str().map(str::to_owned));
        }
        match &page["next"] {
            Value::Null => return tags,
            next => before = format!("&before={next}"),
        }
    }
}

/// `GATEBOOK_KILLS` sets how often (2 otherwise).
#[test]
fn what_the_broker_acknowledged_is_in_the_log_however_often_gatebook_is_killed() {
    let kills = std::env::var("GATEBOOK_KILLS").ok();
    let kills: u64 = kills.and_then(|kills| kills.parse().ok()).unwrap_or(2);
    let (data, broker) = (tempdir().unwrap(), Mosquitto::start());
    let mut serving = serve(data.path(), &broker);
    let api = Api::first(&mut serving);
    Device::added(&api);
    subscribed(&serving);
    let before = entries(&serving);
    let runtime = Runtime::new().unwrap();
    let mut acknowledged = BTreeSet::new();
    for kill in 0..kills {
        let publishing: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let client = runtime.block_on(client(&broker, &format!("c{kill}-{n}")));
                let lasting = Duration::from_millis(900);
                runtime.spawn(reports(client, n, format!("{kill:02X}"), lasting))
            })
            .collect();
        // The broker goes on acknowledging while Gatebook is away.
        std::thread::sleep(Duration::from_millis(400 + 37 * (kill % 7)));
        serving.kill();
        for published in publishing {
            acknowledged.extend(runtime.block_on(published).unwrap());
        }
        serving = serve(data.path(), &broker);
    }
    let api = Api::sign_in(&serving, "warden", crate::api::PASSWORD).unwrap();
    let count = acknowledged.len();
    eventually("as many entries as were acknowledged", || {
        (entries(&serving) >= before + count as u64).then_some(())
    });
    let found = eventually("as many passages", || {
        let found = tags(&api);
        (found.len() >= count).then_some(found)
    });
    let distinct: BTreeSet<String> = found.iter().cloned().collect();
    let missing = acknowledged.difference(&distinct).count();
    println!("{count} acknowledged over {kills} kills, {missing} missing");
    assert!(count > 500, "too little load to say anything: {count}");
    assert_eq!(
        (missing, found.len()),
        (0, distinct.len()),
        "missing, or doubled"
    );
    serving.stop().with(0);
    run(data.path(), &["verify"]).with(0);
}

#[test]
fn a_broker_that_is_away_is_shown_and_raises_an_alert_until_it_is_back() {
    let (data, mut broker) = (tempdir().unwrap(), Mosquitto::start());
    let mut serving = serve(data.path(), &broker);
    let api = Api::first(&mut serving);
    Device::added(&api);
    subscribed(&serving);
    let state = || ready(&serving.address)["parts"].clone();
    assert_eq!(state(), "all there");
    broker.kill();
    eventually("it is missed", || {
        (state() == "not all there: see Devices").then_some(())
    });
    let part = api.get("parts")[0].clone();
    assert_eq!(
        (&part["role"], &part["up"]),
        (&json!("broker"), &json!(false))
    );
    eventually("somebody is told", || {
        let alerts = api.get("alerts").to_string();
        alerts.contains("part_lost").then_some(())
    });
    broker.run();
    subscribed(&serving);
    let runtime = Runtime::new().unwrap();
    let device = runtime.block_on(client(&broker, "door"));
    let reporting = reports(device, 1, "AA".into(), Duration::from_millis(20));
    let sent = runtime.block_on(reporting);
    eventually("it is heard again", || {
        (tags(&api).len() == sent.len()).then_some(())
    });
    serving.stop().with(0);
}

fn doctor(data: &Path, settings: &[String]) -> Ended {
    let mut words = vec!["doctor"];
    for setting in settings {
        words.extend(["--set", setting]);
    }
    run(data, &words)
}

#[test]
fn a_broker_is_asked_who_it_is_and_told_who_gatebook_is() {
    let (data, files) = (tempdir().unwrap(), tempdir().unwrap());
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (files.path().join("c.pem"), files.path().join("k.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (c, k) = (certificate.display(), key.display());
    let broker = Mosquitto::configured(&format!(
        "cafile {c}\ncertfile {c}\nkeyfile {k}\nrequire_certificate true\n\
         use_identity_as_username true\n"
    ));
    let port = broker.address.port();
    let at = |host: &str| format!("mqtt.broker.url=mqtts://{host}:{port}");
    let ca = format!("mqtt.broker.ca={c}");
    let proof = [
        format!("mqtt.broker.certificate={c}"),
        format!("mqtt.broker.key={k}"),
    ];
    let right = [&[at("localhost"), ca.clone()], proof.as_slice()].concat();
    doctor(data.path(), &right).saying("ok     the broker mqtts://localhost");
    let misnamed = [&[at("127.0.0.1"), ca.clone()], proof.as_slice()].concat();
    doctor(data.path(), &misnamed)
        .with(1)
        .saying("cannot be reached: invalid peer certificate");
    doctor(data.path(), &[at("localhost"), ca])
        .with(1)
        .saying("WRONG  the broker");
    let set: Vec<&str> = right.iter().flat_map(|s| ["--set", s]).collect();
    let serving = Serving::start(data.path(), &set);
    subscribed(&serving);
    serving.stop().with(0);
}

#[test]
fn a_wrong_password_is_named_on_the_devices_page_and_by_the_doctor() {
    let broker = Mosquitto::with_users(&["gatebook"], "");
    let data = tempdir().unwrap();
    let file = data.path().join("password");
    fs::write(&file, "wrong\n").unwrap();
    let settings = [
        url(&broker),
        "mqtt.broker.user=gatebook".to_owned(),
        format!("mqtt.broker.password_file={}", file.display()),
    ];
    let set: Vec<&str> = settings.iter().flat_map(|s| ["--set", s]).collect();
    let mut serving = Serving::start(data.path(), &set);
    let api = Api::first(&mut serving);
    eventually("it is listed", || {
        let listed = api.get("incidents");
        let found = listed.as_array()?.first()?.clone();
        (found["kind"] == "bad_credentials").then_some(())
    });
    serving.stop().with(0);
    doctor(data.path(), &settings)
        .with(1)
        .saying("refuses user");
    fs::write(&file, "gatebook\n").unwrap();
    doctor(data.path(), &settings).saying("lets Gatebook in");
}

#[test]
fn the_gateway_inside_and_a_broker_go_together_and_either_alone() {
    let (data, broker) = (tempdir().unwrap(), Mosquitto::start());
    let alone = Serving::start(
        data.path(),
        &["--set", &url(&broker), "--set", "mqtt.listen=off"],
    );
    subscribed(&alone);
    alone.stop().with(0);
}

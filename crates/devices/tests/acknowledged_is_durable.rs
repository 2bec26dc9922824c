//! What got a PUBACK or a PUBREC is in the store, however the process ended.
//!
//! The gateway runs in a process of its own (this test's own binary, started again), which
//! appends each observation to a file, many to one `fdatasync`, before it answers. It is killed
//! with SIGKILL while clients send; then each acknowledged observation is looked for in the file.
//! `GATEBOOK_KILLS` sets how often (3 otherwise).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{PASSWORD, directory, house, ip, native_name};
use devices::native::Gateway;
use model::{Receipt, SourceKey};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testkit::mqtt::{Client, Event, Identity, QoS};
use tokio_util::sync::CancellationToken;

const CLIENTS: usize = 8;
const WINDOW: usize = 8;
const FILE: &str = "GATEBOOK_TEST_STORE";

/// Not a test by itself: the process that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test below"]
async fn gateway_process() {
    let Ok(path) = std::env::var(FILE) else {
        return;
    };
    let (house, mut deliveries, _stage) = house(directory(vec![], CLIENTS));
    let mut gateway = Gateway::new(house).await;
    let address = gateway.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    println!("listening {address}");
    tokio::spawn(gateway.run(CancellationToken::new()));
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    let mut batch = Vec::new();
    while deliveries.recv_many(&mut batch, 64).await > 0 {
        let lines: String = batch
            .iter()
            .map(|delivery| line(&delivery.draft.key))
            .collect();
        file.write_all(lines.as_bytes()).unwrap();
        file.sync_data().unwrap();
        for delivery in batch.drain(..) {
            let _ = delivery.reply.send(Receipt::Committed { contiguous: None });
        }
    }
}

fn line(key: &SourceKey) -> String {
    let SourceKey::Sequence { boot_id, sequence } = key else {
        unreachable!("natives count")
    };
    format!("{boot_id} {sequence}\n")
}

fn start(store: &Path) -> (Child, SocketAddr) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "gateway_process", "--ignored", "--nocapture"])
        .env(FILE, store)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .find_map(|line| {
            line.unwrap()
                .split_once("listening ")
                .map(|(_, at)| at.parse().unwrap())
        })
        .expect("the gateway did not start");
    // The rest of the child's output is read away, or the pipe would fill.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

/// Sends with a window until the server is gone; what was acknowledged.
async fn send_until_killed(server: SocketAddr, n: usize, boot_id: String) -> Vec<String> {
    let identity = Identity::native(&native_name(n), PASSWORD);
    let mut client = Client::connect(ip("127.0.0.1"), server, &identity)
        .await
        .unwrap();
    let topic = format!("gatebook/v1/{}/observation", native_name(n));
    let qos = if n.is_multiple_of(2) {
        QoS::AtLeastOnce
    } else {
        QoS::ExactlyOnce
    };
    let mut acknowledged = Vec::new();
    let mut waiting = std::collections::HashMap::new();
    let mut sequence = 0_u64;
    loop {
        while waiting.len() < WINDOW {
            sequence += 1;
            let report = format!(
                r#"{{"boot_id":"{boot_id}","sequence":{sequence},"saw":"finger","number":"{n}"}}"#
            );
            match client.publish(&topic, report, qos).await {
                Ok(id) => waiting.insert(id.unwrap(), sequence),
                Err(_) => return acknowledged,
            };
        }
        match client.next().await {
            Ok(Event::Acknowledged(id)) => {
                let sequence = waiting.remove(&id).expect("acknowledged twice");
                acknowledged.push(format!("{boot_id} {sequence}"));
            }
            Ok(_) => {}
            Err(_) => return acknowledged,
        }
    }
}

#[test]
fn every_acknowledged_observation_survives_a_kill_under_load() {
    let kills = std::env::var("GATEBOOK_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("observations");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut acknowledged = Vec::new();
    for kill in 0..kills {
        let (mut child, server) = start(&store);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| runtime.spawn(send_until_killed(server, n, format!("k{kill}c{n}"))))
            .collect();
        // Not the same moment each time, so that the kill falls into different stages.
        std::thread::sleep(Duration::from_millis(400 + 37 * (kill % 10)));
        child.kill().unwrap();
        child.wait().unwrap();
        for client in clients {
            acknowledged.extend(runtime.block_on(client).unwrap());
        }
    }
    let stored = std::fs::read_to_string(&store).unwrap();
    let found: HashSet<&str> = stored.lines().collect();
    let missing: Vec<_> = acknowledged
        .iter()
        .filter(|a| !found.contains(a.as_str()))
        .collect();
    println!(
        "{} acknowledged over {kills} kills, {} missing",
        acknowledged.len(),
        missing.len()
    );
    assert!(acknowledged.len() > 100, "too little load to say anything");
    assert_eq!(missing, Vec::<&String>::new());
}

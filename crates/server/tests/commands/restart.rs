//! What a start makes of the time in which nothing ran.

use crate::api::{Api, PASSWORD};
use crate::process::{Serving, eventually, free_port};
use crate::verifying::change;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use tempfile::tempdir;
use testkit::classic::Controller;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[test]
fn an_outage_is_told_after_the_restart_with_what_to_do() {
    let data = tempdir().unwrap();
    let mqtt = format!("127.0.0.1:{}", free_port());
    let mut serving = Serving::start(data.path(), &["--classic-mqtt", &mqtt]);
    let api = Api::first(&mut serving);
    let (entry, exit) = (
        api.access_point("In", "entry"),
        api.access_point("Out", "exit"),
    );
    let gate = json!({
        "name": "North gate", "controller_address": "127.0.0.1", "camera_address": "127.0.0.1",
        "entry": entry["id"], "exit": exit["id"],
    });
    api.make("gates", &gate);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // The gateway hears of a gate a moment after it is made.
    let mut board = eventually("the board is let in", || {
        let connecting = Controller::connect(HERE, mqtt.parse().unwrap());
        runtime.block_on(connecting).ok()
    });
    runtime.block_on(board.ping()).unwrap();
    eventually("the board was heard", || {
        let devices = api.get("devices").to_string();
        devices.contains("last_seen\":\"").then_some(())
    });
    drop(board);
    serving.stop().with(0);
    let hour = 3_600_000_000_000_u64;
    let earlier = format!("UPDATE devices SET last_seen = last_seen - {hour} WHERE last_seen > 0");
    change(data.path(), &earlier);
    let earlier = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    std::fs::write(data.path().join("last-running"), earlier.to_string()).unwrap();

    let serving = Serving::start(data.path(), &["--classic-mqtt", &mqtt]);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    let incidents = eventually("the outage is told", || {
        let incidents = api.get("incidents").to_string();
        incidents.contains("\"outage\"").then_some(incidents)
    });
    assert!(incidents.contains("log.csv"), "{incidents}");
    assert!(incidents.contains("North gate"), "{incidents}");
    serving.stop().with(0);
}

//! A site whose database is on a PostgreSQL server.

#[path = "../../../storage/tests/postgres/own.rs"]
#[allow(dead_code)]
mod own;

use crate::api::{Api, PASSWORD, answer};
use crate::process::{Serving, eventually, gatebook, run};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;

/// A new, empty database on the test server.
pub fn new_database() -> String {
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let server = psql(&format!("CREATE DATABASE {name}"));
    server.replacen("/postgres?", &format!("/{name}?"), 1)
}

/// Runs a statement on the test server; where that is.
pub fn psql(sql: &str) -> String {
    let server = std::env::var("GATEBOOK_TEST_POSTGRES")
        .expect("GATEBOOK_TEST_POSTGRES names no test server: run through scripts/postgres.sh run");
    let done = Command::new("psql")
        .args([server.as_str(), "--quiet", "--command", sql])
        .status();
    assert!(done.unwrap().success());
    server
}

fn on(url: &str) -> String {
    format!("database.url={url}")
}

#[test]
fn a_site_on_a_server_is_looked_at_run_restarted_and_verified() {
    let (data, url) = (tempdir().unwrap(), new_database());
    let there = on(&url);
    // The test server is not made to survive a failure of power, which is worth a warning.
    run(data.path(), &["doctor", "--set", &there])
        .with(1)
        .saying("PostgreSQL")
        .saying("fsync")
        .saying("the next start brings the tables up to date");
    let mut serving = Serving::start(data.path(), &["--set", &there]);
    Api::first(&mut serving).access_point("Door", "entry");
    run(data.path(), &["doctor", "--set", &there])
        .with(0)
        .saying("a Gatebook is using it");
    let other = tempdir().unwrap();
    run(other.path(), &["verify", "--set", &there])
        .with(75)
        .saying("another Gatebook is running");
    serving.stop().with(0);
    run(data.path(), &["verify", "--set", &there])
        .with(0)
        .saying("The log verifies");
    assert!(!data.path().join("gatebook.db").exists());
    let serving = Serving::start(data.path(), &["--set", &there]);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    assert!(api.get("access-points").to_string().contains("Door"));
    serving.stop().with(0);
}

#[test]
fn a_site_moves_to_a_server_and_goes_on_there() {
    let (data, url) = (tempdir().unwrap(), new_database());
    let mut serving = Serving::start(data.path(), &[]);
    Api::first(&mut serving).access_point("Door", "entry");
    serving.stop().with(0);
    moving(data.path(), &url)
        .with(0)
        .saying(" rows of entries\n")
        .saying("on both sides")
        .saying("The log verifies");
    moving(data.path(), &url)
        .with(1)
        .saying("holds a site already");
    let serving = Serving::start(data.path(), &["--set", &on(&url)]);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    assert!(api.get("access-points").to_string().contains("Door"));
    serving.stop().with(0);
}

/// What `/readyz` says, ready or not.
fn asked(address: &str) -> (u16, Value) {
    let url = format!("{address}/readyz");
    answer(Command::new("curl").args(["-s", "-w", "\n%{http_code}", &url]))
}

#[test]
fn while_the_server_is_away_everybody_is_told_so_and_things_go_on_when_it_is_back() {
    let ((server, url), data) = (own::Server::started(), tempdir().unwrap());
    let mut serving = Serving::start(data.path(), &["--set", &on(&url)]);
    let api = Api::first(&mut serving);
    let (status, ready) = asked(&serving.metrics);
    assert_eq!((status, &ready["parts"]["PostgreSQL"]), (200, &json!("up")));

    server.kill();
    let (status, told) = api.call("GET", "people", None);
    assert_eq!(
        (status, &told["title"]),
        (503, &json!("the database does not answer")),
        "{told}"
    );
    let area = json!({ "name": "Hall" });
    assert_eq!(api.call("POST", "areas", Some(&area)).0, 503);
    let refused = Api::sign_in(&serving, "warden", PASSWORD);
    assert_eq!(
        refused.err(),
        Some(503),
        "a wrong password is another thing"
    );
    let (status, ready) = asked(&serving.address);
    assert_eq!(status, 503);
    assert_eq!(
        (&ready["ready"], &ready["store"]),
        (&json!(false), &json!("does not answer"))
    );
    let named = || {
        let ready = asked(&serving.metrics).1;
        (ready["parts"]["PostgreSQL"] == "down").then_some(())
    };
    eventually("it is shown as a part that is away", named);

    server.script("start");
    let answers = || (asked(&serving.address).0 == 200).then_some(());
    eventually("it is ready again", answers);
    api.make("areas", &area);
    assert!(api.get("areas").to_string().contains("Hall"));
    let back = || (api.get("parts")[0]["up"] == true).then_some(());
    eventually("it is shown as one that is there", back);
    serving.stop().with(0);
}

fn moving(data: &Path, url: &str) -> crate::process::Ended {
    let mut command = gatebook(data, &["migrate-store"]);
    command.env("GATEBOOK_MIGRATE_TO", url);
    command.output().unwrap().into()
}

#[test]
fn a_server_that_is_not_there_is_said_so() {
    let data = tempdir().unwrap();
    let there = on("postgresql:///gatebook?host=/nowhere");
    run(data.path(), &["doctor", "--set", &there])
        .with(1)
        .saying("No such file");
    run(data.path(), &["verify", "--set", &there]).with(1);
    run(data.path(), &["verify", "--set", &on("mysql://x/y")])
        .with(78)
        .saying("database.url");
}

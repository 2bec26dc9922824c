//! A database that is put back to an earlier state behind Gatebook's back.

use crate::api::{Api, PASSWORD, ready};
use crate::backups::House;
use crate::postgres::{new_database, psql};
use crate::process::{Serving, eventually};
use crate::verifying::{checkpointed, entries_in};
use std::fs;
use std::path::Path;

fn first(house: &House) {
    let mut serving = house.start();
    Api::first(&mut serving).access_point("Door", "both");
    serving.stop().with(0);
}

fn more(house: &House, doors: usize) {
    let serving = house.start();
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    for _ in 0..doors {
        // A house may be asked for more several times.
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        api.access_point(&format!("Another door {now}"), "both");
    }
    serving.stop().with(0);
}

fn database(house: &House) -> std::path::PathBuf {
    house.path().join("gatebook.db")
}

/// Replaces the database file of a stopped site by `content`.
fn put_back(house: &House, content: &[u8]) {
    for beside in ["gatebook.db-wal", "gatebook.db-shm"] {
        let _ = fs::remove_file(house.path().join(beside));
    }
    fs::write(database(house), content).unwrap();
}

fn kept(data: &Path) -> String {
    fs::read_to_string(data.join("keys/newest-checkpoint")).unwrap()
}

/// What a running site says is wrong, and how many alerts there are.
fn alarm(serving: &Serving) -> (String, usize) {
    let api = Api::sign_in(serving, "warden", PASSWORD).unwrap();
    let shown = eventually("it is told", || {
        let shown = api.get("integrity")["contradiction"].clone();
        shown.as_str().map(str::to_owned)
    });
    let told = ready(&serving.metrics)["log"].as_str().unwrap().to_owned();
    assert!(told.contains("does not verify"), "{told}");
    let alerts = api.get("alerts");
    let failed = alerts.as_array().unwrap().iter();
    let failed = failed.filter(|alert| alert["kind"] == "verification_failed");
    (shown, failed.count())
}

/// Nothing is wrong, after time enough to have signed.
fn is_quiet(house: &House) {
    more(house, 1);
    house.run(&["verify"]).with(0);
    let serving = house.start();
    let told = ready(&serving.metrics)["log"].as_str().unwrap().to_owned();
    assert!(!told.contains("does not verify"), "{told}");
    serving.stop().with(0);
}

fn accepted(house: &House) {
    house
        .run(&["accept-rollback"])
        .with(0)
        .saying("Accepted: the log had");
    is_quiet(house);
    house
        .run(&["accept-rollback"])
        .with(0)
        .saying("nothing to accept");
    let serving = house.start();
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    let log = api.get("log?limit=500").to_string();
    assert!(log.contains("rollback_accepted"), "{log}");
    serving.stop().with(0);
}

#[test]
fn an_older_copy_of_the_file_is_noticed_and_never_signed_until_that_is_accepted() {
    let house = House::in_a_file();
    first(&house);
    let older = fs::read(database(&house)).unwrap();
    more(&house, 8);
    let signed = (checkpointed(house.path()), kept(house.path()));
    put_back(&house, &older);
    let known = checkpointed(house.path());

    house.run(&["verify"]).with(3).saying("the log was cut off");
    // Restarts say it again and raise no second alert; that the log grows past it changes nothing.
    for doors in [0, 12] {
        let serving = house.start();
        let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
        for n in 0..doors {
            api.access_point(&format!("Forged {n}"), "both");
        }
        let (shown, alerts) = alarm(&serving);
        assert!(
            shown.contains(&format!("the log had {} entries at", signed.0)),
            "{shown}"
        );
        assert_eq!(alerts, 1);
        serving.stop().with(0);
        assert_eq!(checkpointed(house.path()), known);
        assert_eq!(kept(house.path()), signed.1);
    }
    assert!(entries_in(house.path()) > signed.0);
    house.run(&["verify"]).with(3).saying("kept elsewhere");
    accepted(&house);
    let aside = house.path().join(format!("keys/checkpoint-{}", signed.0));
    assert_eq!(fs::read_to_string(aside).unwrap(), signed.1);
}

#[test]
fn an_older_copy_of_a_database_on_a_server_is_noticed() {
    let url = new_database();
    let house = House::at(&url);
    first(&house);
    let name = url
        .split("/test_")
        .nth(1)
        .and_then(|rest| rest.split('?').next());
    let name = name.unwrap();
    let older = format!("older_{name}");
    psql(&format!("CREATE DATABASE {older} TEMPLATE test_{name}"));
    more(&house, 3);
    psql(&format!(
        "ALTER DATABASE test_{name} RENAME TO newer_{name}"
    ));
    psql(&format!("ALTER DATABASE {older} RENAME TO test_{name}"));
    let serving = house.start();
    let (shown, alerts) = alarm(&serving);
    assert!(shown.contains("put back to an earlier state"), "{shown}");
    assert_eq!(alerts, 1);
    serving.stop().with(0);
    accepted(&house);
}

#[test]
fn another_database_in_its_place_is_noticed() {
    let house = House::in_a_file();
    first(&house);
    fs::remove_file(database(&house)).unwrap();
    let mut serving = house.start();
    Api::first(&mut serving);
    let (shown, _) = alarm(&serving);
    assert!(shown.contains("not one of this log"), "{shown}");
    serving.stop().with(0);
}

#[test]
fn a_new_site_and_one_whose_kept_checkpoint_was_lost_raise_no_alarm() {
    let house = House::in_a_file();
    first(&house);
    is_quiet(&house);
    fs::remove_file(house.path().join("keys/newest-checkpoint")).unwrap();
    is_quiet(&house);
    let size = checkpointed(house.path()).to_string();
    assert_eq!(kept(house.path()).lines().nth(1), Some(size.as_str()));
}

#[test]
fn a_restore_by_command_raises_no_alarm_though_more_was_signed() {
    let (house, other) = (House::in_a_file(), House::in_a_file());
    first(&house);
    let place = tempfile::tempdir().unwrap();
    let words = ["backup", place.path().to_str().unwrap()];
    let said = house.run(&words).with(0).said;
    let backup = said.lines().find_map(|line| line.strip_prefix("Backup: "));
    more(&house, 4);
    let keys = house.path().join("keys");
    let checkpoint = place.path().join("kept");
    fs::write(&checkpoint, kept(house.path())).unwrap();
    let words = [
        "restore",
        backup.unwrap(),
        "--keys",
        keys.to_str().unwrap(),
        "--checkpoint",
        checkpoint.to_str().unwrap(),
    ];
    other.run(&words).with(0).saying("ARE LOST");
    is_quiet(&other);
}

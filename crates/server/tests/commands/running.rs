//! One process on one data directory, and how it ends.

use crate::api::{Api, entries};
use crate::process::{Serving, free_port, run};
use crate::verifying::{checkpointed, entries_in};
use std::net::TcpListener;
use tempfile::tempdir;

#[test]
fn a_second_process_on_one_data_directory_is_told_so_and_leaves_the_first_alone() {
    let data = tempdir().unwrap();
    let first = Serving::start(data.path(), &[]);
    let listen = format!("127.0.0.1:{}", free_port());
    run(data.path(), &["serve", "--listen", &listen])
        .with(75)
        .saying("another Gatebook is running on this data directory");
    assert!(entries(&first) > 0);
    first.stop().with(0);
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let data = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    run(data.path(), &["serve", "--listen", &listen])
        .with(75)
        .saying(&format!(
            "{listen} is in use by another program; stop it or choose another port"
        ));
    let pages = format!("127.0.0.1:{}", free_port());
    for setting in ["mqtt.listen", "classic.mqtt", "classic.http"] {
        let set = format!("{setting}={listen}");
        let others = "mqtt.listen=127.0.0.1:0";
        run(
            data.path(),
            &["serve", "--listen", &pages, "--set", others, "--set", &set],
        )
        .with(75)
        .saying(&format!("({setting}): {listen} is in use"));
    }
}

#[test]
fn a_stopped_server_ends_well_and_has_signed_a_checkpoint_over_everything() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    let api = Api::first(&mut serving);
    for n in 0..5 {
        api.access_point(&format!("Door {n}"), "both");
    }
    serving.stop().with(0);
    assert!(entries_in(data.path()) > 10);
    assert_eq!(checkpointed(data.path()), entries_in(data.path()));
    run(data.path(), &["verify"])
        .with(0)
        .saying("The log verifies");
}

#[test]
fn a_site_opens_again_after_a_kill_and_verifies() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    let api = Api::first(&mut serving);
    api.access_point("Door", "both");
    let before = entries(&serving);
    serving.kill();
    let again = Serving::start(data.path(), &[]);
    assert!(entries(&again) >= before);
    again.stop().with(0);
    run(data.path(), &["verify"]).with(0);
}

#[test]
fn the_first_start_alone_prints_a_one_time_link() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    Api::first(&mut serving);
    serving.stop().with(0);
    let again = Serving::start(data.path(), &[]);
    let said = again.stop().with(0).said;
    assert!(!said.contains("#token="), "{said}");
}

//! `gatebook user reset`.

use crate::api::{Api, PASSWORD};
use crate::process::{Serving, run};
use serde_json::json;
use tempfile::tempdir;

#[test]
fn a_reset_user_signs_in_by_the_new_link_and_no_longer_by_the_old_password() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    Api::first(&mut serving);
    serving.stop().with(0);

    let reset = run(data.path(), &["user", "reset", "warden"]).with(0);
    let (_, token) = reset.out.trim().split_once("#token=").unwrap();

    let serving = Serving::start(data.path(), &[]);
    assert_eq!(Api::sign_in(&serving, "warden", PASSWORD).err(), Some(401));
    let body = json!({ "token": token, "password": "another long phrase" });
    Api::enter(&serving.address, "invitations/accept", &body).unwrap();
    Api::enter(&serving.address, "invitations/accept", &body)
        .err()
        .expect("a link works once");
    Api::sign_in(&serving, "warden", "another long phrase").unwrap();
    serving.stop().with(0);
}

#[test]
fn an_unknown_user_is_not_reset_and_the_sentence_says_where_names_are() {
    let data = tempdir().unwrap();
    Serving::start(data.path(), &[]).stop().with(0);
    run(data.path(), &["user", "reset", "nobody"])
        .with(1)
        .saying("\"nobody\"");
}

#[test]
fn a_user_is_not_reset_under_a_running_server() {
    let data = tempdir().unwrap();
    let serving = Serving::start(data.path(), &[]);
    run(data.path(), &["user", "reset", "admin"]).with(75);
    serving.stop().with(0);
}

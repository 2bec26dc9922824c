//! `gatebook edge` before `gatebook serve --no-pages`.

use crate::api::{Api, PASSWORD, answer};
use crate::hosts::Private;
use crate::process::{eventually, free_port, run};
use serde_json::{Value, json};
use std::process::Command;

/// Status, head and body of a request without a session.
fn curl(words: &[&str]) -> (u16, String) {
    let output = Command::new("curl")
        .args(["-s", "-i", "-w", "\n%{http_code}"])
        .args(words)
        .output()
        .expect("curl is needed for this test");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (text, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), text.to_ascii_lowercase())
}

fn private() -> Private {
    Private::new(&["serve", "--no-pages"])
}

#[test]
fn somebody_signs_in_and_works_through_the_edge() {
    let private = private();
    let mut serving = private.start();
    let edge = private.edge("front", &[]);
    let body = json!({ "token": serving.secret(), "name": "warden", "password": PASSWORD });
    let api = Api::enter(&edge.serving.address, "invitations/accept", &body).unwrap();
    api.access_point("Door", "both");
    assert_eq!(api.get("access-points")[0]["name"], "Door");
    let parts = api.get("parts");
    assert_eq!(
        (&parts[0]["name"], &parts[0]["up"]),
        (&json!("front"), &json!(true))
    );
    assert_eq!(parts[0]["version"], env!("CARGO_PKG_VERSION"));
    edge.serving.stop().with(0);
    serving.stop().with(0);
}

#[test]
fn the_edge_has_the_pages_and_the_private_part_says_where_they_are() {
    let private = private();
    let serving = private.start();
    let edge = private.edge("front", &[]);
    let (status, page) = curl(&[&format!("{}/live", edge.serving.address)]);
    assert!(
        status == 200 && page.contains("<div id=\"root\">"),
        "{page}"
    );
    assert!(page.contains("content-security-policy"), "{page}");
    let (_, packed) = curl(&["--compressed", &format!("{}/live", edge.serving.address)]);
    assert!(packed.contains("content-encoding: gzip") && packed.contains("<div id=\"root\">"));
    let (status, said) = curl(&[&serving.address]);
    assert!(
        status == 200 && said.contains("at the address of its edge"),
        "{said}"
    );
    assert_eq!(curl(&[&format!("{}/live", serving.address)]).0, 404);
}

#[test]
fn health_and_metrics_of_the_private_part_do_not_pass_the_edge() {
    let private = private();
    let _serving = private.start();
    let edge = private.edge("front", &[]);
    let address = &edge.serving.address;
    let (_, metrics) = curl(&[&format!("{address}/metrics")]);
    assert!(!metrics.contains("gatebook_"), "{metrics}");
    let (_, ready) = curl(&[&format!("{address}/readyz")]);
    assert!(
        ready.contains("private_part") && !ready.contains("store"),
        "{ready}"
    );
    for path in ["/api/../metrics", "/api/v1/../../metrics", "/upload"] {
        let (_, text) = curl(&["--path-as-is", &format!("{address}{path}")]);
        assert!(!text.contains("gatebook_"), "{path}: {text}");
    }
}

#[test]
fn while_the_private_part_is_away_pages_open_and_the_api_says_so_and_then_goes_on() {
    let private = private();
    let mut serving = private.start();
    let edge = private.edge("front", &[]);
    let address = edge.serving.address.clone();
    let body = json!({ "token": serving.secret(), "name": "warden", "password": PASSWORD });
    let api = Api::enter(&address, "invitations/accept", &body).unwrap();
    serving.kill();
    let session = format!("{address}/api/v1/session");
    let (_, problem) = eventually("the edge notices", || {
        Some(curl(&[&session])).filter(|(status, _)| *status == 503)
    });
    assert!(
        problem.contains("content-type: application/problem+json"),
        "{problem}"
    );
    assert!(problem.contains("retry-after:"), "{problem}");
    assert!(
        problem.contains("the private part of gatebook cannot be reached"),
        "{problem}"
    );
    assert_eq!(curl(&[&format!("{address}/live")]).0, 200);
    eventually("it is not ready", || {
        Some(()).filter(|()| curl(&[&format!("{address}/readyz")]).0 == 503)
    });
    assert_eq!(curl(&[&format!("{address}/healthz")]).0, 200);
    let _again = private.start();
    eventually("it goes on", || {
        Some(()).filter(|()| api.call("GET", "session", None).0 == 200)
    });
    assert_eq!(api.get("session")["me"]["name"], "warden");
}

#[test]
fn an_edge_that_is_shut_out_is_shut_out_at_once() {
    let private = private();
    let _serving = private.start();
    let mut edge = private.edge("front", &[]);
    let session = format!("{}/api/v1/session", edge.serving.address);
    eventually("it answers", || {
        Some(()).filter(|()| curl(&[&session]).0 == 200)
    });
    private
        .node(&["revoke", "front"])
        .with(0)
        .saying("front (edge) is shut out");
    eventually("it is shut out", || {
        Some(()).filter(|()| curl(&[&session]).0 == 503)
    });
    edge.serving.hears("no longer knows this node");
}

#[test]
fn callers_are_told_apart_behind_the_edge_and_nobody_chooses_his_address() {
    let private = private();
    let _serving = private.start();
    let edge = private.edge("front", &[]);
    let url = format!(
        "{}/api/v1/session",
        edge.serving.address.replace("localhost", "127.0.0.1")
    );
    let wrong = r#"{"name":"warden","password":"not the pass phrase"}"#;
    let attempt = |from: &str, claim: &str| -> (u16, Value) {
        let forwarded = format!("x-forwarded-for: {claim}");
        let caller = format!("x-gatebook-caller: {claim}");
        answer(
            Command::new("curl")
                .args(["-s", "-w", "\n%{http_code}", "--interface", from])
                .args([
                    "-H",
                    &forwarded,
                    "-H",
                    &caller,
                    "-H",
                    "content-type: application/json",
                    "-d",
                    wrong,
                    &url,
                ]),
        )
    };
    let refused = (0..40).any(|n| attempt("127.0.0.21", &format!("10.0.0.{n}")).0 == 429);
    assert!(
        refused,
        "a caller who guesses is slowed down, whatever he claims"
    );
    let body = r#"{"name":"somebody","password":"not the pass phrase"}"#;
    let (status, _) = answer(
        Command::new("curl")
            .args(["-s", "-w", "\n%{http_code}", "--interface", "127.0.0.22"])
            .args(["-H", "content-type: application/json", "-d", body, &url]),
    );
    assert_eq!(status, 401, "and nobody else is");
}

#[test]
fn a_node_is_added_listed_and_revoked_and_its_name_is_taken_meanwhile() {
    let private = private();
    private.node(&["list"]).with(0).saying("No node is allowed");
    private.allow("worker-1", "vision");
    private.node(&["list"]).with(0).saying("worker-1");
    private
        .node(&["add", "worker-1", "--role", "edge", "--out", "other.pem"])
        .with(1)
        .saying("there is a node");
    private
        .node(&["add", "worker-1", "--role", "edge"])
        .with(1)
        .saying("exists already");
    private
        .node(&["add", "a b", "--role", "edge"])
        .with(1)
        .saying("no name for a node");
    private
        .node(&["add", "x", "--role", "guard"])
        .with(2)
        .saying("edge or vision");
    private.node(&["revoke", "worker-1"]).with(0);
    private
        .node(&["revoke", "worker-1"])
        .with(1)
        .saying("there is no node");
}

#[test]
fn the_doctor_tells_whether_the_private_part_takes_a_bundle() {
    let private = private();
    let serving = private.start();
    let bundle = private.allow("front", "edge");
    let elsewhere = tempfile::tempdir().unwrap();
    let set = [
        format!("link.api={}", private.link),
        format!("link.bundle={}", bundle.display()),
        format!("http.listen=127.0.0.1:{}", free_port()),
    ];
    let mut words = vec!["doctor"];
    for setting in &set {
        words.extend(["--set", setting]);
    }
    run(elsewhere.path(), &words)
        .with(0)
        .saying("takes link.bundle");
    private.node(&["revoke", "front"]).with(0);
    run(elsewhere.path(), &words)
        .with(1)
        .saying("no longer knows this node");
    serving.stop().with(0);
    run(elsewhere.path(), &words)
        .with(1)
        .saying("nobody listens at");
}

#[test]
fn an_edge_says_what_it_misses() {
    let data = tempfile::tempdir().unwrap();
    run(data.path(), &["edge"])
        .with(78)
        .saying("link.api")
        .saying("gatebook node add");
    let words = ["edge", "--api", "127.0.0.1:1", "--bundle", "missing.pem"];
    run(data.path(), &words).with(1).saying("missing.pem");
}

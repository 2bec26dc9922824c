//! HTTPS off loopback, by the site's own authority.

use crate::process::{Serving, eventually, free_port, gatebook};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::tempdir;

fn curl(ca: Option<&Path>, url: &str) -> Output {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-D", "-"]);
    if let Some(ca) = ca {
        curl.arg("--cacert").arg(ca);
    }
    curl.arg(url)
        .output()
        .expect("curl is needed for this test")
}

#[test]
fn off_loopback_pages_are_served_by_https_under_the_sites_own_authority() {
    let data = tempdir().unwrap();
    let port = free_port();
    let listen = format!("0.0.0.0:{port}");
    let words = ["serve", "--listen", &listen, "--mqtt", "127.0.0.1:0"];
    let serving = Serving::spawn(gatebook(data.path(), &words));
    assert_eq!(serving.address, format!("https://localhost:{port}"));
    let ca = data.path().join("keys/ca.crt.pem");
    let ready = format!("{}/readyz", serving.address);
    let trusted = eventually("it answers", || Some(curl(Some(&ca), &ready)).filter(ok));
    let answer = String::from_utf8(trusted.stdout).unwrap();
    assert!(answer.contains(r#""ready":true"#), "{answer}");

    let unknown = curl(None, &ready);
    assert_eq!(
        unknown.status.code(),
        Some(60),
        "a stranger must not trust it"
    );

    let offered = curl(Some(&ca), &format!("{}/gatebook-ca.crt", serving.address));
    let offered = String::from_utf8(offered.stdout).unwrap();
    let certificate = std::fs::read_to_string(&ca).unwrap();
    assert!(offered.ends_with(&certificate), "{offered}");
    serving.stop().with(0);
}

#[test]
fn a_named_address_stands_in_the_certificate() {
    let data = tempdir().unwrap();
    let listen = format!("127.0.0.2:{}", free_port());
    let words = [
        "serve",
        "--listen",
        &listen,
        "--mqtt",
        "127.0.0.1:0",
        "--set",
        "http.tls=on",
    ];
    let serving = Serving::spawn(gatebook(data.path(), &words));
    let ca = data.path().join("keys/ca.crt.pem");
    let answer = curl(Some(&ca), &format!("https://{listen}/healthz"));
    assert!(ok(&answer), "{}", String::from_utf8_lossy(&answer.stderr));
    serving.stop().with(0);
}

fn ok(output: &Output) -> bool {
    output.status.success()
}

//! MQTT with TLS by the site's own authority, with a stock client.

use crate::api::{Api, entries};
use crate::device_http::Device;
use crate::process::{Serving, eventually, free_port};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::tempdir;

fn publish(ca: &Path, port: u16, password: &str) -> Output {
    let report = r#"{"boot_id":"b1","sequence":1,"saw":"tag","tag":"04A1B2C3"}"#;
    Command::new("timeout")
        .args(["20", "mosquitto_pub", "-h", "localhost", "-q", "1"])
        .args(["-p", &port.to_string(), "-i", "door-1", "-u", "door-1"])
        .args(["-P", password, "-m", report])
        .args(["-t", "gatebook/v1/door-1/observation", "--cafile"])
        .arg(ca)
        .output()
        .expect("mosquitto_pub is needed for this test")
}

#[test]
fn a_stock_client_reports_over_tls_and_guesses_are_listed_by_its_own_address() {
    let data = tempdir().unwrap();
    let port = free_port();
    let listen = format!("mqtt.tls_listen=127.0.0.1:{port}");
    let mut serving = Serving::start(data.path(), &["--set", &listen]);
    let api = Api::first(&mut serving);
    let device = Device::added(&api);
    let before = entries(&serving);
    let ca = data.path().join("keys/ca.crt.pem");

    let guess = publish(&ca, port, "guess");
    assert!(!guess.status.success());
    eventually("the guess is listed", || {
        let listed = api.get("incidents");
        let found = listed.as_array()?.first()?.clone();
        (found["address"] == "127.0.0.1" && found["kind"] == "bad_credentials").then_some(())
    });
    let sent = publish(&ca, port, &device.password);
    let said = String::from_utf8_lossy(&sent.stderr);
    assert!(sent.status.success(), "{said}");
    eventually("the report is in the log", || {
        (entries(&serving) > before).then_some(())
    });

    let strange = tempdir().unwrap();
    let other = Serving::start(strange.path(), &["--set", "http.tls=on"]);
    let unknown = publish(
        &strange.path().join("keys/ca.crt.pem"),
        port,
        &device.password,
    );
    assert!(!unknown.status.success(), "another authority was trusted");
    other.stop().with(0);
    serving.stop().with(0);
}

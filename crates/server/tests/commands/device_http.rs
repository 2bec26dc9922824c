//! A native device that makes requests: name and password, committed, repeated, refused.

use crate::api::{Api, answer, entries};
use crate::process::{Serving, eventually};
use serde_json::{Value, json};
use std::process::Command;
use tempfile::tempdir;

/// A native device and its password.
pub struct Device {
    id: String,
    pub password: String,
}

impl Device {
    /// Adds `door-1` at an access point of its own.
    pub fn added(api: &Api) -> Self {
        let point = api.access_point("Door", "entry");
        let device = json!({
            "name": "door-1", "access_point": point["id"], "kind": "native", "silent_after_s": 0,
        });
        let id = api.make("devices", &device)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let password = Self::new_password(api, &id);
        Self { id, password }
    }

    fn new_password(api: &Api, id: &str) -> String {
        let made = api.make(&format!("devices/{id}/password"), &Value::Null);
        made["password"].as_str().unwrap().to_owned()
    }

    /// Reports a tag; status and answer.
    pub fn report(&self, address: &str, sequence: u64) -> (u16, Value) {
        let report = json!({
            "boot_id": "b1", "sequence": sequence, "saw": "tag", "tag": format!("04A1{sequence:04X}"),
        });
        let mut curl = Command::new("curl");
        curl.args([
            "-s",
            "-w",
            "\n%{http_code}",
            "-u",
            &format!("door-1:{}", self.password),
        ]);
        curl.args([
            "-d",
            &report.to_string(),
            &format!("{address}/api/v1/devices/observations"),
        ]);
        answer(&mut curl)
    }
}

#[test]
fn a_report_is_committed_once_and_becomes_one_entry() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    let device = Device::added(&Api::first(&mut serving));
    let before = entries(&serving);
    for sequence in [1, 2, 2, 3] {
        let (status, answer) = device.report(&serving.address, sequence);
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["committed"], sequence);
    }
    assert_eq!(device.report(&serving.address, 1).1["status"], "duplicate");
    eventually("three entries", || {
        (entries(&serving) >= before + 3).then_some(())
    });
    serving.stop().with(0);
    assert_eq!(
        crate::verifying::entries_in(data.path()),
        i64::try_from(before + 3).unwrap()
    );
}

#[test]
fn a_new_password_ends_the_old_one_at_once() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    let api = Api::first(&mut serving);
    let old = Device::added(&api);
    assert_eq!(old.report(&serving.address, 1).0, 200);
    assert_eq!(old.report(&serving.address, 2).0, 200);
    let new = Device {
        password: Device::new_password(&api, &old.id),
        id: old.id.clone(),
    };
    assert_eq!(old.report(&serving.address, 3).0, 401);
    assert_eq!(new.report(&serving.address, 3).0, 200);
    serving.stop().with(0);
}

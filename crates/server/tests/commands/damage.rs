//! A row that was damaged behind Gatebook's back: whoever needs it is told, nobody else is held up.

use crate::api::{Api, PASSWORD};
use crate::device_http::Device;
use crate::process::{Serving, eventually};
use crate::verifying::change;
use serde_json::{Value, json};
use tempfile::tempdir;

fn unresolved(api: &Api) -> Option<Value> {
    let groups = api.get("unresolved");
    groups.get(0).cloned()
}

fn failures(api: &Api) -> usize {
    let alerts = api.get("alerts?open=true");
    let failed = |alert: &&Value| alert["kind"] == "verification_failed";
    alerts.as_array().unwrap().iter().filter(failed).count()
}

#[test]
fn a_passage_of_somebody_whose_row_does_not_open_is_listed_and_alerts_and_the_next_one_goes_on() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    let api = Api::first(&mut serving);
    let device = Device::added(&api);
    let person = api.make("people", &json!({ "number": "17", "name": "Alice Arden" }));
    let holder = json!({ "person": person["id"] });
    for tag in ["04A10001", "04A10002"] {
        api.make(&format!("tags/{tag}/assign"), &holder);
    }
    serving.stop().with(0);
    change(data.path(), "UPDATE people SET details = id");
    let serving = Serving::start(data.path(), &[]);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    for sequence in 1..=3 {
        assert_eq!(device.report(&serving.address, sequence).0, 200);
    }
    // The third is a tag of nobody: it is decided although the two before it cannot be.
    eventually("the entry of a tag of nobody", || {
        let log = api.get("log?kind=access&limit=5");
        (log["entries"].as_array().unwrap().len() == 1).then_some(())
    });
    let groups = eventually("two passages are listed", || {
        let groups = api.get("unresolved");
        (groups.as_array().unwrap().len() == 2).then_some(groups)
    });
    for group in groups.as_array().unwrap() {
        assert_eq!(group["reason"], "damaged");
        assert_eq!(group["observations"].as_array().unwrap().len(), 1);
    }
    assert_eq!(failures(&api), 1);
    serving.stop().with(0);
    let serving = Serving::start(data.path(), &[]);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    assert_eq!(api.get("unresolved").as_array().unwrap().len(), 2);
    serving.stop().with(0);
}

#[test]
fn an_observation_without_an_end_that_does_not_open_is_listed_at_the_next_start() {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    let api = Api::first(&mut serving);
    let device = Device::added(&api);
    assert_eq!(device.report(&serving.address, 1).0, 200);
    eventually("its entry", || {
        let log = api.get("log?kind=access&limit=5");
        (log["entries"].as_array().unwrap().len() == 1).then_some(())
    });
    serving.stop().with(0);
    let spoil = "UPDATE observations SET settled = 0, event = NULL, sealed = id";
    change(data.path(), spoil);
    let serving = Serving::start(data.path(), &[]);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    let group = eventually("it is listed", || unresolved(&api));
    assert_eq!(group["reason"], "damaged");
    assert_eq!(group["access_point"]["name"], "Door");
    assert_eq!(failures(&api), 1);
    assert_eq!(device.report(&serving.address, 2).0, 200);
    serving.stop().with(0);
}

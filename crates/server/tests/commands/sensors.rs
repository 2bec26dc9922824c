//! A fingerprint sensor on the server: what it is called, what it asks, and presses that show no finger.

use crate::pressing::{ADA, Gate, Hanging, STRANGER, Site, press};
use crate::process::eventually;
use serde_json::{Value, json};
use tempfile::tempdir;
use testkit::prints::{NotAFinger, Sensor};
use testkit::sensor::{Bench, Model, OnTheGlass};

fn finger(seed: u64, number: u64) -> OnTheGlass {
    OnTheGlass::finger(&press(seed, number), "somebody")
}

#[test]
fn presses_that_show_no_finger_are_told_of_once_for_each_spell_of_them() {
    let sensor = Hanging::new();
    let site = Site::open(&["finger"], &["--set", &sensor.setting()]);
    let device = sensor.in_state(&site, "ready");
    let cloth = || OnTheGlass::thing(&NotAFinger::Nothing.on(Sensor::R307, 1));
    let told = |times: u64| {
        eventually("an incident", || {
            let incidents = site.api.get("incidents");
            let count = incidents[0]["count"].as_u64()?;
            assert!(count <= times, "{incidents}");
            (count == times).then_some(incidents)
        })
    };
    sensor.presses(cloth());
    sensor.presses(cloth());
    let incidents = told(1);
    assert_eq!(incidents[0]["kind"], "bad_picture");
    assert_eq!(incidents[0]["device"]["id"], device["id"], "{incidents}");
    sensor.presses(finger(STRANGER, 1));
    sensor.presses(cloth());
    told(2);
    site.serving.stop().with(0);
}

#[test]
fn a_sensor_stays_one_device_whatever_it_is_called_and_wherever_it_is_moved_to() {
    let there = tempdir().unwrap();
    let cable = there.path().join("sensor");
    let bench = Bench::new(Model::R307);
    let plugged = bench.plug(Some(&cable)).unwrap();
    let setting = Hanging::setting_of(&cable, "");
    let site = Site::open(&["finger"], &["--set", &setting]);
    let hanging = Hanging { bench, plugged };
    let known = hanging.in_state(&site, "ready");
    let back = site.point("Back door");
    let changed =
        json!({ "name": "by the window", "access_point": back["id"], "silent_after_s": 300 });
    let address = format!("devices/{}", known["id"].as_str().unwrap());
    let (status, answer) = site.api.call("PUT", &address, Some(&changed));
    assert!(status < 300, "{answer}");
    // The access point that the configuration names may be called otherwise, too.
    let door = format!("access-points/{}", site.point["id"].as_str().unwrap());
    let front = json!({
        "name": "Front door", "direction": "entry", "area": site.point["area"], "factors": ["finger"],
    });
    let (status, answer) = site.api.call("PUT", &door, Some(&front));
    assert!(status < 300, "{answer}");

    let Hanging { bench, plugged } = hanging;
    drop(plugged);
    let pulled = Hanging {
        plugged: Bench::new(Model::R307).plug(None).unwrap(),
        bench,
    };
    pulled.in_state(&site, "waiting");
    let plugged = pulled.bench.plug(Some(&cable)).unwrap();
    let again = pulled.in_state(&site, "ready");
    assert_eq!(again["id"], known["id"]);
    assert_eq!(again["name"], "by the window");
    assert_eq!(again["access_point"]["id"], back["id"]);
    let devices = site.api.get("devices");
    let sensors = devices.as_array().unwrap().iter();
    let sensors: Vec<&Value> = sensors.filter(|d| d["kind"] == "finger_sensor").collect();
    assert_eq!(sensors.len(), 1, "{devices}");
    drop(plugged);
    site.serving.stop().with(0);
}

#[test]
fn a_sensor_that_is_set_to_claims_asks_for_a_tag_where_none_is_required() {
    let sensor = Hanging::new();
    let setting = sensor.setting_with("claim");
    let site = Site::open(&["finger"], &["--set", &setting]);
    let (ada, eve) = (site.person("17", "Ada"), site.person("18", "Eve"));
    site.enrol(&ada, "right_index", ADA, false);
    site.enrol(&eve, "right_index", STRANGER, false);
    site.api.make("tags/04A1/assign", &json!({ "person": ada }));
    assert_eq!(sensor.in_state(&site, "ready")["mode"], "claim");
    sensor.presses(finger(ADA, 7));
    let refused = site.passages(1).remove(0);
    assert_eq!(refused["outcome"], "denied");
    let found = |passage: &Value| {
        let finger = &passage["fingerprint"];
        json!([finger["mode"], finger["result"], finger["searched"]])
    };
    assert_eq!(found(&refused), json!(["claim", "not_compared", 0]));
    let mut gate = Gate::added(&site);
    gate.reads("04A1");
    sensor.presses(finger(ADA, 8));
    let passage = site.passages(3).remove(0);
    assert_eq!(found(&passage), json!(["claim", "matched", 1]));
    assert_eq!(passage["outcome"], "granted", "{passage}");
    assert_eq!(passage["person"]["id"], ada);
    site.serving.stop().with(0);
}

#[test]
fn a_sensor_that_is_set_to_search_looks_among_everybody_where_a_tag_is_required_too() {
    let sensor = Hanging::new();
    let setting = sensor.setting_with("search");
    let site = Site::open(&["tag", "finger"], &["--set", &setting]);
    let (ada, eve) = (site.person("17", "Ada"), site.person("18", "Eve"));
    site.enrol(&ada, "right_index", ADA, false);
    site.enrol(&eve, "right_index", STRANGER, false);
    site.api.make("tags/04A1/assign", &json!({ "person": ada }));
    assert_eq!(sensor.in_state(&site, "ready")["mode"], "search");
    let mut gate = Gate::added(&site);
    let found = |passage: &Value| {
        let finger = &passage["fingerprint"];
        json!([
            finger["mode"],
            finger["result"],
            finger["searched"],
            passage["outcome"]
        ])
    };
    gate.reads("04A1");
    sensor.presses(finger(ADA, 7));
    let passage = site.passages(1).remove(0);
    assert_eq!(
        found(&passage),
        json!(["search", "matched", 2, "granted"]),
        "{passage}"
    );
    // Whose finger it is is found without a tag; the tag is asked for all the same.
    sensor.presses(finger(STRANGER, 7));
    let refused = site.passages(2).remove(0);
    assert_eq!(
        found(&refused),
        json!(["search", "matched", 2, "denied"]),
        "{refused}"
    );
    assert_eq!(refused["person"]["id"], eve);
    site.serving.stop().with(0);
}

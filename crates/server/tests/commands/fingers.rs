//! Fingers from a sensor that is not there, on a pseudo-terminal, and from a device that sends pictures.

use crate::api::entries;
use crate::pressing::{ADA, ADAS_OTHER, Gate, Hanging, STRANGER, Site, press};
use crate::process::eventually;
use serde_json::{Value, json};
use std::thread;
use testkit::prints::Image;
use testkit::sensor::Fault;

#[test]
fn a_finger_that_was_enrolled_on_a_sensor_opens_there_and_another_is_refused_and_alerts() {
    let sensor = Hanging::new();
    let site = Site::open(&["finger"], &["--set", &sensor.setting()]);
    let ada = site.person("17", "Ada");
    let finger = sensor.enrol(&site, &ada, ADA);
    assert_eq!(finger["impressions"].as_array().unwrap().len(), 3);

    sensor.put(ADA, 7);
    let passage = site.passages(1).remove(0);
    assert_eq!(passage["outcome"], "granted", "{passage}");
    assert_eq!(passage["person"]["id"], ada);
    let found = &passage["fingerprint"];
    assert_eq!(found["result"], "matched");
    assert_eq!(found["position"], "right_index");
    let (rate, allowed) = (&found["score"]["rate"], &found["score"]["allowed"]);
    assert!(rate.as_f64() <= allowed.as_f64(), "{found}");
    let print = format!("prints/{}", found["picture"].as_str().unwrap());
    let kept = site.data.path().join("kept.png");
    site.api.download(&print, &kept);
    assert!(std::fs::read(&kept).unwrap().starts_with(b"\x89PNG"));
    assert!(site.alerts("denied").is_empty());
    sensor.lift();

    for number in 1..3 {
        sensor.put(STRANGER, number);
        thread::sleep(std::time::Duration::from_secs(3));
        sensor.lift();
    }
    let refused = site.passages(2).remove(0);
    assert_eq!(refused["outcome"], "denied", "{refused}");
    assert_eq!(refused["reasons"], json!(["finger_unknown"]));
    assert_eq!(refused["person"], Value::Null);
    assert!(refused["fingerprint"]["picture"].is_string());
    assert_eq!(site.alerts("denied").len(), 1);
    let history = site.api.get(&format!("people/{ada}/fingers/history"));
    assert_eq!(history["verifications"].as_array().unwrap().len(), 1);
    site.serving.stop().with(0);
}

#[test]
fn a_sensor_that_stalls_in_the_middle_of_a_picture_is_told_and_goes_on() {
    let sensor = Hanging::new();
    let site = Site::open(&["finger"], &["--set", &sensor.setting()]);
    sensor.in_state(&site, "ready");
    let before = entries(&site.serving);
    sensor.bench.sensor().expect(Fault::Stall(5_000));
    sensor.put(ADA, 1);
    let waiting = sensor.in_state(&site, "waiting");
    assert!(
        waiting["error"].as_str().unwrap().contains("stalled"),
        "{waiting}"
    );
    sensor.lift();
    let incidents = eventually("an incident", || {
        let incidents = site.api.get("incidents");
        (!incidents.as_array().unwrap().is_empty()).then_some(incidents)
    });
    assert_eq!(incidents[0]["kind"], "bad_picture");
    sensor.in_state(&site, "ready");
    assert_eq!(entries(&site.serving), before);
    drop(sensor.plugged);
    let bench = sensor.bench;
    let gone = eventually("unplugged", || {
        let sensors = site.api.get("fingers/sensors");
        (sensors[0]["state"] == "waiting").then_some(sensors)
    });
    drop(bench);
    assert!(!gone[0]["error"].as_str().unwrap().is_empty());
    site.serving.stop().with(0);
}

#[test]
fn an_enrolment_whose_sensor_stalls_in_the_middle_of_a_picture_goes_on_or_leaves_nothing() {
    let sensor = Hanging::new();
    let site = Site::open(&["finger"], &["--set", &sensor.setting()]);
    let ada = site.person("17", "Ada");
    let device = sensor.in_state(&site, "ready");
    let enrolment = site.begin(&ada, "right_index", false);
    let pressed = |number| {
        thread::scope(|scope| {
            let wanted = json!({ "sensor": device["id"] });
            let address = format!("{enrolment}/sensor");
            let api = &site.api;
            let pressing = scope.spawn(move || api.call("POST", &address, Some(&wanted)));
            sensor.in_state(&site, "enrolling");
            sensor.put(ADA, number);
            let pressed = pressing.join().unwrap();
            sensor.lift();
            pressed
        })
    };
    assert_eq!(pressed(0).1["enrolment"]["done"], 1);
    sensor.bench.sensor().expect(Fault::Stall(5_000));
    let (status, answer) = pressed(1);
    assert_eq!(status, 409, "{answer}");
    assert!(answer.to_string().contains("stalled"), "{answer}");
    assert_eq!(site.api.get(&enrolment)["done"], 1);
    let kept = || {
        let fingers = site.api.get(&format!("people/{ada}/fingers"));
        fingers["fingers"].as_array().unwrap().len()
    };
    let finish = format!("{enrolment}/finish");
    assert_eq!(site.api.call("POST", &finish, None).0, 409);
    assert_eq!(kept(), 0);
    // It is met again, and the enrolment goes on where it was.
    sensor.in_state(&site, "ready");
    assert_eq!(pressed(1).1["enrolment"]["done"], 2);
    assert_eq!(pressed(2).1["enrolment"]["done"], 3);
    site.api.make(&finish, &Value::Null);
    assert_eq!(kept(), 1);
    site.serving.stop().with(0);
}

#[test]
fn duress_is_granted_and_told_silently_and_a_finger_is_enrolled_once() {
    let site = Site::open(&["finger"], &[]);
    let ada = site.person("17", "Ada");
    site.enrol(&ada, "right_index", ADA, false);
    site.enrol(&ada, "left_index", ADAS_OTHER, true);

    // The same finger again, of somebody else.
    let eve = site.person("18", "Eve");
    let enrolment = site.begin(&eve, "right_thumb", false);
    let file = site.file("again.pgm", &press(ADA, 4));
    let (status, pressed) = site.api.send(&format!("{enrolment}/image"), "image", &file);
    assert_eq!(
        (status, &pressed["advice"]),
        (200, &json!("belongs_to_somebody"))
    );
    assert_eq!(pressed["enrolment"]["belongs_to"]["id"], ada);
    let (status, _) = site.api.call("POST", &format!("{enrolment}/finish"), None);
    assert_eq!(status, 409);

    let mut gate = Gate::added(&site);
    gate.passes(ADA);
    gate.passes(ADAS_OTHER);
    let passages = site.passages(2);
    for passage in &passages {
        assert_eq!(passage["outcome"], "granted");
        assert_eq!(passage["reasons"], json!([]));
        assert!(!passage.to_string().contains("duress"));
    }
    let alerts = eventually("the silent alert", || {
        let alerts = site.alerts("duress");
        (!alerts.is_empty()).then_some(alerts)
    });
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["person"]["id"], ada);
    site.serving.stop().with(0);
}

#[test]
fn five_failures_lock_the_access_point_until_an_operator_lifts_it_even_after_a_new_start() {
    let site = Site::open(&["finger"], &[]);
    let ada = site.person("17", "Ada");
    site.enrol(&ada, "right_index", ADA, false);
    let mut gate = Gate::added(&site);
    for _ in 0..5 {
        gate.fails(STRANGER);
    }
    gate.passes(ADA);
    let refused = site.passages(6).remove(0);
    assert_eq!(refused["outcome"], "denied", "{refused}");
    assert_eq!(refused["reasons"], json!(["fingers_locked"]));
    assert_eq!(site.alerts("fingers_locked").len(), 1);
    // One alert for the lock-out, not one more for each press while it stands.
    assert_eq!(site.alerts("denied").len(), 5);
    let known = gate.known;
    let site = site.restarted();
    let mut gate = Gate { site: &site, known };
    gate.passes(ADA);
    let refused = site.passages(7).remove(0);
    assert_eq!(refused["reasons"], json!(["fingers_locked"]), "{refused}");
    assert_eq!(site.alerts("fingers_locked").len(), 1);
    let locks = site.api.get("fingers/locks");
    assert_eq!(locks[0]["access_point"]["name"], "Door");
    let point = json!({ "access_point": site.point["id"] });
    let (status, _) = site.api.call("POST", "fingers/locks/lift", Some(&point));
    assert_eq!(status, 204);
    gate.passes(ADA);
    assert_eq!(site.passages(8)[0]["outcome"], "granted");
    // Failures before it was lifted count no more, and neither after a new start.
    for _ in 0..4 {
        gate.fails(STRANGER);
    }
    assert!(site.api.get("fingers/locks").as_array().unwrap().is_empty());
    site.serving.stop().with(0);
}

#[test]
fn where_a_tag_is_required_a_finger_is_held_against_its_holder() {
    let site = Site::open(&["tag", "finger"], &[]);
    let (ada, eve) = (site.person("17", "Ada"), site.person("18", "Eve"));
    site.enrol(&ada, "right_index", ADA, false);
    site.enrol(&eve, "right_index", STRANGER, false);
    site.api.make("tags/04A1/assign", &json!({ "person": ada }));
    let mut gate = Gate::added(&site);
    gate.reads("04A1");
    gate.passes(ADA);
    let passage = site.passages(1).remove(0);
    assert_eq!(passage["outcome"], "granted", "{passage}");
    assert_eq!(passage["fingerprint"]["mode"], "claim");
    assert_eq!(passage["fingerprint"]["searched"], 1);
    assert_eq!(passage["tag"]["tag"], "04A1");

    gate.reads("04A1");
    gate.fails(STRANGER);
    let refused = site.passages(2).remove(0);
    assert_eq!(refused["outcome"], "denied", "{refused}");
    assert_eq!(refused["reasons"], json!(["finger_of_somebody_else"]));
    assert_eq!(refused["person"]["id"], ada);
    let history = site.api.get(&format!("people/{ada}/fingers/history"));
    assert_eq!(
        history["verifications"][0]["fingerprint"]["result"],
        "unmatched"
    );
    assert_eq!(history["verifications"][0]["fingerprint"]["presses"], 2);
    site.serving.stop().with(0);
}

#[test]
fn failed_claims_of_one_person_at_several_access_points_lock_the_person_and_nobody_else() {
    let site = Site::open(&["tag", "finger"], &[]);
    let (ada, eve) = (site.person("17", "Ada"), site.person("18", "Eve"));
    site.enrol(&ada, "right_index", ADA, false);
    site.enrol(&eve, "right_index", ADAS_OTHER, false);
    site.api.make("tags/04A1/assign", &json!({ "person": ada }));
    site.api.make("tags/04E2/assign", &json!({ "person": eve }));
    let back = site.point("Back door");
    let (mut door, mut gate) = (Gate::added(&site), Gate::at(&site, "gate-2", &back));
    let fails = |gate: &mut Gate| {
        gate.reads("04A1");
        gate.fails(STRANGER);
    };
    (0..3).for_each(|_| fails(&mut door));
    fails(&mut gate);
    let known = [door.known, gate.known];
    // What failed before a new start still counts.
    let site = site.restarted();
    let [mut door, mut gate] = known.map(|known| Gate { site: &site, known });
    assert_eq!(site.api.get("fingers/locks"), json!([]));
    fails(&mut gate);
    let locks = eventually("the lock", || {
        let locks = site.api.get("fingers/locks");
        (locks != json!([])).then_some(locks)
    });
    assert_eq!(locks.as_array().unwrap().len(), 1, "{locks}");
    assert_eq!(locks[0]["person"]["id"], ada);
    assert_eq!(locks[0]["access_point"], Value::Null);
    let shown = site.api.get(&format!("people/{ada}/fingers"));
    assert_eq!(shown["lock"]["failures"], 5);

    // Her own finger is refused everywhere; others pass at the same doors.
    let newest = |count: usize| site.passages(count).remove(0);
    for (count, gate) in [(6, &mut door), (7, &mut gate)] {
        gate.reads("04A1");
        gate.passes(ADA);
        let refused = newest(count);
        assert_eq!(refused["reasons"], json!(["fingers_locked"]), "{refused}");
    }
    door.reads("04E2");
    door.passes(ADAS_OTHER);
    assert_eq!(newest(8)["outcome"], "granted");
    assert_eq!(site.alerts("fingers_locked").len(), 1);
    let (status, _) = site.api.call(
        "POST",
        "fingers/locks/lift",
        Some(&json!({ "person": ada })),
    );
    assert_eq!(status, 204);
    gate.reads("04A1");
    gate.passes(ADA);
    let passage = newest(9);
    assert_eq!(passage["outcome"], "granted", "{passage}");
    site.serving.stop().with(0);
}

#[test]
fn a_press_whose_answer_was_lost_is_answered_again_even_after_a_new_start() {
    let site = Site::open(&["finger"], &[]);
    let ada = site.person("17", "Ada");
    site.enrol(&ada, "right_index", ADA, false);
    let gate = Gate::added(&site);
    assert_eq!(gate.press(STRANGER, 1)["status"], "again");
    assert_eq!(gate.press(STRANGER, 1)["status"], "again");
    let first = gate.press(STRANGER, 2);
    assert_eq!(first["status"], "committed");
    let recorded = |gate: &Gate| {
        for number in [2, 1] {
            let answer = gate.press(STRANGER, number);
            assert_eq!(answer["status"], "duplicate", "{answer}");
            assert_eq!(answer["committed"], first["committed"]);
        }
    };
    recorded(&gate);
    let known = gate.known;
    let site = site.restarted();
    let gate = Gate { site: &site, known };
    recorded(&gate);
    assert_eq!(site.passages(1).len(), 1);
    site.serving.stop().with(0);
}

#[test]
fn what_is_no_finger_is_refused_with_a_reason_and_becomes_no_passage() {
    let site = Site::open(&["finger"], &[]);
    let gate = Gate::added(&site);
    let before = entries(&site.serving);
    let data = site.data.path();
    let blank = Image {
        width: 256,
        height: 288,
        dpi: 500,
        pixels: vec![200; 256 * 288],
    };
    let raw = data.join("grey.raw");
    std::fs::write(&raw, &blank.pixels).unwrap();
    let noise = data.join("noise.png");
    std::fs::write(&noise, b"\x89PNG\r\n\x1a\n and nothing else").unwrap();
    let blank = site.file("blank.pgm", &blank);
    for (file, more, why) in [
        (&blank, "", "blank"),
        (&raw, "", "PNG, TIFF or PGM"),
        (&raw, "&width=256&height=287", "256x287"),
        (&raw, "&width=256", "width and height"),
        (&raw, "&width=256&height=288&dpi=7", "7 dpi"),
        (&noise, "", "not a readable"),
    ] {
        let (status, answer) = gate.send(file, more);
        assert_eq!((status, &answer["status"]), (422, &json!("refused")));
        let reason = answer["reason"].as_str().unwrap();
        assert!(reason.contains(why), "{reason}");
    }
    assert_eq!(entries(&site.serving), before);
    site.serving.stop().with(0);
}

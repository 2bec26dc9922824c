//! A finger that failed: what its retry is, and what becomes of it where there is none.

use crate::pressing::{ADA, ADAS_OTHER, Gate, Hanging, STRANGER, Site, press};
use crate::process::eventually;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::Duration;
use testkit::prints::{Finger, Image, Press, Sensor};
use testkit::sensor::OnTheGlass;

/// A site with two people, each with a finger and a tag: 04A1 is Ada's, 04E2 Eve's.
fn with_tags() -> (Site, String) {
    let site = Site::open(&["tag", "finger"], &[]);
    let (ada, eve) = (site.person("17", "Ada"), site.person("18", "Eve"));
    site.enrol(&ada, "right_index", ADA, false);
    site.enrol(&eve, "right_index", ADAS_OTHER, false);
    site.api.make("tags/04A1/assign", &json!({ "person": ada }));
    site.api.make("tags/04E2/assign", &json!({ "person": eve }));
    (site, ada)
}

/// The newest passages' outcome, reasons, tag and presses, newest first; there are no more.
fn passages(site: &Site, count: usize) -> Vec<Value> {
    let passages = site.passages(count);
    assert_eq!(passages.len(), count, "{passages:#?}");
    let short = |passage: &Value| {
        json!([
            passage["outcome"],
            passage["reasons"],
            passage["tag"]["tag"],
            passage["fingerprint"]["presses"],
        ])
    };
    passages.iter().map(short).collect()
}

fn failures_of(site: &Site, person: &str) -> usize {
    let history = site.api.get(&format!("people/{person}/fingers/history"));
    let verifications = history["verifications"].as_array().unwrap();
    let failed = |v: &&Value| v["fingerprint"]["result"] == "unmatched";
    verifications.iter().filter(failed).count()
}

#[test]
fn a_wrong_finger_is_recorded_with_its_tag_where_its_retry_comes_too_late() {
    let (site, ada) = with_tags();
    let mut gate = Gate::added(&site);
    gate.reads("04A1");
    sleep(Duration::from_secs(8));
    assert_eq!(gate.press(STRANGER, 1)["status"], "again");
    sleep(Duration::from_secs(3));
    // The tag has become old, whoever presses now: that is a passage of its own.
    let late = gate.press(ADA, 7);
    assert_eq!(
        (&late["status"], &late["committed"]),
        (&json!("committed"), &json!(2))
    );
    let refused = json!(["denied", ["finger_of_somebody_else"], "04A1", 1]);
    let passages = passages(&site, 2);
    assert_eq!(passages[1], refused);
    assert_eq!(passages[0][2], Value::Null, "{passages:?}");
    assert_eq!(failures_of(&site, &ada), 1);
    site.serving.stop().with(0);
}

#[test]
fn a_wrong_finger_on_one_tag_stays_when_the_right_one_on_another_follows() {
    let (site, ada) = with_tags();
    let mut gate = Gate::added(&site);
    // Under the count that was to be pressed again, and under the next one.
    for same_count in [true, false] {
        gate.reads("04A1");
        assert_eq!(gate.press(STRANGER, 1)["status"], "again");
        let again = gate.counts_on();
        gate.reads("04E2");
        let next = gate.known.clone();
        if same_count {
            gate.known = again;
        }
        assert_eq!(gate.press(ADAS_OTHER, 7)["status"], "committed");
        gate.known = next;
        gate.counts_on();
    }
    let granted = json!(["granted", [], "04E2", 1]);
    let refused = json!(["denied", ["finger_of_somebody_else"], "04A1", 1]);
    let both = [granted, refused];
    assert_eq!(passages(&site, 4), [both.clone(), both].concat());
    assert_eq!(failures_of(&site, &ada), 2);
    assert_eq!(site.alerts("denied").len(), 2);
    site.serving.stop().with(0);
}

#[test]
fn a_stranger_who_is_followed_by_somebody_known_is_recorded_and_alerts() {
    let site = Site::open(&["finger"], &[]);
    let ada = site.person("17", "Ada");
    site.enrol(&ada, "right_index", ADA, false);
    let mut gate = Gate::added(&site);
    assert_eq!(gate.press(STRANGER, 1)["status"], "again");
    gate.passes(ADA);
    let refused = json!(["denied", ["finger_unknown"], null, 1]);
    assert_eq!(
        passages(&site, 2),
        [json!(["granted", [], null, 1]), refused]
    );
    assert_eq!(site.alerts("denied").len(), 1);
    // Each such failure counts: with four more nobody passes.
    for _ in 0..4 {
        assert_eq!(gate.press(STRANGER, 1)["status"], "again");
        gate.passes(ADA);
    }
    let locks = site.api.get("fingers/locks");
    assert_eq!(locks[0]["access_point"]["name"], "Door", "{locks}");
    site.serving.stop().with(0);
}

/// A finger that lies far off the middle: like its own, but not by the rate that the site asks for.
fn askew(seed: u64) -> Image {
    let press = Press {
        shift: (148.0, 74.0),
        ..Press::CAREFUL
    };
    Finger::new(seed).pressed(Sensor::R307, press, 87)
}

#[test]
fn a_press_askew_and_its_retry_are_one_passage_of_two_presses_and_no_failure() {
    let strict = "fingers.false_match_rate=0.000000001";
    let site = Site::open(&["finger"], &["--set", strict]);
    let ada = site.person("17", "Ada");
    site.enrol(&ada, "right_index", ADA, false);
    let mut gate = Gate::added(&site);
    for _ in 0..5 {
        assert_eq!(gate.presses(&askew(ADA), "")["status"], "again");
        gate.passes(ADA);
    }
    let granted = json!(["granted", [], null, 2]);
    assert_eq!(passages(&site, 5), vec![granted; 5]);
    assert_eq!(site.alerts("denied").len(), 0);
    assert_eq!(site.api.get("fingers/locks"), json!([]));
    site.serving.stop().with(0);
}

#[test]
fn two_strangers_in_a_row_at_a_sensor_are_two_failures_and_one_who_presses_twice_is_one() {
    let sensor = Hanging::new();
    let site = Site::open(&["finger"], &["--set", &sensor.setting()]);
    sensor.in_state(&site, "ready");
    let presses = |seed, number| sensor.presses(OnTheGlass::finger(&press(seed, number), "x"));
    presses(STRANGER, 1);
    presses(ADA, 1);
    presses(ADA, 2);
    let refused = |presses: u8| json!(["denied", ["finger_unknown"], null, presses]);
    assert_eq!(passages(&site, 2), [refused(2), refused(1)]);
    site.serving.stop().with(0);
}

#[test]
fn what_waits_for_its_retry_is_recorded_when_the_site_stops() {
    let site = Site::open(&["finger"], &[]);
    let gate = Gate::added(&site);
    assert_eq!(gate.press(STRANGER, 1)["status"], "again");
    let site = site.restarted();
    let refused = json!(["denied", ["finger_unknown"], null, 1]);
    assert_eq!(passages(&site, 1), [refused]);
    assert_eq!(site.alerts("denied").len(), 1);
    site.serving.stop().with(0);
}

#[test]
fn failures_of_an_outage_lock_nothing_that_was_not_locked_by_them_then() {
    let site = Site::open(&["finger"], &[]);
    let ada = site.person("17", "Ada");
    site.enrol(&ada, "right_index", ADA, false);
    let mut gate = Gate::added(&site);
    let earlier = |minutes| Timestamp::now() - SignedDuration::from_mins(minutes);
    let stored = |gate: &mut Gate, more: &str| {
        for _ in 0..5 {
            let more = format!("&deferred=true{more}");
            assert_eq!(
                gate.presses(&press(STRANGER, 1), &more)["status"],
                "committed"
            );
            gate.counts_on();
        }
    };
    stored(&mut gate, "");
    stored(&mut gate, &format!("&time={}", earlier(120)));
    gate.passes(ADA);
    assert_eq!(site.passages(11)[0]["outcome"], "granted");
    assert_eq!(site.api.get("fingers/locks"), json!([]));
    // Those of a minute ago count as what they are.
    stored(&mut gate, &format!("&time={}", earlier(1)));
    eventually("the lock", || {
        let locks = site.api.get("fingers/locks");
        (locks != json!([])).then_some(())
    });
    site.serving.stop().with(0);
}

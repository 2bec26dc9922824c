//! Fingers from a sensor that is not there, on a pseudo-terminal, and from a device that sends pictures.

use crate::api::{Api, answer, entries};
use crate::process::{Serving, eventually};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use tempfile::{TempDir, tempdir};
use testkit::prints::{Finger, Image, Press, Sensor};
use testkit::sensor::{Bench, Fault, Model, OnTheGlass, Plugged};

/// Seeds of fingers that nobody has.
const ADA: u64 = 3;
const ADAS_OTHER: u64 = 8;
const STRANGER: u64 = 21;

/// A careful press, a little different each time.
fn press(seed: u64, number: u64) -> Image {
    let shift = number as f32;
    let press = Press {
        shift: (3.0 * shift, -2.0 * shift),
        turn: 1.5 * shift,
        ..Press::CAREFUL
    };
    Finger::new(seed).pressed(Sensor::R307, press, number)
}

/// A site with one access point.
struct Site {
    serving: Serving,
    api: Api,
    point: Value,
    data: TempDir,
}

impl Site {
    fn open(factors: &[&str], more: &[&str]) -> Self {
        let data = tempdir().unwrap();
        let mut serving = Serving::start(data.path(), more);
        let api = Api::first(&mut serving);
        let area = api.make("areas", &json!({ "name": "Hall" }));
        let point =
            json!({ "name": "Door", "direction": "entry", "area": area["id"], "factors": factors });
        let point = api.make("access-points", &point);
        Self {
            serving,
            api,
            point,
            data,
        }
    }

    fn person(&self, number: &str, name: &str) -> String {
        let person = self
            .api
            .make("people", &json!({ "number": number, "name": name }));
        person["id"].as_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, image: &Image) -> PathBuf {
        let file = self.data.path().join(name);
        std::fs::write(&file, image.to_pgm()).unwrap();
        file
    }

    /// Begins an enrolment; its address.
    fn begin(&self, person: &str, position: &str, duress: bool) -> String {
        let begin = json!({ "position": position, "duress": duress });
        let begun = self
            .api
            .make(&format!("people/{person}/fingers/enrolments"), &begin);
        format!("fingers/enrolments/{}", begun["id"].as_str().unwrap())
    }

    /// Enrols a finger by three pictures.
    fn enrol(&self, person: &str, position: &str, seed: u64, duress: bool) -> Value {
        let enrolment = self.begin(person, position, duress);
        for number in 0..3 {
            let file = self.file("press.pgm", &press(seed, number));
            let (status, pressed) = self.api.send(&format!("{enrolment}/image"), "image", &file);
            assert_eq!(status, 200, "{pressed}");
            assert_eq!(
                pressed["taken"], true,
                "press {number} of {seed}: {}",
                pressed["sentence"]
            );
        }
        self.api.make(&format!("{enrolment}/finish"), &Value::Null)
    }

    /// The newest passages, newest first, once there are so many.
    fn passages(&self, count: usize) -> Vec<Value> {
        eventually("passages", || {
            let feed = self.api.get("live")["feed"].as_array().unwrap().clone();
            (feed.len() >= count).then_some(feed)
        })
    }

    fn alerts(&self, kind: &str) -> Vec<Value> {
        let alerts = self.api.get("alerts?open=true");
        let alerts = alerts.as_array().unwrap().iter();
        alerts.filter(|a| a["kind"] == kind).cloned().collect()
    }
}

/// A native device that sends pictures of fingers.
struct Gate<'a> {
    site: &'a Site,
    password: String,
    sequence: u64,
}

impl<'a> Gate<'a> {
    fn added(site: &'a Site) -> Self {
        let device = json!({
            "name": "gate-1", "access_point": site.point["id"], "kind": "native", "silent_after_s": 0,
        });
        let device = site.api.make("devices", &device);
        let id = device["id"].as_str().unwrap();
        let made = site
            .api
            .make(&format!("devices/{id}/password"), &Value::Null);
        Self {
            site,
            password: made["password"].as_str().unwrap().to_owned(),
            sequence: 1,
        }
    }

    /// Sends a file under the present count; status and answer.
    fn send(&self, file: &Path, more: &str) -> (u16, Value) {
        let address = &self.site.serving.address;
        let mut curl = Command::new("curl");
        curl.args(["-s", "-w", "\n%{http_code}", "-u"])
            .arg(format!("gate-1:{}", self.password));
        curl.arg("--data-binary")
            .arg(format!("@{}", file.display()));
        let mark = format!("boot_id=b1&sequence={}{more}", self.sequence);
        curl.arg(format!("{address}/api/v1/devices/fingerprints?{mark}"));
        answer(&mut curl)
    }

    fn press(&self, seed: u64, number: u64) -> Value {
        let file = self.site.file("gate.pgm", &press(seed, number));
        let (status, answer) = self.send(&file, "");
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// A finger that is recognised at once.
    fn passes(&mut self, seed: u64) {
        assert_eq!(self.press(seed, 7)["status"], "committed");
        self.sequence += 1;
    }

    /// A finger that is not recognised, nor at its retry.
    fn fails(&mut self, seed: u64) {
        assert_eq!(self.press(seed, 1)["status"], "again");
        assert_eq!(self.press(seed, 2)["status"], "committed");
        self.sequence += 1;
    }

    fn reads(&mut self, tag: &str) {
        let report =
            json!({ "boot_id": "b1", "sequence": self.sequence, "saw": "tag", "tag": tag });
        let address = &self.site.serving.address;
        let mut curl = Command::new("curl");
        curl.args(["-s", "-w", "\n%{http_code}", "-u"])
            .arg(format!("gate-1:{}", self.password));
        curl.args(["-d", &report.to_string()]);
        curl.arg(format!("{address}/api/v1/devices/observations"));
        assert_eq!(answer(&mut curl).0, 200);
        self.sequence += 1;
    }
}

/// A sensor on a pseudo-terminal that hangs on the site's server.
struct Hanging {
    bench: Bench,
    plugged: Plugged,
}

impl Hanging {
    fn new() -> Self {
        let bench = Bench::new(Model::R307);
        let plugged = bench.plug(None).unwrap();
        Self { bench, plugged }
    }

    fn setting(&self) -> String {
        format!(
            "fingers.sensors=[{{path = \"{}\", access_point = \"Door\", name = \"desk\"}}]",
            self.plugged.path().display()
        )
    }

    fn put(&self, seed: u64, number: u64) {
        let finger = OnTheGlass::finger(&press(seed, number), "somebody");
        self.bench.sensor().put(finger);
    }

    fn lift(&self) {
        self.bench.sensor().lift();
        thread::sleep(std::time::Duration::from_millis(700));
    }

    /// The sensor as the API shows it, once it is in `state`.
    fn in_state(&self, site: &Site, state: &str) -> Value {
        eventually(state, || {
            let sensors = site.api.get("fingers/sensors");
            let sensor = sensors.get(0)?.clone();
            (sensor["state"] == state).then_some(sensor)
        })
    }

    /// Enrols a finger by three presses.
    fn enrol(&self, site: &Site, person: &str, seed: u64) -> Value {
        let sensor = self.in_state(site, "ready");
        let enrolment = site.begin(person, "right_index", false);
        for number in 0..3 {
            let pressed = thread::scope(|scope| {
                let wanted = json!({ "sensor": sensor["id"] });
                let address = format!("{enrolment}/sensor");
                let pressing = scope.spawn(move || site.api.make(&address, &wanted));
                self.in_state(site, "enrolling");
                self.put(seed, number);
                pressing.join().unwrap()
            });
            assert_eq!(pressed["taken"], true, "{}", pressed["sentence"]);
            self.lift();
        }
        site.api.make(&format!("{enrolment}/finish"), &Value::Null)
    }
}

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
    assert_eq!(history.as_array().unwrap().len(), 1);
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
    let locks = site.api.get("fingers/locks");
    assert_eq!(locks[0]["access_point"]["name"], "Door");
    let point = json!({ "access_point": site.point["id"] });
    let (status, _) = site.api.call("POST", "fingers/locks/lift", Some(&point));
    assert_eq!(status, 204);
    gate.passes(ADA);
    assert_eq!(site.passages(7)[0]["outcome"], "granted");
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
    assert_eq!(history[0]["fingerprint"]["result"], "unmatched");
    assert_eq!(history[0]["fingerprint"]["presses"], 2);
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

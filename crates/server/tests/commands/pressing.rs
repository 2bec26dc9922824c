//! A site whose fingers are pressed: on a sensor that is not there, or sent as pictures.

use crate::api::{Api, PASSWORD, answer};
use crate::process::{Serving, eventually};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use tempfile::{TempDir, tempdir};
use testkit::prints::{Finger, Image, Press, Sensor};
use testkit::sensor::{Bench, Model, OnTheGlass, Plugged};

/// Seeds of fingers that nobody has.
pub const ADA: u64 = 3;
pub const ADAS_OTHER: u64 = 8;
pub const STRANGER: u64 = 21;

/// A careful press, a little different each time.
pub fn press(seed: u64, number: u64) -> Image {
    let shift = number as f32;
    let press = Press {
        shift: (3.0 * shift, -2.0 * shift),
        turn: 1.5 * shift,
        ..Press::CAREFUL
    };
    Finger::new(seed).pressed(Sensor::R307, press, number)
}

/// A site with one access point.
pub struct Site {
    pub serving: Serving,
    pub api: Api,
    pub point: Value,
    pub data: TempDir,
}

impl Site {
    pub fn open(factors: &[&str], more: &[&str]) -> Self {
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

    /// The same site after a new start.
    pub fn restarted(self) -> Self {
        let Self {
            serving,
            point,
            data,
            ..
        } = self;
        serving.stop().with(0);
        let serving = Serving::start(data.path(), &[]);
        let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
        Self {
            serving,
            api,
            point,
            data,
        }
    }

    /// One more access point like the first.
    pub fn point(&self, name: &str) -> Value {
        let first = &self.point;
        let point = json!({
            "name": name, "direction": "entry", "area": first["area"], "factors": first["factors"],
        });
        self.api.make("access-points", &point)
    }

    pub fn person(&self, number: &str, name: &str) -> String {
        let person = self
            .api
            .make("people", &json!({ "number": number, "name": name }));
        person["id"].as_str().unwrap().to_owned()
    }

    pub fn file(&self, name: &str, image: &Image) -> PathBuf {
        let file = self.data.path().join(name);
        std::fs::write(&file, image.to_pgm()).unwrap();
        file
    }

    /// Begins an enrolment; its address.
    pub fn begin(&self, person: &str, position: &str, duress: bool) -> String {
        let begin = json!({ "position": position, "duress": duress });
        let begun = self
            .api
            .make(&format!("people/{person}/fingers/enrolments"), &begin);
        format!("fingers/enrolments/{}", begun["id"].as_str().unwrap())
    }

    /// Enrols a finger by three pictures.
    pub fn enrol(&self, person: &str, position: &str, seed: u64, duress: bool) -> Value {
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
    pub fn passages(&self, count: usize) -> Vec<Value> {
        eventually("passages", || {
            let feed = self.api.get("live")["feed"].as_array().unwrap().clone();
            (feed.len() >= count).then_some(feed)
        })
    }

    pub fn alerts(&self, kind: &str) -> Vec<Value> {
        let alerts = self.api.get("alerts?open=true");
        let alerts = alerts.as_array().unwrap().iter();
        alerts.filter(|a| a["kind"] == kind).cloned().collect()
    }
}

/// What a native device that sends pictures of fingers knows.
#[derive(Clone)]
pub struct Known {
    name: String,
    password: String,
    sequence: u64,
}

/// A native device that sends pictures of fingers.
pub struct Gate<'a> {
    pub site: &'a Site,
    pub known: Known,
}

impl<'a> Gate<'a> {
    pub fn added(site: &'a Site) -> Self {
        Self::at(site, "gate-1", &site.point)
    }

    /// One at an access point.
    pub fn at(site: &'a Site, name: &str, point: &Value) -> Self {
        let device = json!({
            "name": name, "access_point": point["id"], "kind": "native", "silent_after_s": 0,
        });
        let device = site.api.make("devices", &device);
        let id = device["id"].as_str().unwrap();
        let made = site
            .api
            .make(&format!("devices/{id}/password"), &Value::Null);
        let known = Known {
            name: name.to_owned(),
            password: made["password"].as_str().unwrap().to_owned(),
            sequence: 1,
        };
        Self { site, known }
    }

    /// A request to `path`, with the name and password of the device.
    fn request(&self, path: &str, more: &[&str]) -> (u16, Value) {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-w", "\n%{http_code}", "-u"])
            .arg(format!("{}:{}", self.known.name, self.known.password));
        curl.args(more);
        let address = &self.site.serving.address;
        curl.arg(format!("{address}/api/v1/devices/{path}"));
        answer(&mut curl)
    }

    /// Sends a file under the present count; status and answer.
    pub fn send(&self, file: &Path, more: &str) -> (u16, Value) {
        let mark = format!("boot_id=b1&sequence={}{more}", self.known.sequence);
        let file = format!("@{}", file.display());
        self.request(&format!("fingerprints?{mark}"), &["--data-binary", &file])
    }

    pub fn press(&self, seed: u64, number: u64) -> Value {
        self.presses(&press(seed, number), "")
    }

    /// Sends a picture, with more in the query.
    pub fn presses(&self, image: &Image, more: &str) -> Value {
        let file = self.site.file("gate.pgm", image);
        let (status, answer) = self.send(&file, more);
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// A finger that is recognised at once.
    pub fn passes(&mut self, seed: u64) {
        assert_eq!(self.press(seed, 7)["status"], "committed");
        self.known.sequence += 1;
    }

    /// A finger that is not recognised, nor at its retry.
    pub fn fails(&mut self, seed: u64) {
        assert_eq!(self.press(seed, 1)["status"], "again");
        assert_eq!(self.press(seed, 2)["status"], "committed");
        self.known.sequence += 1;
    }

    /// Counts on, as after a press that was recorded; what it knew before, to press once more under that count.
    pub fn counts_on(&mut self) -> Known {
        let before = self.known.clone();
        self.known.sequence += 1;
        before
    }

    pub fn reads(&mut self, tag: &str) {
        let sequence = self.known.sequence;
        let report = json!({ "boot_id": "b1", "sequence": sequence, "saw": "tag", "tag": tag });
        let report = report.to_string();
        assert_eq!(self.request("observations", &["-d", &report]).0, 200);
        self.known.sequence += 1;
    }
}

/// A sensor on a pseudo-terminal that hangs on the site's server.
pub struct Hanging {
    pub bench: Bench,
    pub plugged: Plugged,
}

impl Hanging {
    pub fn new() -> Self {
        let bench = Bench::new(Model::R307);
        let plugged = bench.plug(None).unwrap();
        Self { bench, plugged }
    }

    pub fn setting(&self) -> String {
        Self::setting_of(self.plugged.path(), "")
    }

    /// The same, with how its fingers are compared.
    pub fn setting_with(&self, mode: &str) -> String {
        Self::setting_of(self.plugged.path(), &format!(", mode = \"{mode}\""))
    }

    /// What the configuration says of a sensor at `path`.
    pub fn setting_of(path: &Path, more: &str) -> String {
        let path = path.display();
        format!(
            "fingers.sensors=[{{path = \"{path}\", access_point = \"Door\", name = \"desk\"{more}}}]"
        )
    }

    pub fn put(&self, seed: u64, number: u64) {
        let finger = OnTheGlass::finger(&press(seed, number), "somebody");
        self.bench.sensor().put(finger);
    }

    /// A press that lies until its picture is taken.
    pub fn presses(&self, what: OnTheGlass) {
        self.bench.sensor().put(what);
        thread::sleep(std::time::Duration::from_secs(3));
        self.lift();
    }

    pub fn lift(&self) {
        self.bench.sensor().lift();
        thread::sleep(std::time::Duration::from_millis(700));
    }

    /// The sensor as the API shows it, once it is in `state`.
    pub fn in_state(&self, site: &Site, state: &str) -> Value {
        eventually(state, || {
            let sensors = site.api.get("fingers/sensors");
            let sensor = sensors.get(0)?.clone();
            (sensor["state"] == state).then_some(sensor)
        })
    }

    /// Enrols a finger by three presses.
    pub fn enrol(&self, site: &Site, person: &str, seed: u64) -> Value {
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

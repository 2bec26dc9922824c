//! Spoof models of the site's own: added by their cards, and what a camera station makes of them.

use crate::api::Api;
use crate::models::{answer, serve};
use crate::process::{Serving, eventually, run};
use crate::station::Station;
use base64::Engine as _;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};
use vision::{Frame, Limits};

/// An ONNX file that answers 0 and a tenth of what the mean colour is above 128: it holds bright pictures for real.
const FILE: &str = "CAc6swEKGQoBeBIBbSIRR2xvYmFsQXZlcmFnZVBvb2wKEgoBbQoBdwoBYhIBYyIEQ29udgoPCgFjEgF5IgdGbGF0dGVuEgNuZXQqJwgCCAMIAQgBEAFCAXdKGAAAAAAAAAAAAAAAAImICD2JiAg9iYgIPSoRCAIQAUIBYkoIAAAAAM3MTMFaGwoBeBIWChQIARIQCgIIAQoCCAMKAggQCgIIEGITCgF5Eg4KDAgBEggKAggBCgIIAkICEA0=";
const SHA256: &str = "dfd1e64c7bba83ddeb7adc83e5eadd7d648402bf3a29b152fa619c91a08e6956";

fn file() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode(FILE)
        .unwrap()
}

/// The card of the model, called `name`: whatever is four times as large as the face is bright or dark.
fn card(folder: &Path, name: &str, source: &str, changed: (&str, &str)) -> PathBuf {
    let card = format!(
        "name = \"{name}\"\nkind = \"spoof\"\nlicence = \"A licence of the test\"\nsha256 = \"{SHA256}\"\n\
         source = \"{source}\"\n[input]\nsize = [16, 16]\n\
         [spoof]\ncrop = 4.0\nreal = 1\nanswers = \"logits\"\nthreshold = 0.5\n"
    );
    assert!(card.contains(changed.0));
    let path = folder.join(format!("{name}.toml"));
    fs::write(&path, card.replace(changed.0, changed.1)).unwrap();
    path
}

const AS_IT_IS: (&str, &str) = ("crop", "crop");

/// Keeps the model under this name.
fn add(data: &Path, name: &str, changed: (&str, &str)) {
    fs::write(data.join("net.onnx"), file()).unwrap();
    let card = card(data, name, "net.onnx", changed);
    let add = ["models", "add", card.to_str().unwrap(), "--yes"];
    run(data, &add).with(0);
}

/// A person of a sample photograph, with as much around the face as the face is wide.
fn portrait(number: usize) -> Frame {
    let samples = vision::samples::dir().expect("the build leaves the photographs in its cache");
    let bytes = fs::read(samples.join("sample6.jpg")).unwrap();
    let photograph = Frame::decode(&bytes, Limits::UPLOAD).unwrap();
    let faces = vision::Detector::load().unwrap().detect(&photograph);
    let face = faces.unwrap()[number];
    photograph.crop(&face.bounds.scaled(2.0)).unwrap()
}

/// A portrait before a wall of this brightness.
fn before_a_wall(portrait: &Frame, wall: u8) -> Vec<u8> {
    let (width, height) = (portrait.width() * 2, portrait.height() * 2);
    let mut rgb = vec![wall; width * height * 3];
    let rows = portrait.rgb().chunks_exact(portrait.width() * 3);
    for (row, pixels) in rows.enumerate() {
        let start = ((row + portrait.height() / 2) * width + portrait.width() / 2) * 3;
        rgb[start..start + pixels.len()].copy_from_slice(pixels);
    }
    let frame = Frame::from_rgb(width, height, rgb).unwrap();
    frame.to_jpeg(92).unwrap()
}

#[test]
fn a_spoof_model_is_fetched_by_its_card_tried_used_and_taken_away() {
    let data = tempdir().unwrap();
    let data = data.path();
    let address = serve(vec![answer("200 OK", &file())]);
    let card = card(data, "bright", &format!("{address}/bright.onnx"), AS_IT_IS);
    run(data, &["models", "add", card.to_str().unwrap(), "--yes"])
        .with(0)
        .saying("A licence of the test")
        .saying("vision.spoof = [\"bright\"]");
    run(data, &["models", "verify", "bright"])
        .with(0)
        .saying("are held to be real at 0.5; scores from");
    add(data, "dark", ("real = 1", "real = 0"));
    let both = "vision.spoof=[\"bright\", \"dark\"]";
    run(data, &["doctor", "--set", both])
        .saying("faces are held to be real or pictures by bright and dark, real from 0.500");
    let listed = run(data, &["models", "list", "--set", both]).with(0);
    assert_eq!(listed.out.matches("in use").count(), 4, "{}", listed.out);
    let photograph = vision::samples::dir().unwrap().join("sample6.jpg");
    let explain = [
        "face",
        "explain",
        photograph.to_str().unwrap(),
        "--set",
        both,
    ];
    let explained = run(data, &explain).with(0);
    assert_eq!(explained.out.matches("spoof model bright: 0.").count(), 4);
    assert_eq!(explained.out.matches("spoof model dark: 0.").count(), 4);
    run(data, &["models", "remove", "dark", "--set", both])
        .with(1)
        .saying("vision.spoof");
    run(data, &["models", "remove", "dark"]).with(0);
}

#[test]
fn a_setting_that_names_what_is_no_spoof_model_is_told_by_the_doctor() {
    let data = tempdir().unwrap();
    let data = data.path();
    add(data, "bright", AS_IT_IS);
    for (setting, said) in [
        ("vision.spoof=[\"nowhere\"]", "vision.spoof is nowhere"),
        ("vision.spoof=[\"bright\", \"bright\"]", "bright twice"),
        ("vision.embedder=bright", "a model of another kind"),
        ("vision.detector=bright", "a model of another kind"),
    ] {
        run(data, &["doctor", "--set", setting])
            .with(1)
            .saying(said);
    }
}

#[test]
fn a_spoof_model_that_does_not_fit_its_card_is_not_kept() {
    let data = tempdir().unwrap();
    let data = data.path();
    fs::write(data.join("net.onnx"), file()).unwrap();
    for (changed, said) in [
        (
            ("real = 1", "real = 7"),
            "the net yields 2 answers; spoof.real is 7",
        ),
        (("[16, 16]", "[16, 32]"), "square"),
        (("\"logits\"", "\"probabilities\""), "spoof.answers"),
        (
            ("[input]", "outputs = [\"z\"]\n[input]"),
            "the net yields no z, but y",
        ),
        (("crop = 4.0\n", ""), "crop"),
    ] {
        let card = card(data, "wrong", "net.onnx", changed);
        run(data, &["models", "add", card.to_str().unwrap(), "--yes"])
            .with(1)
            .saying(said);
        assert!(!data.join("models/wrong").exists());
    }
    // One that says the same of everybody is kept, and fails when it is tried.
    add(
        data,
        "blind",
        ("[spoof]", "scale = [0.0, 0.0, 0.0]\n[spoof]"),
    );
    run(data, &["models", "verify", "blind"])
        .with(1)
        .saying("the same score");
}

/// A site that has the model, and people of the photograph.
struct Site {
    serving: Serving,
    api: Api,
    people: Vec<(String, Frame)>,
    data: TempDir,
}

impl Site {
    fn open() -> Self {
        let data = tempdir().unwrap();
        add(data.path(), "bright", AS_IT_IS);
        let spoof = ["--set", "vision.spoof=[\"bright\"]"];
        let mut serving = Serving::start(data.path(), &spoof);
        let api = Api::first(&mut serving);
        let people = (0..2).map(|n| {
            let portrait = portrait(n);
            (api.enrol(data.path(), n, &portrait), portrait)
        });
        let people = people.collect();
        Self {
            serving,
            api,
            people,
            data,
        }
    }

    /// A camera station at an access point with this policy.
    fn station(&self, name: &str, liveness: &str) -> Station {
        let area = json!({ "name": format!("behind {name}") });
        let area = self.api.make("areas", &area);
        let point = json!({
            "name": name, "direction": "both", "area": area["id"], "liveness": liveness,
        });
        let point = self.api.make("access-points", &point);
        let camera = json!({ "kind": "camera_station", "name": name, "access_point": point["id"] });
        let camera = self.api.make("devices", &camera);
        Station::connected(&self.api, camera["id"].as_str().unwrap())
    }

    /// Shows a person before a wall to a station until a passage comes of it.
    fn passage(&self, station: &mut Station, person: usize, wall: u8) -> Value {
        let jpeg = before_a_wall(&self.people[person].1, wall);
        let before = self.passages().len();
        let passage = eventually("a passage", || {
            station.frame(&jpeg);
            let mut feed = self.passages();
            (feed.len() > before).then(|| feed.swap_remove(0))
        });
        assert_eq!(passage["person"]["id"], self.people[person].0, "{passage}");
        passage
    }

    fn passages(&self) -> Vec<Value> {
        self.api.get("live")["feed"].as_array().unwrap().clone()
    }

    fn alerts(&self) -> Vec<String> {
        let alerts = self.api.get("alerts?open=true");
        let kind = |alert: &Value| alert["kind"].as_str().unwrap().to_owned();
        alerts.as_array().unwrap().iter().map(kind).collect()
    }
}

#[test]
fn a_face_is_held_to_be_real_or_a_picture_and_event_and_alert_say_so() {
    let site = Site::open();
    let mut door = site.station("Door", "not_asked");
    let real = site.passage(&mut door, 0, 255);
    assert_eq!(real["spoof"]["models"], json!(["bright"]));
    assert_eq!(real["spoof"]["verdict"], "real", "{real}");
    assert!(real["spoof"]["score"].as_f64().unwrap() >= 0.5);
    assert!(real["spoof"]["frames"].as_u64().unwrap() >= 3);
    assert_eq!(real["liveness"], "not_established", "evidence is weak");
    assert_eq!(real["not_established"], Value::Null);
    // Where nothing is asked it is told and nothing else.
    let picture = site.passage(&mut door, 1, 0);
    assert_eq!(picture["spoof"]["verdict"], "picture", "{picture}");
    assert!(picture["spoof"]["score"].as_f64().unwrap() < 0.5);
    assert_eq!(picture["not_established"], "looks_like_a_picture");
    assert_eq!(picture["reasons"], json!([]));
    assert_eq!(picture["outcome"], "granted");
    assert!(site.alerts().is_empty(), "{:?}", site.alerts());
    // Where it is asked, and nobody answers, a guard is told.
    let mut gate = site.station("Gate", "required");
    let picture = site.passage(&mut gate, 0, 0);
    assert_eq!(picture["outcome"], "denied", "{picture}");
    let reasons = json!(["liveness_not_established", "looks_like_a_picture"]);
    assert_eq!(picture["reasons"], reasons);
    assert_eq!(picture["not_established"], "looks_like_a_picture");
    assert_eq!(site.alerts(), ["looks_like_a_picture"]);
    site.serving.stop().with(0);
    drop(site.data);
}

#[test]
fn the_errors_of_spoof_models_are_counted_on_labelled_photographs() {
    let data = tempdir().unwrap();
    let data = data.path();
    add(data, "bright", AS_IT_IS);
    let mut list = String::from("path,label\n");
    for number in 0..4 {
        for (label, wall) in [
            ("real", 255),
            ("print", 0),
            ("screen", if number == 0 { 255 } else { 0 }),
        ] {
            let name = format!("{label}-{number}.jpg");
            fs::write(data.join(&name), before_a_wall(&portrait(number), wall)).unwrap();
            list += &format!("{name},{label}\n");
        }
    }
    fs::write(data.join("list.csv"), &list).unwrap();
    let spoof = "vision.spoof=[\"bright\"]";
    let words = [
        "evaluate", "spoof", "--images", "list.csv", "--json", "out.json",
    ];
    run(data, &words)
        .with(1)
        .saying("vision.spoof names no model");
    let words = [&words[..], &["--set", spoof]].concat();
    run(data, &words)
        .with(0)
        .saying("12 photographs, 0 without a face")
        .saying("real from 0.5000");
    let figures: Value = serde_json::from_slice(&fs::read(data.join("out.json")).unwrap()).unwrap();
    let at = &figures["at_the_threshold"];
    assert_eq!(
        (&at["bpcer"]["hits"], &at["bpcer"]["of"]),
        (&json!(0), &json!(4))
    );
    assert_eq!(at["apcer"][0][0], "print");
    assert_eq!(at["apcer"][0][1]["hits"], 0);
    assert_eq!(at["apcer"][1][1]["rate"], 0.25);
    fs::write(data.join("list.csv"), list.replace(",print", ",Print 7")).unwrap();
    run(data, &words).with(1).saying("line 3");
}

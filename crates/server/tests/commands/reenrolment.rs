//! Another embedder: everybody is enrolled anew from the registered photographs, while the one before serves.

use crate::api::{Api, PASSWORD};
use crate::models::{SHA256, card, file};
use crate::process::{Serving, eventually, run};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::tempdir;
use vision::{Frame, Limits};

/// Uploads portraits of the people of a sample photograph; yields each person's identity.
fn enrolled(api: &Api, folder: &Path) -> Vec<String> {
    let samples = vision::samples::dir().expect("the build leaves the photographs in its cache");
    let bytes = fs::read(samples.join("sample6.jpg")).unwrap();
    let photograph = Frame::decode(&bytes, Limits::UPLOAD).unwrap();
    let faces = vision::Detector::load()
        .unwrap()
        .detect(&photograph)
        .unwrap();
    let mut people = Vec::new();
    for (number, face) in faces.iter().take(2).enumerate() {
        let portrait = photograph.crop(&face.bounds.scaled(2.0)).unwrap();
        people.push(api.enrol(folder, number, &portrait));
    }
    people
}

/// The models that the person's face templates name.
fn models_of(api: &Api, person: &str) -> Vec<String> {
    let credentials = api.get(&format!("people/{person}/credentials"));
    let credentials = credentials["credentials"].as_array().unwrap().clone();
    let model = |credential: &Value| credential["model"].as_str().unwrap().to_owned();
    credentials.iter().map(model).collect()
}

/// The enrolment that began by itself, once it ended.
fn ended(api: &Api) -> Value {
    eventually("everybody is enrolled anew", || {
        let jobs = api.get("jobs");
        let mut jobs = jobs.as_array().unwrap().clone().into_iter();
        let job = jobs.find(|job| job["kind"] == "reenrolment")?;
        (job["state"] != "running").then_some(job)
    })
}

#[test]
fn a_changed_model_enrols_everybody_anew_by_itself() {
    let data = tempdir().unwrap();
    fs::write(data.path().join("means.onnx"), file()).unwrap();
    let card = card(data.path(), "means.onnx", SHA256);
    run(
        data.path(),
        &["models", "add", card.to_str().unwrap(), "--yes"],
    )
    .with(0);
    let mut serving = Serving::start(data.path(), &[]);
    let api = Api::first(&mut serving);
    let people = enrolled(&api, data.path());
    assert_eq!(models_of(&api, &people[0]), ["faceapi2"]);
    assert_eq!(
        api.get("jobs").as_array().unwrap().len(),
        0,
        "nothing has changed yet"
    );
    serving.stop().with(0);
    // Whoever asks why is told who is most alike, and how seldom a stranger is.
    let explain = ["face", "explain", "portrait-0.jpg", "--out", "seen.svg"];
    run(data.path(), &explain)
        .with(0)
        .saying("Person 0: ")
        .saying(", alike (needs ")
        .saying("comes as close to somebody here");

    let other = ["--set", "vision.embedder=means"];
    let serving = Serving::start(data.path(), &other);
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    let job = ended(&api);
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["report"]["changed"], 2);
    assert_eq!(job["report"]["remarks"], json!([]));
    let model = models_of(&api, &people[0]);
    assert_ne!(model, ["faceapi2"]);
    assert_eq!(models_of(&api, &people[1]), model);
    // It serves: the same portrait is taken for its person again.
    let portrait = data.path().join("portrait-0.jpg");
    let (_, findings) = api.send("faces/assess", "images", &portrait);
    assert_eq!(
        findings[0]["problems"][0]["problem"], "looks_like",
        "{findings}"
    );
    serving.stop().with(0);

    let again = Serving::start(data.path(), &other);
    let api = Api::sign_in(&again, "warden", PASSWORD).unwrap();
    assert_eq!(api.get("jobs").as_array().unwrap().len(), 0, "it is done");
    again.stop().with(0);
    // And back: the embedded model needs no card.
    let back = Serving::start(data.path(), &[]);
    let api = Api::sign_in(&back, "warden", PASSWORD).unwrap();
    assert_eq!(ended(&api)["report"]["changed"], 2);
    assert_eq!(models_of(&api, &people[0]), ["faceapi2"]);
    back.stop().with(0);
}

//! `gatebook evaluate faces` and `gatebook face explain`, on the photographs that came with the models.

use crate::process::run;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::tempdir;
use vision::{Frame, Limits, Rect};

fn sample(name: &str) -> PathBuf {
    let folder = vision::samples::dir().expect("the build leaves the photographs in its cache");
    folder.join(name)
}

fn read(name: &str) -> Frame {
    Frame::decode(&fs::read(sample(name)).unwrap(), Limits::UPLOAD).unwrap()
}

fn write(folder: &Path, name: &str, frame: &Frame) {
    fs::write(folder.join(name), frame.to_jpeg(92).unwrap()).unwrap();
}

/// Portraits of one man and of four others, and a picture of nobody; with their lists.
fn portraits(folder: &Path) {
    let mut images = String::from("path,person\n");
    let sheet = read("screenshot-facematch.jpg");
    for column in 0u8..5 {
        let tile = Rect {
            x: (3.4 + 106.4 * f32::from(column)).round(),
            y: 284.0,
            width: 104.0,
            height: 104.0,
        };
        let name = format!("man-{column}.jpg");
        write(folder, &name, &sheet.crop(&tile).unwrap());
        images += &format!("{name},man\n");
    }
    let others = read("sample6.jpg");
    let faces = vision::Detector::load().unwrap().detect(&others).unwrap();
    for (number, face) in faces.iter().enumerate() {
        let name = format!("other-{number}.jpg");
        let around = face.bounds.scaled(2.0);
        write(folder, &name, &others.crop(&around).unwrap());
        images += &format!("{name},other-{number}\n");
    }
    assert_eq!(faces.len(), 4);
    write(
        folder,
        "wall.jpg",
        &Frame::from_rgb(64, 64, vec![90; 64 * 64 * 3]).unwrap(),
    );
    images += "wall.jpg,nobody\n";
    fs::write(folder.join("images.csv"), images).unwrap();
    let mut pairs = String::from("path_a,path_b,same,fold\n");
    for other in 0..4 {
        pairs += &format!("man-{other}.jpg,man-{}.jpg,1,0\n", other + 1);
        pairs += &format!("man-{other}.jpg,other-{other}.jpg,0,0\n");
    }
    pairs += "man-0.jpg,wall.jpg,0,0\n";
    fs::write(folder.join("pairs.csv"), pairs).unwrap();
}

#[test]
fn a_folder_of_faces_is_measured_in_words_json_and_a_plot() {
    let folder = tempdir().unwrap();
    portraits(folder.path());
    let words = [
        "evaluate",
        "faces",
        "--images",
        "images.csv",
        "--pairs",
        "pairs.csv",
        "--json",
        "figures.json",
        "--det",
        "det.svg",
        "--cache",
        "templates.bin",
        "--galleries",
        "1",
        "--enrolled",
        "1",
        "--recall",
        "1",
    ];
    let first = run(folder.path(), &words)
        .with(0)
        .saying("10 photographs, 1 (10.00 %) without a face")
        .saying("faces found by their height");
    let figures = fs::read(folder.path().join("figures.json")).unwrap();
    let figures: Value = serde_json::from_slice(&figures).unwrap();
    let path = &figures["paths"][1];
    assert_eq!(path["pairs"]["genuine"], 4);
    assert_eq!(path["pairs"]["impostor"], 4);
    assert_eq!(path["pairs"]["left_out"], 1, "nobody is on the wall");
    assert_eq!(path["pairs"]["auc"], 1.0);
    let tar = &path["pairs"]["tar"][1];
    assert!(
        tar["threshold"].is_number()
            && tar["threshold_for_the_card"].is_null()
            && !first.out.contains("threshold for the card"),
        "the embedded model has no card"
    );
    assert_eq!(path["all"]["genuine"], 10);
    assert_eq!(path["all"]["impostor"], 4 * 5 + 6);
    assert_eq!(path["identification"][0]["tpir"], 1.0);
    let plot = fs::read_to_string(folder.path().join("det.svg")).unwrap();
    assert!(plot.starts_with("<svg"), "{plot}");
    let again = run(folder.path(), &words).with(0);
    let rates = |said: &str| {
        let lines = said.lines().filter(|line| line.contains("TAR"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!rates(&first.out).is_empty());
    assert_eq!(
        rates(&first.out),
        rates(&again.out),
        "kept templates are the same"
    );
}

#[test]
fn a_list_that_cannot_be_used_is_named() {
    let folder = tempdir().unwrap();
    let measure = ["evaluate", "faces", "--images", "images.csv"];
    run(folder.path(), &measure).with(1).saying("images.csv");
    fs::write(folder.path().join("images.csv"), "path,person\n").unwrap();
    run(folder.path(), &measure).with(1).saying("names nothing");
    fs::write(
        folder.path().join("images.csv"),
        "path,person\ngone.jpg,a\n",
    )
    .unwrap();
    run(folder.path(), &measure).with(1).saying("gone.jpg");
    fs::write(
        folder.path().join("images.csv"),
        "path,person\na.jpg,a\na.jpg,b\n",
    )
    .unwrap();
    run(folder.path(), &measure)
        .with(1)
        .saying("line 3: a.jpg stands in line 2 already");
}

#[test]
fn pairs_that_cannot_be_compared_are_named() {
    let folder = tempdir().unwrap();
    write(
        folder.path(),
        "wall.jpg",
        &Frame::from_rgb(64, 64, vec![90; 64 * 64 * 3]).unwrap(),
    );
    fs::write(
        folder.path().join("images.csv"),
        "path,person\nwall.jpg,nobody\n",
    )
    .unwrap();
    let measure = [
        "evaluate",
        "faces",
        "--images",
        "images.csv",
        "--pairs",
        "pairs.csv",
        "--recall",
        "0",
    ];
    let with = |pairs: &str| {
        let pairs = format!("path_a,path_b,same\n{pairs}");
        fs::write(folder.path().join("pairs.csv"), pairs).unwrap();
        run(folder.path(), &measure).with(1)
    };
    with("wall.jpg,gone.jpg,0\nwall.jpg,wall.jpg,2\n")
        .saying("line 2: gone.jpg is not among the photographs")
        .saying("line 3: same is 1 or 0");
    with("wall.jpg,wall.jpg,1\n").saying("both are needed");
}

#[test]
fn what_was_described_is_kept_though_a_photograph_is_gone() {
    let folder = tempdir().unwrap();
    write(
        folder.path(),
        "wall.jpg",
        &Frame::from_rgb(64, 64, vec![90; 64 * 64 * 3]).unwrap(),
    );
    fs::write(
        folder.path().join("images.csv"),
        "path,person\ngone.jpg,a\nwall.jpg,nobody\n",
    )
    .unwrap();
    let words = [
        "evaluate",
        "faces",
        "--images",
        "images.csv",
        "--cache",
        "templates.bin",
    ];
    run(folder.path(), &words).with(1).saying("gone.jpg");
    let kept = fs::read(folder.path().join("templates.bin")).unwrap();
    assert!(kept.windows(8).any(|part| part == b"wall.jpg"));
}

#[test]
fn what_recognition_sees_is_explained_face_by_face() {
    let folder = tempdir().unwrap();
    let photograph = sample("sample6.jpg");
    let photograph = photograph.to_str().unwrap();
    run(
        folder.path(),
        &["face", "explain", photograph, "--out", "seen.svg"],
    )
    .with(0)
    .saying("4 face(s)")
    .saying("Face 4:")
    .saying("sharpness")
    .saying("compared with nobody");
    assert!(!folder.path().join("keys").exists(), "no site is founded");
    let drawn = fs::read_to_string(folder.path().join("seen.svg")).unwrap();
    assert_eq!(
        drawn.matches("<image").count(),
        5,
        "the photograph and four chips"
    );
    assert!(drawn.matches("<circle").count() > 4 * 468);
    run(
        folder.path(),
        &["face", "explain", photograph, "--out", "seen.png"],
    )
    .with(1)
    .saying(".svg");
    fs::write(folder.path().join("words.jpg"), "no image").unwrap();
    run(folder.path(), &["face", "explain", "words.jpg"])
        .with(1)
        .saying("words.jpg");
}

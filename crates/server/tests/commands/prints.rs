//! Fingerprints on the command line: error rates of a list, and pictures of the steps; with fingers of nobody.

use crate::process::run;
use fingerprint::{GreyImage, explain, explain_pair};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::{TempDir, tempdir};
use testkit::prints::{Finger, NotAFinger, Sensor};

const FOLDERS: [&str; 2] = ["desk", "gate"];
const FINGERS: u64 = 3;
const IMPRESSIONS: u64 = 3;

fn png(image: testkit::prints::Image) -> Vec<u8> {
    let (width, height) = (image.width, image.height);
    let grey = GreyImage::new(width, height, image.dpi, image.pixels);
    grey.unwrap().to_png()
}

/// Two folders of three fingers, each pressed three times, and their list.
fn set() -> TempDir {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let mut files = Vec::new();
        for (place, folder) in (1..).zip(FOLDERS) {
            for number in 0..FINGERS {
                let finger = Finger::new(100 * place + number);
                for i in 0..IMPRESSIONS {
                    let name = format!("{folder}/{number}_{}.png", i + 1);
                    files.push((name, png(finger.impression(Sensor::R307, i))));
                }
            }
        }
        files
    });
    let dir = tempdir().unwrap();
    let mut list = String::from("path,finger,impression\n");
    for folder in FOLDERS {
        fs::create_dir(dir.path().join(folder)).unwrap();
    }
    for (name, file) in files {
        fs::write(dir.path().join(name), file).unwrap();
        let (finger, impression) = name[5..].trim_end_matches(".png").split_once('_').unwrap();
        list += &format!("{name},{finger},{impression}\n");
    }
    fs::write(dir.path().join("list.csv"), list).unwrap();
    dir
}

fn evaluate(dir: &Path, more: &[&str]) -> crate::process::Ended {
    let mut words = vec!["evaluate", "fingerprints", "--images", "list.csv"];
    words.extend(more);
    run(dir, &words)
}

fn report(dir: &Path, more: &[&str]) -> Value {
    let mut words = vec!["--json", "report.json"];
    words.extend(more);
    evaluate(dir, &words).with(0);
    serde_json::from_slice(&fs::read(dir.join("report.json")).unwrap()).unwrap()
}

#[test]
fn rates_of_a_list_are_printed_written_and_drawn() {
    let dir = set();
    evaluate(dir.path(), &["--json", "report.json", "--det", "det.svg"])
        .with(0)
        .saying("18 images, 0 without a template")
        .saying("| desk | 9 | 27 |")
        .saying("| pooled | 18 | 54 |")
        .saying("| 0.1 % (counted) |")
        .saying("| 0.01 % (extrapolated) |");
    let report: Value =
        serde_json::from_slice(&fs::read(dir.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["databases"][1]["name"], "gate");
    assert_eq!(report["pooled"]["fnmr"].as_array().unwrap().len(), 3);
    assert_eq!(report["shipped"][2]["extrapolated"], true);
    assert!(report["extraction_ms"].as_f64().unwrap() > 0.0);
    let bytes = report["largest_template_bytes"].as_u64().unwrap();
    assert!((400..=2000).contains(&bytes), "{bytes}");
    let svg = fs::read_to_string(dir.path().join("det.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("desk") && svg.contains("pooled"));
}

#[test]
fn the_protocol_of_fvc_takes_first_impressions_as_impostors_and_no_pair_twice() {
    let dir = set();
    let report = report(dir.path(), &["--protocol", "fvc"]);
    assert_eq!(report["protocol"], "fvc");
    for database in report["databases"].as_array().unwrap() {
        // 3 fingers: 3 * (3 of 3 * 2) pairs of one finger, 3 * 2 / 2 of first impressions.
        assert_eq!(database["genuine"], 9);
        assert_eq!(database["impostors"], 3);
    }
    let list = fs::read_to_string(dir.path().join("list.csv")).unwrap();
    let without = list.replace("desk/0_1.png,0,1\n", "");
    fs::write(dir.path().join("list.csv"), without).unwrap();
    evaluate(dir.path(), &["--protocol", "fvc"])
        .with(1)
        .saying("1 of 3 fingers in \"desk\" have none");
}

#[test]
fn weights_learnt_from_the_other_folder_report_the_same_pairs_and_need_another_folder() {
    let dir = set();
    let learnt = report(dir.path(), &["--leave-one-out", "--protocol", "fvc"]);
    assert_eq!(learnt["pooled"]["impostors"], 6);
    assert_eq!(learnt["shipped"].as_array().unwrap().len(), 0);
    let list = fs::read_to_string(dir.path().join("list.csv")).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with("gate"));
    let one: Vec<&str> = lines.collect();
    fs::write(dir.path().join("list.csv"), one.join("\n")).unwrap();
    evaluate(dir.path(), &["--leave-one-out"])
        .with(1)
        .saying("at least two folders");
}

#[test]
fn a_list_that_is_wrong_is_refused_with_every_line_and_its_reason() {
    let dir = set();
    let blank = GreyImage::new(256, 288, 500, vec![255; 256 * 288]).unwrap();
    fs::write(dir.path().join("blank.png"), blank.to_png()).unwrap();
    fs::write(dir.path().join("words.png"), "no picture").unwrap();
    let list = "path,finger,impression,dpi\n\
                desk/0_1.png,0,1,500\n\
                nowhere.png,0,2,500\n\
                words.png,0,3,500\n\
                desk/0_2.png,0,1,500\n\
                desk/0_3.png,0,first,500\n\
                desk/1_1.png,,1,500\n\
                desk/1_2.png,1,0,500\n\
                desk/1_3.png,1,3,9\n\
                desk/2_1.png,2,1\n";
    let mut list = list.as_bytes().to_vec();
    list.extend(b"desk/2_\xff.png,2,2,500\n");
    list.extend(b"desk/2_3.png,2,0,500\n");
    fs::write(dir.path().join("list.csv"), list).unwrap();
    evaluate(dir.path(), &[])
        .with(1)
        .saying("line 3: nowhere.png: No such file")
        .saying("line 4: words.png: the file is not a readable grey PNG, TIFF or PGM")
        .saying("line 5: impression 1 of finger \"0\" stands in line 2 already")
        .saying("line 6: ")
        .saying("line 7: no finger is named")
        .saying("line 8: impressions are counted from 1")
        .saying("line 9: desk/1_3.png: 9 dpi is no resolution")
        .saying("line 10: 3 cells under 4 columns")
        .saying("line 11: invalid utf-8")
        .saying("line 12: impressions are counted from 1");
    assert!(!dir.path().join("report.json").exists());
}

#[test]
fn a_list_without_its_columns_or_without_pairs_is_refused() {
    let dir = set();
    let refused = |list: &str, reason: &str| {
        fs::write(dir.path().join("list.csv"), list).unwrap();
        evaluate(dir.path(), &[]).with(1).saying(reason);
    };
    refused("file,finger,impression\n", "line 1: no column \"path\"");
    refused("path,finger,impression\n", "no line names an image");
    refused(
        "path,finger,impression\ndesk/0_1.png,0,1\ndesk/1_1.png,1,1\n",
        "no genuine comparison",
    );
    fs::remove_file(dir.path().join("list.csv")).unwrap();
    evaluate(dir.path(), &[]).with(1).saying("list.csv");
}

#[test]
fn an_image_without_a_finger_is_named_and_fails_every_comparison() {
    let dir = set();
    let other = NotAFinger::ALL.map(|kind| png(kind.on(Sensor::R307, 1)));
    let list = fs::read_to_string(dir.path().join("list.csv")).unwrap();
    let good = report(dir.path(), &[]);
    fs::write(dir.path().join("desk/none.png"), &other[0]).unwrap();
    fs::write(
        dir.path().join("list.csv"),
        format!("{list}desk/none.png,0,4\n"),
    )
    .unwrap();
    let with = report(dir.path(), &[]);
    assert_eq!(with["unusable"][0]["line"], 20);
    assert_eq!(with["unusable"][0]["path"], "desk/none.png");
    let fnmr = |report: &Value| {
        let at = &report["databases"][0]["fnmr"][0]["point"]["fnmr"];
        at.as_f64().unwrap()
    };
    assert!(
        fnmr(&with) >= fnmr(&good) + 0.1,
        "{} {}",
        fnmr(&with),
        fnmr(&good)
    );
}

#[test]
fn the_steps_of_a_print_and_the_pairs_of_two_are_drawn_and_told() {
    let dir = set();
    let words = ["fingerprint", "explain", "desk/0_1.png", "desk/0_2.png"];
    let mut words = words.to_vec();
    words.extend(["--out", "steps"]);
    let said = run(dir.path(), &words).with(0).saying("minutiae, quality");
    assert!(
        said.out.contains("(counted)") || said.out.contains("(extrapolated from"),
        "{}",
        said.out
    );
    for name in ["1-orientation", "5-minutiae", "other-3-enhanced", "6-pairs"] {
        let picture = fs::read(dir.path().join(format!("steps/{name}.png"))).unwrap();
        assert!(picture.starts_with(b"\x89PNG"), "{name}");
    }
    // What they show is read by the room that draws them (its tests named `pictures`); here each has to arrive as drawn.
    let image = |name: &str| {
        let file = fs::read(dir.path().join(name)).unwrap();
        GreyImage::from_file(&file, 500).unwrap()
    };
    let (one, other) = (image("desk/0_1.png"), image("desk/0_2.png"));
    let written = |name: String| fs::read(dir.path().join(format!("steps/{name}.png"))).unwrap();
    for (prefix, image) in [("", &one), ("other-", &other)] {
        for picture in explain(image).unwrap() {
            let file = written(format!("{prefix}{}", picture.name));
            assert!(file == picture.png, "{prefix}{}", picture.name);
        }
    }
    let (pairs, sentence) = explain_pair(&one, &other).unwrap();
    assert!(written(pairs.name.to_owned()) == pairs.png);
    assert!(said.out.contains(&sentence), "{}", said.out);
}

#[test]
fn what_cannot_be_explained_is_refused_by_name_and_nothing_is_drawn() {
    let dir = set();
    fs::write(dir.path().join("words.png"), "no picture").unwrap();
    let explain = |image: &str| {
        let words = [
            "fingerprint",
            "explain",
            "desk/0_1.png",
            image,
            "--out",
            "steps",
        ];
        run(dir.path(), &words).with(1)
    };
    explain("words.png").saying("words.png: the file is not a readable");
    explain("nowhere.png").saying("nowhere.png");
    assert!(!dir.path().join("steps").exists());
}

//! Fingers enrolled at the console, and as files.

use crate::pressing::{ADA, ADAS_OTHER, Hanging, STRANGER, Site, press};
use crate::process::{eventually, gatebook, run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fingerprint::iso;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use tempfile::{TempDir, tempdir};
use testkit::sensor::Fault;

/// A site that does not run, with Ada, of whom nothing but number and name is known.
fn stopped() -> TempDir {
    let site = Site::open(&["finger"], &[]);
    site.person("17", "Ada");
    site.serving.stop().with(0);
    site.data
}

/// Enrols Ada's finger at the console by three presses.
fn enrol(data: &Path, sensor: &Hanging) {
    let mut enrolling = enrolling(data, sensor);
    let mut said = BufReader::new(enrolling.stdout.take().unwrap()).lines();
    let mut line = || said.next().unwrap().unwrap();
    assert!(line().contains("press the finger"));
    for number in 0..3 {
        sensor.put(ADA, number);
        let line = line();
        assert!(line.contains("Good"), "{line}");
        sensor.lift();
    }
    assert_eq!(line(), "Enrolled.");
    assert!(enrolling.wait().unwrap().success());
}

/// Begins to enrol Ada's finger at the console; the process.
fn enrolling(data: &Path, sensor: &Hanging) -> Child {
    let path = sensor.plugged.path().display().to_string();
    let words = ["enrol", "--sensor", &path, "--person", "17"];
    let words = [&words[..], &["--finger", "right_index"]].concat();
    let mut enrolling = gatebook(data, &words);
    enrolling.stdout(Stdio::piped()).stderr(Stdio::piped());
    enrolling.spawn().unwrap()
}

#[test]
fn an_enrolment_at_the_console_whose_sensor_stalls_leaves_nothing() {
    let sensor = Hanging::new();
    let data = stopped();
    let mut enrolling = enrolling(data.path(), &sensor);
    let mut said = BufReader::new(enrolling.stdout.take().unwrap()).lines();
    let mut line = || said.next().unwrap().unwrap();
    assert!(line().contains("press the finger"));
    sensor.put(ADA, 0);
    assert!(line().contains("Good"));
    sensor.bench.sensor().expect(Fault::Stall(5_000));
    sensor.lift();
    sensor.put(ADA, 1);
    let ended = enrolling.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let why = String::from_utf8_lossy(&ended.stderr);
    assert!(why.contains("stalled"), "{why}");
    let exported = run(data.path(), &["people", "export-fingers"]).with(0).out;
    assert!(templates(&exported).is_empty(), "{exported}");
    sensor.lift();
    enrol(data.path(), &sensor);
}

/// The templates in a file of fingers.
fn templates(csv: &str) -> BTreeSet<&str> {
    let rows = csv.lines().filter(|line| line.contains("right_index"));
    rows.filter_map(|row| row.split(',').nth(10)).collect()
}

#[test]
fn a_finger_is_enrolled_at_the_console() {
    let sensor = Hanging::new();
    let data = stopped();
    enrol(data.path(), &sensor);
    let exported = run(data.path(), &["people", "export-fingers"]).with(0).out;
    assert_eq!(templates(&exported).len(), 3, "{exported}");
    let asked = |sensor: &str, person: &str, finger: &str| {
        let words = [
            "enrol", "--sensor", sensor, "--person", person, "--finger", finger,
        ];
        run(data.path(), &words).with(1)
    };
    asked("/dev/none", "17", "left_index").saying("there is no /dev/none");
    asked("/dev/null", "17", "third_eye").saying("--finger is right_thumb");
    asked("/dev/null", "99", "left_index").saying("there is no person 99");
}

#[test]
fn fingers_go_to_another_site_as_a_file_and_each_row_that_is_wrong_is_named() {
    let sensor = Hanging::new();
    let data = stopped();
    enrol(data.path(), &sensor);
    let exported = run(data.path(), &["people", "export-fingers"]).with(0).out;
    let there = tempdir().unwrap();
    let file = there.path().join("fingers.csv");
    let wrong = exported.replacen("right_index,iso", "left_index,iso", 1);
    let hostile = "18,Eve,,,,,,right_thumb,iso-19794-2:2005,,Rk1S,,\n";
    std::fs::write(&file, wrong + hostile).unwrap();
    let import = ["people", "import-fingers", file.to_str().unwrap()];
    run(there.path(), &import)
        .with(1)
        .saying("3 added")
        .saying("line 2: template: it is of another finger")
        .saying("line 5: template: not an ISO/IEC 19794-2:2005 record");
    let again = run(there.path(), &["people", "export-fingers"]).with(0).out;
    assert_eq!(templates(&again).len(), 2);
    assert!(!again.contains("Eve"));
    run(there.path(), &import).with(1).saying("0 added");
}

#[test]
fn a_record_with_several_impressions_is_imported_as_one_finger() {
    let sensor = Hanging::new();
    let data = stopped();
    enrol(data.path(), &sensor);
    let exported = run(data.path(), &["people", "export-fingers"]).with(0).out;
    let record = |row: &str| STANDARD.decode(row.split(',').nth(10).unwrap()).unwrap();
    let rows = exported.lines().filter(|line| line.contains("right_index"));
    let views: Vec<_> = rows
        .flat_map(|row| iso::import(&record(row)).unwrap())
        .collect();
    let views: Vec<_> = views.iter().map(|v| (v.position, &v.template)).collect();
    let record = STANDARD.encode(iso::export(&views).unwrap());
    let head = exported.lines().next().unwrap();
    let row = format!("17,Ada,,,,,,right_index,iso-19794-2:2005,,{record},,");
    let there = tempdir().unwrap();
    let file = there.path().join("fingers.csv");
    std::fs::write(&file, format!("{head}\n{row}\n")).unwrap();
    let import = ["people", "import-fingers", file.to_str().unwrap()];
    // The person, and the row.
    run(there.path(), &import).with(0).saying("2 added");
    let again = run(there.path(), &["people", "export-fingers"]).with(0).out;
    assert_eq!(templates(&again).len(), 3);
}

/// Imports a file at a site that runs; the job once it has ended.
fn imported(site: &Site, csv: &str) -> Value {
    let file = site.data.path().join("fingers.csv");
    std::fs::write(&file, csv).unwrap();
    let (status, job) = site.api.send("people/fingers/import", "csv", &file);
    assert_eq!(status, 202, "{job}");
    let job = format!("jobs/{}", job["id"].as_str().unwrap());
    eventually("the import's end", || {
        let job = site.api.get(&job);
        (job["state"] != "running").then_some(job)
    })
}

/// Three people with a finger each, exported: by name, Ada in lines 2 to 4, Bob in 5 to 7, Eve in 8 to 10.
fn exported() -> String {
    let site = Site::open(&["finger"], &[]);
    let people = [
        ("1", "Ada", ADA),
        ("2", "Eve", ADAS_OTHER),
        ("3", "Bob", STRANGER),
    ];
    for (number, name, seed) in people {
        let person = site.person(number, name);
        site.enrol(&person, "right_index", seed, false);
    }
    let kept = site.data.path().join("kept.csv");
    site.api.download("people/fingers/export", &kept);
    let exported = std::fs::read_to_string(&kept).unwrap();
    assert_eq!(exported.lines().count(), 10);
    site.serving.stop().with(0);
    exported
}

/// The same with one template of Ada's cut off, and one of Bob's that is Eve's.
fn damaged(exported: &str) -> String {
    let mut rows: Vec<Vec<&str>> = exported.lines().map(|r| r.split(',').collect()).collect();
    rows[2][10] = &rows[2][10][..rows[2][10].len() / 8 * 4];
    rows[5][10] = rows[8][10];
    for row in [2, 5] {
        rows[row][11] = "";
    }
    let rows: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    rows.join("\n")
}

/// How many fingers Ada, Bob and Eve have.
fn fingers(site: &Site) -> [usize; 3] {
    ["Ada", "Bob", "Eve"].map(|name| {
        let people = site.api.get(&format!("people?text={name}"));
        let person = people["people"][0]["id"].as_str().unwrap().to_owned();
        let fingers = site.api.get(&format!("people/{person}/fingers"));
        fingers["fingers"].as_array().unwrap().len()
    })
}

#[test]
fn an_import_at_a_site_that_runs_enrols_fingers_whole_or_not_at_all() {
    let exported = exported();
    let site = Site::open(&["finger"], &[]);
    let job = imported(&site, &damaged(&exported));
    assert_eq!(
        (&job["state"], &job["done"], &job["total"]),
        (&json!("done"), &json!(9), &json!(9))
    );
    let refused = job["report"]["refused"].as_array().unwrap();
    let lines: Vec<_> = refused
        .iter()
        .map(|row| row["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7], "{job}");
    for (row, words) in [
        (0, "line 3 of the same finger is refused"),
        (1, "template: not an ISO/IEC 19794-2:2005 record"),
        (3, "not all of one finger"),
    ] {
        let reason = refused[row]["reason"].as_str().unwrap();
        assert!(reason.contains(words), "{reason}");
    }
    assert_eq!(fingers(&site), [0, 0, 1]);

    // Mended, the rest comes too; what is there already stays as it is.
    let job = imported(&site, &exported);
    assert_eq!(job["report"]["refused"], json!([]), "{job}");
    assert_eq!(
        (&job["report"]["added"], &job["report"]["unchanged"]),
        (&json!(6), &json!(3))
    );
    assert_eq!(fingers(&site), [1, 1, 1]);
    let other = site.person("9", "Mallory");
    let enrolment = site.begin(&other, "left_thumb", false);
    let file = site.file("hers.pgm", &press(ADA, 5));
    let (_, pressed) = site.api.send(&format!("{enrolment}/image"), "image", &file);
    assert_eq!(pressed["advice"], "belongs_to_somebody");
    let job = imported(&site, "number,name\n");
    assert_eq!(job["state"], "failed");
    site.serving.stop().with(0);
}

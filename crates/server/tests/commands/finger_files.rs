//! Fingers enrolled at the console, and as files.

use crate::pressing::{ADA, Hanging, Site};
use crate::process::{gatebook, run};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use tempfile::{TempDir, tempdir};

/// A site that does not run, with Ada, of whom nothing but number and name is known.
fn stopped() -> TempDir {
    let site = Site::open(&["finger"], &[]);
    site.person("17", "Ada");
    site.serving.stop().with(0);
    site.data
}

/// Enrols Ada's finger at the console by three presses.
fn enrol(data: &Path, sensor: &Hanging) {
    let path = sensor.plugged.path().display().to_string();
    let words = [
        "enrol",
        "--sensor",
        &path,
        "--person",
        "17",
        "--finger",
        "right_index",
    ];
    let mut enrolling = gatebook(data, &words)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
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

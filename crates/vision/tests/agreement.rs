//! Our templates are those of the package's own code.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{engine, frame};
use std::path::{Path, PathBuf};
use std::process::Command;
use vision::{Effort, Frame, ModelId, Template, alignment};

/// Largest difference of any of the 128 numbers of the unit vectors.
const TOLERANCE: f32 = 1e-3;

#[test]
fn templates_agree_with_the_packages_own_code_in_chromium() {
    let chips = chips();
    assert!(chips.len() >= 3);
    let files = write(&chips);
    let Some(reference) = reference(&files) else {
        return;
    };
    assert_eq!(reference.len(), chips.len());
    for (chip, descriptor) in chips.iter().zip(reference) {
        let theirs = Template::new(ModelId::FACE_API, descriptor).unwrap();
        let ours = engine().embedder().embed(chip, Effort::Single).unwrap();
        let apart = ours
            .values()
            .iter()
            .zip(theirs.values())
            .map(|(a, b)| (a - b).abs());
        let apart = apart.fold(0.0, f32::max);
        println!(
            "largest difference {apart:.2e}, cosine {:.7}",
            ours.cosine(&theirs)
        );
        assert!(apart < TOLERANCE, "{apart}");
    }
}

/// The largest face of three photographs, aligned.
fn chips() -> Vec<Frame> {
    let chip = |name: &str| {
        let frame = frame(name);
        let faces = engine().detect(&frame).unwrap();
        let landmarks = engine().locate(&frame, faces.first()?).unwrap();
        alignment::chip(&frame, &landmarks)
    };
    ["sample1.jpg", "sample3.jpg", "sample5.jpg", "samples.jpg"]
        .into_iter()
        .filter_map(chip)
        .collect()
}

fn write(chips: &[Frame]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    chips
        .iter()
        .enumerate()
        .map(|(index, chip)| {
            let file = folder.join(format!("chip-{index}.rgb"));
            std::fs::write(&file, chip.rgb()).unwrap();
            file
        })
        .collect()
}

/// What the package computes; `None`, with a line that says so, where it cannot be run.
fn reference(chips: &[PathBuf]) -> Option<Vec<Vec<f32>>> {
    let room = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = vision::samples::dir()?
        .parent()?
        .join("vladmandic-face-api-1.7.15.tgz");
    let output = Command::new("node")
        .arg(room.join("tests/reference/descriptors.mjs"))
        .arg(archive)
        .arg(room.join("../../e2e"))
        .args(chips)
        .output();
    let output = match output {
        Ok(output) => output,
        Err(e) => {
            println!("SKIPPED: node could not be started ({e})");
            return None;
        }
    };
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        println!("SKIPPED: {}", complaint.trim());
        return None;
    }
    assert!(output.status.success(), "{complaint}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

//! Whatever runs the nets, the same comes of a face.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{engine, frame};
use std::path::{Path, PathBuf};
use std::process::Command;
use vision::{Effort, Engine, Face, OnnxRuntimeSetting, Runtime, Setup};

/// The pinned library of `scripts/onnxruntime.sh`; `None`, with a line that says so, where it cannot be had.
fn library() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/onnxruntime.sh");
    let output = Command::new(&script).output();
    match output {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8(output.stdout).unwrap().trim().into())
        }
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr);
            println!(
                "SKIPPED: ONNX Runtime's library cannot be had: {}",
                why.trim()
            );
            None
        }
        Err(error) => {
            println!(
                "SKIPPED: {} could not be started: {error}",
                script.display()
            );
            None
        }
    }
}

fn with_onnx_runtime() -> Option<Engine> {
    let runtime = Runtime::onnx_runtime(&library()?).unwrap();
    assert!(!runtime.is_tract());
    let setup = Setup {
        runtime,
        ..Setup::default()
    };
    Some(Engine::of(&setup).unwrap())
}

fn alike(one: &Face, other: &Face) {
    let cosine = one.template.cosine(&other.template);
    assert!(cosine > 0.9999, "{cosine}");
    let overlap = one.bounds.overlap(&other.bounds);
    assert!(overlap > 0.999, "{overlap}");
    let nose = |face: &Face| face.landmarks.point(1).unwrap();
    assert!(nose(one).distance(nose(other)) < 0.1);
}

#[test]
fn tract_and_onnx_runtime_agree_on_real_faces() {
    let Some(other) = with_onnx_runtime() else {
        return;
    };
    let mut faces = 0;
    for name in ["sample1.jpg", "sample3.jpg", "sample5.jpg", "sample6.jpg"] {
        for effort in [Effort::Single, Effort::Mirrored] {
            let photograph = frame(name);
            let ours = engine().analyse_with(&photograph, effort).unwrap();
            let theirs = other.analyse_with(&photograph, effort).unwrap();
            assert_eq!(ours.len(), theirs.len(), "{name}");
            ours.iter().zip(&theirs).for_each(|(a, b)| alike(a, b));
            faces += ours.len();
        }
    }
    assert!(faces >= 20, "{faces}");
}

#[test]
fn several_chips_in_one_call_give_what_one_call_each_gives() {
    let engines = [Some(Engine::load().unwrap()), with_onnx_runtime()];
    for engine in engines.into_iter().flatten() {
        let photograph = frame("sample6.jpg");
        let detections = engine.detect(&photograph).unwrap();
        let chips: Vec<_> = detections
            .iter()
            .filter_map(|face| {
                let landmarks = engine.locate(&photograph, face).unwrap();
                let chip = engine.embedder().chip(&photograph, &landmarks)?;
                Some(vec![chip])
            })
            .collect();
        assert!(chips.len() >= 4);
        let together = engine
            .embedder()
            .embed_chips(&chips, Effort::Mirrored)
            .unwrap();
        for (chip, template) in chips.iter().zip(&together) {
            let alone = engine.embedder().embed(&chip[0], Effort::Mirrored).unwrap();
            assert!(alone.cosine(template) > 0.999_99);
        }
    }
}

#[test]
fn threads_compute_side_by_side() {
    let Some(engine) = with_onnx_runtime() else {
        return;
    };
    let photograph = frame("sample1.jpg");
    let expected = engine.analyse(&photograph).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..3 {
                    assert_eq!(engine.analyse(&photograph).unwrap(), expected);
                }
            });
        }
    });
}

#[test]
fn without_the_library_tract_is_used_and_the_reason_said() {
    let (runtime, why) = Runtime::choose(&OnnxRuntimeSetting::Off);
    assert!(runtime.is_tract() && why.is_none());
    let nowhere = OnnxRuntimeSetting::At("/nowhere/libonnxruntime.so".into());
    let (runtime, why) = Runtime::choose(&nowhere);
    assert!(runtime.is_tract());
    assert!(why.unwrap().contains("/nowhere/libonnxruntime.so"));
}

//! Time from a JPEG frame to an identity on one core, stage by stage.
//!
//! `cargo bench -p gatebook-vision` (the bench profile is the release profile). Prints the
//! median of many rounds in milliseconds; no threshold is enforced, for machines differ. `GATEBOOK_FRAME` names
//! a file that the frame is written to, so that others can be measured on the same.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use vision::{
    Effort, Engine, Frame, Gallery, Limits, Quality, Rect, Runtime, Setup, Signs, alignment,
};

const ROUNDS: usize = 100;

fn main() {
    on(Runtime::default());
    match library() {
        Some(path) => on(Runtime::onnx_runtime(&path).unwrap()),
        None => println!("\nONNX Runtime is not measured: scripts/onnxruntime.sh gave no library"),
    }
}

/// The pinned library, see `scripts/onnxruntime.sh`.
fn library() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/onnxruntime.sh");
    let output = Command::new(script).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| path.trim().into())
}

fn on(runtime: Runtime) {
    println!("\n== {runtime}");
    let started = Instant::now();
    let setup = Setup {
        runtime,
        ..Setup::default()
    };
    let engine = Engine::of(&setup).unwrap();
    println!(
        "load                 {:8.1} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    println!("resident             {:8.1} MB", resident());
    let jpeg = scene(&engine);
    if let Some(file) = std::env::var_os("GATEBOOK_FRAME") {
        std::fs::write(file, &jpeg).unwrap();
    }
    let frame = Frame::decode(&jpeg, Limits::LIVE).unwrap();
    println!(
        "frame                {} x {}, {} bytes",
        frame.width(),
        frame.height(),
        jpeg.len()
    );
    stages(&engine, &jpeg, &frame);
    println!("resident at the end  {:8.1} MB", resident());
}

fn stages(engine: &Engine, jpeg: &[u8], frame: &Frame) {
    let detections = engine.detect(frame).unwrap();
    let detection = detections.first().expect("the scene shows a face");
    let face = engine
        .describe(frame, detection, Effort::Single)
        .unwrap()
        .expect("a face");
    let chip = alignment::chip(frame, &face.landmarks).unwrap();
    let four = vec![vec![chip.clone()]; 4];
    let gallery = crowd(1_000);

    measure("JPEG", || {
        drop(black_box(Frame::decode(jpeg, Limits::LIVE)))
    });
    measure("detection", || drop(black_box(engine.detect(frame))));
    measure("landmarks", || {
        drop(black_box(engine.locate(frame, detection)))
    });
    measure("landmarks, once more", || {
        drop(black_box(engine.steadied(frame, &face.landmarks)))
    });
    measure("chip", || {
        drop(black_box(alignment::chip(frame, &face.landmarks)))
    });
    measure("template", || {
        drop(black_box(engine.embedder().embed(&chip, Effort::Single)))
    });
    measure("quality", || {
        let quality = Quality::of(detection, &face.landmarks, &chip, frame);
        let _ = black_box(quality);
    });
    measure("its signs of covers", || {
        let _ = black_box(Signs::of(&face.landmarks, &chip));
    });
    measure("eyes, of whom is asked", || {
        let mut asked = face.clone();
        drop(black_box(engine.look_at_eyes(frame, &mut asked)));
    });
    measure("4 templates at once", || {
        drop(black_box(
            engine.embedder().embed_chips(&four, Effort::Single),
        ))
    });
    measure("search in 1000", || {
        let _ = black_box(gallery.search(&face.template));
    });
    measure("frame to identity", || {
        let frame = Frame::decode(jpeg, Limits::LIVE).unwrap();
        for face in engine.analyse(&frame).unwrap() {
            black_box(gallery.search(&face.template));
        }
    });
}

/// Memory of this process that is resident, in MB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

fn measure(name: &str, mut work: impl FnMut()) {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{name:<20} {:8.2} ms (best {:.2})",
        times[ROUNDS / 2],
        times[0]
    );
}

/// A camera's frame of 640 x 480 with one face, cut from a photograph of the package.
fn scene(engine: &Engine) -> Vec<u8> {
    let folder = vision::samples::dir().expect("the build leaves the photographs in its cache");
    let photograph = std::fs::read(folder.join("sample1.jpg")).unwrap();
    let photograph = Frame::decode(&photograph, Limits::UPLOAD).unwrap();
    let face = engine.detect(&photograph).unwrap()[0].bounds.centre();
    let left = (face.x - 320.0).clamp(0.0, photograph.bounds().width - 640.0);
    let top = (face.y - 240.0).clamp(0.0, photograph.bounds().height - 480.0);
    let view = Rect {
        x: left.floor(),
        y: top.floor(),
        width: 640.0,
        height: 480.0,
    };
    photograph.crop(&view).unwrap().to_jpeg(85).unwrap()
}

/// A gallery of made-up people.
fn crowd(people: u128) -> Gallery {
    let gallery = Gallery::default();
    let mut state = 1u32;
    for person in 0..people {
        let values = (0..128).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        });
        let template = vision::Template::new(vision::ModelId::FACE_API, values.collect()).unwrap();
        gallery
            .set(model::PersonId(uuid::Uuid::from_u128(person)), &[template])
            .unwrap();
    }
    gallery
}

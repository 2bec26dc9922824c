//! What is saved by following faces, and what it costs: the time of a camera's frame, the places and templates
//! that come of a small part of the frame, and who is named by when.
//!
//! `GATEBOOK_FACES=folder cargo run --release -p gatebook-vision --example following`
//!
//! The folder is described in `faces/mod.rs`. A photograph moves over a grey wall of 640 x 480 as somebody
//! does who walks past a camera; each frame is a JPEG.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

mod faces;

use bytes::Bytes;
use faces::{percent, quantile};
use model::PersonId;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use uuid::Uuid;
use vision::{
    Detection, Effort, Engine, Frame, Gallery, Limits, Look, Point, Purpose, Runtime, Setup,
    Tracker,
};

/// Seconds that somebody is in the picture.
const PASSAGE: f32 = 4.0;
/// Passages that are filmed.
const PASSAGES: usize = 24;
const SIZE: (usize, usize) = (640, 480);

/// Somebody with one photograph to be known by and one to walk past with.
struct Walker {
    enrolled: Frame,
    walking: Frame,
}

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let walkers = walkers(&folder);
    let mut runtimes = vec![Runtime::default()];
    runtimes.extend(library().map(|path| Runtime::onnx_runtime(&path).unwrap()));
    for runtime in runtimes {
        println!("\n== {runtime}");
        let setup = Setup {
            runtime,
            ..Setup::default()
        };
        let engine = Engine::of(&setup).unwrap();
        near(&engine, &walkers);
        for rate in [5.0, 10.0] {
            for pace in [0.0, 160.0] {
                passages(&engine, &walkers, rate, pace);
            }
        }
    }
}

/// The pinned library, see `scripts/onnxruntime.sh`.
fn library() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/onnxruntime.sh");
    let output = Command::new(script).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| path.trim().into())
}

fn walkers(folder: &Path) -> Vec<Walker> {
    let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, person) in faces::images(folder) {
        people.entry(person).or_default().push(path);
    }
    let read =
        |path: &str| Frame::decode(&std::fs::read(folder.join(path)).unwrap(), Limits::UPLOAD);
    let several = people.into_values().filter(|paths| paths.len() >= 2);
    let walker = |paths: Vec<String>| Walker {
        enrolled: read(&paths[0]).unwrap(),
        walking: read(&paths[1]).unwrap(),
    };
    several.take(PASSAGES).map(walker).collect()
}

/// A frame with the photograph's middle at (x, y), as a camera sends it.
fn filmed(photograph: &Frame, x: f32, y: f32) -> Bytes {
    let middle = photograph.bounds().centre();
    let frame = photograph
        .placed(middle, Point::new(x, y), 1.0, SIZE)
        .unwrap();
    Bytes::from(frame.to_jpeg(85).unwrap())
}

/// The face looked for around where it was, beside the face found in the whole frame.
fn near(engine: &Engine, walkers: &[Walker]) {
    let (mut found, mut overlaps, mut near, mut whole) = (0, Vec::new(), Vec::new(), Vec::new());
    let mut tried = 0;
    for walker in walkers {
        let still = Frame::decode(&filmed(&walker.walking, 300.0, 240.0), Limits::LIVE).unwrap();
        let before = faces::central(&engine.detect(&still).unwrap(), &still).unwrap();
        let first = engine.describe(&still, &before, Effort::Single).unwrap();
        for (dx, dy) in [(7.0, 3.0), (25.0, -11.0), (-50.0, 20.0)] {
            let moved = filmed(&walker.walking, 300.0 + dx, 240.0 + dy);
            let moved = Frame::decode(&moved, Limits::LIVE).unwrap();
            tried += 1;
            let again = engine.near(&moved, &before.bounds).unwrap();
            let all = engine.detect(&moved).unwrap();
            let overlap = |face: &&Detection| face.bounds.overlap(&before.bounds);
            let full = all
                .iter()
                .max_by(|a, b| overlap(a).total_cmp(&overlap(b)))
                .copied();
            if let (Some(again), Some(full), Some(first)) = (again, full, &first) {
                found += 1;
                overlaps.push(again.bounds.overlap(&full.bounds));
                let likeness = |face| {
                    let face = engine.describe(&moved, face, Effort::Single).unwrap();
                    face.map_or(0.0, |face| face.template.cosine(&first.template))
                };
                near.push(likeness(&again));
                whole.push(likeness(&full));
            }
        }
    }
    let spread = |values: &[f32]| {
        let [low, middle] = [0.05, 0.5].map(|share| quantile(values, share));
        format!("{middle:.4} (5 %: {low:.4})")
    };
    println!(
        "looked for around where it was: found {found} of {tried}; overlap with the box of the whole frame {}; \
         cosine to the frame before {}, from the whole frame {}",
        spread(&overlaps),
        spread(&near),
        spread(&whole),
    );
}

/// What came of some passages.
#[derive(Default)]
struct Outcome {
    millis: Vec<f32>,
    /// Frames from the first until somebody was named; `None`: nobody, or somebody else.
    named: Vec<Option<usize>>,
    tracks: usize,
    wrong: usize,
}

/// Everybody passes alone, `pace` pixels a second, with each frame looked at in full and with faces followed.
fn passages(engine: &Engine, walkers: &[Walker], rate: f32, pace: f32) {
    let gallery = Gallery::new(engine.embedder().model());
    for (at, walker) in walkers.iter().enumerate() {
        let face = faces::central(&engine.detect(&walker.enrolled).unwrap(), &walker.enrolled);
        let face = engine.describe(&walker.enrolled, &face.unwrap(), Effort::Thorough);
        let person = PersonId(Uuid::from_u128(at as u128));
        gallery
            .set(person, &[face.unwrap().unwrap().template])
            .unwrap();
    }
    let (mut full, mut followed) = (Outcome::default(), Outcome::default());
    for (at, walker) in walkers.iter().enumerate() {
        let frames = frames(walker, rate, pace);
        let person = PersonId(Uuid::from_u128(at as u128));
        walk(engine, &gallery, &frames, rate, person, false, &mut full);
        walk(engine, &gallery, &frames, rate, person, true, &mut followed);
    }
    for (name, outcome) in [("in full", full), ("followed", followed)] {
        let mean = outcome.millis.iter().sum::<f32>() / outcome.millis.len() as f32;
        let named: Vec<f32> = outcome.named.iter().flatten().map(|n| *n as f32).collect();
        println!(
            "{rate} frames/s, {pace} pixels/s, {name}: {mean:.2} ms a frame (longest {:.1}), named {:.1} % of {} after \
             {:.2} frames, {} wrong, {} tracks",
            outcome.millis.iter().copied().fold(0.0, f32::max),
            percent(&outcome.named, Option::is_some),
            outcome.named.len(),
            named.iter().sum::<f32>() / named.len().max(1) as f32,
            outcome.wrong,
            outcome.tracks,
        );
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn frames(walker: &Walker, rate: f32, pace: f32) -> Vec<Bytes> {
    let count = (PASSAGE * rate) as usize;
    let place = |n: usize| {
        let seconds = n as f32 / rate;
        let x = 320.0 + (seconds - PASSAGE / 2.0) * pace;
        // Nobody's head goes on a line.
        filmed(&walker.walking, x, 240.0 + (seconds * 7.0).sin() * 4.0)
    };
    (0..count).map(place).collect()
}

fn walk(
    engine: &Engine,
    gallery: &Gallery,
    frames: &[Bytes],
    rate: f32,
    person: PersonId,
    following: bool,
    outcome: &mut Outcome,
) {
    let mut tracker = Tracker::default();
    let (mut named, mut tracks) = (None, std::collections::BTreeSet::new());
    for (n, jpeg) in frames.iter().enumerate() {
        let at = Duration::from_secs_f32(n as f32 / rate);
        let started = Instant::now();
        let purpose = if following {
            Purpose::Following(tracker.attention(at))
        } else {
            Purpose::Live
        };
        let Look::Seen(seen) = engine.look(jpeg, purpose).unwrap() else {
            panic!("a frame cannot be read");
        };
        let update = tracker.follow(jpeg, &seen, at, gallery);
        outcome.millis.push(started.elapsed().as_secs_f32() * 1e3);
        for decided in &update.decided {
            if decided.person == Some(person) {
                named = named.or(Some(n + 1));
            } else if decided.person.is_some() {
                outcome.wrong += 1;
            }
        }
        tracks.extend(update.overlays.iter().map(|overlay| overlay.track));
    }
    outcome.named.push(named);
    outcome.tracks += tracks.len();
}

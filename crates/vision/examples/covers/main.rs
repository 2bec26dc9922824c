//! What is found to cover a face: how often on photographs on which nothing does, and how often where something was
//! laid over the face, and what that does to recognition.
//!
//! `GATEBOOK_FACES=folder cargo run --release --workspace --example covers -- FOLDS [fit|nod]`
//!
//! FOLDS names the folds of pairs that are looked at, as `0,1`: weights are fitted on some and reported on others,
//! whose people are other ones. With `fit` the weights of `vision::Cover` are fitted, with `nod` heads are looked at
//! that look up or down.
//!
//! The folder is described in `faces/mod.rs`. **Nothing here was worn or held**: see `compose.rs` and `nod.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

#[path = "../faces/mod.rs"]
mod faces;

mod canvas;
mod cloth;
mod compose;
mod dice;
mod fit;
mod nod;
mod report;
mod worse;

use compose::Kind;
use dice::Dice;
use faces::{Pair, Portrait};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use vision::{Effort, Engine, Frame, Quality, Rect, Signs, Template, alignment, threshold};

/// Below this a mesh lies on no face: the engine's bound.
const LEAST_PRESENCE: f32 = 0.3;

/// A photograph as it is.
struct Image {
    path: String,
    person: String,
    enrolled: Template,
    live: Template,
    seen: Seen,
    portrait: Portrait,
}

/// What is seen of one face.
struct Seen {
    quality: Quality,
    signs: Option<Signs>,
    chip: Frame,
}

/// A picture made of a photograph, and where the face is in it.
struct Picture {
    frame: Frame,
    face: Rect,
}

type Images = BTreeMap<String, Image>;

/// Under each kind of cover only every so many photographs are looked at: composing takes its time.
const EVERY: usize = 3;

/// Those that are looked at under the kind of this number: other ones each time, so that everybody comes.
fn some(images: &Images, kind: usize) -> Vec<&Image> {
    images.values().skip(kind % EVERY).step_by(EVERY).collect()
}

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let engine = Engine::load().unwrap();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folds = arguments.first().map_or("0,1,2", String::as_str);
    let pairs = faces::pairs_of(&folder, folds);
    let images = load(&engine, &folder, &pairs);
    println!("folds {folds}, {} photographs", images.len());
    match arguments.get(1).map(String::as_str) {
        Some("fit") => fit::report(&engine, &images),
        Some("nod") => nod::report(&engine, &pairs, &images),
        _ => report::report(&engine, &pairs, &images),
    }
}

/// The photographs of the pairs whose face is found as the engine finds it.
fn load(engine: &Engine, folder: &Path, pairs: &[Pair]) -> Images {
    let people = faces::images(folder);
    let paths = pairs.iter().flat_map(|pair| pair.images.clone());
    let paths: Vec<String> = paths.collect::<BTreeSet<String>>().into_iter().collect();
    let loaded = faces::on_two_threads(&paths, |path| {
        let portrait = faces::portrait(engine, &folder.join(path))?;
        (portrait.landmarks.presence >= LEAST_PRESENCE).then_some(())?;
        let Portrait {
            frame,
            detection,
            landmarks,
            chip,
            ..
        } = &portrait;
        Some(Image {
            path: path.clone(),
            person: people[path].clone(),
            enrolled: embed(engine, chip, Effort::Mirrored),
            live: embed(engine, chip, Effort::Single),
            seen: Seen {
                quality: Quality::of(detection, landmarks, chip, frame),
                signs: Signs::of(landmarks, chip),
                chip: chip.clone(),
            },
            portrait,
        })
    });
    let found = loaded.into_iter().flatten();
    found.map(|image| (image.path.clone(), image)).collect()
}

fn embed(engine: &Engine, chip: &Frame, effort: Effort) -> Template {
    engine.embedder().embed(chip, effort).unwrap()
}

/// The face that was at this place; `None` if it is not found any more, whoever else may be.
fn look(engine: &Engine, picture: &Picture) -> Option<Seen> {
    let Picture { frame, face } = picture;
    let found = engine.detect(frame).unwrap().into_iter();
    let away = |bounds: &Rect| bounds.centre().distance(face.centre());
    let nearest = found.min_by(|a, b| away(&a.bounds).total_cmp(&away(&b.bounds)))?;
    (away(&nearest.bounds) < face.height * 0.6).then_some(())?;
    let landmarks = engine.locate(frame, &nearest).unwrap();
    (landmarks.presence >= LEAST_PRESENCE).then_some(())?;
    let chip = alignment::chip(frame, &landmarks)?;
    Some(Seen {
        quality: Quality::of(&nearest, &landmarks, &chip, frame),
        signs: Signs::of(&landmarks, &chip),
        chip,
    })
}

/// A photograph with its face covered. Half of them are made worse, too.
fn covered(image: &Image, name: &str, kind: Kind) -> Picture {
    let mut dice = Dice::of(&image.path, name);
    let worsened = dice.chance(0.5);
    composed(image, kind, worsened, &mut dice)
}

/// A photograph that is only made worse.
fn worsened(image: &Image) -> Picture {
    let mut dice = Dice::of(&image.path, "worse");
    composed(image, Kind::Nothing, true, &mut dice)
}

fn composed(image: &Image, kind: Kind, worsened: bool, dice: &mut Dice) -> Picture {
    let Portrait {
        frame,
        landmarks,
        detection,
        ..
    } = &image.portrait;
    let (frame, corner) = compose::covered(frame, landmarks, kind, dice);
    let (frame, scale) = match worsened {
        true => worse::worse(&frame, dice),
        false => (worse::compressed(&frame, 92), 1.0),
    };
    let face = detection.bounds;
    Picture {
        frame,
        face: Rect {
            x: (face.x - corner.x) * scale,
            y: (face.y - corner.y) * scale,
            width: face.width * scale,
            height: face.height * scale,
        },
    }
}

/// For each photograph those that it is compared with, and whether they show the same person: either of a pair may be
/// the live one.
fn compared<'a>(
    pairs: &'a [Pair],
    images: &'a Images,
) -> BTreeMap<&'a str, Vec<(&'a Image, bool)>> {
    let mut others: BTreeMap<&str, Vec<(&Image, bool)>> = BTreeMap::new();
    for pair in pairs {
        let [a, b] = &pair.images;
        for (live, enrolled) in [(a, b), (b, a)] {
            if let Some(enrolled) = images.get(enrolled) {
                others.entry(live).or_default().push((enrolled, pair.same));
            }
        }
    }
    others
}

/// Shares of equal people who do not match, and of different ones who do, and how many equal ones there are.
fn errors(scores: &[(f32, bool)]) -> String {
    let matches = |(cosine, _): &(f32, bool)| *cosine >= threshold::verification(1);
    let (same, other): (Vec<_>, Vec<_>) = scores.iter().partition(|(_, same)| *same);
    format!(
        "{:.1} % {:.2} % ({}, {})",
        faces::percent(&same, |score| !matches(score)),
        faces::percent(&other, matches),
        same.len(),
        other.len()
    )
}

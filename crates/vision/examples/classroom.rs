//! A class before one camera: how many of thirty people are found in a frame and named within a minute.
//!
//! `GATEBOOK_FACES=folder cargo run --release -p gatebook-vision --example classroom`
//!
//! The folder is described in `faces/mod.rs`. Thirty people are enrolled with one photograph and sit in rows on a grey wall with
//! another; a frame is taken every two seconds, as JPEG, in which each head has moved by some pixels.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod faces;

use bytes::Bytes;
use faces::percent;
use model::PersonId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;
use vision::{Detection, Effort, Engine, Face, Frame, Gallery, Limits, Point, Rect, Tracker};

const ROWS: usize = 5;
const COLUMNS: usize = 6;
/// Frames of a minute.
const FRAMES: usize = 30;
/// Others who are enrolled.
const OTHERS: usize = 70;

struct Pupil {
    photograph: Frame,
    face: Detection,
}

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let engine = Engine::load().unwrap();
    let (gallery, pupils) = class(&engine, &folder);
    println!("{} people enrolled with one photograph each", gallery.len());
    for size in [(1280, 720), (1920, 1080)] {
        for height in [24.0, 32.0, 40.0, 48.0, 56.0, 64.0, 80.0] {
            measure(&engine, &gallery, &pupils, size, height);
        }
    }
}

/// Those who sit there, and everybody enrolled; person n is pupil n.
fn class(engine: &Engine, folder: &Path) -> (Gallery, Vec<Pupil>) {
    let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, person) in faces::images(folder) {
        people.entry(person).or_default().push(path);
    }
    let read = |path: &String| {
        let bytes = std::fs::read(folder.join(path)).unwrap();
        Frame::decode(&bytes, Limits::UPLOAD).unwrap()
    };
    let found = |frame: &Frame| faces::central(&engine.detect(frame).unwrap(), frame).unwrap();
    let (gallery, mut pupils) = (Gallery::new(engine.embedder().model()), Vec::new());
    let several = people.values().filter(|paths| paths.len() >= 2);
    for (number, paths) in several.take(ROWS * COLUMNS + OTHERS).enumerate() {
        let portrait = read(&paths[0]);
        let face = engine.describe(&portrait, &found(&portrait), Effort::Thorough);
        let template = face.unwrap().unwrap().template;
        let person = PersonId(Uuid::from_u128(number as u128));
        gallery.set(person, &[template]).unwrap();
        if number < ROWS * COLUMNS {
            let photograph = read(&paths[1]);
            let face = found(&photograph);
            pupils.push(Pupil { photograph, face });
        }
    }
    (gallery, pupils)
}

/// The frame as a camera sends it, and where each face lies in it.
fn filmed(pupils: &[Pupil], size: (usize, usize), height: f32, shift: usize) -> (Bytes, Vec<Rect>) {
    let (width, rows) = size;
    let (cell_width, cell_height) = (width / COLUMNS, rows / ROWS);
    let mut rgb = vec![110u8; width * rows * 3];
    let mut places = Vec::new();
    for (seat, pupil) in pupils.iter().enumerate() {
        let (left, top) = (seat % COLUMNS * cell_width, seat / COLUMNS * cell_height);
        let scale = height / pupil.face.bounds.height;
        let wander = |step: usize| ((shift * step + seat * 3) % 7) as f32 - 3.0;
        let middle = Point::new(
            cell_width as f32 / 2.0 + wander(5),
            cell_height as f32 / 2.0 + wander(3),
        );
        let cell = pupil.photograph.placed(
            pupil.face.bounds.centre(),
            middle,
            1.0 / scale,
            (cell_width, cell_height),
        );
        let cell = cell.unwrap();
        for (row, pixels) in cell.rgb().chunks_exact(cell_width * 3).enumerate() {
            let start = ((top + row) * width + left) * 3;
            rgb[start..start + pixels.len()].copy_from_slice(pixels);
        }
        places.push(Rect {
            x: left as f32 + middle.x - height / 2.0,
            y: top as f32 + middle.y - height / 2.0,
            width: height,
            height,
        });
    }
    let frame = Frame::from_rgb(width, rows, rgb).unwrap();
    (Bytes::from(frame.to_jpeg(85).unwrap()), places)
}

/// Which of the places have a face of about their size.
fn hit(faces: &[Rect], places: &[Rect]) -> Vec<bool> {
    let found = |place: &Rect| faces.iter().any(|face| face.overlap(place) > 0.4);
    places.iter().map(found).collect()
}

fn measure(
    engine: &Engine,
    gallery: &Gallery,
    pupils: &[Pupil],
    size: (usize, usize),
    height: f32,
) {
    let (mut once, mut closely, mut millis) = (Vec::new(), Vec::new(), Vec::new());
    let (mut tracker, mut named, mut wrong) = (Tracker::default(), BTreeSet::new(), 0);
    for n in 0..FRAMES {
        let (jpeg, places) = filmed(pupils, size, height, n);
        let frame = Frame::decode(&jpeg, Limits::LIVE).unwrap();
        let whole = engine.detect(&frame).unwrap();
        let whole: Vec<Rect> = whole.iter().map(|face| face.bounds).collect();
        once.extend(hit(&whole, &places));
        let started = Instant::now();
        let seen: Vec<Face> = engine.roll_call(&frame).unwrap();
        millis.push(started.elapsed().as_secs_f32() * 1e3);
        let bounds: Vec<Rect> = seen.iter().map(|face| face.bounds).collect();
        closely.extend(hit(&bounds, &places));
        let update = tracker.step(&jpeg, &seen, Duration::from_secs(2 * n as u64), gallery);
        for told in &update.decided {
            let seat = |place: &Rect| place.scaled(1.5).overlap(&told.bounds) > 0.1;
            let seat = places.iter().position(seat).map(|seat| seat as u128);
            match told.person.map(|person| person.0.as_u128()) {
                Some(person) if Some(person) == seat => drop(named.insert(person)),
                Some(_) => wrong += 1,
                None => {}
            }
        }
    }
    millis.sort_by(f32::total_cmp);
    println!(
        "{} x {}, faces of {height} pixels: found in the whole frame {:.1} %, with its parts {:.1} %; named within a minute {} \
         of {}, {wrong} wrongly; {:.0} ms a frame",
        size.0,
        size.1,
        percent(&once, |found| *found),
        percent(&closely, |found| *found),
        named.len(),
        pupils.len(),
        millis[millis.len() / 2],
    );
}

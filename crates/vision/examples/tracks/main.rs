//! Open-set identification of tracks: people enrolled with some images and seen in some frames, and
//! strangers seen in as many.
//!
//! `GATEBOOK_FACES=folder cargo run --release --workspace --example tracks -- [staying [FOLDS]]`
//!
//! The folder is described in `faces/mod.rs`. **The frames of a track are different photographs of one
//! person**, taken on different days: more unlike than the frames of a camera, whose combination wins less.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

#[path = "../faces/mod.rs"]
mod faces;
mod staying;

use bytes::Bytes;
use faces::{percent, quantile};
use model::PersonId;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;
use vision::threshold::{self, Rate};
use vision::{Effort, Engine, Face, Gallery, Template, Tracker};

/// Galleries drawn for each row.
const DRAWS: usize = 60;
/// Strangers held to be somebody, 1:N.
const FALSE_IDENTIFICATIONS: f32 = 0.01;

struct Image {
    live: Face,
    enrolled: Template,
}

type Person = Vec<Image>;

/// Everybody on the photographs, each with all images.
fn load(folder: &Path) -> Vec<Person> {
    let engine = Engine::load().unwrap();
    let owners: Vec<(String, String)> = faces::images(folder).into_iter().collect();
    let described = faces::on_two_threads(&owners, |(path, person)| {
        let portrait = faces::portrait(&engine, &folder.join(path))?;
        let describe = |effort| {
            let face = engine.describe(&portrait.frame, &portrait.detection, effort);
            face.unwrap()
        };
        let live = describe(Effort::Single)?;
        let weight = live.quality.weight();
        let enrolled = describe(Effort::Thorough)?.template.trusted(weight);
        Some((person.clone(), Image { live, enrolled }))
    });
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for (name, image) in described.into_iter().flatten() {
        people.entry(name).or_default().push(image);
    }
    people.into_values().collect()
}

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    if std::env::args().nth(1).as_deref() == Some("staying") {
        return staying::report(&folder, std::env::args().nth(2).as_deref());
    }
    let people = load(&folder);
    println!("{} people", people.len());
    alike(&people);
    for size in [20, 50] {
        for images in [1, 3] {
            for frames in [1, 2, 3, 5] {
                measure(&people, size, images, frames);
            }
        }
    }
}

/// How alike two photographs of one person are: what frames are worth is measured by it.
fn alike(people: &[Person]) {
    let mut cosines = Vec::new();
    for person in people {
        let first = person.iter().take(8).enumerate();
        for (n, one) in first {
            let others = person.iter().take(8).skip(n + 1);
            cosines.extend(others.map(|other| one.live.template.cosine(&other.live.template)));
        }
    }
    let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
    println!(
        "two photographs of one person: mean {mean:.4}, median {:.4}",
        quantile(&cosines, 0.5)
    );
}

/// One track's outcome, by the ways of comparing.
struct Outcome {
    /// Cosine to the most alike, and whether that is the right one, with the mean of a person's images
    /// weighed by quality, with the plain mean, and with the best of them.
    weighed: (f32, bool),
    plain: (f32, bool),
    best: (f32, bool),
    /// Whom the tracker named, if anybody.
    named: Option<usize>,
    /// What the tracker asks for.
    threshold: f32,
    truth: Option<usize>,
}

fn measure(people: &[Person], size: usize, images: usize, frames: usize) {
    let able: Vec<usize> = (0..people.len())
        .filter(|at| people[*at].len() >= images + frames)
        .collect();
    if able.len() < size {
        return;
    }
    let mut state = 7u32;
    let mut outcomes = Vec::new();
    for _ in 0..DRAWS {
        let mut order = able.clone();
        shuffle(&mut order, &mut state);
        let members = &order[..size];
        outcomes.extend(draw(people, members, images, frames, &mut state));
    }
    report(&outcomes, size, images, frames);
}

/// One gallery: a track of everybody in it, and one of everybody else who has enough photographs.
fn draw(
    people: &[Person],
    members: &[usize],
    images: usize,
    frames: usize,
    state: &mut u32,
) -> Vec<Outcome> {
    let gallery = Gallery::default();
    let mut shelves = BTreeMap::new();
    let mut tracks = Vec::new();
    for (at, person) in people.iter().enumerate() {
        let enrolled = members.contains(&at);
        let taken = if enrolled { images } else { 0 };
        if person.len() < taken + frames {
            continue;
        }
        let mut own: Vec<usize> = (0..person.len()).collect();
        shuffle(&mut own, state);
        let (own, rest) = own.split_at(taken);
        if enrolled {
            let own: Vec<Template> = own.iter().map(|n| person[*n].enrolled.clone()).collect();
            gallery
                .set(PersonId(Uuid::from_u128(at as u128)), &own)
                .unwrap();
            shelves.insert(at, own);
        }
        let seen: Vec<Face> = rest[..frames]
            .iter()
            .map(|n| person[*n].live.clone())
            .collect();
        tracks.push((enrolled.then_some(at), seen));
    }
    let outcome =
        |(truth, seen): &(Option<usize>, Vec<Face>)| outcome(*truth, seen, &gallery, &shelves);
    tracks.iter().map(outcome).collect()
}

fn outcome(
    truth: Option<usize>,
    seen: &[Face],
    gallery: &Gallery,
    shelves: &BTreeMap<usize, Vec<Template>>,
) -> Outcome {
    let weighed: Vec<Template> = seen
        .iter()
        .map(|face| face.template.clone().trusted(face.quality.weight()))
        .collect();
    let plain = Template::mean(seen.iter().map(|face| &face.template)).unwrap();
    let (combined, closeness) = Template::gathered(&weighed).unwrap();
    let nearest = |score: &dyn Fn(&[Template]) -> f32| {
        let all = shelves
            .iter()
            .map(|(who, own)| (score(own), Some(*who) == truth));
        all.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
    };
    let untrusted = |own: &[Template]| {
        let own: Vec<Template> = own.iter().map(|one| one.clone().trusted(1.0)).collect();
        plain.cosine(&Template::mean(&own).unwrap())
    };
    let best = |own: &[Template]| {
        own.iter()
            .map(|one| combined.cosine(one))
            .fold(-1.0, f32::max)
    };
    let images = shelves.values().next().unwrap().len();
    let unlike = threshold::unlike_views(seen.len(), closeness);
    Outcome {
        weighed: nearest(&|own| combined.cosine(&Template::mean(own).unwrap())),
        plain: nearest(&untrusted),
        best: nearest(&best),
        named: named(seen, gallery),
        threshold: threshold::of_several(gallery.len(), images, unlike, Rate::USUAL.of_each_look()),
        truth,
    }
}

/// Whom the tracker names, the frames coming five times a second in one place.
fn named(seen: &[Face], gallery: &Gallery) -> Option<usize> {
    let mut tracker = Tracker::default();
    let place = seen[0].bounds;
    let mut named = None;
    for (n, face) in seen.iter().enumerate() {
        let face = Face {
            bounds: place,
            ..face.clone()
        };
        let at = Duration::from_millis(n as u64 * 200);
        let update = tracker.step(&Bytes::new(), &[face], at, gallery);
        named = named.or(update.decided.iter().find_map(|told| told.person));
    }
    named.map(|person| usize::try_from(person.0.as_u128()).unwrap())
}

fn report(outcomes: &[Outcome], size: usize, images: usize, frames: usize) {
    let (own, strangers): (Vec<_>, Vec<_>) = outcomes.iter().partition(|one| one.truth.is_some());
    print!(
        "{size} people, {images} image(s), {frames} frame(s) ({} tracks, {} of strangers):",
        own.len(),
        strangers.len()
    );
    for (name, way) in [
        (
            "weighed",
            (|one| one.weighed) as fn(&Outcome) -> (f32, bool),
        ),
        ("plain", |one| one.plain),
        ("best of", |one| one.best),
    ] {
        let wrong: Vec<f32> = strangers.iter().map(|one| way(one).0).collect();
        let bar = quantile(&wrong, 1.0 - FALSE_IDENTIFICATIONS);
        let right = percent(&own, |one| way(one).1 && way(one).0 >= bar);
        print!(" {name} {right:.1} % at {bar:.4};");
    }
    let asked: Vec<f32> = outcomes.iter().map(|one| one.threshold).collect();
    println!(
        "\n    in force {:.4} ({:.4} to {:.4}): FPIR {:.2} %, identified {:.1} %; tracker: FPIR {:.2} %, identified {:.1} %, taken for another {:.2} %",
        quantile(&asked, 0.5),
        quantile(&asked, 0.05),
        quantile(&asked, 0.95),
        percent(&strangers, |one| one.weighed.0 >= one.threshold),
        percent(&own, |one| one.weighed.1 && one.weighed.0 >= one.threshold),
        percent(&strangers, |one| one.named.is_some()),
        percent(&own, |one| one.named == one.truth),
        percent(&own, |one| one.named.is_some() && one.named != one.truth),
    );
}

/// Fisher and Yates, with a small generator so that every run draws the same.
fn shuffle(order: &mut [usize], state: &mut u32) {
    for last in (1..order.len()).rev() {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        order.swap(last, (*state >> 8) as usize % (last + 1));
    }
}

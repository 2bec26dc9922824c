//! Strangers who stay: how many of them are taken for somebody before they leave.
//!
//! A track is searched for again whenever its best views change, until somebody is named, so whoever stays has more
//! chances to be taken for somebody than one look gives. Frames of a stay are a photograph again and again, as a camera
//! would give it of somebody who stands there: moved, tilted, nearer and further, lighter and darker, blurred, with noise,
//! compressed. *Several looks* go on to another photograph of the same person, of another day, every two seconds: more
//! unlike than anybody is within seconds.

use crate::faces::{self, percent};
use crate::shuffle;
use bytes::Bytes;
use model::PersonId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;
use vision::threshold::Rate;
use vision::{
    Effort, Engine, Face, Frame, Gallery, Identity, Limits, Template, Tracker, TrackerSettings,
};

/// Frames made of each photograph; a longer stay shows them again in another order.
const MADE: usize = 12;
/// Photographs of one person that are used.
const LOOKS: usize = 4;
/// Galleries drawn for each row.
const DRAWS: usize = 12;
/// Between two frames.
const PAUSE: Duration = Duration::from_millis(200);
/// Frames before somebody goes on to another look.
const LOOK: usize = 10;
/// Frames that a stay lasts: 1, 5 and 15 seconds.
const STAYS: [usize; 3] = [5, 25, 75];

/// A person's photographs: as enrolled, and the frames made of each.
struct Person {
    enrolled: Vec<Template>,
    looks: Vec<Vec<Face>>,
}

/// Strangers taken for somebody that are asked for, in place of [`Rate::USUAL`]: a tracker holds each look to half of it.
const RATES: [f32; 4] = [0.02, 0.014, 0.01, 0.007];

/// Prints a row for each size of gallery and images enrolled; of the people of `folds` alone, such as `0,1`, one for each of
/// [`RATES`].
pub fn report(folder: &Path, folds: Option<&str>) {
    let people = load(folder, folds);
    let several = people.iter().filter(|one| one.looks.len() > 1).count();
    println!(
        "{} people, {several} of them with several photographs",
        people.len()
    );
    if folds.is_some() {
        for (size, images) in [(20, 1), (100, 1), (20, 3)] {
            for rate in RATES {
                let rate = Rate::new(rate).unwrap();
                let look = rate.of_each_look().share();
                println!("asked for {}, of each look {look}:", rate.share());
                row(&people, size, images, 1, rate);
            }
        }
        return;
    }
    for (size, images) in [(20, 1), (100, 1), (300, 1), (20, 3)] {
        for looks in [1, LOOKS] {
            row(&people, size, images, looks, Rate::USUAL);
        }
    }
}

fn load(folder: &Path, folds: Option<&str>) -> Vec<Person> {
    let engine = Engine::load().unwrap();
    let wanted = folds.map(|folds| {
        let pairs = faces::pairs_of(folder, folds).into_iter();
        pairs
            .flat_map(|pair| pair.images)
            .collect::<BTreeSet<String>>()
    });
    let mut photographs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, person) in faces::images(folder) {
        if wanted
            .as_ref()
            .is_some_and(|wanted| !wanted.contains(&path))
        {
            continue;
        }
        photographs.entry(person).or_default().push(path);
    }
    let all: Vec<Vec<String>> = photographs.into_values().collect();
    let people = faces::on_two_threads(&all, |paths| {
        let mut person = Person {
            enrolled: Vec::new(),
            looks: Vec::new(),
        };
        for (n, path) in paths.iter().take(LOOKS).enumerate() {
            let bytes = std::fs::read(folder.join(path)).unwrap();
            let frame = Frame::decode(&bytes, Limits::UPLOAD).unwrap();
            let Some(face) = central(&engine, &frame, Effort::Thorough) else {
                continue;
            };
            let weight = face.quality.weight();
            person.enrolled.push(face.template.trusted(weight));
            if folds.is_some() && n > 0 && n != 1 && n != 3 {
                // One look is shown only, the one after those enrolled.
                person.looks.push(Vec::new());
                continue;
            }
            let mut state = path.bytes().fold(n as u32, |sum, b| {
                sum.wrapping_mul(31).wrapping_add(u32::from(b))
            });
            let frames = (0..MADE).map(|_| as_filmed(&frame, &mut state));
            let faces = frames.filter_map(|frame| central(&engine, &frame, Effort::Single));
            person.looks.push(faces.collect());
        }
        person
    });
    people
        .into_iter()
        .filter(|one| !one.looks.is_empty())
        .collect()
}

fn central(engine: &Engine, frame: &Frame, effort: Effort) -> Option<Face> {
    let found = faces::central(&engine.detect(frame).unwrap(), frame)?;
    engine.describe(frame, &found, effort).unwrap()
}

/// A frame that a camera might give of what is on the photograph.
fn as_filmed(photograph: &Frame, state: &mut u32) -> Frame {
    let mut uniform = |from: f32, to: f32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        from + (to - from) * ((*state >> 8) as f32 / 16_777_216.0)
    };
    let (sin, cos) = uniform(-8.0, 8.0).to_radians().sin_cos();
    let scale = uniform(0.85, 1.2);
    let (dx, dy) = (uniform(-15.0, 15.0), uniform(-15.0, 15.0));
    let (light, noise) = (uniform(0.65, 1.25), uniform(0.0, 6.0));
    let smear = uniform(0.0, 2.2);
    let (width, height) = (photograph.width(), photograph.height());
    let (half_width, half_height) = (width as f32 / 2.0, height as f32 / 2.0);
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 - half_width - dx, y as f32 - half_height - dy);
            let at = |smeared: f32| {
                let (u, v) = ((u + smeared) / scale, v / scale);
                let (x, y) = (
                    u * cos - v * sin + half_width,
                    u * sin + v * cos + half_height,
                );
                let column = (x.max(0.0) as usize).min(width - 1);
                let row = (y.max(0.0) as usize).min(height - 1);
                (row * width + column) * 3
            };
            let places = [
                at(-smear),
                at(-smear / 2.0),
                at(0.0),
                at(smear / 2.0),
                at(smear),
            ];
            for colour in 0..3 {
                let values = places
                    .iter()
                    .map(|at| f32::from(photograph.rgb()[at + colour]));
                let value = values.sum::<f32>() / 5.0 * light + uniform(-noise, noise);
                rgb.push(value.clamp(0.0, 255.0) as u8);
            }
        }
    }
    let frame = Frame::from_rgb(width, height, rgb).unwrap();
    let quality = uniform(60.0, 92.0) as u8;
    Frame::decode(&frame.to_jpeg(quality).unwrap(), Limits::LIVE).unwrap()
}

/// Whom a stay named after each of [`STAYS`], ever and at its end.
struct Stay {
    truth: Option<PersonId>,
    ever: [Vec<PersonId>; 3],
    last: [Option<PersonId>; 3],
}

fn row(people: &[Person], size: usize, images: usize, looks: usize, rate: Rate) {
    let mut state = 11u32;
    let mut stays = Vec::new();
    for _ in 0..DRAWS {
        // Whoever is enrolled with so many images needs one more to be seen by.
        let mut order: Vec<usize> = (0..people.len()).collect();
        shuffle(&mut order, &mut state);
        let able = order
            .iter()
            .copied()
            .filter(|at| people[*at].enrolled.len() > images);
        let members: Vec<usize> = able.take(size).collect();
        if members.len() < size {
            return println!("{size} people, {images} image(s): too few people");
        }
        let gallery = Gallery::default();
        for at in &members {
            gallery
                .set(id(*at), &people[*at].enrolled[..images])
                .unwrap();
        }
        let strangers = order.iter().filter(|at| !members.contains(at));
        let several = strangers.filter(|at| looks == 1 || people[**at].looks.len() > 1);
        for at in several.take(300) {
            let seen = &people[*at].looks;
            stays.push(stay(
                &seen[..looks.min(seen.len())],
                None,
                &gallery,
                rate,
                &mut state,
            ));
        }
        for at in &members {
            let seen = &people[*at].looks[images..];
            let seen = &seen[..looks.min(seen.len())];
            stays.push(stay(seen, Some(id(*at)), &gallery, rate, &mut state));
        }
    }
    print(&stays, size, images, looks);
}

fn id(at: usize) -> PersonId {
    PersonId(Uuid::from_u128(at as u128))
}

fn stay(
    looks: &[Vec<Face>],
    truth: Option<PersonId>,
    gallery: &Gallery,
    rate: Rate,
    state: &mut u32,
) -> Stay {
    let settings = TrackerSettings {
        rate,
        ..TrackerSettings::default()
    };
    let mut tracker = Tracker::new(settings);
    let mut stay = Stay {
        truth,
        ever: Default::default(),
        last: [None; 3],
    };
    let mut order: Vec<usize> = Vec::new();
    for n in 0..STAYS[2] {
        let look = &looks[n / LOOK % looks.len()];
        if order.is_empty() {
            order = (0..MADE).collect();
            shuffle(&mut order, state);
        }
        let next = order.pop().unwrap_or_default();
        let Some(face) = look.get(next) else { continue };
        let face = Face {
            bounds: looks[0][0].bounds,
            ..face.clone()
        };
        let at = PAUSE * n as u32;
        let update = tracker.step(&Bytes::new(), &[face], at, gallery);
        for until in (0..STAYS.len()).filter(|until| n < STAYS[*until]) {
            let named = update.decided.iter().filter_map(|told| told.person);
            stay.ever[until].extend(named);
            stay.last[until] = update.overlays.iter().find_map(|seen| match seen.identity {
                Identity::Known(person) => Some(person),
                _ => None,
            });
        }
    }
    stay
}

fn print(stays: &[Stay], size: usize, images: usize, looks: usize) {
    let (own, strangers): (Vec<_>, Vec<_>) = stays.iter().partition(|stay| stay.truth.is_some());
    println!(
        "{size} people, {images} image(s), {} ({} strangers):",
        if looks == 1 {
            "one look"
        } else {
            "several looks"
        },
        strangers.len()
    );
    for (until, frames) in STAYS.iter().enumerate() {
        println!(
            "    {} s: FPIR {:.2} % ever, {:.2} % at the end; identified {:.1} % ever, {:.1} % at the end; taken for another {:.2} %",
            frames / 5,
            percent(&strangers, |stay| !stay.ever[until].is_empty()),
            percent(&strangers, |stay| stay.last[until].is_some()),
            percent(&own, |stay| stay.ever[until]
                .iter()
                .any(|who| Some(*who) == stay.truth)),
            percent(&own, |stay| stay.last[until] == stay.truth),
            percent(&own, |stay| stay.ever[until]
                .iter()
                .any(|who| Some(*who) != stay.truth)),
        );
    }
}

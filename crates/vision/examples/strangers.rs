//! Which sightings of strangers are held to be one person's, as they come: purity, and how many strangers a person is.
//!
//! `GATEBOOK_FACES=folder cargo run --release --workspace --example strangers`
//!
//! The folder is described in `faces/mod.rs`. Each photograph is a sighting; they come in a random order, several are
//! tried. Nobody is enrolled, so that every person is a stranger. The rule is the one of the server's gallery of
//! strangers: the most alike one, where the threshold of identification is reached, else somebody new.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

mod faces;

use model::PersonId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;
use vision::{Effort, Engine, Gallery, Limits, ModelId, Template};

/// Orders in which the photographs come.
const ORDERS: u64 = 5;
/// How much larger than the face is what is kept as the photograph of a stranger.
const AROUND: f32 = 2.0;

struct Sighting {
    person: String,
    face: Template,
    /// Whether the face is found again in what is cut out, as like as two photographs of one person.
    found_again: bool,
}

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let sightings = load(&folder);
    let people: BTreeSet<&str> = sightings.iter().map(|one| one.person.as_str()).collect();
    println!(
        "{} sightings of {} people; the face is found again in {:.2} % of the cut-outs",
        sightings.len(),
        people.len(),
        faces::percent(&sightings, |one| one.found_again)
    );
    for seed in 1..=ORDERS {
        report(seed, &shuffled(&sightings, seed));
    }
}

fn load(folder: &Path) -> Vec<Sighting> {
    let engine = Engine::load().unwrap();
    let images: Vec<(String, String)> = faces::images(folder).into_iter().collect();
    let seen = faces::on_two_threads(&images, |(path, person)| {
        let portrait = faces::portrait(&engine, &folder.join(path))?;
        let live = engine.describe(&portrait.frame, &portrait.detection, Effort::Single);
        let face = live.unwrap()?.template;
        let cut = portrait
            .frame
            .crop(&portrait.detection.bounds.scaled(AROUND));
        Some(Sighting {
            person: person.clone(),
            found_again: again(&engine, &cut.unwrap(), &face),
            face,
        })
    });
    seen.into_iter().flatten().collect()
}

/// The largest face of a cut-out that went through JPEG, as enrolling it anew would look at it.
fn again(engine: &Engine, cut: &vision::Frame, face: &Template) -> bool {
    let cut = vision::Frame::decode(&cut.to_jpeg(92).unwrap(), Limits::UPLOAD).unwrap();
    let largest = engine.detect(&cut).unwrap().into_iter().max_by(|a, b| {
        let [a, b] = [a, b].map(|one| one.bounds.area());
        a.total_cmp(&b)
    });
    let Some(largest) = largest else { return false };
    let enrolled = engine.describe(&cut, &largest, Effort::Thorough).unwrap();
    enrolled.is_some_and(|one| one.template.cosine(face) >= vision::threshold::verification(1))
}

fn report(seed: u64, sightings: &[&Sighting]) {
    let gallery = Gallery::new(ModelId::FACE_API);
    let mut strangers: BTreeMap<PersonId, Vec<&Sighting>> = BTreeMap::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    let [mut returns, mut known, mut mistaken] = [0_u32; 3];
    for one in sightings {
        let found = gallery
            .search(&one.face)
            .filter(|found| found.is_known_by(1.0));
        let who = found.map_or_else(|| PersonId(Uuid::now_v7()), |found| found.person);
        let of_it = strangers.entry(who).or_default();
        let right = of_it.iter().any(|earlier| earlier.person == one.person);
        let before = !met.insert(&one.person);
        returns += u32::from(before);
        known += u32::from(before && right);
        mistaken += u32::from(found.is_some() && !right);
        of_it.push(*one);
        let templates: Vec<Template> = of_it.iter().map(|seen| seen.face.clone()).collect();
        gallery.set(who, &templates).unwrap();
    }
    let pure: usize = strangers.values().map(|seen| most(seen)).sum();
    let mut parts: BTreeMap<&str, BTreeSet<PersonId>> = BTreeMap::new();
    let mut photographs: BTreeMap<&str, usize> = BTreeMap::new();
    for (who, seen) in &strangers {
        for one in seen {
            parts.entry(&one.person).or_default().insert(*who);
            *photographs.entry(&one.person).or_default() += 1;
        }
    }
    let several: Vec<usize> = parts
        .iter()
        .filter(|(person, _)| photographs[*person] > 1)
        .map(|(_, parts)| parts.len())
        .collect();
    println!(
        "order {seed}: {} strangers, purity {:.2} %, {mistaken} taken for somebody else; of {returns} that came again \
         {:.2} % known; a person seen more than once is {:.2} strangers (one: {:.1} %, at most {})",
        strangers.len(),
        percent(pure, sightings.len()),
        percent(known as usize, returns as usize),
        several.iter().sum::<usize>() as f32 / several.len() as f32,
        faces::percent(&several, |parts| *parts == 1),
        several.iter().max().unwrap()
    );
}

/// Sightings of whoever is seen most often in a stranger.
fn most(seen: &[&Sighting]) -> usize {
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for one in seen {
        *of.entry(&one.person).or_default() += 1;
    }
    of.into_values().max().unwrap_or(0)
}

fn percent(part: usize, of: usize) -> f32 {
    part as f32 / of.max(1) as f32 * 100.0
}

/// The same order for the same seed (Fisher and Yates; xorshift of Marsaglia).
fn shuffled(sightings: &[Sighting], seed: u64) -> Vec<&Sighting> {
    let mut order: Vec<&Sighting> = sightings.iter().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for last in (1..order.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let other = usize::try_from(state % (last as u64 + 1)).unwrap();
        order.swap(last, other);
    }
    order
}

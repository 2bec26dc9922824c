//! Accuracy of the whole pipeline on a folder of faces laid out as Labeled Faces in the Wild.
//!
//! `GATEBOOK_FACES=folder cargo run --release -p gatebook-vision --example accuracy`
//!
//! The folder is described in `faces/mod.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

mod faces;

use faces::quantile;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use vision::{Effort, Engine, Template};

struct Image {
    person: String,
    single: Template,
    mirrored: Template,
}

struct Pair {
    cosine: f32,
    same: bool,
    fold: String,
}

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let images = load(&folder);
    let single: fn(&Image) -> &Template = |image| &image.single;
    let mirrored: fn(&Image) -> &Template = |image| &image.mirrored;
    for (name, left, right) in [
        ("one pass on both sides", single, single),
        ("one pass live, mirrored at enrolment", single, mirrored),
        ("mirrored on both sides", mirrored, mirrored),
    ] {
        println!("\n== {name}");
        verification(&folder, &images, left, right);
        all_against_all(&images, left, right);
        open_set(&images, left, right);
    }
}

/// Every image's templates; images without a face are counted.
fn load(folder: &Path) -> BTreeMap<String, Image> {
    let engine = Engine::load().unwrap();
    let owners: Vec<(String, String)> = faces::images(folder).into_iter().collect();
    let described = faces::on_two_threads(&owners, |(path, person)| {
        let chip = faces::portrait(&engine, &folder.join(path))?.chip;
        let embed = |effort| engine.embedder().embed(&chip, effort).unwrap();
        let (single, mirrored) = (embed(Effort::Single), embed(Effort::Mirrored));
        let person = person.clone();
        Some((
            path.clone(),
            Image {
                person,
                single,
                mirrored,
            },
        ))
    });
    let images: BTreeMap<_, _> = described.into_iter().flatten().collect();
    println!(
        "{} images, {} without a face",
        owners.len(),
        owners.len() - images.len()
    );
    images
}

type Side = fn(&Image) -> &Template;

fn verification(folder: &Path, images: &BTreeMap<String, Image>, left: Side, right: Side) {
    let pairs: Vec<Pair> = faces::pairs(folder)
        .into_iter()
        .filter_map(|pair| {
            let [a, b] = &pair.images;
            let cosine = left(images.get(a)?).cosine(right(images.get(b)?));
            Some(Pair {
                cosine,
                same: pair.same,
                fold: pair.fold,
            })
        })
        .collect();
    // Each tenth is judged with the threshold that is best on the others, as in LFW's protocol.
    let mut right_ones = Vec::new();
    for tenth in 0..10 {
        let (held, rest): (Vec<_>, Vec<_>) = pairs
            .iter()
            .enumerate()
            .partition(|(i, _)| i / 5 % 10 == tenth);
        let threshold = best_threshold(&rest);
        let right = held
            .iter()
            .filter(|(_, p)| (p.cosine >= threshold) == p.same)
            .count();
        right_ones.push(right as f32 / held.len() as f32 * 100.0);
    }
    let mean = right_ones.iter().sum::<f32>() / 10.0;
    let spread = right_ones.iter().map(|a| (a - mean).powi(2)).sum::<f32>() / 9.0;
    let folds: BTreeSet<&str> = pairs.iter().map(|p| p.fold.as_str()).collect();
    println!(
        "{} pairs of {} folds, accuracy in ten parts: {mean:.2} +- {:.2} %",
        pairs.len(),
        folds.len(),
        (spread / 10.0).sqrt()
    );
    let genuine: Vec<f32> = pairs.iter().filter(|p| p.same).map(|p| p.cosine).collect();
    let impostor: Vec<f32> = pairs.iter().filter(|p| !p.same).map(|p| p.cosine).collect();
    for rate in [1e-2, 1e-3] {
        report(&genuine, &impostor, rate);
    }
}

fn best_threshold(pairs: &[(usize, &Pair)]) -> f32 {
    let right = |threshold: f32| {
        pairs
            .iter()
            .filter(|(_, p)| (p.cosine >= threshold) == p.same)
            .count()
    };
    (8000u16..10_000)
        .map(|t| f32::from(t) / 1e4)
        .max_by_key(|t| right(*t))
        .unwrap()
}

fn report(genuine: &[f32], impostor: &[f32], rate: f32) {
    let threshold = quantile(impostor, 1.0 - rate);
    let accepted = genuine.iter().filter(|c| **c >= threshold).count();
    println!(
        "TAR at FAR {rate:.0e}: {:.1} % (cosine {threshold:.3}, {} genuine, {} impostor)",
        accepted as f32 / genuine.len() as f32 * 100.0,
        genuine.len(),
        impostor.len()
    );
}

fn all_against_all(images: &BTreeMap<String, Image>, left: Side, right: Side) {
    let list: Vec<&Image> = images.values().collect();
    let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
    for (i, a) in list.iter().enumerate() {
        for b in &list[i + 1..] {
            let cosine = left(a).cosine(right(b));
            if a.person == b.person {
                &mut genuine
            } else {
                &mut impostor
            }
            .push(cosine);
        }
    }
    for share in [0.001, 0.01, 0.05, 0.5] {
        println!(
            "{:.1} % of all genuine pairs are below {:.3}",
            share * 100.0,
            quantile(&genuine, share)
        );
    }
    println!(
        "median of all impostor pairs {:.3}",
        quantile(&impostor, 0.5)
    );
    for rate in [1e-2, 1e-3, 1e-4, 1e-5] {
        report(&genuine, &impostor, rate);
    }
}

/// Cosine at which 1 % of strangers match somebody, for galleries of several sizes.
fn open_set(images: &BTreeMap<String, Image>, live: Side, enrolled: Side) {
    let mut people: BTreeMap<&str, Vec<&Image>> = BTreeMap::new();
    for image in images.values() {
        people.entry(&image.person).or_default().push(image);
    }
    for count in [1, 2, 3, 5] {
        let able: Vec<&Vec<&Image>> = people.values().filter(|own| own.len() > count).collect();
        for size in [10, 20, 50, 100, 200, 400] {
            if size <= able.len() {
                open_set_of(&people, &able, size, count, live, enrolled);
            }
        }
    }
}

fn open_set_of(
    people: &BTreeMap<&str, Vec<&Image>>,
    able: &[&Vec<&Image>],
    size: usize,
    count: usize,
    live: Side,
    enrolled: Side,
) {
    let (mut strangers, mut found) = (Vec::new(), Vec::new());
    // Several galleries, so that a few hard people do not decide the figure.
    for turn in 0..able.len().div_ceil(size).min(20) {
        let members: Vec<&Vec<&Image>> = able
            .iter()
            .cycle()
            .skip(turn * size)
            .take(size)
            .copied()
            .collect();
        let gallery: Vec<(&str, Template)> = members
            .iter()
            .map(|own| {
                let mean = Template::mean(own.iter().take(count).map(|image| enrolled(image)));
                (own[0].person.as_str(), mean.unwrap())
            })
            .collect();
        let names: BTreeSet<&str> = gallery.iter().map(|(name, _)| *name).collect();
        for own in people.values() {
            if names.contains(own[0].person.as_str()) {
                found.extend(
                    own.iter()
                        .skip(count)
                        .map(|image| nearest(live(image), &gallery, &image.person)),
                );
            } else {
                strangers.push(nearest(live(own[0]), &gallery, "").0);
            }
        }
    }
    let threshold = quantile(&strangers, 0.99);
    let right = found
        .iter()
        .filter(|(cosine, own)| *own && *cosine >= threshold)
        .count();
    println!(
        "gallery of {size}, {count} image(s): FPIR 1 % at cosine {threshold:.3}, {:.1} % identified ({} probes, {} strangers)",
        right as f32 / found.len().max(1) as f32 * 100.0,
        found.len(),
        strangers.len()
    );
}

fn nearest(probe: &Template, gallery: &[(&str, Template)], own: &str) -> (f32, bool) {
    gallery
        .iter()
        .map(|(name, template)| (probe.cosine(template), *name == own))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap()
}

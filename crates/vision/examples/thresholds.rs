//! Thresholds chosen on the people of some folds, and their errors on the people of another.
//!
//! `GATEBOOK_FACES=folder cargo run --release -p gatebook-vision --example thresholds`
//!
//! The folder is described in `faces/mod.rs`; the folds share no person. Live images are looked at once,
//! enrolled ones as thoroughly as enrolment does, and a person is the mean of the enrolled ones: as it runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

mod faces;

use faces::{percent, quantile};
use std::collections::BTreeMap;
use std::path::Path;
use vision::threshold::{self, Rate};
use vision::{Effort, Engine, Template};

/// Different people held to be one, 1:1.
const FALSE_MATCHES: f32 = 0.001;
/// Strangers held to be somebody of the gallery, 1:N.
const FALSE_IDENTIFICATIONS: f32 = 0.01;
/// Galleries drawn for each size, so that a few hard people do not decide the figure.
const DRAWS: usize = 40;
/// Most images of one stranger that count, for some people have hundreds.
const PROBES: usize = 4;

struct Image {
    live: Template,
    enrolled: Template,
}

type Person = Vec<Image>;

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let folds = load(&folder);
    let names: Vec<&String> = folds.keys().collect();
    for report in &names {
        let held: Vec<&Person> = folds[*report].iter().collect();
        let rest = folds.iter().filter(|(name, _)| name != report);
        let rest: Vec<&Person> = rest.flat_map(|(_, people)| people).collect();
        println!(
            "\n== chosen on {} people, reported on the {} of fold {report}",
            rest.len(),
            held.len()
        );
        alike(&rest, &held);
        for count in [1, 2, 3, 5] {
            verification(&rest, &held, count);
        }
        for count in [1, 2, 3, 5] {
            for size in [10, 20, 50, 100, 200, 400] {
                identification(&rest, &held, size, count);
            }
        }
    }
}

/// The people of each fold with the templates of all their images.
fn load(folder: &Path) -> BTreeMap<String, Vec<Person>> {
    let engine = Engine::load().unwrap();
    let owners = faces::images(folder);
    let paths: Vec<&String> = owners.keys().collect();
    let templates = faces::on_two_threads(&paths, |path| {
        let portrait = faces::portrait(&engine, &folder.join(path))?;
        let embed = |effort| {
            let embedder = engine.embedder();
            let chips = embedder.chips(&portrait.frame, &portrait.steady, effort)?;
            let templates = embedder.embed_chips(&[chips], effort).unwrap();
            templates.into_iter().next()
        };
        Some(Image {
            live: embed(Effort::Single)?,
            enrolled: embed(Effort::Thorough)?,
        })
    });
    let mut fold_of: BTreeMap<&str, String> = BTreeMap::new();
    for pair in faces::pairs(folder) {
        for path in &pair.images {
            if let Some(owner) = owners.get(path) {
                fold_of.insert(owner, pair.fold.clone());
            }
        }
    }
    let mut people: BTreeMap<&str, Person> = BTreeMap::new();
    for (path, image) in paths.into_iter().zip(templates) {
        people.entry(&owners[path]).or_default().extend(image);
    }
    let mut folds: BTreeMap<String, Vec<Person>> = BTreeMap::new();
    for (name, person) in people {
        if let Some(fold) = fold_of.get(name) {
            folds.entry(fold.clone()).or_default().push(person);
        }
    }
    folds
}

/// Some of a person's images as the one to be compared with.
fn enrol(person: &Person, count: usize) -> Template {
    Template::mean(person.iter().take(count).map(|image| &image.enrolled)).unwrap()
}

/// Images of one enrolment among themselves: both sides are looked at twice.
fn alike(rest: &[&Person], held: &[&Person]) {
    const FALSE_MATCHES: f32 = 0.003;
    let compared = |people: &[&Person]| {
        let (mut same, mut other) = (Vec::new(), Vec::new());
        for (index, person) in people.iter().enumerate() {
            let Some((first, more)) = person.split_first() else {
                continue;
            };
            let own = more.iter().take(PROBES);
            same.extend(own.map(|image| image.enrolled.cosine(&first.enrolled)));
            let others = people
                .iter()
                .skip(index + 1)
                .filter_map(|other| other.first());
            other.extend(others.map(|image| image.enrolled.cosine(&first.enrolled)));
        }
        (same, other)
    };
    let chosen = quantile(&compared(rest).1, 1.0 - FALSE_MATCHES);
    let (same, other) = compared(held);
    for cosine in [chosen, threshold::alike()] {
        println!(
            "alike at {cosine:.3}: FMR {:.2} %, FNMR {:.1} %",
            percent(&other, |score| *score >= cosine),
            percent(&same, |score| *score < cosine),
        );
    }
}

fn verification(rest: &[&Person], held: &[&Person], count: usize) {
    let (_, other) = comparisons(rest, count);
    let chosen = quantile(&other, 1.0 - FALSE_MATCHES);
    let (same, other) = comparisons(held, count);
    let rates = |threshold: f32| {
        format!(
            "FMR {:.3} %, FNMR {:.1} %",
            percent(&other, |cosine| *cosine >= threshold),
            percent(&same, |cosine| *cosine < threshold)
        )
    };
    println!(
        "1:1, {count} image(s): at FMR {FALSE_MATCHES} {chosen:.3}, there {} ({} and {} comparisons); in force {:.3}: {}",
        rates(chosen),
        same.len(),
        other.len(),
        threshold::verification(count),
        rates(threshold::verification(count)),
    );
}

/// Cosines of live images to the person enrolled, of equal and of different people.
fn comparisons(people: &[&Person], count: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut same, mut other) = (Vec::new(), Vec::new());
    for (index, person) in people.iter().enumerate().filter(|(_, p)| p.len() >= count) {
        let template = enrol(person, count);
        for (at, probe) in people.iter().enumerate() {
            if at == index {
                let own = probe.iter().skip(count).take(PROBES);
                same.extend(own.map(|image| image.live.cosine(&template)));
            } else {
                other.extend(
                    probe
                        .iter()
                        .take(PROBES)
                        .map(|image| image.live.cosine(&template)),
                );
            }
        }
    }
    (same, other)
}

fn identification(rest: &[&Person], held: &[&Person], size: usize, count: usize) {
    let Some((strangers, _)) = searches(rest, size, count) else {
        return;
    };
    let chosen = quantile(&strangers, 1.0 - FALSE_IDENTIFICATIONS);
    let in_force = threshold::identification(size, count, Rate::USUAL);
    print!("1:{size}, {count} image(s): at FPIR {FALSE_IDENTIFICATIONS} {chosen:.4}");
    if let Some((strangers, own)) = searches(held, size, count) {
        let rates = |threshold: f32| {
            format!(
                "FPIR {:.2} %, FNIR {:.1} %",
                percent(&strangers, |cosine| *cosine >= threshold),
                percent(&own, |(cosine, right)| !(*right && *cosine >= threshold))
            )
        };
        print!(
            ", there {} ({} strangers, {} of the people); in force {in_force:.4}: {}",
            rates(chosen),
            strangers.len(),
            own.len(),
            rates(in_force),
        );
    }
    println!();
}

/// The best cosine of each stranger; that of each person enrolled, and whether it was theirs.
type Searches = (Vec<f32>, Vec<(f32, bool)>);

/// The best cosine of each stranger in some galleries, and of each person in them, with whether it is
/// the right one. `None` if there are too few people.
fn searches(people: &[&Person], size: usize, count: usize) -> Option<Searches> {
    let able: Vec<usize> = (0..people.len())
        .filter(|at| people[*at].len() > count)
        .collect();
    // At least as many strangers as people, and every gallery is to differ from the others.
    if able.len() < size + size / 4 || people.len() < size * 2 {
        return None;
    }
    let (mut strangers, mut own) = (Vec::new(), Vec::new());
    let mut order = able;
    let mut state = 1u32;
    for _ in 0..DRAWS {
        shuffle(&mut order, &mut state);
        let gallery: Vec<(usize, Template)> = order
            .iter()
            .take(size)
            .map(|at| (*at, enrol(people[*at], count)))
            .collect();
        for (at, person) in people.iter().enumerate() {
            let enrolled = gallery.iter().any(|(member, _)| *member == at);
            let probes = person
                .iter()
                .skip(if enrolled { count } else { 0 })
                .take(PROBES);
            for image in probes {
                let scores = gallery
                    .iter()
                    .map(|(who, t)| (image.live.cosine(t), *who == at));
                let best = scores.max_by(|a, b| a.0.total_cmp(&b.0))?;
                if enrolled {
                    own.push(best)
                } else {
                    strangers.push(best.0)
                }
            }
        }
    }
    Some((strangers, own))
}

/// Fisher and Yates, with a small generator so that every run draws the same.
fn shuffle(order: &mut [usize], state: &mut u32) {
    for last in (1..order.len()).rev() {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        order.swap(last, (*state >> 8) as usize % (last + 1));
    }
}

//! Recall and speed of a search's first stage among thousands: prints of a folder (its `images.csv`) as probes and as
//! what is looked for, fingers of nobody as everybody else.
//!
//! `cargo run --release -p gatebook-fingerprint --example search -- FOLDER FILLERS COUNT [crops]`; FILLERS is a file that keeps
//! the templates of the fillers (made anew where it has too few: a quarter of a second each), `crops` cuts
//! the probes to what a small sensor sees.
#![allow(clippy::expect_used)]

#[path = "../tests/databases/mod.rs"]
mod databases;

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Write};
use std::time::Instant;

use fingerprint::{Gallery, GreyImage, Prepared, Search, Template, compare, extract};
use testkit::prints::{Finger, Sensor};

/// Fillers are the fingers of the seeds from here on, pressed once.
const SEED: u64 = 7_000_000;
/// Windows in turn, as large as those of the databases.
const SENSORS: [Sensor; 3] = [Sensor::DESK, Sensor::TALL, Sensor::R307];
/// Sizes of gallery looked at, where there are as many fillers.
const SIZES: [usize; 4] = [1_000, 2_500, 5_000, 7_500];

/// Whose template it is.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Print(usize),
    Filler(usize),
}

struct Print {
    database: String,
    finger: u32,
    prepared: Prepared,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, fillers, count, words @ ..] = &arguments[..] else {
        panic!("usage: search FOLDER FILLERS COUNT [crops]");
    };
    let count = count.parse().expect("a number of fillers");
    let fillers = fillers_of(fillers, count);
    let prints = databases::prints(folder, words.iter().any(|w| w == "crops"));
    let prints: Vec<Print> = prints.into_iter().map(ready).collect();
    let gallery = gallery(&prints, &fillers);
    speed(&prints, &gallery);
    let ranked: Vec<Vec<Key>> = prints.iter().map(|p| order(&gallery, p)).collect();
    likeness(&prints, &ranked, count);
    for size in SIZES.into_iter().filter(|size| *size <= count) {
        recall(&prints, &ranked, size);
    }
}

fn ready(print: databases::Print) -> Print {
    let template = extract(&print.image).expect("a template");
    Print {
        database: print.database,
        finger: print.finger,
        prepared: Prepared::new(&template),
    }
}

/// The first `count` templates of the file, which is filled up first.
fn fillers_of(path: &str, count: usize) -> Vec<Template> {
    let mut kept = File::open(path).map_or_else(|_| Vec::new(), read);
    let mut file = OpenOptions::new().create(true).append(true).open(path);
    let file = file.as_mut().expect("the file of fillers");
    for number in kept.len()..count {
        let bytes = filler(number).to_bytes();
        let mut entry = (bytes.len() as u16).to_le_bytes().to_vec();
        entry.extend(&bytes);
        file.write_all(&entry).expect("room for fillers");
        kept.push(Template::from_bytes(&bytes).expect("what was written"));
    }
    kept.truncate(count);
    kept
}

fn filler(number: usize) -> Template {
    let finger = Finger::new(SEED + number as u64);
    let press = |again: u64| {
        let image = finger.impression(SENSORS[number % SENSORS.len()], again);
        let image = GreyImage::new(image.width, image.height, image.dpi, image.pixels);
        extract(&image.expect("an image"))
    };
    // A press that shows too little is pressed once more, as a person would.
    press(0).or_else(|_| press(1)).expect("a template")
}

fn read(file: File) -> Vec<Template> {
    let (mut file, mut kept, mut length) = (BufReader::new(file), Vec::new(), [0; 2]);
    while file.read_exact(&mut length).is_ok() {
        let mut bytes = vec![0; usize::from(u16::from_le_bytes(length))];
        file.read_exact(&mut bytes).expect("a whole template");
        kept.push(Template::from_bytes(&bytes).expect("a template"));
    }
    kept
}

fn gallery(prints: &[Print], fillers: &[Template]) -> Gallery<Key> {
    let mut gallery = Gallery::new();
    for (i, print) in prints.iter().enumerate() {
        gallery.insert(Key::Print(i), print.prepared.clone());
    }
    for (i, template) in fillers.iter().enumerate() {
        gallery.insert(Key::Filler(i), Prepared::new(template));
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().find(|line| line.starts_with("VmRSS"));
    println!(
        "{} templates, {}",
        gallery.len(),
        memory.unwrap_or_default()
    );
    gallery
}

fn speed(prints: &[Print], gallery: &Gallery<Key>) {
    let search = Search {
        threads: 1,
        ..Search::default()
    };
    let probes = prints.iter().step_by(8);
    let (searches, began) = (probes.clone().count(), Instant::now());
    for probe in probes.clone() {
        assert!(!gallery.first_stage(&probe.prepared, search).is_empty());
    }
    let first = began.elapsed().as_secs_f64() / searches as f64;
    let began = Instant::now();
    for probe in probes {
        assert!(!gallery.identify(&probe.prepared, search).is_empty());
    }
    let whole = began.elapsed().as_secs_f64() / searches as f64;
    println!(
        "first stage {:.0} candidates/s on one core, {:.1} ms a search; with the list of {} compared in full {:.1} ms",
        gallery.len() as f64 / first,
        1e3 * first,
        search.short_list,
        1e3 * whole
    );
}

/// Everybody in the order of the first stage.
fn order(gallery: &Gallery<Key>, probe: &Print) -> Vec<Key> {
    let search = Search {
        short_list: gallery.len() - 1,
        ..Search::default()
    };
    gallery.first_stage(&probe.prepared, search)
}

/// Are fillers as hard to tell from a print as prints of others are? Their shares of the best 200.
fn likeness(prints: &[Print], ranked: &[Vec<Key>], fillers: usize) {
    let (mut same_database, mut other_database, mut made) = (Share::default(), Share::default(), 0);
    for (probe, order) in prints.iter().zip(ranked) {
        let place = |i: usize| order[..200].contains(&Key::Print(i));
        for (i, other) in prints.iter().enumerate() {
            if other.finger == probe.finger {
                continue;
            }
            let share = if other.database == probe.database {
                &mut same_database
            } else {
                &mut other_database
            };
            share.add(place(i));
        }
        let filler = |key: &&Key| matches!(key, Key::Filler(_));
        made += order[..200].iter().filter(filler).count();
    }
    println!(
        "among the best 200: {} of others' prints of the same database, {} of other databases, {:.2} % of fillers",
        same_database,
        other_database,
        100.0 * made as f64 / (fillers * prints.len()).max(1) as f64
    );
}

#[derive(Default, Clone, Copy)]
struct Share {
    part: usize,
    whole: usize,
}

impl Share {
    fn add(&mut self, belongs: bool) {
        self.part += usize::from(belongs);
        self.whole += 1;
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = 100.0 * self.part as f64 / self.whole.max(1) as f64;
        write!(f, "{} of {} ({percent:.2} %)", self.part, self.whole)
    }
}

/// How often the finger is on the short list when one of its impressions is enrolled, and when three are.
fn recall(prints: &[Print], ranked: &[Vec<Key>], size: usize) {
    let list = Search::default().short_list;
    let allowed = 1e-3 / (size + prints.len()) as f64;
    let (mut one, mut three, mut lost) = (Share::default(), Share::default(), Share::default());
    for (p, order) in ranked.iter().enumerate() {
        let ranks = ranks(prints, p, order, size);
        for (mate, rank) in &ranks {
            one.add(*rank < list);
            let matches =
                || compare(&prints[p].prepared, &prints[*mate].prepared).is_match(allowed);
            lost.add(*rank >= list && matches());
        }
        for (i, a) in ranks.iter().enumerate() {
            for (j, b) in ranks.iter().enumerate().skip(i + 1) {
                let third = ranks.iter().skip(j + 1);
                third.for_each(|c| three.add(a.1.min(b.1).min(c.1) < list));
            }
        }
    }
    println!(
        "{size} fillers, list of {list}: on it with one impression enrolled {one}; not on it and would have matched at FMR 0.1 % \
         over the gallery {lost}; with three impressions enrolled {three}"
    );
}

/// Each other impression of the probe's finger, and how many templates of other fingers come before it.
fn ranks(prints: &[Print], probe: usize, order: &[Key], size: usize) -> Vec<(usize, usize)> {
    let (mut ranks, mut before) = (Vec::new(), 0);
    for key in order {
        match key {
            Key::Print(i) if *i == probe => {}
            Key::Print(i) if prints[*i].finger == prints[probe].finger => ranks.push((*i, before)),
            Key::Filler(i) if *i >= size => {}
            _ => before += 1,
        }
    }
    ranks
}

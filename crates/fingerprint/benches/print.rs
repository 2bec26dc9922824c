//! `cargo bench -p gatebook-fingerprint`: extraction, preparation, comparison and search on one core, with a pattern
//! of ridges made here; with `GATEBOOK_FINGERPRINTS=FOLDER` (its `images.csv`), with the prints of that folder, and then
//! the recall of the short list too.
#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../tests/pattern/mod.rs"]
mod pattern;

use fingerprint::{Gallery, GreyImage, Prepared, Search, compare, extract};
use std::time::Instant;

fn main() {
    let images = images();
    let n = images.len();
    let _ = extract(&images[0].1);
    let (templates, took) = timed(|| {
        let made = images
            .iter()
            .map(|(finger, image)| Some((*finger, extract(image).ok()?)));
        made.flatten().collect::<Vec<_>>()
    });
    println!("extract: {:.2} ms ({n} images)", 1e3 * took / n as f64);
    let (prints, took) = timed(|| {
        let ready = templates
            .iter()
            .map(|(finger, t)| (*finger, Prepared::new(t)));
        ready.collect::<Vec<_>>()
    });
    println!("prepare: {:.2} ms", 1e3 * took / prints.len() as f64);
    let step = (prints.len() / 40).max(1);
    let some: Vec<&Prepared> = prints.iter().step_by(step).map(|(_, p)| p).collect();
    let (count, took) = timed(|| {
        let each = |a: &&Prepared| {
            let against = prints.iter().step_by(3);
            against
                .filter(|(_, b)| compare(a, b).similarity > -1e9)
                .count()
        };
        some.iter().map(each).sum::<usize>()
    });
    println!("compare: {:.0}/s on one core", count as f64 / took);
    search(&prints, step);
}

fn search(prints: &[(u32, Prepared)], step: usize) {
    let mut gallery = Gallery::new();
    for (i, (finger, print)) in prints.iter().enumerate() {
        gallery.insert((i, *finger), print.clone());
    }
    for share in [1, 2, 5, 10] {
        let search = Search {
            short_list: (prints.len() * share / 100).max(1),
            threads: 1,
        };
        let (mut mates, mut found, mut searches) = (0, 0, 0);
        let ((), took) = timed(|| {
            for (i, (finger, print)) in prints.iter().enumerate().step_by(step) {
                let short = gallery.first_stage(print, search);
                let others = short.iter().filter(|(j, f)| f == finger && *j != i);
                found += usize::from(others.count() > 0);
                let mate = |(j, (f, _)): &(usize, &(u32, Prepared))| *j != i && f == finger;
                mates += usize::from(prints.iter().enumerate().any(|e| mate(&e)));
                searches += 1;
            }
        });
        println!(
            "first stage: {:.0} candidates/s on one core; short list of {share} % holds the finger in {found} of {mates}",
            (searches * prints.len()) as f64 / took
        );
    }
}

fn timed<R>(work: impl FnOnce() -> R) -> (R, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}

fn images() -> Vec<(u32, GreyImage)> {
    let Ok(folder) = std::env::var("GATEBOOK_FINGERPRINTS") else {
        println!("GATEBOOK_FINGERPRINTS is not set: patterns made here");
        let each = |i: u32| {
            (
                i / 4,
                pattern::image(
                    pattern::Pattern::of(i / 4)
                        .turned(0.1 * (i % 4) as f32)
                        .moved((i % 3) as f32, 0.0)
                        .scaled(1.0),
                ),
            )
        };
        return (0..160).map(each).collect();
    };
    let list = std::fs::read_to_string(format!("{folder}/images.csv")).expect("images.csv");
    let mut fingers: Vec<&str> = Vec::new();
    let mut images = Vec::new();
    for line in list.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let bytes = std::fs::read(format!("{folder}/{}", cells[0])).expect("an image");
        if !fingers.contains(&cells[1]) {
            fingers.push(cells[1]);
        }
        images.push((
            fingers.len() as u32,
            GreyImage::from_file(&bytes, 500).expect("grey"),
        ));
    }
    images
}

//! Searching and changing a gallery of a million people, against the time to read its memory once.
//!
//! `cargo bench -p gatebook-vision --bench gallery` (the bench profile is the release profile).
//! `GATEBOOK_PEOPLE` is another number of people. Prints medians; no bound is enforced, for machines differ.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

use model::PersonId;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use uuid::Uuid;
use vision::{Gallery, ModelId, Template};

const NUMBERS: usize = 128;
const ROUNDS: usize = 15;
const CHANGES: u128 = 10_000;

fn main() {
    let people: usize = std::env::var("GATEBOOK_PEOPLE").map_or(1_000_000, |n| n.parse().unwrap());
    let memory: Vec<Vec<f32>> = (0..people.div_ceil(1_024))
        .map(|block| (0..1_024 * NUMBERS).map(|n| (n ^ block) as f32).collect())
        .collect();
    let started = Instant::now();
    let gallery = Gallery::default();
    for n in 0..people as u128 {
        gallery.set(person(n), &[face(n)]).unwrap();
    }
    println!(
        "{people} people enrolled in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let probes: Vec<Template> = (0..8).map(|n| face(n * 1_009)).collect();
    let probes: Vec<&Template> = probes.iter().collect();
    // In turn, so that whatever else the machine does weighs on all alike.
    let (mut read, mut one, mut eight) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        read.push(milliseconds(|| sum(&memory)));
        one.push(milliseconds(|| gallery.search(probes[3])));
        eight.push(milliseconds(|| gallery.search_all(&probes)));
    }
    let (read, one, eight) = (median(&mut read), median(&mut one), median(&mut eight));
    println!("read the memory once   {read:8.2} ms");
    println!(
        "search for one face    {one:8.2} ms, {:.2} times as long",
        one / read
    );
    println!(
        "for eight in one pass  {eight:8.2} ms, {:.2} each",
        eight / 8.0
    );
    assert_eq!(gallery.search(probes[3]).unwrap().person, person(3 * 1_009));
    while_changing(&gallery, people as u128, probes[3]);
}

/// 10,000 people come and 10,000 go while one thread searches.
fn while_changing(gallery: &Gallery, people: u128, probe: &Template) {
    let done = AtomicBool::new(false);
    let faces: Vec<Template> = (0..CHANGES).map(|n| face(people + n)).collect();
    let (mut changes, mut searches) = std::thread::scope(|scope| {
        let searching = scope.spawn(|| {
            let mut times = Vec::new();
            while !done.load(Ordering::Acquire) {
                times.push(milliseconds(|| {
                    assert_eq!(gallery.search(probe).unwrap().person, person(3 * 1_009));
                }));
            }
            times
        });
        let mut times = Vec::new();
        for (n, face) in (0..).zip(&faces) {
            times.push(milliseconds(|| {
                gallery
                    .set(person(people + n), std::slice::from_ref(face))
                    .unwrap();
            }));
        }
        for n in 0..CHANGES {
            times.push(milliseconds(|| assert!(gallery.remove(person(people + n)))));
        }
        done.store(true, Ordering::Release);
        (times, searching.join().unwrap())
    });
    let all = changes.len();
    let slowest = |times: &[f64]| times.iter().copied().fold(0.0, f64::max);
    println!(
        "{all} changes during {} searches: median {:.4} ms, longest {:.2} ms; searches median {:.2} ms, longest {:.2} ms",
        searches.len(),
        median(&mut changes),
        slowest(&changes),
        median(&mut searches),
        slowest(&searches),
    );
}

fn sum(memory: &[Vec<f32>]) -> f32 {
    let mut sums = [0.0f32; 64];
    for block in memory {
        for numbers in block.as_chunks::<64>().0 {
            sums.iter_mut().zip(numbers).for_each(|(sum, n)| *sum += n);
        }
    }
    sums.iter().sum()
}

fn milliseconds<T>(work: impl FnOnce() -> T) -> f64 {
    let started = Instant::now();
    black_box(work());
    started.elapsed().as_secs_f64() * 1e3
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Somebody made up, always the same for one number.
#[allow(clippy::cast_possible_truncation)]
fn face(n: u128) -> Template {
    let mut state = (n as u32).wrapping_mul(2_654_435_761) | 1;
    let values = (0..NUMBERS).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    });
    Template::new(ModelId::FACE_API, values.collect()).unwrap()
}

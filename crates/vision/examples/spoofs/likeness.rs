//! How alike one person's photographs are, and different people's, by how far the head is turned.

use crate::faces::{self, percent, quantile};
use std::path::Path;
use vision::liveness::Measures;
use vision::{Effort, Engine, Template};

/// Likenesses that are looked at as bounds.
const BOUNDS: [f32; 6] = [0.85, 0.88, 0.9, 0.915, 0.93, 0.94];
/// How far the head of the second photograph is turned; that of the first is ahead.
const TURNS: [(f32, f32); 4] = [(0.0, 0.2), (0.2, 0.35), (0.35, 0.6), (0.6, 0.9)];

struct Seen {
    person: String,
    turn: f32,
    openness: f32,
    template: Template,
}

/// Prints, for each turn and bound, how many of one person's photographs are less alike, and how many of
/// different people's are as much so.
pub fn report(engine: &Engine, folder: &Path) {
    let paths: Vec<(String, String)> = faces::images(folder).into_iter().collect();
    let seen = faces::on_two_threads(&paths, |(path, person)| {
        let portrait = faces::portrait(engine, &folder.join(path))?;
        let face = engine.describe(&portrait.frame, &portrait.detection, Effort::Single);
        let face = face.unwrap()?;
        let measures = Measures::of(&face.landmarks)?;
        Some(Seen {
            person: person.clone(),
            turn: measures.turn.abs(),
            openness: measures.openness,
            template: face.template,
        })
    });
    let seen: Vec<Seen> = seen.into_iter().flatten().collect();
    let open: Vec<f32> = seen.iter().map(|one| one.openness).collect();
    let shares = [0.005, 0.01, 0.02, 0.05, 0.5];
    println!(
        "openness: {:.3?} of {}",
        shares.map(|share| quantile(&open, share)),
        open.len()
    );
    for (from, to) in TURNS {
        let (same, others) = cosines(&seen, from, to);
        println!(
            "turned by {from} to {to}: {} of one person, median {:.3}; {} of two, median {:.3}",
            same.len(),
            quantile(&same, 0.5),
            others.len(),
            quantile(&others, 0.5)
        );
        for bound in BOUNDS {
            println!(
                "    {bound}: of one person below {:.2} %, of two above {:.3} %",
                percent(&same, |cosine| *cosine < bound),
                percent(&others, |cosine| *cosine >= bound)
            );
        }
    }
}

/// Of one person and of two, the first photograph ahead and the second turned so far.
fn cosines(seen: &[Seen], from: f32, to: f32) -> (Vec<f32>, Vec<f32>) {
    let (mut same, mut others) = (Vec::new(), Vec::new());
    let ahead = seen
        .iter()
        .enumerate()
        .filter(|(_, one)| one.turn < TURNS[0].1);
    for (n, one) in ahead {
        let turned = seen.iter().enumerate();
        for (m, other) in turned.filter(|(_, other)| (from..to).contains(&other.turn)) {
            let cosine = one.template.cosine(&other.template);
            if n == m {
                continue;
            }
            if one.person == other.person {
                same.push(cosine);
            } else {
                others.push(cosine);
            }
        }
    }
    (same, others)
}

//! Heads that look up or down.
//!
//! **Nobody nodded for this**: a photograph is laid over a head of usual depth and turned, as in `spoofs`. What was
//! hidden from the camera stays unseen, so that the errors beyond some 30 degrees are those of the picture, too.

use crate::faces::{self, Pair, Portrait, percent, quantile};
use crate::{Image, Images, Picture, compared, embed, errors, look};
use vision::{Effort, Engine, Frame, Point, Quality, Rect};

/// Side of a rendered frame, pixels.
const SIDE: usize = 360;

/// Degrees, positive where the head looks up.
const NODS: [f32; 9] = [-45.0, -35.0, -25.0, -15.0, 0.0, 15.0, 25.0, 35.0, 45.0];

pub fn report(engine: &Engine, pairs: &[Pair], images: &Images) {
    rendered(engine, pairs, images);
    photographed(pairs, images);
}

fn rendered(engine: &Engine, pairs: &[Pair], images: &Images) {
    let some: Vec<&Image> = images.values().step_by(5).collect();
    let others = compared(pairs, images);
    println!("\n== {} heads turned, positive looks up", some.len());
    println!(
        "degrees | no face % | nod 10 50 90 %, median change | refused % | to itself | FNMR FMR (equal, different pairs)"
    );
    let straight = faces::on_two_threads(&some, |image| {
        Some(look(engine, &nodded(&image.portrait, 0.0))?.quality.nod)
    });
    for degrees in NODS {
        let seen = faces::on_two_threads(&some, |image| {
            let seen = look(engine, &nodded(&image.portrait, degrees))?;
            Some((seen.quality, embed(engine, &seen.chip, Effort::Single)))
        });
        let (mut qualities, mut nods, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut itself, mut scores) = (Vec::new(), Vec::new());
        for ((image, seen), straight) in some.iter().zip(&seen).zip(&straight) {
            let Some((quality, template)) = seen else {
                continue;
            };
            qualities.push(*quality);
            nods.push(quality.nod);
            changes.extend(straight.map(|straight| quality.nod - straight));
            itself.push(template.cosine(&image.live));
            let others = others.get(image.path.as_str()).into_iter().flatten();
            scores.extend(others.map(|(other, same)| (template.cosine(&other.enrolled), *same)));
        }
        if changes.is_empty() {
            println!("{degrees} | 100");
            continue;
        }
        println!(
            "{degrees} | {:.1} | {:.1?}, {:.1} | {:.1} | {:.3} | {}",
            percent(&seen, Option::is_none),
            [0.1, 0.5, 0.9].map(|share| quantile(&nods, share)),
            quantile(&changes, 0.5),
            percent(&qualities, Quality::is_nodding),
            quantile(&itself, 0.5),
            errors(&scores),
        );
    }
}

/// Errors by how far the head of a pair that nods more does.
fn photographed(pairs: &[Pair], images: &Images) {
    let nods: Vec<f32> = images
        .values()
        .map(|image| image.seen.quality.nod)
        .collect();
    println!(
        "\n== photographs: nod 0.5, 1, 5, 50, 95, 99, 99.5 % {:.1?}",
        [0.005, 0.01, 0.05, 0.5, 0.95, 0.99, 0.995].map(|share| quantile(&nods, share))
    );
    println!("pairs by the greater nod of the two | FNMR FMR (equal, different pairs)");
    let most = |live: &Image, other: &Image| {
        let [live, other] = [live, other].map(|image| image.seen.quality.nod);
        if live.abs() > other.abs() {
            live
        } else {
            other
        }
    };
    let scored = pairs.iter().filter_map(|pair| {
        let (live, other) = (images.get(&pair.images[0])?, images.get(&pair.images[1])?);
        let score = (live.live.cosine(&other.enrolled), pair.same);
        Some((most(live, other), score))
    });
    let scored: Vec<(f32, (f32, bool))> = scored.collect();
    let binned = |from: f32, to: f32, of: fn(f32) -> f32| {
        let inside = scored
            .iter()
            .filter(|(nod, _)| (from..to).contains(&of(*nod)));
        errors(&inside.map(|(_, score)| *score).collect::<Vec<_>>())
    };
    for bounds in [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 90.0].windows(2) {
        let (from, to) = (bounds[0], bounds[1]);
        println!("{from} to {to} | {}", binned(from, to, f32::abs));
    }
    println!("either way");
    let bounds = [
        -90.0, -20.0, -15.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 90.0,
    ];
    for bounds in bounds.windows(2) {
        let (from, to) = (bounds[0], bounds[1]);
        println!("{from} to {to} | {}", binned(from, to, |nod| nod));
    }
}

/// The photograph's head turned about the line of its ears.
fn nodded(portrait: &Portrait, degrees: f32) -> Picture {
    let face = portrait.detection.bounds;
    let half = SIDE as f32 / 2.0;
    let mut rgb = Vec::with_capacity(SIDE * SIDE * 3);
    for at in 0..SIDE * SIDE {
        let part = |at: usize| (at as f32 + 0.5 - half) / half;
        let at = Point::new(part(at % SIDE), part(at / SIDE));
        let from = turned_back(at, (-degrees).to_radians());
        let (x, y) = (
            face.centre().x + from.x * face.height,
            face.centre().y + from.y * face.height,
        );
        rgb.extend(faces::sample(&portrait.frame, x, y).unwrap_or([128, 126, 120]));
    }
    // The face's height is half the frame's.
    let place = Rect {
        x: half / 2.0,
        y: half / 2.0,
        width: half,
        height: half,
    };
    Picture {
        frame: Frame::from_rgb(SIDE, SIDE, rgb).unwrap(),
        face: place,
    }
}

/// Where on the untouched head the ray through `at` meets it after it was turned by `pitch`, down if positive; the
/// camera is four units away.
fn turned_back(at: Point, pitch: f32) -> Point {
    const CAMERA: f32 = 4.0;
    let (sin, cos) = pitch.sin_cos();
    let (mut u, mut v) = (at.x, at.y);
    for _ in 0..10 {
        let z = faces::depth(u, v);
        let (y, ahead) = (v * cos + z * sin, z * cos - v * sin);
        let scale = CAMERA / (CAMERA - ahead);
        // Whole steps would not settle where the head is turned far.
        u += 0.8 * (at.x - u * scale);
        v += 0.8 * (at.y - y * scale);
    }
    Point::new(u, v)
}

//! What the measures of quality say of real photographs, of the same ones made worse, and what that does
//! to recognition.
//!
//! `GATEBOOK_FACES=folder cargo run --release -p gatebook-vision --example quality -- FOLDS [size]`
//!
//! FOLDS names the folds of pairs that are looked at, as `0,1`: bounds are chosen on some and reported on others, whose
//! people are other ones. With `size`, faces of several sizes are looked for, too.
//!
//! The folder is described in `faces/mod.rs`. Blur and light are changed on the aligned chip (150 pixels),
//! so finding and aligning the face are as on the good photograph; size is changed on the photograph.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

mod faces;

use faces::{Pair, Portrait, percent, quantile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use vision::{Effort, Engine, Frame, Limits, Quality, Template, threshold};

/// A photograph as the person enrolled, as seen live, and what it takes to make it worse.
struct Image {
    enrolled: Template,
    live: Template,
    quality: Quality,
    portrait: Portrait,
}

/// One of the measures of quality.
type Measure = fn(&Quality) -> f32;

type Images = BTreeMap<String, Image>;

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let engine = Engine::load().unwrap();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folds = arguments.first().map_or("0,1,2", String::as_str);
    let pairs = faces::pairs_of(&folder, folds);
    let images = load(&engine, &folder, &pairs);
    println!("folds {folds}");
    real(&images);
    compressed(&images);
    turned(&pairs, &images);
    println!(
        "\n== made worse on one side of each pair; threshold of 1:1 {}",
        threshold::verification(1)
    );
    println!(
        "how | sharpness 1 50 99 % | brightness 50 % | refused: blurred dark glaring | to itself | FNMR FMR | FNMR FMR of those not refused"
    );
    for (name, worsen) in WAYS {
        degraded(&engine, &pairs, &images, name, worsen);
    }
    if !arguments.iter().any(|word| word == "size") {
        return;
    }
    println!("\n== size: faces of so many pixels in frames of 640 x 480 (JPEG quality 85)");
    for height in [16.0, 20.0, 24.0, 28.0, 32.0, 40.0, 48.0, 64.0, 80.0, 120.0] {
        sized(&engine, &pairs, &images, height);
    }
}

fn load(engine: &Engine, folder: &Path, pairs: &[Pair]) -> Images {
    let paths = pairs.iter().flat_map(|pair| pair.images.clone());
    let paths: Vec<String> = paths.collect::<BTreeSet<String>>().into_iter().collect();
    let loaded = faces::on_two_threads(&paths, |path| {
        let portrait = faces::portrait(engine, &folder.join(path))?;
        Some(Image {
            enrolled: engine
                .embedder()
                .embed(&portrait.chip, Effort::Mirrored)
                .unwrap(),
            live: engine
                .embedder()
                .embed(&portrait.chip, Effort::Single)
                .unwrap(),
            quality: portrait.quality(&portrait.chip),
            portrait,
        })
    });
    paths
        .into_iter()
        .zip(loaded)
        .filter_map(|(path, image)| Some((path, image?)))
        .collect()
}

fn real(images: &Images) {
    println!(
        "== {} real photographs: 0.5, 1, 5, 50, 95, 99, 99.5 % are below",
        images.len()
    );
    let measures: [(&str, Measure); 4] = [
        ("height", |q| q.height),
        ("sharpness", |q| q.sharpness),
        ("brightness", |q| q.brightness),
        ("turn, either way", |q| q.turn.abs()),
    ];
    let qualities: Vec<Quality> = images.values().map(|image| image.quality).collect();
    for (name, measure) in measures {
        let values: Vec<f32> = qualities.iter().map(measure).collect();
        let row = [0.005, 0.01, 0.05, 0.5, 0.95, 0.99, 0.995].map(|share| quantile(&values, share));
        println!("{name}: {row:.4?}");
    }
    println!(
        "refused: blurred {:.2} %, dark {:.2} %, glaring {:.2} %, turned {:.2} %, any of these {:.2} %",
        percent(&qualities, Quality::is_blurred),
        percent(&qualities, Quality::is_dark),
        percent(&qualities, Quality::is_glaring),
        percent(&qualities, Quality::is_turned),
        percent(&qualities, |q| !q.is_good()),
    );
}

/// Errors by how far the more turned head of a pair is turned.
fn turned(pairs: &[Pair], images: &Images) {
    println!(
        "\n== pairs by the greater turn of the two heads: FNMR and FMR at {}",
        threshold::verification(1)
    );
    let bounds: [f32; 8] = [0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.1];
    for bounds in bounds.windows(2) {
        let inside = pairs.iter().filter(|pair| {
            let turn = |path| -> f32 {
                images
                    .get(path)
                    .map_or(0.0, |image: &Image| image.quality.turn.abs())
            };
            let most = turn(&pair.images[0]).max(turn(&pair.images[1]));
            (bounds[0]..bounds[1]).contains(&most)
        });
        let scores = inside.filter_map(|pair| {
            let (live, other) = (images.get(&pair.images[0])?, images.get(&pair.images[1])?);
            Some((live.live.cosine(&other.enrolled), pair.same))
        });
        let scores: Vec<(f32, bool)> = scores.collect();
        println!(
            "{:.1} to {:.1}: {}, {} pairs",
            bounds[0],
            bounds[1],
            errors(&scores),
            scores.len()
        );
    }
}

/// Shares of equal people who do not match, and of different ones who do.
fn errors(scores: &[(f32, bool)]) -> String {
    let matches = |(cosine, _): &(f32, bool)| *cosine >= threshold::verification(1);
    let (same, other): (Vec<_>, Vec<_>) = scores.iter().partition(|(_, same)| *same);
    format!(
        "{:.1} % {:.2} %",
        percent(&same, |score| !matches(score)),
        percent(&other, matches)
    )
}

/// A way to make a chip worse.
type Worsen = fn(&Frame) -> Frame;

const WAYS: [(&str, Worsen); 14] = [
    ("as it is", Frame::clone),
    ("blur 1 px", |chip| blurred(chip, 1.0)),
    ("blur 2 px", |chip| blurred(chip, 2.0)),
    ("blur 3 px", |chip| blurred(chip, 3.0)),
    ("blur 4 px", |chip| blurred(chip, 4.0)),
    ("light / 2", |chip| lit(chip, 0.5, 0.0)),
    ("light / 4", |chip| lit(chip, 0.25, 0.0)),
    ("light / 8", |chip| lit(chip, 0.125, 0.0)),
    ("light / 4, noise 6", |chip| lit(chip, 0.25, 6.0)),
    ("light / 8, noise 6", |chip| lit(chip, 0.125, 6.0)),
    ("light x 1.5", |chip| lit(chip, 1.5, 0.0)),
    ("light x 2", |chip| lit(chip, 2.0, 0.0)),
    ("light x 3", |chip| lit(chip, 3.0, 0.0)),
    ("light x 4", |chip| lit(chip, 4.0, 0.0)),
];

fn degraded(engine: &Engine, pairs: &[Pair], images: &Images, name: &str, worsen: Worsen) {
    let worse = faces::on_two_threads(pairs, |pair| {
        let (live, other) = (images.get(&pair.images[0])?, images.get(&pair.images[1])?);
        let portrait = &live.portrait;
        let chip = worsen(&portrait.chip);
        let template = engine.embedder().embed(&chip, Effort::Single).unwrap();
        let quality = portrait.quality(&chip);
        let score = (template.cosine(&other.enrolled), pair.same);
        Some((quality, template.cosine(&live.live), score))
    });
    let worse: Vec<_> = worse.into_iter().flatten().collect();
    let sharpness: Vec<f32> = worse
        .iter()
        .map(|(quality, ..)| quality.sharpness)
        .collect();
    let brightness: Vec<f32> = worse
        .iter()
        .map(|(quality, ..)| quality.brightness)
        .collect();
    let itself: Vec<f32> = worse.iter().map(|(_, itself, _)| *itself).collect();
    let refused = |does: fn(&Quality) -> bool| percent(&worse, |(quality, ..)| does(quality));
    let all: Vec<_> = worse.iter().map(|(.., score)| *score).collect();
    let kept: Vec<_> = worse
        .iter()
        .filter(|(quality, ..)| quality.is_good())
        .map(|(.., score)| *score)
        .collect();
    println!(
        "{name} | {:.4?} | {:.0} | {:.1} {:.1} {:.1} % | {:.3} | {} | {} ({})",
        [0.01, 0.5, 0.99].map(|share| quantile(&sharpness, share)),
        quantile(&brightness, 0.5),
        refused(Quality::is_blurred),
        refused(Quality::is_dark),
        refused(Quality::is_glaring),
        quantile(&itself, 0.5),
        errors(&all),
        errors(&kept),
        kept.len(),
    );
}

/// Blurred photographs that were compressed afterwards: found out in spite of the blocks' edges?
fn compressed(images: &Images) {
    println!("\n== blurred, then JPEG: % refused as blurred, sharpness 50 %");
    let some: Vec<&Image> = images.values().step_by(5).collect();
    for sigma in [0.0, 1.0, 2.0, 3.0, 4.0] {
        for jpeg in [40, 70, 95] {
            let qualities = faces::on_two_threads(&some, |image| {
                let portrait = &image.portrait;
                let frame = match sigma > 0.0 {
                    true => blurred(&portrait.frame, sigma),
                    false => portrait.frame.clone(),
                };
                let frame = Frame::decode(&frame.to_jpeg(jpeg).unwrap(), Limits::LIVE).unwrap();
                let chip = vision::alignment::chip(&frame, &portrait.landmarks).unwrap();
                let quality = portrait.quality(&chip);
                (quality.sharpness, with_edges(&chip))
            });
            let blurred = |bound: f32, which: fn(&(f32, f32)) -> f32| {
                percent(&qualities, |both| which(both) < bound)
            };
            let middle = |which: fn(&(f32, f32)) -> f32| {
                let values: Vec<f32> = qualities.iter().map(which).collect();
                quantile(&values, 0.5)
            };
            println!(
                "sigma {sigma} quality {jpeg}: {:.1} %, {:.2}; with the edges of blocks {:.1} %, {:.2}",
                blurred(Quality::LEAST_SHARPNESS, |both| both.0),
                middle(|both| both.0),
                blurred(Quality::LEAST_SHARPNESS, |both| both.1),
                middle(|both| both.1),
            );
        }
    }
}

/// The measure of sharpness over all pixels, the edges of JPEG's blocks among them.
fn with_edges(chip: &Frame) -> f32 {
    let luma = |x: usize, y: usize| {
        let at = (y * chip.width() + x) * 3;
        let [r, g, b] = [0, 1, 2].map(|colour| f32::from(chip.rgb()[at + colour]));
        0.299 * r + 0.587 * g + 0.114 * b
    };
    let margin = chip.width() / 4 + 1;
    let (mut second, mut first) = (0.0, 0.0);
    for y in margin..chip.height() - margin {
        for x in margin..chip.width() - margin {
            let [left, right, up, down] = [
                luma(x - 1, y),
                luma(x + 1, y),
                luma(x, y - 1),
                luma(x, y + 1),
            ];
            second += (left + right + up + down - 4.0 * luma(x, y)).powi(2);
            first += ((right - left).powi(2) + (down - up).powi(2)) / 4.0 + 1.0;
        }
    }
    second / first
}

/// Gaussian blur.
fn blurred(chip: &Frame, sigma: f32) -> Frame {
    let reach = (sigma * 3.0).ceil() as isize;
    let weights: Vec<f32> = (-reach..=reach)
        .map(|at| (-(at * at) as f32 / (2.0 * sigma * sigma)).exp())
        .collect();
    let sum: f32 = weights.iter().sum();
    let mut values: Vec<f32> = chip.rgb().iter().map(|v| f32::from(*v)).collect();
    let (width, height) = (chip.width() as isize, chip.height() as isize);
    for (dx, dy) in [(1, 0), (0, 1)] {
        let at = |x: isize, y: isize, colour: isize| {
            let (x, y) = (x.clamp(0, width - 1), y.clamp(0, height - 1));
            values[((y * width + x) * 3 + colour) as usize]
        };
        let one = |i: isize| {
            let (x, y, colour) = (i / 3 % width, i / 3 / width, i % 3);
            let steps = (-reach..=reach).zip(&weights);
            steps
                .map(|(step, w)| w * at(x + dx * step, y + dy * step, colour))
                .sum::<f32>()
                / sum
        };
        values = (0..width * height * 3).map(one).collect();
    }
    from_values(chip, &values)
}

/// More or less light, cut off at white as a camera does, with a little noise of the sensor.
fn lit(chip: &Frame, light: f32, noise: f32) -> Frame {
    let mut state = 1u32;
    let mut uniform = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    // The sum of four has nearly the bell's shape; its deviation is the root of 1/3.
    let mut bell = || (uniform() + uniform() + uniform() + uniform()) * 3f32.sqrt();
    let values: Vec<f32> = chip
        .rgb()
        .iter()
        .map(|v| f32::from(*v) * light + bell() * noise)
        .collect();
    from_values(chip, &values)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn from_values(chip: &Frame, values: &[f32]) -> Frame {
    let rgb = values
        .iter()
        .map(|v| v.round().clamp(0.0, 255.0) as u8)
        .collect();
    Frame::from_rgb(chip.width(), chip.height(), rgb).unwrap()
}

/// How many faces of this height are found, and how well the found ones are recognised.
fn sized(engine: &Engine, pairs: &[Pair], images: &Images, height: f32) {
    // Every third pair: finding a face takes its time.
    let some: Vec<&Pair> = pairs.iter().step_by(3).collect();
    let seen = faces::on_two_threads(&some, |pair| {
        let (live, other) = (images.get(&pair.images[0])?, images.get(&pair.images[1])?);
        let frame = in_a_room(&live.portrait, height)?;
        let frame = Frame::decode(&frame.to_jpeg(85).unwrap(), Limits::LIVE).unwrap();
        let found = faces::central(&engine.detect(&frame).unwrap(), &frame);
        let found = found.filter(|face| {
            let away = face.bounds.centre().distance(frame.bounds().centre());
            away < height / 2.0 && (0.5..2.0).contains(&(face.bounds.height / height))
        });
        let face = found.and_then(|face| engine.describe(&frame, &face, Effort::Single).unwrap());
        Some(face.map(|face| {
            let score = (face.template.cosine(&other.enrolled), pair.same);
            (face.quality, face.template.cosine(&live.live), score)
        }))
    });
    let seen: Vec<_> = seen.into_iter().flatten().collect();
    let found: Vec<_> = seen.iter().flatten().collect();
    let itself: Vec<f32> = found.iter().map(|(_, itself, _)| *itself).collect();
    let scores: Vec<_> = found.iter().map(|(.., score)| *score).collect();
    let sharpness: Vec<f32> = found
        .iter()
        .map(|(quality, ..)| quality.sharpness)
        .collect();
    println!(
        "{height:.0} px: {:.1} % found of {}, blurred {:.1} %, sharpness {:.4}, to itself {:.3}, {}",
        percent(&seen, Option::is_some),
        seen.len(),
        percent(&found, |(quality, ..)| quality.is_blurred()),
        quantile(&sharpness, 0.5),
        quantile(&itself, 0.5),
        errors(&scores),
    );
}

/// The photograph, so small that its face has this height, in the middle of a grey frame.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn in_a_room(portrait: &Portrait, height: f32) -> Option<Frame> {
    const WIDTH: usize = 640;
    const HEIGHT: usize = 480;
    let face = portrait.detection.bounds;
    let scale = face.height / height;
    let mut rgb = Vec::with_capacity(WIDTH * HEIGHT * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let centre = face.centre();
            let from = |at: usize, middle: usize, centre: f32| {
                centre + (at as f32 + 0.5 - middle as f32) * scale
            };
            let (left, top) = (from(x, WIDTH / 2, centre.x), from(y, HEIGHT / 2, centre.y));
            rgb.extend(mean(&portrait.frame, left, top, scale).unwrap_or([110; 3]));
        }
    }
    Frame::from_rgb(WIDTH, HEIGHT, rgb)
}

/// The mean over a square of the frame about (x, y); `None` outside of it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn mean(frame: &Frame, x: f32, y: f32, side: f32) -> Option<[u8; 3]> {
    const STEPS: usize = 6;
    let mut sum = [0.0; 3];
    for step in 0..STEPS * STEPS {
        let part = |at: usize| ((at as f32 + 0.5) / STEPS as f32 - 0.5) * side - 0.5;
        let (x, y) = (x + part(step % STEPS), y + part(step / STEPS));
        let (left, top) = (x.floor(), y.floor());
        if left < 0.0 || top < 0.0 {
            return None;
        }
        let start =
            |dx: usize, dy: usize| ((top as usize + dy) * frame.width() + left as usize + dx) * 3;
        if left as usize + 1 >= frame.width() || top as usize + 1 >= frame.height() {
            return None;
        }
        let (fx, fy) = (x - left, y - top);
        for (colour, sum) in sum.iter_mut().enumerate() {
            let at = |dx, dy| f32::from(frame.rgb()[start(dx, dy) + colour]);
            let above = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
            let below = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
            *sum += above * (1.0 - fy) + below * fy;
        }
    }
    Some(sum.map(|sum| (sum / (STEPS * STEPS) as f32).round() as u8))
}

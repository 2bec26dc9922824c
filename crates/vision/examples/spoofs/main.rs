//! Faces and pictures of faces held before a camera that asks for a blink and turns, and how many pass.
//!
//! `GATEBOOK_FACES=folder cargo run --release --workspace --example spoofs -- [every-so-many-th] [fold] [folder for samples]`
//!
//! The folder is described in `faces/mod.rs`. **Nothing here was filmed.** A living head is a photograph laid over a
//! head of usual depth and turned; shut eyes are the photograph's lids, drawn down. An attack is the
//! photograph on a sheet or a screen that is turned in perspective, with border, lines of a screen and glare. So this
//! shows what the challenge makes of what the mesh sees in such pictures; it does not show how real people, prints,
//! screens and masks behave before a real camera.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

#[path = "../faces/mod.rs"]
mod faces;

mod compose;
mod eyes;
mod scene;

use compose::Stage;
use faces::percent;
use scene::{Act, SCENES, Scene};
use std::time::Duration;
use vision::liveness::{Measures, Phase, Progress, Watch};
use vision::{Effort, Engine, Face, Frame, Limits};

/// Between two frames.
const PAUSE: Duration = Duration::from_millis(200);

/// One challenge.
struct Told {
    end: Option<Progress>,
    /// Most turn that was seen, either way.
    turn: f32,
    /// Least openness that was seen, by the first one.
    shut: f32,
    /// Least likeness ahead, and otherwise.
    ahead: f32,
    aside: f32,
}

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let mut arguments = std::env::args().skip(1);
    let step: usize = arguments.next().map_or(29, |n| n.parse().unwrap());
    let fold = arguments.next();
    let show = arguments.next();
    let engine = Engine::load().unwrap();
    let paths = photographs(&folder, fold.as_deref(), step);
    println!("{} photographs, five frames a second", paths.len());
    println!(
        "scene | established, % | not established, % (too late, other answer, out of sight, another face) | most turn, least openness, likeness ahead, aside (5, 50, 95 %)"
    );
    if let Some(into) = &show {
        return samples(&engine, &folder.join(&paths[0].0), into.as_ref());
    }
    for scene in SCENES {
        let told = faces::on_two_threads(&paths, |(path, other)| {
            let read = |path: &String| {
                let bytes = std::fs::read(folder.join(path)).unwrap();
                Stage::of(&engine, Frame::decode(&bytes, Limits::UPLOAD).unwrap())
            };
            Some(challenged(&engine, &read(path)?, &read(other)?, scene))
        });
        report(scene.name, &told.into_iter().flatten().collect::<Vec<_>>());
    }
}

/// One photograph ahead, turned and with shut eyes, on each carrier, with what the mesh measures.
fn samples(engine: &Engine, photograph: &std::path::Path, into: &std::path::Path) {
    let bytes = std::fs::read(photograph).unwrap();
    let stage = Stage::of(engine, Frame::decode(&bytes, Limits::UPLOAD).unwrap()).unwrap();
    let shut = Act {
        shut: 1.0,
        ..Act::default()
    };
    let turned = |head: f32, sheet: f32| Act {
        head,
        sheet,
        ..Act::default()
    };
    let acts = [Act::default(), shut, turned(30.0, 0.0), turned(0.0, 35.0)];
    for (scene, name) in SCENES.iter().zip(0..) {
        for (act, n) in acts.into_iter().zip(0..) {
            let frame = stage.shown(*scene, act, 0);
            std::fs::write(
                into.join(format!("{name}-{n}.jpg")),
                frame.to_jpeg(90).unwrap(),
            )
            .unwrap();
            let found = seen(engine, &frame).pop();
            let measured = found.and_then(|face| Measures::of(&face.landmarks));
            println!("{}, {n}: {measured:?}", scene.name);
        }
    }
}

/// Photographs, each with one of somebody else.
fn photographs(folder: &std::path::Path, fold: Option<&str>, step: usize) -> Vec<(String, String)> {
    let people = faces::images(folder);
    let in_fold: Option<std::collections::BTreeSet<String>> = fold.map(|fold| {
        let pairs = faces::pairs(folder).into_iter();
        let of_fold = pairs.filter(|pair| pair.fold == fold);
        of_fold.flat_map(|pair| pair.images).collect()
    });
    let taken = people
        .iter()
        .filter(|(path, _)| in_fold.as_ref().is_none_or(|fold| fold.contains(*path)));
    let taken: Vec<(&String, &String)> = taken.step_by(step).collect();
    let others = taken.iter().cycle().skip(1);
    let pairs = taken.iter().zip(others);
    pairs
        .filter(|(a, b)| a.1 != b.1)
        .map(|(a, b)| (a.0.clone(), b.0.clone()))
        .collect()
}

fn report(name: &str, told: &[Told]) {
    use model::NotEstablished::{AnotherFace, OtherAnswer, OutOfSight, TooLate};
    let established = percent(told, |one| one.end == Some(Progress::Established));
    let whys = [TooLate, OtherAnswer, OutOfSight, AnotherFace].map(|why| {
        let share = percent(told, |one| one.end == Some(Progress::NotEstablished(why)));
        format!("{share:.1}")
    });
    let of = |pick: fn(&Told) -> f32| {
        let values: Vec<f32> = told.iter().map(pick).collect();
        let quantile = |share| faces::quantile(&values, share);
        format!(
            "{:.2} {:.2} {:.2}",
            quantile(0.05),
            quantile(0.5),
            quantile(0.95)
        )
    };
    println!(
        "{name} | {established:.1} | {:.1} ({}) | {}; {}; {}; {} ({} challenges)",
        100.0 - established,
        whys.join(", "),
        of(|one| one.turn),
        of(|one| one.shut),
        of(|one| one.ahead),
        of(|one| one.aside),
        told.len()
    );
}

/// How it ends for what is before the camera.
fn challenged(engine: &Engine, stage: &Stage, other: &Stage, scene: Scene) -> Told {
    let mut told = Told {
        end: None,
        turn: 0.0,
        shut: 1.0,
        ahead: 1.0,
        aside: 1.0,
    };
    let first = seen(engine, &stage.shown(scene, Act::default(), 0)).pop();
    let Some((first, open)) = first.and_then(|face| {
        let open = Measures::of(&face.landmarks)?.openness;
        Some((face, open))
    }) else {
        return told;
    };
    // Any number will do, as long as it is another one for each photograph.
    let chance = stage.number();
    let mut watch = Watch::begin(&first, chance, Duration::ZERO);
    let mut asked_at = 0;
    let mut asked = watch.challenge().progress();
    for n in 1..130 {
        let now = watch.challenge().progress();
        if now != asked {
            (asked, asked_at) = (now, n);
        }
        let Progress::Asked(prompt, phase) = now else {
            break;
        };
        // Whoever is asked takes half a second and more before they begin.
        let begun = phase != Phase::Act || n - asked_at >= 3;
        let wanted = begun.then_some((prompt, phase));
        let act = scene.act(wanted, n - asked_at, n);
        let on_stage = if act.other { other } else { stage };
        let faces = seen(engine, &on_stage.shown(scene, act, n));
        measure(&mut told, &faces, &first, open);
        watch.see(&faces, PAUSE * n);
    }
    told.end = Some(watch.challenge().progress());
    told
}

fn measure(told: &mut Told, faces: &[Face], first: &Face, open: f32) {
    let Some(face) = faces.first() else { return };
    let Some(seen) = Measures::of(&face.landmarks) else {
        return;
    };
    told.turn = told.turn.max(seen.turn.abs());
    told.shut = told.shut.min(seen.openness / open);
    let likeness = first.template.cosine(&face.template);
    if seen.turn.abs() < 0.2 {
        told.ahead = told.ahead.min(likeness);
    } else {
        told.aside = told.aside.min(likeness);
    }
}

/// The face in the middle, as a camera's frame shows it.
fn seen(engine: &Engine, frame: &Frame) -> Vec<Face> {
    let frame = Frame::decode(&frame.to_jpeg(85).unwrap(), Limits::LIVE).unwrap();
    let found = faces::central(&engine.detect(&frame).unwrap(), &frame);
    let face = found.and_then(|found| engine.describe(&frame, &found, Effort::Single).unwrap());
    face.into_iter().collect()
}

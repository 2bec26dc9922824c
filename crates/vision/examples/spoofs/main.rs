//! Faces and pictures of faces held before a camera that asks for a blink and turns, and how many pass.
//!
//! `GATEBOOK_FACES=folder cargo run --release --workspace --example spoofs -- [people] [fold] [folder for samples]` (a fold of `-`: all of them), or
//! with `likeness`, `shut` or `lids` in place of the people what is alike, how far shut eyes are open on photographs, and how far
//! composed lids shut.
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
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

#[path = "../faces/mod.rs"]
mod faces;

mod compose;
mod eyes;
mod interval;
mod likeness;
mod scene;
mod shut;

use compose::Stage;
use interval::interval;
use scene::{Act, SCENES, Scene};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use vision::liveness::{Challenge, Measures, Phase, Progress, Watch};
use vision::{Effort, Engine, Face, Frame, Limits};

/// Between two frames.
const PAUSE: Duration = Duration::from_millis(200);

/// One challenge.
struct Told {
    end: Progress,
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
    let what = arguments.next().unwrap_or_default();
    let engine = Engine::load().unwrap();
    if what == "shut" {
        return shut::report(&engine, &folder);
    }
    if what == "likeness" {
        return likeness::report(&engine, &folder);
    }
    let people = what.parse().unwrap_or(36);
    let fold = arguments.next().filter(|fold| fold != "-");
    let cast = cast(&engine, &folder, fold.as_deref(), people);
    println!("{} people, five frames a second", cast.len());
    if what == "lids" {
        return lids(&engine, &cast);
    }
    if let Some(into) = arguments.next() {
        return samples(&cast, into.as_ref());
    }
    println!(
        "scene | established | ended by | most turn, least openness, likeness ahead, aside (5, 50, 95 %)"
    );
    for asked in [Asked::All, Asked::Turns, Asked::Blink] {
        println!("== {asked:?}");
        for scene in SCENES {
            if asked != Asked::All && !scene.is_told_by_prompt() {
                continue;
            }
            let told = faces::on_two_threads(&cast, |one| {
                challenged(&engine, &one.stage, &cast[one.double].stage, scene, asked)
            });
            report(scene.name, &told.into_iter().flatten().collect::<Vec<_>>());
        }
    }
}

/// Somebody whose photograph is used.
struct Member {
    stage: Stage,
    /// Who of the others is most like them.
    double: usize,
}

/// So many people who look ahead with open eyes, one photograph each.
fn cast(engine: &Engine, folder: &Path, fold: Option<&str>, people: usize) -> Vec<Member> {
    let in_fold: Option<BTreeSet<String>> = fold.map(|fold| {
        let pairs = faces::pairs(folder).into_iter();
        let of_fold = pairs.filter(|pair| pair.fold == fold);
        of_fold.flat_map(|pair| pair.images).collect()
    });
    let taken = |path: &String| in_fold.as_ref().is_none_or(|fold| fold.contains(path));
    let mut first_of: BTreeMap<String, String> = BTreeMap::new();
    for (path, person) in faces::images(folder) {
        if taken(&path) {
            first_of.entry(person).or_insert(path);
        }
    }
    let mut stages = Vec::new();
    let step = (first_of.len() / (people * 4)).max(1);
    for path in first_of.values().step_by(step) {
        let bytes = std::fs::read(folder.join(path)).unwrap();
        let stage = Stage::of(engine, Frame::decode(&bytes, Limits::UPLOAD).unwrap());
        let shown = |stage: &Stage| seen(engine, &stage.shown(SCENES[0], Act::default(), 0)).pop();
        if stages.len() < people
            && let Some(stage) = stage
            && let Some(face) = shown(&stage)
        {
            stages.push((stage, face.template));
        }
    }
    let double = |n: usize| {
        let like = |m: &usize| stages[n].1.cosine(&stages[*m].1);
        let others = (0..stages.len()).filter(|m| *m != n);
        others.max_by(|a, b| like(a).total_cmp(&like(b))).unwrap()
    };
    let doubles: Vec<usize> = (0..stages.len()).map(double).collect();
    let members = stages.into_iter().zip(doubles);
    members
        .map(|((stage, _), double)| Member { stage, double })
        .collect()
}

/// How far composed lids shut the eyes for the mesh.
fn lids(engine: &Engine, cast: &[Member]) {
    let openness = |stage: &Stage, shut: f32| {
        let act = Act {
            shut,
            ..Act::default()
        };
        let face = seen(engine, &stage.shown(SCENES[0], act, 0)).pop()?;
        Some(Measures::of(&face.landmarks)?.openness)
    };
    let shut = faces::on_two_threads(cast, |one| {
        let shut = openness(&one.stage, 1.0)?;
        Some((shut, shut / openness(&one.stage, 0.0)?))
    });
    let (values, shares): (Vec<f32>, Vec<f32>) = shut.into_iter().flatten().unzip();
    let quantiles =
        |values: &[f32]| [0.05, 0.25, 0.5, 0.75, 0.95].map(|at| faces::quantile(values, at));
    println!("shut: openness {:.3?}", quantiles(&values));
    println!("by the open eye {:.3?}", quantiles(&shares));
}

/// Writes frames of every scene and of everybody, with a list for `gatebook evaluate spoof`.
fn samples(cast: &[Member], into: &Path) {
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
    let mut list = "path,label\n".to_owned();
    for (member, who) in cast.iter().zip(0..) {
        for (scene, number) in SCENES.iter().zip(0..) {
            for (act, n) in acts.into_iter().zip(0..) {
                let frame = member.stage.shown(*scene, act, 0);
                let name = format!("{who}-{number}-{n}.jpg");
                std::fs::write(into.join(&name), frame.to_jpeg(90).unwrap()).unwrap();
                list += &format!("{name},{}\n", kind(scene.name));
            }
        }
    }
    std::fs::write(into.join("list.csv"), list).unwrap();
}

/// What is held before the camera, as `gatebook evaluate spoof` calls it.
fn kind(scene: &str) -> &'static str {
    match scene.split([' ', ',']).next() {
        Some("living") => "real",
        Some("print") => "print",
        Some("mask") => "mask",
        _ => "screen",
    }
}

fn report(name: &str, told: &[Told]) {
    use model::NotEstablished::{AnotherFace, OtherAnswer, OutOfSight, TooLate};
    let count = |end: Progress| told.iter().filter(|one| one.end == end).count();
    let established = count(Progress::Established);
    let [least, most] = interval(established, told.len()).map(|share| share * 100.0);
    let whys = [TooLate, OtherAnswer, OutOfSight, AnotherFace]
        .map(|why| count(Progress::NotEstablished(why)));
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
        "{name} | {established} of {}, {:.1} % ({least:.1} to {most:.1}) | too late {}, other answer {}, out of sight {}, another face {} | {}; {}; {}; {}",
        told.len(),
        established as f64 / told.len().max(1) as f64 * 100.0,
        whys[0],
        whys[1],
        whys[2],
        whys[3],
        of(|one| one.turn),
        of(|one| one.shut),
        of(|one| one.ahead),
        of(|one| one.aside),
    );
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Asked {
    /// All of it, in an order of chance: what runs.
    All,
    /// Both turns alone.
    Turns,
    /// The blink alone.
    Blink,
}

impl Asked {
    fn challenge(self, chance: u64) -> Challenge {
        use model::Prompt::{Blink, TurnLeft, TurnRight};
        match self {
            Self::All => Challenge::new(chance, Duration::ZERO),
            Self::Turns => Challenge::of(vec![TurnLeft, TurnRight], Duration::ZERO),
            Self::Blink => Challenge::of(vec![Blink], Duration::ZERO),
        }
    }
}

/// How it ends for what is before the camera; `None` if no face is seen there at first.
fn challenged(
    engine: &Engine,
    stage: &Stage,
    other: &Stage,
    scene: Scene,
    asked: Asked,
) -> Option<Told> {
    let first = seen(engine, &stage.shown(scene, Act::default(), 0)).pop()?;
    let open = Measures::of(&first.landmarks)?.openness;
    let mut told = Told {
        end: Progress::Established,
        turn: 0.0,
        shut: 1.0,
        ahead: 1.0,
        aside: 1.0,
    };
    // Any number will do, as long as it is another one for each photograph.
    let challenge = asked.challenge(stage.number());
    let mut watch = Watch::begin(first.template.clone(), first.bounds, challenge);
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
        let faces = if act.hidden {
            Vec::new()
        } else {
            seen(engine, &on_stage.shown(scene, act, n))
        };
        measure(&mut told, &faces, &first, open);
        watch.see(&faces, PAUSE * n);
    }
    told.end = watch.challenge().progress();
    Some(told)
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
    let closely = |mut face: Face| {
        engine.look_at_eyes(&frame, &mut face).unwrap();
        face
    };
    face.map(closely).into_iter().collect()
}

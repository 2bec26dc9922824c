//! `gatebook evaluate faces`: error rates of the faces of any folder, by the definitions of
//! ISO/IEC 19795-1, through the whole pipeline from the encoded photograph on.

mod cache;
mod identification;
mod lists;
mod measure;
mod recall;
mod report;
mod verification;

use crate::cli::EvaluateFaces;
use crate::commands::progress::of_parts;
use crate::config::Config;
use crate::models;
use anyhow::{Context, Result};
use cache::Maker;
use evaluation::{DetCurve, det_plot};
use lists::Pair;
use measure::{Described, Image};
use std::process::ExitCode;
use std::time::Instant;
use verification::Side;
use vision::{Embedder, Engine, Setup};

/// How templates are made on the two sides of a comparison.
const PATHS: [(&str, Side, Side); 5] = [
    ("one pass on both sides", single, single),
    ("one pass live, mirrored at enrolment", single, mirrored),
    ("one pass live, as enrolled", single, enrolled),
    ("mirrored on both sides", mirrored, mirrored),
    ("mirrored live, as enrolled", mirrored, enrolled),
];

fn single(image: &Image) -> &vision::Template {
    &image.single
}

fn mirrored(image: &Image) -> &vision::Template {
    &image.mirrored
}

fn enrolled(image: &Image) -> &vision::Template {
    &image.enrolled
}

/// Runs the command.
///
/// # Errors
/// When a list or a photograph cannot be read, or a net fails.
pub fn run(config: &Config, args: &EvaluateFaces) -> Result<ExitCode> {
    let setup = models::setup(config)?;
    let listed = lists::images(&args.images)?;
    let pairs = args.pairs.as_deref();
    let pairs = pairs.map(|list| lists::pairs(list, &listed)).transpose()?;
    let engine = Engine::of(&setup)?;
    let maker = maker(&setup, &engine);
    let threads = config.vision.threads.max(1);
    let (started, cache) = (Instant::now(), args.cache.as_deref());
    let described = measure::describe(&engine, maker.clone(), &listed, cache, threads)?;
    let seconds = started.elapsed().as_secs_f64();
    let (paths, curves) = compared(engine.embedder(), &described, pairs.as_deref(), args)?;
    let found = described.images.len();
    let report = report::Report {
        runtime: maker.runtime,
        model: maker.embedder,
        images: described.all,
        failed_to_enrol: described.all - found,
        seconds,
        stages: described.stages(),
        paths,
        recall: recall::measure(&engine, &described, &listed, args.recall, threads)?,
    };
    report.print();
    if let Some(file) = &args.json {
        let json = serde_json::to_vec_pretty(&report)?;
        std::fs::write(file, json).with_context(|| file.display().to_string())?;
    }
    if let Some(file) = &args.det {
        let svg = det_plot("Faces, every image against every other", &curves);
        std::fs::write(file, svg).with_context(|| file.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn maker(setup: &Setup, engine: &Engine) -> Maker {
    let own = setup.detector.as_ref();
    Maker {
        detector: own.map_or(models::BLAZEFACE.into(), |own| {
            own.card.model_id().to_string()
        }),
        embedder: engine.embedder().model().to_string(),
        runtime: setup.runtime.to_string(),
    }
}

/// The error rates of each path, and the trade-offs of both errors.
fn compared(
    embedder: &Embedder,
    described: &Described,
    pairs: Option<&[Pair]>,
    args: &EvaluateFaces,
) -> Result<(Vec<report::Path>, Vec<DetCurve>)> {
    let progress = of_parts();
    let (mut paths, mut curves) = (Vec::new(), Vec::new());
    for (done, path) in PATHS.into_iter().enumerate() {
        progress("paths compared", done as u64, PATHS.len() as u64);
        let (name, live, enrolled) = path;
        let of_pairs = |pairs| verification::of_pairs(embedder, described, pairs, live, enrolled);
        let pairs = pairs.map(of_pairs).transpose()?;
        let all = verification::all_against_all(embedder, described, path);
        let (all, curve) = all.unzip();
        curves.extend(curve);
        paths.push(report::Path {
            name: name.into(),
            pairs,
            all,
            identification: identification::measure(described, args, live, enrolled),
        });
    }
    progress("paths compared", PATHS.len() as u64, PATHS.len() as u64);
    Ok((paths, curves))
}

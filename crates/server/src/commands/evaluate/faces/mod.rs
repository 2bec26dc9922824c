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
use crate::commands::progress::part_on_terminal;
use crate::config::Config;
use crate::models;
use anyhow::{Context, Result};
use measure::Image;
use std::process::ExitCode;
use std::time::Instant;
use verification::Side;
use vision::Engine;

/// How templates are made on the two sides of a comparison.
const PATHS: [(&str, Side, Side); 3] = [
    ("one pass on both sides", single, single),
    ("one pass live, mirrored at enrolment", single, mirrored),
    ("mirrored on both sides", mirrored, mirrored),
];

fn single(image: &Image) -> &vision::Template {
    &image.single
}

fn mirrored(image: &Image) -> &vision::Template {
    &image.mirrored
}

/// Runs the command.
///
/// # Errors
/// When a list or a photograph cannot be read, or a net fails.
pub fn run(config: &Config, args: &EvaluateFaces) -> Result<ExitCode> {
    let setup = models::setup(config)?;
    let runtime = setup.runtime.to_string();
    let engine = Engine::of(&setup)?;
    let listed = lists::images(&args.images)?;
    let pairs = args.pairs.as_deref().map(lists::pairs).transpose()?;
    let threads = config.vision.threads.max(1);
    let started = Instant::now();
    let described = measure::describe(&engine, &listed, args.cache.as_deref(), threads)?;
    let seconds = started.elapsed().as_secs_f64();

    let progress = part_on_terminal();
    let mut paths = Vec::new();
    for (done, (name, live, enrolled)) in PATHS.into_iter().enumerate() {
        progress("paths compared", done as u64, PATHS.len() as u64);
        let pairs = pairs.as_deref().unwrap_or_default();
        paths.push(report::Path {
            name: name.into(),
            pairs: verification::of_pairs(&described, pairs, live, enrolled)?,
            all: verification::all_against_all(&described, live, enrolled)?,
            identification: identification::measure(&described, args, live, enrolled),
        });
    }
    progress("paths compared", PATHS.len() as u64, PATHS.len() as u64);
    let found = described.images.len();
    let report = report::Report {
        runtime,
        model: engine.embedder().model().to_string(),
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
        let svg = verification::det(&described, PATHS)?;
        std::fs::write(file, svg).with_context(|| file.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

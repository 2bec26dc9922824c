//! `gatebook evaluate fingerprints`.

use crate::cli::{EvaluateFingerprints, FingerprintProtocol};
use anyhow::{Context, Result, ensure};
use evaluation::{Comparison, DetCurve, Scores, Summary, det_plot};
use fingerprint::trial::{self, Protocol, Sample};
use fingerprint::{GreyImage, Prepared, extract};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// What an R307 sees.
const CROP: (usize, usize) = (256, 288);
/// FMRs at which the FNMR is reported.
const RATES: [f64; 3] = [0.01, 0.001, 0.0001];
/// Draws of the bootstrap by finger.
const DRAWS: usize = 500;

/// A line of the list.
#[derive(Deserialize)]
struct Line {
    path: String,
    finger: String,
    impression: u32,
    #[serde(default)]
    dpi: Option<u16>,
}

#[derive(Serialize)]
struct Report {
    images: usize,
    without_template: usize,
    extraction_ms: f64,
    comparison_us: f64,
    largest_template_bytes: usize,
    mean_eer: f64,
    pooled: Summary,
    databases: Vec<(String, Summary)>,
}

pub fn run(args: &EvaluateFingerprints) -> Result<ExitCode> {
    let set = read(args)?;
    let protocol = match args.protocol {
        FingerprintProtocol::Fvc => Protocol::Fvc,
        FingerprintProtocol::All | FingerprintProtocol::Lodo => Protocol::All,
    };
    let start = Instant::now();
    let seen = trial::observe(&set.samples, protocol);
    ensure!(
        !seen.is_empty(),
        "nothing to compare: the list needs two images of one folder"
    );
    let comparison_us = start.elapsed().as_secs_f64() * 1e6 / seen.len() as f64;
    let lodo = args.protocol == FingerprintProtocol::Lodo;
    let databases = set.databases();
    ensure!(
        !lodo || databases.len() > 1,
        "leaving one database out needs at least two: images in folders of their own"
    );
    let scores = trial::scores(&set.samples, &seen, lodo);
    let compared: Vec<(&str, Comparison)> = seen
        .iter()
        .zip(scores)
        .map(|(o, score)| {
            let (a, b) = (&set.samples[o.one], &set.samples[o.other]);
            let comparison = Comparison::new(a.finger, b.finger, f64::from(score));
            (a.database.as_str(), comparison)
        })
        .collect();
    let report = report(&set, &compared, comparison_us, &databases)?;
    print(&report);
    if let Some(file) = &args.json {
        let json = serde_json::to_vec_pretty(&report)?;
        std::fs::write(file, json).with_context(|| file.display().to_string())?;
    }
    if let Some(file) = &args.det {
        std::fs::write(file, plot(&compared, &databases)?)
            .with_context(|| file.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Set {
    samples: Vec<Sample>,
    extraction_ms: f64,
    largest: usize,
}

impl Set {
    /// Names of the databases, each once, in the order of the list.
    fn databases(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for sample in &self.samples {
            if !names.contains(&sample.database) {
                names.push(sample.database.clone());
            }
        }
        names
    }
}

fn read(args: &EvaluateFingerprints) -> Result<Set> {
    let list = &args.images;
    let folder = list.parent().unwrap_or(Path::new("."));
    let mut lines = csv::Reader::from_path(list).with_context(|| list.display().to_string())?;
    let mut fingers: Vec<String> = Vec::new();
    let mut set = Set {
        samples: Vec::new(),
        extraction_ms: 0.0,
        largest: 0,
    };
    for line in lines.deserialize() {
        let line: Line = line.context("the list's columns are path, finger, impression, dpi")?;
        let image = image(
            &folder.join(&line.path),
            line.dpi.unwrap_or(500),
            args.crops,
        )?;
        let start = Instant::now();
        let template = extract(&image);
        set.extraction_ms += start.elapsed().as_secs_f64() * 1e3;
        if let Err(error) = &template {
            eprintln!("{}: {error}", line.path);
        }
        let template = template.ok();
        let size = template.as_ref().map_or(0, |t| t.to_bytes().len());
        set.largest = set.largest.max(size);
        let known = fingers.iter().position(|f| *f == line.finger);
        let finger = known.unwrap_or_else(|| {
            fingers.push(line.finger.clone());
            fingers.len() - 1
        });
        set.samples.push(Sample {
            database: line
                .path
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder)
                .to_owned(),
            finger: u32::try_from(finger)?,
            impression: line.impression,
            prepared: template.as_ref().map(Prepared::new),
        });
    }
    set.extraction_ms /= set.samples.len().max(1) as f64;
    Ok(set)
}

fn image(path: &Path, dpi: u16, crop: bool) -> Result<GreyImage> {
    let name = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(name)?;
    let image = GreyImage::from_file(&bytes, dpi).with_context(name)?;
    if crop {
        return image
            .as_seen_by_small_sensor(CROP.0, CROP.1)
            .with_context(name);
    }
    Ok(image)
}

fn scores_of(compared: &[(&str, Comparison)], database: Option<&str>) -> Result<Scores> {
    let own = compared
        .iter()
        .filter(|(name, _)| database.is_none_or(|d| d == *name));
    Ok(Scores::new(own.map(|(_, comparison)| *comparison))?)
}

fn report(
    set: &Set,
    compared: &[(&str, Comparison)],
    comparison_us: f64,
    databases: &[String],
) -> Result<Report> {
    let summary = |database: Option<&str>| -> Result<Summary> {
        Ok(Summary::new(&scores_of(compared, database)?, &RATES, DRAWS))
    };
    let each = databases
        .iter()
        .map(|name| Ok((name.clone(), summary(Some(name))?)));
    let each: Vec<(String, Summary)> = each.collect::<Result<_>>()?;
    let sum: f64 = each.iter().map(|(_, summary)| summary.eer.point.fnmr).sum();
    let without_template = set.samples.iter().filter(|s| s.prepared.is_none()).count();
    Ok(Report {
        images: set.samples.len(),
        without_template,
        extraction_ms: set.extraction_ms,
        comparison_us,
        largest_template_bytes: set.largest,
        mean_eer: sum / each.len().max(1) as f64,
        pooled: summary(None)?,
        databases: each,
    })
}

fn print(report: &Report) {
    println!(
        "{} images, {} without a template; extraction {:.1} ms; comparison {:.0} us on all cores; largest template {} bytes",
        report.images,
        report.without_template,
        report.extraction_ms,
        report.comparison_us,
        report.largest_template_bytes
    );
    println!(
        "| database | genuine | impostor | EER % (95 %) | FNMR at FMR 1 % | 0.1 % | 0.01 % | zero FMR |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let pooled = ("pooled".to_owned(), report.pooled.clone());
    for (name, summary) in report.databases.iter().chain([&pooled]) {
        let at = |i: usize| summary.fnmr.get(i).map_or(0.0, |m| 100.0 * m.point.fnmr);
        let interval = summary.eer.interval;
        println!(
            "| {name} | {} | {} | {:.2} ({:.2} to {:.2}) | {:.2} | {:.2} | {:.2} | {:.2} |",
            summary.genuine,
            summary.impostors,
            100.0 * summary.eer.point.fnmr,
            100.0 * interval.low,
            100.0 * interval.high,
            at(0),
            at(1),
            at(2),
            100.0 * summary.zero_fmr.fnmr
        );
    }
    println!("mean EER {:.2} %", 100.0 * report.mean_eer);
}

fn plot(compared: &[(&str, Comparison)], databases: &[String]) -> Result<String> {
    let mut curves = vec![DetCurve::new("pooled", &scores_of(compared, None)?)];
    for name in databases {
        curves.push(DetCurve::new(
            name.as_str(),
            &scores_of(compared, Some(name))?,
        ));
    }
    Ok(det_plot("Fingerprints", &curves))
}

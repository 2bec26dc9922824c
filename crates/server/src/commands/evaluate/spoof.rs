//! `gatebook evaluate spoof`: how many pictures of faces the site's spoof models hold for faces, and how many faces for
//! pictures, by the definitions of ISO/IEC 30107-3.

use super::lines;
use crate::cli::EvaluateSpoof;
use crate::config::Config;
use crate::models;
use anyhow::{Context, Result, bail, ensure};
use evaluation::{Attack, AttackErrors, Share};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vision::{Effort, Engine, Frame, Limits};

/// How a real face is labelled; whatever else is a kind of attack.
const REAL: &str = "real";
/// Shares of real faces held to be pictures at which a threshold is told.
const ASKED: [f64; 3] = [0.01, 0.05, 0.1];

#[derive(Deserialize)]
struct Row {
    path: String,
    label: String,
}

/// What was measured.
#[derive(Serialize)]
struct Report {
    models: Vec<String>,
    /// Photographs, those left out included.
    images: usize,
    /// Where no face was found.
    without_a_face: usize,
    /// Where it is not shown well enough to be scored live.
    not_good: usize,
    /// At the threshold of the cards.
    at_the_threshold: AttackErrors,
    /// At thresholds for shares of real faces held to be pictures.
    at_bpcer: Vec<AttackErrors>,
}

/// Scores by label.
#[derive(Default)]
struct Scored {
    by_label: BTreeMap<String, Vec<f64>>,
    images: usize,
    without_a_face: usize,
    not_good: usize,
}

/// Runs the command.
///
/// # Errors
/// When no spoof model is named, the list or a photograph cannot be read, a net fails, or there is nothing to count.
pub fn run(config: &Config, args: &EvaluateSpoof) -> Result<ExitCode> {
    let rule = models::spoof_rule(config)?;
    let rule = rule.context("vision.spoof names no model: see guide/models.md")?;
    let listed = listed(&args.images)?;
    let engine = Engine::of(&models::setup(config)?)?;
    let mut scored = Scored::default();
    for (path, label) in listed {
        scored.look(&engine, &path, label)?;
    }
    let report = scored.report(config.vision.spoof.clone(), rule.threshold().into())?;
    report.print();
    if let Some(file) = &args.json {
        let json = serde_json::to_vec_pretty(&report)?;
        std::fs::write(file, json).with_context(|| file.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Photographs with their labels; paths are beside the list.
fn listed(list: &Path) -> Result<Vec<(PathBuf, String)>> {
    let folder = list.parent().unwrap_or(Path::new("."));
    let mut listed = Vec::new();
    lines::read(list, &["path", "label"], "path and label", |_, row: Row| {
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        if row.label.is_empty() || !row.label.chars().all(plain) {
            bail!(
                "a label takes a-z and '-': real, or a kind of attack such as print, screen, mask"
            );
        }
        listed.push((folder.join(&row.path), row.label));
        Ok(())
    })?;
    Ok(listed)
}

impl Scored {
    /// Scores the largest face of a photograph.
    fn look(&mut self, engine: &Engine, path: &Path, label: String) -> Result<()> {
        let name = || path.display().to_string();
        let bytes = std::fs::read(path).with_context(name)?;
        let frame = Frame::decode(&bytes, Limits::UPLOAD).with_context(name)?;
        self.images += 1;
        let largest = engine.detect(&frame)?.into_iter().next();
        let face = match largest {
            Some(face) => engine.describe(&frame, &face, Effort::Single)?,
            None => None,
        };
        let Some(face) = face else {
            self.without_a_face += 1;
            return Ok(());
        };
        if !face.quality.is_good() {
            self.not_good += 1;
            return Ok(());
        }
        let spoof = engine.spoof().context("there is no spoof model")?;
        let score = spoof.score(&frame, &face.bounds).with_context(name)?;
        self.by_label.entry(label).or_default().push(score.into());
        Ok(())
    }

    fn report(mut self, models: Vec<String>, threshold: f64) -> Result<Report> {
        let real = self.by_label.remove(REAL).unwrap_or_default();
        ensure!(
            !real.is_empty(),
            "no photograph that is labelled real has a good face"
        );
        ensure!(
            !self.by_label.is_empty(),
            "no photograph of an attack has a good face"
        );
        let attacks: Vec<Attack> = (self.by_label.into_iter())
            .map(|(kind, scores)| Attack { kind, scores })
            .collect();
        let at_bpcer = ASKED
            .into_iter()
            .filter_map(|asked| AttackErrors::at_bpcer(asked, &real, &attacks));
        Ok(Report {
            models,
            images: self.images,
            without_a_face: self.without_a_face,
            not_good: self.not_good,
            at_bpcer: at_bpcer.collect(),
            at_the_threshold: AttackErrors::at(threshold, &real, &attacks)
                .context("there is nothing to count")?,
        })
    }
}

impl Report {
    fn print(&self) {
        println!(
            "{}: {} photographs, {} without a face, {} with one that is too poor to be scored",
            self.models.join(" and "),
            self.images,
            self.without_a_face,
            self.not_good
        );
        println!("\nAt the threshold of the cards:");
        tell(&self.at_the_threshold);
        for (asked, errors) in ASKED.into_iter().zip(&self.at_bpcer) {
            println!(
                "\nWith at most {} % of real faces held to be pictures:",
                asked * 100.0
            );
            tell(errors);
        }
        println!(
            "\nIntervals are of 95 % and for samples that have nothing to do with one another: photographs of one person or \
             print are alike."
        );
    }
}

fn tell(errors: &AttackErrors) {
    println!("  real from {:.4}", errors.threshold);
    println!("  BPCER         {}", percent(&errors.bpcer));
    for (kind, share) in &errors.apcer {
        println!("  APCER {kind:<7} {}", percent(share));
    }
}

fn percent(share: &Share) -> String {
    format!(
        "{:6.2} % ({} of {}; {:.2} to {:.2} %)",
        share.rate * 100.0,
        share.hits,
        share.of,
        share.low * 100.0,
        share.high * 100.0
    )
}

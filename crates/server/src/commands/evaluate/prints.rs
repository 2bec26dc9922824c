//! The list of prints that is evaluated: checked as a whole, and only then made into templates.

use super::lines;
use anyhow::{Context, Result, bail, ensure};
use fingerprint::trial::Sample;
use fingerprint::{GreyImage, Prepared, extract};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

/// What an R307 sees.
const CROP: (usize, usize) = (256, 288);
/// Without these columns a list is none.
const COLUMNS: [&str; 3] = ["path", "finger", "impression"];
const ALL_COLUMNS: &str = "path, finger, impression and, if it is not 500, dpi";

/// A line of the list.
#[derive(Deserialize)]
struct Line {
    path: String,
    finger: String,
    impression: u32,
    #[serde(default)]
    dpi: Option<u16>,
}

/// Prints of a list, ready to be compared.
#[derive(Default)]
pub struct Prints {
    pub samples: Vec<Sample>,
    /// Images of which no template could be made: line of the list, path, reason.
    pub unusable: Vec<(u64, String, String)>,
    /// Mean time from image to template, milliseconds on one core.
    pub extraction_ms: f64,
    /// Mean time from a template to one that is ready, milliseconds on one core.
    pub preparation_ms: f64,
    /// Bytes of the largest template.
    pub largest: usize,
}

impl Prints {
    /// Names of the databases, each once, in the order of the list.
    pub fn databases(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for sample in &self.samples {
            if !names.contains(&sample.database) {
                names.push(sample.database.clone());
            }
        }
        names
    }

    fn template(&mut self, line: &Checked, image: &GreyImage) -> Option<Prepared> {
        let start = Instant::now();
        let template = extract(image);
        let extracted = Instant::now();
        self.extraction_ms += (extracted - start).as_secs_f64() * 1e3;
        let template = match template {
            Ok(template) => template,
            Err(error) => {
                let unusable = (line.number, line.path.clone(), error.to_string());
                self.unusable.push(unusable);
                return None;
            }
        };
        let prepared = Prepared::new(&template);
        self.preparation_ms += extracted.elapsed().as_secs_f64() * 1e3;
        self.largest = self.largest.max(template.to_bytes().len());
        Some(prepared)
    }

    /// A finger without a first impression has no part in the impostor pairs of FVC, so its protocol refuses it.
    pub fn first_impressions(&self) -> Result<()> {
        for name in self.databases() {
            let own = |s: &&Sample| s.database == name;
            let first = self.samples.iter().filter(own);
            let fingers: HashSet<u32> = first.clone().map(|s| s.finger).collect();
            let have = first.filter(|s| s.impression == 1).count();
            ensure!(
                have == fingers.len(),
                "protocol fvc compares impression 1 of every finger: {} of {} fingers in {name:?} have none",
                fingers.len() - have,
                fingers.len()
            );
        }
        Ok(())
    }
}

/// Reads a list and the images that it names; paths start at the folder of the list.
///
/// # Errors
/// When the list cannot be read, lacks a column, or a line is wrong: its values, its image, or an impression that
/// another line has already. Each wrong line is told by its number.
pub fn read(list: &Path, crops: bool) -> Result<Prints> {
    let mut reading = Reading::new(list.parent().unwrap_or(Path::new(".")), crops);
    lines::read(list, &COLUMNS, ALL_COLUMNS, |number, line: Line| {
        reading.check(number, line)
    })?;
    ensure!(
        !reading.checked.is_empty(),
        "{}: no line names an image",
        list.display()
    );
    reading.done().with_context(|| list.display().to_string())
}

/// A line that is in order.
struct Checked {
    number: u64,
    path: String,
    dpi: u16,
    /// Without its template.
    sample: Sample,
}

struct Reading<'a> {
    folder: &'a Path,
    crops: bool,
    checked: Vec<Checked>,
    fingers: HashMap<(String, String), u32>,
    seen: HashMap<(u32, u32), u64>,
}

impl<'a> Reading<'a> {
    fn new(folder: &'a Path, crops: bool) -> Self {
        Self {
            folder,
            crops,
            checked: Vec::new(),
            fingers: HashMap::new(),
            seen: HashMap::new(),
        }
    }

    fn check(&mut self, number: u64, line: Line) -> Result<()> {
        ensure!(!line.finger.is_empty(), "no finger is named");
        ensure!(line.impression > 0, "impressions are counted from 1");
        let database = line.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let next = u32::try_from(self.fingers.len())?;
        let finger = (database.to_owned(), line.finger.clone());
        let finger = *self.fingers.entry(finger).or_insert(next);
        if let Some(before) = self.seen.insert((finger, line.impression), number) {
            bail!(
                "impression {} of finger {:?} stands in line {before} already",
                line.impression,
                line.finger
            );
        }
        let checked = Checked {
            number,
            dpi: line.dpi.unwrap_or(500),
            sample: Sample {
                database: database.to_owned(),
                finger,
                impression: line.impression,
                prepared: None,
            },
            path: line.path,
        };
        self.image(&checked)?;
        self.checked.push(checked);
        Ok(())
    }

    /// Read twice, for the check and for its template: all images of a long list are too many to be kept.
    fn image(&self, line: &Checked) -> Result<GreyImage> {
        let path = self.folder.join(&line.path);
        image(&path, line.dpi, self.crops).with_context(|| line.path.clone())
    }

    fn done(mut self) -> Result<Prints> {
        let mut prints = Prints::default();
        for mut line in std::mem::take(&mut self.checked) {
            line.sample.prepared = prints.template(&line, &self.image(&line)?);
            prints.samples.push(line.sample);
        }
        let all = prints.samples.len();
        prints.extraction_ms /= all.max(1) as f64;
        prints.preparation_ms /= (all - prints.unusable.len()).max(1) as f64;
        Ok(prints)
    }
}

fn image(path: &Path, dpi: u16, crop: bool) -> Result<GreyImage> {
    let image = GreyImage::from_file(&std::fs::read(path)?, dpi)?;
    if crop {
        return Ok(image.as_seen_by_small_sensor(CROP.0, CROP.1)?);
    }
    Ok(image)
}

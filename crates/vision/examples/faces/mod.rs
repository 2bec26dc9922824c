//! What the measuring programs share: a folder of faces laid out as Labeled Faces in the Wild, named by
//! `GATEBOOK_FACES`. It has `images.csv` (path, person) and `pairs.csv` (path_a, path_b, same, fold).
#![allow(
    dead_code, // no program needs all of it
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use vision::{Detection, Engine, Frame, Landmarks, Limits, Quality};

/// Two images, and whether they show one person.
pub struct Pair {
    pub images: [String; 2],
    pub same: bool,
    pub fold: String,
}

/// The folder; says so and yields nothing when none is named.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("GATEBOOK_FACES").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: GATEBOOK_FACES names no folder of faces");
    }
    folder
}

/// Every image's path, and who is on it.
pub fn images(folder: &Path) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_path(folder.join("images.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// The pairs of some folds, as `0,1`.
pub fn pairs_of(folder: &Path, folds: &str) -> Vec<Pair> {
    let mut pairs = pairs(folder);
    pairs.retain(|pair| folds.split(',').any(|fold| fold == pair.fold));
    pairs
}

pub fn pairs(folder: &Path) -> Vec<Pair> {
    let mut reader = csv::Reader::from_path(folder.join("pairs.csv")).unwrap();
    let rows = reader.deserialize().map(Result::unwrap);
    rows.map(|(a, b, same, fold): (String, String, u8, String)| Pair {
        images: [a, b],
        same: same == 1,
        fold,
    })
    .collect()
}

/// What `work` says of each item, computed on two threads, in the items' order.
pub fn on_two_threads<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (work, results) = (&work, &results);
            scope.spawn(move || {
                for (index, item) in items.iter().enumerate().skip(thread).step_by(2) {
                    let result = work(item);
                    results.lock().unwrap().insert(index, result);
                }
            });
        }
    });
    results.into_inner().unwrap().into_values().collect()
}

/// An image with the face in its middle: the photographs have one subject and passers-by.
pub struct Portrait {
    pub frame: Frame,
    pub detection: Detection,
    pub landmarks: Landmarks,
    /// Those by which a template's chip is cut.
    pub steady: Landmarks,
    pub chip: Frame,
}

impl Portrait {
    /// The quality of the face as `chip` shows it.
    pub fn quality(&self, chip: &Frame) -> Quality {
        Quality::of(&self.detection, &self.landmarks, chip, &self.frame)
    }
}

pub fn portrait(engine: &Engine, path: &Path) -> Option<Portrait> {
    let frame = Frame::decode(&std::fs::read(path).unwrap(), Limits::UPLOAD).unwrap();
    let detection = central(&engine.detect(&frame).unwrap(), &frame)?;
    let landmarks = engine.locate(&frame, &detection).unwrap();
    let steady = engine.steadied(&frame, &landmarks).unwrap();
    let chip = vision::alignment::chip(&frame, &landmarks)?;
    Some(Portrait {
        frame,
        detection,
        landmarks,
        steady,
        chip,
    })
}

/// The detection nearest to the middle of the frame.
pub fn central(faces: &[Detection], frame: &Frame) -> Option<Detection> {
    let middle = frame.bounds().centre();
    let away = |face: &Detection| face.bounds.centre().distance(middle);
    faces
        .iter()
        .min_by(|a, b| away(a).total_cmp(&away(b)))
        .copied()
}

/// The value that `share` of the values lie below.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn quantile(values: &[f32], share: f32) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = (f64::from(share) * sorted.len() as f64) as usize;
    sorted[at.min(sorted.len() - 1)]
}

/// How many in a hundred of the items do.
pub fn percent<T>(items: &[T], does: impl Fn(&T) -> bool) -> f32 {
    items.iter().filter(|item| does(item)).count() as f32 / items.len().max(1) as f32 * 100.0
}

/// Depth of a usual head at (u, v), in units of half the frame.
pub fn depth(u: f32, v: f32) -> f32 {
    let (u, v) = (u / 0.55, v / 0.75);
    let skull = (1.0 - (u * u + v * v).min(1.0)).sqrt() * 0.45;
    let nose = 0.14 * (-(u * u) / 0.02 - (v - 0.12).powi(2) / 0.03).exp();
    skull + nose
}

/// The colour at (x, y) of a frame, between its pixels; `None` outside of it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn sample(frame: &Frame, x: f32, y: f32) -> Option<[u8; 3]> {
    let (left, top) = ((x - 0.5).floor(), (y - 0.5).floor());
    if left < 0.0 || top < 0.0 {
        return None;
    }
    let (column, row) = (left as usize, top as usize);
    if column + 1 >= frame.width() || row + 1 >= frame.height() {
        return None;
    }
    let (fx, fy) = (x - 0.5 - left, y - 0.5 - top);
    let at = |dx: usize, dy: usize, colour: usize| {
        f32::from(frame.rgb()[((row + dy) * frame.width() + column + dx) * 3 + colour])
    };
    Some([0, 1, 2].map(|c| {
        let above = at(0, 0, c) * (1.0 - fx) + at(1, 0, c) * fx;
        let below = at(0, 1, c) * (1.0 - fx) + at(1, 1, c) * fx;
        (above * (1.0 - fy) + below * fy).round() as u8
    }))
}

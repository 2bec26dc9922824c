//! Every photograph through the pipeline, stage by stage.

use super::cache::{Cache, Maker, hash};
use super::lists::Listed;
use crate::commands::progress::of_parts;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use vision::{Detection, Effort, Engine, Frame, Landmarks, Limits, Rect, Template};

/// Times of the stages of one photograph, in milliseconds.
pub type Times = [f32; STAGES.len()];

/// What the times are of.
pub const STAGES: [&str; 7] = [
    "decode",
    "detection",
    "landmarks",
    "chip",
    "template, one pass",
    "template, mirrored",
    "template, for enrolment",
];

/// A photograph with a face.
#[derive(Clone, Serialize, Deserialize)]
pub struct Image {
    /// Number of the person.
    pub person: u32,
    /// The template of one pass.
    pub single: Template,
    /// The mean of the chip and its mirror image.
    pub mirrored: Template,
    /// As somebody is enrolled.
    pub enrolled: Template,
    /// The face.
    pub bounds: Rect,
    /// How long each stage took; `None` where another runtime was measured.
    pub times: Option<Times>,
}

/// All photographs that were looked at.
pub struct Described {
    /// Those with a face, by name.
    pub images: BTreeMap<String, Image>,
    /// How many there were.
    pub all: usize,
}

impl Described {
    /// Median of each stage in milliseconds; empty where none was measured with this runtime.
    pub fn stages(&self) -> Vec<(String, f32)> {
        let timed = || self.images.values().filter_map(|image| image.times);
        let median = |stage: usize| {
            let mut times: Vec<f32> = timed().map(|times| times[stage]).collect();
            times.sort_by(f32::total_cmp);
            times.get(times.len() / 2).copied()
        };
        let named = STAGES.iter().enumerate();
        named
            .filter_map(|(at, name)| Some(((*name).to_owned(), median(at)?)))
            .collect()
    }
}

/// Describes every photograph of `listed` on `threads` threads, or takes it from the cache. What `maker`'s engine
/// said of the others is kept also where one cannot be described.
///
/// # Errors
/// When a photograph cannot be read, a net fails or the cache cannot be written.
pub fn describe(
    engine: &Engine,
    maker: Maker,
    listed: &[Listed],
    cache: Option<&Path>,
    threads: usize,
) -> Result<Described> {
    let cache = Cache::open(cache, maker);
    let mut people: BTreeMap<&str, u32> = BTreeMap::new();
    for image in listed {
        let next = u32::try_from(people.len())?;
        people.entry(&image.person).or_insert(next);
    }
    let one = |image: &Listed| {
        let bytes = std::fs::read(&image.path).with_context(|| image.path.display().to_string())?;
        let person = people.get(image.person.as_str()).copied();
        let person = person.unwrap_or_default();
        let hash = hash(&bytes);
        let found = match cache.get(&image.name, &hash) {
            Some(found) => found,
            None => portrait(engine, &bytes)?,
        };
        Ok((hash, found.map(|found| Image { person, ..found })))
    };
    let described = side_by_side(listed, threads, "photographs", |image| Ok(one(image)))?;
    let (mut images, mut kept, mut failed) = (BTreeMap::new(), cache, None);
    for (Listed { name, .. }, described) in listed.iter().zip(described) {
        match described {
            Ok((hash, image)) => {
                kept.put(name, hash, image.as_ref());
                images.extend(image.map(|image| (name.clone(), image)));
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    kept.write()?;
    match failed {
        Some(error) => Err(error),
        None => Ok(Described {
            all: listed.len(),
            images,
        }),
    }
}

/// The face in the middle of a photograph: there is one subject, and passers-by. `None` without a face, or
/// where the photograph itself is not readable.
fn portrait(engine: &Engine, bytes: &[u8]) -> Result<Option<Image>> {
    let mut watch = Watch::new();
    let Ok(frame) = Frame::decode(bytes, Limits::UPLOAD) else {
        return Ok(None);
    };
    watch.lap();
    let detections = engine.detect(&frame)?;
    watch.lap();
    let Some(detection) = central(&detections, &frame) else {
        return Ok(None);
    };
    let landmarks = engine.locate(&frame, &detection)?;
    let landmarks = engine.steadied(&frame, &landmarks)?;
    watch.lap();
    let Some(chip) = engine.embedder().chip(&frame, &landmarks) else {
        return Ok(None);
    };
    watch.lap();
    let single = engine.embedder().embed(&chip, Effort::Single)?;
    watch.lap();
    let mirrored = engine.embedder().embed(&chip, Effort::Mirrored)?;
    watch.lap();
    let Some(enrolled) = enrolled(engine, &frame, &landmarks)? else {
        return Ok(None);
    };
    watch.lap();
    Ok(Some(Image {
        person: 0,
        single,
        mirrored,
        enrolled,
        bounds: detection.bounds,
        times: Some(watch.laps),
    }))
}

/// The template that somebody is enrolled with.
fn enrolled(engine: &Engine, frame: &Frame, landmarks: &Landmarks) -> Result<Option<Template>> {
    let embedder = engine.embedder();
    let Some(chips) = embedder.chips(frame, landmarks, Effort::Thorough) else {
        return Ok(None);
    };
    let templates = embedder.embed_chips(&[chips], Effort::Thorough)?;
    Ok(templates.into_iter().next())
}

/// The detection nearest to the middle of the frame.
pub fn central(faces: &[Detection], frame: &Frame) -> Option<Detection> {
    let middle = frame.bounds().centre();
    let away = |face: &Detection| face.bounds.centre().distance(middle);
    let nearest = faces.iter().min_by(|a, b| away(a).total_cmp(&away(b)));
    nearest.copied()
}

/// A stop watch for the stages.
struct Watch {
    since: Instant,
    laps: Times,
    lap: usize,
}

impl Watch {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            laps: Times::default(),
            lap: 0,
        }
    }

    fn lap(&mut self) {
        if let Some(lap) = self.laps.get_mut(self.lap) {
            *lap = self.since.elapsed().as_secs_f32() * 1e3;
        }
        self.lap += 1;
        self.since = Instant::now();
    }
}

/// What `work` says of each item, on several threads, in the items' order, with progress on the terminal.
///
/// # Errors
/// The first that `work` met.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    what: &str,
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let progress = of_parts();
    let all = items.len() as u64;
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else {
                        return;
                    };
                    let result = work(item);
                    let mut done = done
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    done.insert(index, result);
                    if done.len() % 20 == 0 || done.len() as u64 == all {
                        progress(what, done.len() as u64, all);
                    }
                }
            });
        }
    });
    let done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.into_values().collect()
}

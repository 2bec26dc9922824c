//! `gatebook face explain`: what recognition sees in an image, step by step.

mod drawing;
mod nearest;

use crate::cli::{Common, Face};
use crate::config::Config;
use crate::models;
use anyhow::{Context, Result, bail};
use nearest::Near;
use std::path::Path;
use std::process::ExitCode;
use vision::{Effort, Engine, Frame, Limits, Quality, Template};

/// Runs the command.
///
/// # Errors
/// When the image is none, a net fails, or the drawing cannot be written.
pub async fn run(config: Config, common: &Common, command: Face) -> Result<ExitCode> {
    let Face::Explain { image, out } = command;
    if let Some(out) = &out
        && out.extension().is_none_or(|kind| kind != "svg")
    {
        bail!("{}: drawings are written as .svg", out.display());
    }
    let mut explained = explain(&config, &image)?;
    if common.data_dir.is_some() {
        compare(&config, &mut explained.seen).await?;
    }
    print(&explained);
    if let Some(out) = out {
        let svg = drawing::svg(&explained)?;
        std::fs::write(&out, svg).with_context(|| out.display().to_string())?;
        println!("Drawn into {}.", out.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// An image and what was seen in it.
pub struct Explained {
    frame: Frame,
    seen: Vec<Seen>,
}

/// One face.
pub struct Seen {
    face: vision::Face,
    /// What the template was made of.
    chip: Frame,
    /// What each spoof model says: its name, its score, its threshold.
    spoof: Vec<(String, f32, f32)>,
    /// The people most alike, the most alike first; `None` where nobody was asked.
    near: Option<Vec<Near>>,
}

fn explain(config: &Config, image: &Path) -> Result<Explained> {
    let bytes = std::fs::read(image).with_context(|| image.display().to_string())?;
    let frame =
        Frame::decode(&bytes, Limits::UPLOAD).with_context(|| image.display().to_string())?;
    let engine = Engine::of(&models::setup(config)?)?;
    let mut seen = Vec::new();
    for detection in engine.detect(&frame)? {
        let Some(face) = engine.describe(&frame, &detection, Effort::Thorough)? else {
            println!(
                "At {:.0}, {:.0}: the mesh holds a detection of {:.2} for no face.",
                detection.bounds.x, detection.bounds.y, detection.score
            );
            continue;
        };
        let steady = engine.steadied(&frame, &face.landmarks)?;
        let chip = engine.embedder().chip(&frame, &steady);
        let chip = chip.context("a face has no chip")?;
        let spoof = spoof(&engine, &frame, &face)?;
        seen.push(Seen {
            face,
            chip,
            spoof,
            near: None,
        });
    }
    Ok(Explained { frame, seen })
}

/// What each of the site's spoof models says of a face.
fn spoof(engine: &Engine, frame: &Frame, face: &vision::Face) -> Result<Vec<(String, f32, f32)>> {
    let nets = engine.spoof().map_or(&[][..], |spoof| spoof.nets());
    let said = nets.iter().map(|net| {
        let score = net.score(frame, &face.bounds)?;
        Ok((net.name().to_owned(), score, net.threshold()))
    });
    said.collect()
}

/// Finds who of the site is most alike each face.
async fn compare(config: &Config, seen: &mut [Seen]) -> Result<()> {
    let faces: Vec<&Template> = seen.iter().map(|seen| &seen.face.template).collect();
    let near = nearest::of(config, models::embedder(config)?, &faces).await?;
    for (seen, near) in seen.iter_mut().zip(near.into_iter().flatten()) {
        seen.near = Some(near);
    }
    Ok(())
}

fn print(explained: &Explained) {
    let Explained { frame, seen } = explained;
    println!(
        "{} x {} pixels, {} face(s)",
        frame.width(),
        frame.height(),
        seen.len()
    );
    for (number, seen) in seen.iter().enumerate() {
        println!("\nFace {}:", number + 1);
        for line in lines(seen) {
            println!("  {line}");
        }
    }
}

/// What is said of a face.
fn lines(seen: &Seen) -> Vec<String> {
    let face = &seen.face;
    let bounds = face.bounds;
    let mut lines = vec![format!(
        "at {:.0}, {:.0}, {:.0} x {:.0} pixels; detected with {:.2}, the mesh holds it for a face with {:.2}",
        bounds.x, bounds.y, bounds.width, bounds.height, face.confidence, face.landmarks.presence
    )];
    lines.extend(shown(&face.quality));
    lines.push(format!(
        "{} for a decision; template of {}",
        if face.quality.is_good() {
            "good enough"
        } else {
            "NOT good enough"
        },
        face.template.model()
    ));
    lines.extend(seen.spoof.iter().map(held_for));
    match &seen.near {
        None => lines.push("compared with nobody: name a site by --data-dir".into()),
        Some(near) if near.is_empty() => lines.push("nobody is enrolled".into()),
        Some(near) => lines.extend(near.iter().map(Near::to_string)),
    }
    lines
}

/// How well it is shown, measure by measure.
fn shown(quality: &Quality) -> [String; 6] {
    [
        format!(
            "height {:.0} px ({} for a decision, {} for enrolment)",
            quality.height,
            Quality::LEAST_HEIGHT,
            Quality::LEAST_ENROLMENT_HEIGHT
        ),
        format!(
            "sharpness {:.2} (at least {}){}",
            quality.sharpness,
            Quality::LEAST_SHARPNESS,
            mark(quality.is_blurred(), "blurred")
        ),
        format!(
            "brightness {:.0} ({} to {}){}{}",
            quality.brightness,
            Quality::LEAST_BRIGHTNESS,
            Quality::MOST_BRIGHTNESS,
            mark(quality.is_dark(), "too dark"),
            mark(quality.is_glaring(), "washed out")
        ),
        format!(
            "turn {:+.2} (at most {}){}",
            quality.turn,
            Quality::MOST_TURN,
            mark(quality.is_turned(), "turned aside")
        ),
        format!(
            "nod {:+.0} degrees (up or down by {} for enrolment){}",
            quality.nod,
            Quality::MOST_NOD,
            mark(quality.is_nodding(), "looks up or down")
        ),
        covered(quality),
    ]
}

/// What covers the face, and how surely.
fn covered(quality: &Quality) -> String {
    let Quality { cover, outside, .. } = quality;
    let parts = [
        ("eyes", cover.eyes),
        ("mouth", cover.mouth),
        ("one side", cover.side),
    ];
    let parts =
        parts.map(|(part, surely)| format!("{part} {surely:+.1}{}", mark(surely > 0.0, "covered")));
    format!(
        "cover, from 0 on: {}; {:.0} % outside of the image{}",
        parts.join(", "),
        outside * 100.0,
        mark(quality.is_cut_off(), "cut off")
    )
}

fn held_for((name, score, threshold): &(String, f32, f32)) -> String {
    let held = if score >= threshold {
        "real"
    } else {
        "a picture"
    };
    format!("spoof model {name}: {score:.4} (real from {threshold}), held to be {held}")
}

fn mark(applies: bool, what: &str) -> String {
    if applies {
        format!(": {what}")
    } else {
        String::new()
    }
}

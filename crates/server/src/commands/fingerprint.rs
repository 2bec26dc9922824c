//! `gatebook fingerprint`.

use crate::cli::{Explain, Fingerprint};
use anyhow::{Context, Result};
use fingerprint::{GreyImage, examine, explain, explain_pair};
use std::path::Path;
use std::process::ExitCode;

pub fn run(command: &Fingerprint) -> Result<ExitCode> {
    match command {
        Fingerprint::Explain(args) => explained(args),
    }
}

fn explained(args: &Explain) -> Result<ExitCode> {
    let first = read(&args.image, args.dpi)?;
    let second = args.other.as_deref();
    let second = second.map(|other| read(other, args.dpi)).transpose()?;
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    draw(args, "", &args.image, &first)?;
    if let (Some(path), Some(second)) = (&args.other, second) {
        draw(args, "other-", path, &second)?;
        let (picture, said) = explain_pair(&first, &second)?;
        write(args, "", &[picture])?;
        println!("{said}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws the steps of one image and says what an enrolment would say of it.
fn draw(args: &Explain, prefix: &str, path: &Path, image: &GreyImage) -> Result<()> {
    let name = || path.display().to_string();
    write(args, prefix, &explain(image).with_context(name)?)?;
    match examine(image) {
        Err(error) => println!("{}: no template: {error}", name()),
        Ok(seen) => println!(
            "{}: {} minutiae, quality {}, {:.0} mm2 of ridges, {:.0} % dark; {}",
            name(),
            seen.template.minutiae().len(),
            seen.template.quality(),
            seen.area,
            100.0 * seen.darkness,
            seen.advice()
                .map_or("good enough to enrol", |a| a.sentence())
        ),
    }
    Ok(())
}

fn read(path: &Path, dpi: u16) -> Result<GreyImage> {
    let name = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(name)?;
    GreyImage::from_file(&bytes, dpi).with_context(name)
}

fn write(args: &Explain, prefix: &str, pictures: &[fingerprint::Picture]) -> Result<()> {
    for picture in pictures {
        let path = args.out.join(format!("{prefix}{}.png", picture.name));
        std::fs::write(&path, &picture.png).with_context(|| path.display().to_string())?;
        println!("{}", path.display());
    }
    Ok(())
}

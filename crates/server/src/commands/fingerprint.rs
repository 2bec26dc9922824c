//! `gatebook fingerprint`.

use crate::cli::{Explain, Fingerprint};
use anyhow::{Context, Result};
use fingerprint::{GreyImage, explain, explain_pair};
use std::path::Path;
use std::process::ExitCode;

pub fn run(command: &Fingerprint) -> Result<ExitCode> {
    match command {
        Fingerprint::Explain(args) => explained(args),
    }
}

fn explained(args: &Explain) -> Result<ExitCode> {
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let first = read(&args.image, args.dpi)?;
    write(args, "", &explain(&first)?)?;
    if let Some(other) = &args.other {
        let second = read(other, args.dpi)?;
        write(args, "other-", &explain(&second)?)?;
        let (picture, said) = explain_pair(&first, &second)?;
        write(args, "", &[picture])?;
        println!("{said}");
    }
    Ok(ExitCode::SUCCESS)
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

//! `gatebook evaluate`: error rates on a set of pictures that somebody has.

mod faces;
mod fingerprints;
mod lines;
mod prints;
mod spoof;

use crate::cli::Evaluate;
use crate::config::Config;
use anyhow::Result;
use std::process::ExitCode;

pub fn run(config: &Config, evaluate: &Evaluate) -> Result<ExitCode> {
    match evaluate {
        Evaluate::Faces(args) => faces::run(config, args),
        Evaluate::Fingerprints(args) => fingerprints::run(args),
        Evaluate::Spoof(args) => spoof::run(config, args),
    }
}

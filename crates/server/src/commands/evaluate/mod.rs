//! `gatebook evaluate`: error rates on a set of pictures that somebody has.

mod fingerprints;
mod prints;

use crate::cli::Evaluate;
use anyhow::Result;
use std::process::ExitCode;

pub fn run(evaluate: &Evaluate) -> Result<ExitCode> {
    match evaluate {
        Evaluate::Fingerprints(args) => fingerprints::run(args),
    }
}

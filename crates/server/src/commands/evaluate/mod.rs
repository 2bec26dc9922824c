//! `gatebook evaluate`: what recognition is worth, measured on labelled samples.

pub mod faces;

use crate::cli::Evaluate;
use crate::config::Config;
use anyhow::Result;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// When samples cannot be read or compared.
pub fn run(config: &Config, what: &Evaluate) -> Result<ExitCode> {
    match what {
        Evaluate::Faces(args) => faces::run(config, args),
    }
}

//! The `gatebook` binary: configuration, composition, the pipeline, the command line.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod cameras;
mod card_files;
mod cli;
mod clock;
mod commands;
mod compose;
mod config;
mod demo;
mod directory;
mod exit;
mod founding;
mod house;
mod http;
mod integrity;
mod logging;
mod outage;
mod pipeline;
mod recognition;
mod site;
mod watchdog;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("gatebook: {error:#}");
            ExitCode::from(exit::Failure::code_of(&error))
        }
    }
}

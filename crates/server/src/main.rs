//! The `gatebook` binary: configuration, composition, the pipeline, the command line.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod broker;
mod cameras;
mod card_files;
mod card_notice;
mod card_pictures;
mod cli;
mod clock;
mod commands;
mod compose;
mod config;
mod database;
mod demo;
mod directory;
mod edge;
mod exit;
mod fingers;
mod forgetting;
mod founding;
mod house;
mod http;
mod integrity;
mod kept;
mod links;
mod logging;
mod models;
mod network_cameras;
mod notices;
mod outage;
mod parts;
mod pipeline;
mod recognition;
mod silence;
mod site;
mod strangers;
mod systemd;
#[cfg(test)]
mod tests;
mod watchdog;

use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static MEMORY: forgetting::Forgetting = forgetting::Forgetting;

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

//! One file per command.

mod demo;
mod doctor;
mod licenses;
mod log;
mod people;
mod report;
mod serve;
mod user;
mod verify;

use crate::cli::{Cli, Command, Common, Listen};
use crate::config::Config;
use crate::exit::{CONFIG, Failure};
use anyhow::Result;
use std::future::Future;
use std::process::ExitCode;

/// Runs a command.
///
/// # Errors
/// Whatever the command says; see [`Failure::code_of`] for exit codes.
pub fn run(cli: Cli) -> Result<ExitCode> {
    let common = &cli.common;
    match cli.command {
        Command::Serve(listen) => wait(serve::run(configured(common, &listen)?)),
        Command::Demo(demo) => wait(demo::run(common, demo)),
        Command::Doctor => doctor::run(common),
        Command::Verify(verify) => wait(verify::run(plain(common)?, verify)),
        Command::People(people) => wait(people::run(plain(common)?, people)),
        Command::Log(log) => wait(log::run(plain(common)?, log)),
        Command::User(user) => wait(user::run(plain(common)?, user)),
        Command::Licenses => licenses::run(),
    }
}

/// The configuration, and logging started by it.
fn configured(common: &Common, listen: &Listen) -> Result<Config> {
    let config = load(common, listen)?;
    crate::logging::start(&config.log)?;
    Ok(config)
}

fn plain(common: &Common) -> Result<Config> {
    configured(common, &Listen::default())
}

fn load(common: &Common, listen: &Listen) -> Result<Config> {
    let settings = common.settings(listen)?;
    Config::load(common.file().as_deref(), &settings)
        .map_err(|error| Failure::new(CONFIG, format!("{error:#}")).into())
}

fn wait(command: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(command)
}

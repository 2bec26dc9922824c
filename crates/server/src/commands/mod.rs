//! One file per command.

mod accept_rollback;
mod backup;
mod demo;
mod doctor;
mod edge;
mod enrol;
mod evaluate;
mod face;
mod fingerprint;
mod health;
mod licenses;
mod log;
mod migrate_store;
mod models;
mod node;
mod people;
mod progress;
mod report;
mod restore;
mod serve;
mod user;
mod verify;
mod vision;

use crate::cli::{Cli, Command, Common, Listen, Settings};
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
        Command::Serve(args) => wait(serve::run(configured(common, &args)?)),
        Command::Edge(args) => wait(edge::run(configured(common, &args)?)),
        Command::Vision(args) => wait(vision::run(configured(common, &args)?)),
        Command::Node(node) => node::run(&plain(common)?, node),
        Command::Demo(demo) => wait(demo::run(common, demo)),
        Command::Doctor => doctor::run(common),
        Command::Health => health::run(&plain(common)?),
        Command::Verify(verify) => wait(verify::run(plain(common)?, verify)),
        Command::Backup(to) => wait(backup::run(plain(common)?, to)),
        Command::Restore(from) => wait(restore::run(plain(common)?, from)),
        Command::AcceptRollback => wait(accept_rollback::run(plain(common)?)),
        Command::MigrateStore(to) => wait(migrate_store::run(plain(common)?, to)),
        Command::People(people) => wait(people::run(plain(common)?, people)),
        Command::Log(log) => wait(log::run(plain(common)?, log)),
        Command::Enrol(asked) => wait(enrol::run(plain(common)?, asked)),
        Command::User(user) => wait(user::run(plain(common)?, user)),
        Command::Models(models) => wait(models::run(plain(common)?, models)),
        Command::Evaluate(what) => evaluate::run(&plain(common)?, &what),
        Command::Face(face) => wait(face::run(plain(common)?, common, face)),
        Command::Fingerprint(command) => fingerprint::run(&command),
        Command::Licenses => licenses::run(),
    }
}

/// The configuration, and logging started by it.
fn configured(common: &Common, flags: &impl Settings) -> Result<Config> {
    let config = load(common, flags)?;
    crate::logging::start(&config.log)?;
    Ok(config)
}

fn plain(common: &Common) -> Result<Config> {
    configured(common, &Listen::default())
}

fn load(common: &Common, flags: &impl Settings) -> Result<Config> {
    let settings = common.settings(flags)?;
    Config::load(common.file().as_deref(), &settings)
        .map_err(|error| Failure::new(CONFIG, format!("{error:#}")).into())
}

fn wait(command: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(command)
}

//! `gatebook demo`.

use super::serve::{announce, stop_signal};
use crate::cli::{Common, Demo};
use crate::compose::Running;
use crate::config::Config;
use crate::demo::fingers::SideDoor;
use crate::demo::{self, gates};
use crate::exit::{CONFIG, Failure};
use anyhow::{Context, Result};
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Ports of the simulated gates, unless given.
const DEFAULTS: [(&str, &str); 2] = [
    ("classic.mqtt", "127.0.0.1:1883"),
    ("classic.http", "127.0.0.1:5000"),
];

pub async fn run(common: &Common, args: Demo) -> Result<ExitCode> {
    let temporary = tempfile::tempdir().context("no temporary folder")?;
    let side_door = SideDoor::plug()?;
    let config = configure(common, &args, temporary.path(), side_door.setting())?;
    crate::logging::start(&config.log)?;
    println!("Starting the demo site …");
    let (mqtt, upload) = (config.classic.mqtt, config.classic.http);
    let running = Running::start(config).await?;
    let demo::Furnished { people, fingers } = demo::furnish(&running).await?;
    let people = Arc::new(people);
    println!(
        "{} people are enrolled, {fingers} of them with a finger; {} gates and a fingerprint sensor are simulated.",
        people.len(),
        demo::GATES.len()
    );
    announce(&running);
    println!("Stop it with Ctrl-C.");
    let stop = CancellationToken::new();
    let boards = match (mqtt, upload) {
        (Some(mqtt), Some(upload)) if !args.quiet => {
            let server = gates::Server { mqtt, upload };
            Some(tokio::spawn(gates::run(server, people, stop.clone())))
        }
        _ => None,
    };
    let pressing = tokio::spawn(side_door.run(args.quiet, stop.clone()));
    stop_signal().await?;
    stop.cancel();
    pressing.await?;
    if let Some(boards) = boards {
        boards.await?;
    }
    running.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// The demo's own data directory and ports, overridden by what was configured.
fn configure(
    common: &Common,
    args: &Demo,
    temporary: &std::path::Path,
    sensor: (String, String),
) -> Result<Config> {
    let given = common.settings(&args.listen)?;
    let mut settings: Vec<(String, String)> = DEFAULTS
        .iter()
        .map(|(key, value)| ((*key).into(), (*value).into()))
        .collect();
    settings.push(sensor);
    settings.extend(given);
    if !args.keep {
        settings.push(("data_dir".into(), temporary.to_string_lossy().into_owned()));
    }
    Config::load(common.file().as_deref(), &settings)
        .map_err(|error| Failure::new(CONFIG, format!("{error:#}")).into())
}

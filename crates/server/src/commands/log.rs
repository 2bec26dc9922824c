//! `gatebook log`.

use crate::card_pictures::Folder;
use crate::cli::Log;
use crate::commands::{progress, report};
use crate::compose::Running;
use crate::config::Config;
use anyhow::{Context, Result, anyhow};
use api::ports::CardFiles;
use std::path::Path;
use std::process::ExitCode;

pub async fn run(config: Config, log: Log) -> Result<ExitCode> {
    let Log::Import {
        csv,
        gate,
        pictures,
    } = log;
    let running = Running::start(config.without_ports()).await?;
    let done = import(&running, &csv, &gate, pictures.as_deref()).await;
    let stopped = running.stop().await;
    let done = done?;
    stopped?;
    Ok(done)
}

async fn import(
    running: &Running,
    csv: &Path,
    gate: &str,
    pictures: Option<&Path>,
) -> Result<ExitCode> {
    let bytes = std::fs::read(csv).with_context(|| format!("cannot read {}", csv.display()))?;
    let gates = running.store.gates().await?;
    let found = gates
        .iter()
        .find(|known| known.name == gate)
        .ok_or_else(|| {
            let names: Vec<&str> = gates.iter().map(|known| known.name.as_str()).collect();
            anyhow!("there is no gate {gate:?}; there are: {}", names.join(", "))
        })?;
    let pictures = Folder::open(pictures).context("cannot read the folder of pictures")?;
    let tell = progress::on_terminal("rows");
    let done = running
        .cards
        .import_log(bytes.into(), pictures, found.id, tell)
        .await;
    Ok(report::tell(
        "entries and exits",
        &done.map_err(|e| anyhow!(e))?,
    ))
}

//! `gatebook vision`.

use super::serve::stop_signal;
use crate::config::Config;
use crate::links::connector;
use crate::models;
use crate::recognition::remote::Wanted;
use crate::recognition::{Analyser, LocalAnalyser, worker};
use crate::systemd;
use anyhow::Result;
use link::{Connector, Protocol, Role};
use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long a worker waits before it dials again. Short: while it waits, cameras are not looked at.
const AGAIN: Duration = Duration::from_secs(1);

pub async fn run(config: Config) -> Result<ExitCode> {
    let capacity = u16::try_from(config.vision.threads)?;
    let connector = connector(&config, Role::Vision, Protocol::Vision, capacity)?;
    let local = LocalAnalyser::load(models::setup(&config)?).await?;
    let own = Wanted {
        model: local.model(),
        spoof: models::spoof_ids(&config)?,
    };
    let analyser: Arc<dyn Analyser> = Arc::new(local);
    println!("A recognition worker of Gatebook, {capacity} images at a time");
    let _told = systemd::ready();
    tokio::select! {
        ended = keep_working(&connector, &analyser, &own, capacity) => match ended? {},
        signalled = stop_signal() => signalled?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Works for the private part, and dials again whenever the link ends. What nobody but an
/// administrator can mend ends it.
async fn keep_working(
    connector: &Connector,
    analyser: &Arc<dyn Analyser>,
    own: &Wanted,
    capacity: u16,
) -> Result<Infallible> {
    loop {
        match connector.connect().await {
            Ok(link) => {
                tracing::info!(private_part = connector.address(), "linked");
                let Err(ended) = worker::work(link, analyser, own, capacity).await;
                tracing::warn!(%ended, "the link ended");
            }
            Err(error) if error.may_pass() => tracing::warn!(%error, "no link"),
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

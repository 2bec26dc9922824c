//! `gatebook edge`.

use super::serve::stop_signal;
use crate::config::Config;
use crate::{edge, systemd};
use anyhow::Result;
use std::cell::Cell;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

pub async fn run(config: Config) -> Result<ExitCode> {
    let stop = CancellationToken::new();
    let address = config.address();
    let told = Cell::new(None);
    let running = edge::run(&config, stop.clone(), || {
        println!("The front end of Gatebook is at {address}");
        told.set(Some(systemd::ready()));
    });
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => ended?,
        signalled = stop_signal() => {
            signalled?;
            drop(told.take());
            stop.cancel();
            running.await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

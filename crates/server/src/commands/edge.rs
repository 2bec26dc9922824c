//! `gatebook edge`.

use super::serve::stop_signal;
use crate::config::Config;
use crate::edge;
use anyhow::Result;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

pub async fn run(config: Config) -> Result<ExitCode> {
    let stop = CancellationToken::new();
    let address = config.address();
    let running = edge::run(&config, stop.clone(), || {
        println!("The front end of Gatebook is at {address}");
    });
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => ended?,
        signalled = stop_signal() => {
            signalled?;
            stop.cancel();
            running.await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

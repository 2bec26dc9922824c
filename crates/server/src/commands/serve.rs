//! `gatebook serve`.

use crate::compose::Running;
use crate::config::Config;
use crate::systemd;
use anyhow::Result;
use std::process::ExitCode;

pub async fn run(config: Config) -> Result<ExitCode> {
    let running = Running::start(config).await?;
    announce(&running);
    let told = systemd::ready();
    stop_signal().await?;
    drop(told);
    running.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the address, and the one-time link while nobody administers the site. The link goes to
/// standard output alone: log lines are kept, links are not.
pub fn announce(running: &Running) {
    println!("Gatebook is at {}", running.address);
    if let Some(link) = &running.first_link {
        println!("Become its administrator (once, within 72 hours): {link}");
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn stop_signal() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

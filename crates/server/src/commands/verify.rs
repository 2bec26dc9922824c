//! `gatebook verify`.

use crate::cli::Verify;
use crate::commands::progress;
use crate::config::Config;
use crate::exit::{Failure, NOT_VERIFIED, TRY_AGAIN};
use crate::integrity::{open_signer, origin};
use crate::site::{Site, signing_seed};
use anyhow::{Context, Result};
use api::ports::Step;
use std::process::ExitCode;
use store::StoreError;
use store::verify::{Report, verify};

pub async fn run(config: Config, args: Verify) -> Result<ExitCode> {
    let kept = match &args.checkpoint {
        Some(file) => Some(
            std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the checkpoint {}", file.display()))?,
        ),
        None => None,
    };
    let site = Site::open(&config.data_dir, &config.database)
        .await
        .map_err(in_use)?;
    let report = prove(&site, kept.as_deref()).await;
    site.store.close().await?;
    Ok(tell(&report?))
}

/// Proves an open site, with progress on a terminal.
///
/// # Errors
/// When it cannot be read; what is wrong with it is in the report.
pub async fn prove(site: &Site, kept: Option<&str>) -> Result<Report> {
    let signer = open_signer(
        &signing_seed(&site.keys, true)?,
        &origin(&site.store).await?,
    )?;
    let verifier = ledger::Verifier::new(signer.vkey())?;
    let progress = progress::on_terminal("entries");
    let told = |done, all| {
        progress(Step {
            done,
            all,
            pictures: 0,
        });
    };
    Ok(verify(&site.store, &verifier, kept, &told).await?)
}

/// A log that grows under the verifier would differ from its projections.
fn in_use(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::InUseElsewhere) => Failure::new(
            TRY_AGAIN,
            "another Gatebook is running on this data directory or its database: verify on its \
             Integrity page, or stop the service first",
        )
        .into(),
        _ => error,
    }
}

/// Prints what was found, and the exit code for it.
pub fn tell(report: &Report) -> ExitCode {
    if report.verifies() {
        println!(
            "The log verifies: {} entries, held against {} checkpoints; projections agree.",
            report.entries, report.checkpoints
        );
        return ExitCode::SUCCESS;
    }
    println!("THE LOG DOES NOT VERIFY. What was found, the first first:");
    for finding in &report.findings {
        println!("  {finding}");
    }
    ExitCode::from(NOT_VERIFIED)
}

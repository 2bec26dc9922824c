//! `gatebook verify`.

use crate::cli::Verify;
use crate::commands::progress;
use crate::config::Config;
use crate::exit::{Failure, NOT_VERIFIED, TRY_AGAIN};
use crate::integrity::Signing;
use crate::site::Site;
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

/// Proves an open site, with progress on a terminal: against the checkpoint `kept` elsewhere, or else
/// against the newest one beside its keys.
///
/// # Errors
/// When it cannot be read; what is wrong with it is in the report.
pub async fn prove(site: &Site, kept: Option<&str>) -> Result<Report> {
    let signing = Signing::of(site, true).await?;
    let kept = match kept {
        Some(kept) => Some(kept.to_owned()),
        None => signing.kept.note()?,
    };
    let progress = progress::on_terminal("entries");
    let told = |done, all| {
        progress(Step {
            done,
            all,
            pictures: 0,
        });
    };
    Ok(verify(&site.store, &signing.verifier, kept.as_deref(), &told).await?)
}

/// A log that grows under the verifier would differ from its projections.
pub fn in_use(error: anyhow::Error) -> anyhow::Error {
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

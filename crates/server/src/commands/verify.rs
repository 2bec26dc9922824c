//! `gatebook verify`.

use crate::cli::Verify;
use crate::config::Config;
use crate::exit::{Failure, NOT_VERIFIED, TRY_AGAIN};
use crate::integrity::{open_signer, origin};
use crate::site::{Site, signing_seed};
use anyhow::{Context, Result};
use std::io::{IsTerminal, Write};
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
    let site = Site::open(&config.data_dir).await.map_err(in_use)?;
    let signer = open_signer(
        &signing_seed(&site.keys, true)?,
        &origin(&site.store).await?,
    )?;
    let verifier = ledger::Verifier::new(signer.vkey())?;
    let report = verify(&site.store, &verifier, kept.as_deref(), &progress).await?;
    site.store.close().await?;
    Ok(tell(&report))
}

/// A log that grows under the verifier would differ from its projections.
fn in_use(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::InUseElsewhere) => Failure::new(
            TRY_AGAIN,
            "another Gatebook is running on this data directory: verify on its Integrity page, or \
             stop the service first",
        )
        .into(),
        _ => error,
    }
}

fn tell(report: &Report) -> ExitCode {
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

fn progress(done: u64, all: u64) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // A terminal that went away is no reason to stop.
        let _ = write!(
            out,
            "\r{done} of {all} entries{}",
            if done == all { "\n" } else { "" }
        );
    }
}

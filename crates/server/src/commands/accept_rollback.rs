//! `gatebook accept-rollback`.

use crate::clock::SystemClock;
use crate::commands::verify::in_use;
use crate::config::Config;
use crate::founding::act;
use crate::integrity::{self, Signing};
use crate::kept::Claim;
use crate::site::Site;
use anyhow::Result;
use api::ports::Clock;
use ledger::Checkpoint;
use model::Act;
use std::process::ExitCode;
use store::LedgerRows;

pub async fn run(config: Config) -> Result<ExitCode> {
    let site = Site::open(&config.data_dir, &config.database)
        .await
        .map_err(in_use)?;
    let done = accept(&site).await;
    site.store.close().await?;
    done
}

async fn accept(site: &Site) -> Result<ExitCode> {
    let signing = Signing::of(site, true).await?;
    let (size, root) = site.store.tree_head().await?;
    let finding = signing
        .kept
        .contradiction(&site.store, &signing.verifier, size)
        .await?;
    let Some(finding) = finding else {
        println!("There is nothing to accept: the database is not older than what was signed.");
        return Ok(ExitCode::SUCCESS);
    };
    let origin = signing.verifier.origin().to_owned();
    let found = Checkpoint { origin, size, root }.to_text();
    let note = signing.kept.note()?.unwrap_or_default();
    let unreadable = Claim {
        size: 0,
        root: String::new(),
    };
    let claimed = Claim::of(&note).unwrap_or(unreadable);
    let accepted = Act::RollbackAccepted {
        signed: claimed.size,
        signed_root: claimed.root.clone(),
        entries: size,
        root: Claim::of(&found)
            .map(|claim| claim.root)
            .unwrap_or_default(),
    };
    act(&site.store, accepted, Vec::new(), SystemClock.now()).await?;
    signing.kept.set_aside(&claimed)?;
    integrity::sign_anew(&site.store, &signing).await?;
    println!("Accepted: {finding}.");
    println!("It stands in the log, with both sizes and roots; from now on this log is signed.");
    Ok(ExitCode::SUCCESS)
}

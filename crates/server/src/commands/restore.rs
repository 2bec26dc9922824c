//! `gatebook restore`.

use crate::cli::Restore;
use crate::clock::SystemClock;
use crate::commands::progress::of_parts;
use crate::commands::verify::prove;
use crate::config::Config;
use crate::exit::NOT_VERIFIED;
use crate::founding::act;
use crate::integrity::{self, Signing};
use crate::kept::Claim;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use api::ports::Clock;
use model::Act;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use storage::backup::{Backup, Manifest, Restored, put_keys};
use storage::{DataDir, SiteKey};
use store::verify::Finding;

pub async fn run(config: Config, args: Restore) -> Result<ExitCode> {
    let elsewhere = args.checkpoint.as_deref().map(read).transpose()?;
    let backup = Backup::open(&args.backup).with_context(|| {
        let shown = args.backup.display();
        format!("{shown} is no complete backup")
    })?;
    let data_dir = &config.data_dir;
    empty(data_dir)?;
    let keys = keys(&args, &backup, data_dir)?;
    let progress = of_parts();
    backup.check(&SiteKey::read(&keys.join("site.key"))?, &progress)?;
    if keys != data_dir.join("keys") {
        put_keys(&keys, data_dir)?;
    }
    let server = config.database.server()?;
    let dir = DataDir::open(data_dir)?;
    let restored = backup.restore(&dir, server.as_ref(), &progress).await?;
    drop(dir);
    let site = Site::open(data_dir, &config.database).await?;
    let proved = signed(&site, backup.manifest(), elsewhere.as_deref()).await;
    site.store.close().await?;
    let proved = proved?;
    tell(&restored);
    let whole = proved && restored.changed.is_empty();
    Ok(ExitCode::from(if whole { 0 } else { NOT_VERIFIED }))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file)
        .with_context(|| format!("cannot read the checkpoint {}", file.display()))
}

/// Keys may have been put there already; nothing else.
fn empty(data_dir: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(data_dir) else {
        return Ok(());
    };
    for entry in entries {
        let name = entry?.file_name();
        if name != "keys" && name != "lost+found" {
            bail!(
                "{} is not empty (there is {}): a backup is restored into a new data directory",
                data_dir.display(),
                name.display()
            );
        }
    }
    Ok(())
}

/// The keys that belong to the backup: those given, those put there, or its own.
fn keys(args: &Restore, backup: &Backup, data_dir: &Path) -> Result<PathBuf> {
    let there = data_dir.join("keys");
    if let Some(given) = &args.keys {
        anyhow::ensure!(
            !there.join("site.key").exists(),
            "{} holds keys already: give no --keys",
            there.display()
        );
        return Ok(given.clone());
    }
    if there.join("site.key").exists() {
        return Ok(there);
    }
    backup.keys().context(
        "the keys are not in this backup: give --keys DIR with the copy of keys/ that was kept apart",
    )
}

/// Whether the restored log is the one that was signed. If so, it is written down and signed.
async fn signed(site: &Site, manifest: &Manifest, elsewhere: Option<&str>) -> Result<bool> {
    let signing = Signing::of(site, true).await?;
    let noted = signing.kept.note()?;
    let claims = [noted.as_deref(), elsewhere].into_iter().flatten();
    let signed = claims.filter_map(Claim::of).map(|claim| claim.size).max();
    let signed = signed.filter(|signed| *signed > manifest.entries);
    let mut findings = Vec::new();
    for kept in [
        noted.as_deref().or(manifest.checkpoint.as_deref()),
        elsewhere,
    ] {
        let Some(kept) = kept else { continue };
        findings.extend(prove(site, Some(kept)).await?.findings);
    }
    // What came after the backup is known to be gone.
    findings.retain(|finding| {
        !matches!(finding, Finding::Truncated { signed: after, .. } if Some(*after) <= signed)
    });
    if let Some(first) = findings.first() {
        println!("THE RESTORED LOG DOES NOT VERIFY; it was restored and not signed. {first}");
        return Ok(false);
    }
    let restored = Act::SiteRestored {
        taken_at: manifest.taken_at,
        entries: manifest.entries,
        signed,
    };
    act(&site.store, restored, Vec::new(), SystemClock.now()).await?;
    integrity::sign_anew(&site.store, &signing).await?;
    println!(
        "Restored and verified: {} entries, as of {}.",
        manifest.entries, manifest.taken_at
    );
    if let Some(signed) = signed {
        let lost = signed - manifest.entries;
        println!("{lost} entries that were signed after this backup ARE LOST.");
    }
    Ok(true)
}

fn tell(restored: &Restored) {
    println!("{} pictures came back.", restored.pictures);
    for id in &restored.missing {
        println!("  picture {id} is missing in the backup");
    }
    for id in &restored.changed {
        println!("  picture {id} WAS CHANGED in the backup and was left out");
    }
}

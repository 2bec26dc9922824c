//! `gatebook backup`.

use crate::cli::Backup;
use crate::commands::progress::{nul_replaced, of_parts};
use crate::config::Config;
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::process::ExitCode;
use storage::backup::{Manifest, Taking, take};

pub async fn run(config: Config, args: Backup) -> Result<ExitCode> {
    let server = config.database.server()?;
    let taking = Taking {
        site: &config.data_dir,
        server: server.as_ref(),
        gatebook: env!("CARGO_PKG_VERSION"),
        now: Timestamp::now(),
        keys: args.with_keys,
    };
    let taken = take(taking, &args.dir, &of_parts()).await;
    let (path, manifest) = taken.context("no backup was taken")?;
    println!("Backup: {}", path.display());
    tell(&manifest);
    Ok(ExitCode::SUCCESS)
}

fn tell(manifest: &Manifest) {
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
    let pictures = &manifest.pictures;
    println!("  {} entries of the log, {rows} rows", manifest.entries);
    println!(
        "  {} pictures, {} of them copied now",
        pictures.count, pictures.new
    );
    if pictures.missing > 0 {
        println!(
            "  {} pictures that rows name were not there",
            pictures.missing
        );
    }
    for table in &manifest.tables {
        for row in &table.replaced {
            println!("  WARNING: {}", nul_replaced(&table.name, row));
        }
    }
    if manifest.keys {
        println!(
            "THE KEYS ARE IN IT: whoever gets this backup can read everything and sign in the site's name."
        );
    } else {
        println!(
            "THE KEYS ARE NOT IN IT: without a copy of keys/ kept elsewhere nobody can restore this backup."
        );
    }
}

//! `gatebook migrate-store`: from the file in the data directory to a database on a server.

use super::progress::{nul_replaced, of_parts};
use super::verify::{prove, tell};
use crate::cli::MigrateStore;
use crate::config::{Config, Database};
use crate::site::Site;
use anyhow::{Context, Result, bail, ensure};
use std::process::ExitCode;
use storage::{DataDir, move_to_server};

pub async fn run(config: Config, args: MigrateStore) -> Result<ExitCode> {
    let there = Database { url: args.to };
    let Some(server) = there.server().context("--to")? else {
        bail!("--to is the file itself: give postgresql://user@host/database");
    };
    ensure!(
        config.database.server()?.is_none(),
        "database.url names a server already; only the file in the data directory is moved"
    );
    let dir = &config.data_dir;
    ensure!(
        dir.join("gatebook.db").exists(),
        "there is no database in {}",
        dir.display()
    );
    let held = DataDir::open(dir)?;
    let part = of_parts();
    let progress = |table: &str, done, all| part(&format!("rows of {table}"), done, all);
    let moved = move_to_server(&held, &server, &progress).await?;
    drop(held);
    println!(
        "{} rows were copied; the log has {} entries on both sides, with the root {}.",
        moved.rows, moved.entries, moved.root
    );
    for one in &moved.replaced {
        println!("WARNING: {}.", nul_replaced(&one.table, &one.row));
    }
    let site = Site::open(dir, &there).await?;
    let report = prove(&site, None).await;
    site.store.close().await?;
    let code = tell(&report?);
    if code == ExitCode::SUCCESS {
        println!(
            "Set database.url (GATEBOOK_DATABASE_URL) to use it. Keys and pictures stay in {}; \
             gatebook.db there is not used any longer.",
            dir.display()
        );
    }
    Ok(code)
}

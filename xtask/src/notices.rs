//! `cargo xtask notices`: names and licences of the libraries in the binary.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// The text of `docs/notices-libraries.md` as the lock file has it.
///
/// # Errors
/// When cargo cannot tell.
pub fn notices(root: &Path) -> Result<String> {
    let out = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root)
        .output()
        .context("cargo does not run")?;
    ensure!(
        out.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    let mut packages = serde_json::from_slice::<Metadata>(&out.stdout)?.packages;
    packages.retain(|package| package.source.is_some());
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    let mut text = String::from(
        "# Libraries\n\nGatebook is built with these Rust libraries, under the licences that they name. \
         Made by `cargo xtask notices`.\n\n| library | version | licence |\n|---|---|---|\n",
    );
    for Package {
        name,
        version,
        license,
        ..
    } in packages
    {
        let license = license.unwrap_or_else(|| "see its source".into());
        writeln!(text, "| {name} | {version} | {license} |")?;
    }
    Ok(text)
}

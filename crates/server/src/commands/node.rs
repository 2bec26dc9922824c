//! `gatebook node`: who may dial the private part. Works on the keys alone, while the site runs.

use crate::cli::Node;
use crate::config::Config;
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use link::{Nodes, admit, write_secret};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub fn run(config: &Config, node: Node) -> Result<ExitCode> {
    let keys = config.data_dir.join("keys");
    match node {
        Node::Add { name, role, out } => add(&keys, &name, role, out)?,
        Node::List => list(&keys)?,
        Node::Revoke { name } => {
            let node = Nodes::of(&keys).revoke(&name)?;
            println!("{} ({}) is shut out.", node.name, node.role);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn add(keys: &Path, name: &str, role: link::Role, out: Option<PathBuf>) -> Result<()> {
    let file = out.unwrap_or_else(|| PathBuf::from(format!("{name}.bundle.pem")));
    // Looked at before the node is on the list: the file is the only copy of its key.
    if file.exists() {
        bail!(
            "{} exists already; name another file with --out",
            file.display()
        );
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(keys)
        .with_context(|| format!("cannot make {}", keys.display()))?;
    let bundle = admit(keys, name, role, Timestamp::now())?;
    if let Err(error) = write_secret(&file, bundle.as_pem().as_bytes()) {
        Nodes::of(keys).revoke(name)?;
        return Err(error.into());
    }
    println!(
        "{} is the bundle of {name} ({role}). Carry it to its host, readable by the service alone, \
         and name it there as link.bundle.",
        file.display()
    );
    Ok(())
}

fn list(keys: &Path) -> Result<()> {
    let nodes = Nodes::of(keys).list()?;
    if nodes.is_empty() {
        println!("No node is allowed; `gatebook node add NAME --role edge` adds one.");
    }
    for node in nodes {
        println!(
            "{:<24} {:<8} since {}  {}",
            node.name,
            node.role.to_string(),
            node.issued.strftime("%Y-%m-%d %H:%M UTC"),
            node.fingerprint
        );
    }
    Ok(())
}

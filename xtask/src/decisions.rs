//! Every decision record is listed in `docs/decisions/README.md`, and every listed one exists.

use std::path::Path;

use anyhow::{Context, Result};

use crate::Finding;

const FOLDER: &str = "docs/decisions/";

/// Records without a line in the index.
pub fn check(root: &Path, listed: &[String]) -> Result<Vec<Finding>> {
    let index = format!("{FOLDER}README.md");
    let records: Vec<&str> = listed
        .iter()
        .filter_map(|name| name.strip_prefix(FOLDER))
        .filter(|name| name.ends_with(".md") && *name != "README.md")
        .collect();
    if records.is_empty() {
        return Ok(Vec::new());
    }
    if !root.join(&index).is_file() {
        return Ok(vec![Finding::new(index, "missing: list the records here")]);
    }
    let text = std::fs::read_to_string(root.join(&index)).with_context(|| index.clone())?;
    let unlisted = records
        .into_iter()
        .filter(|name| !text.contains(&format!("({name})")))
        .map(|name| Finding::new(&index, format!("does not link to {name}")));
    Ok(unlisted.collect())
}

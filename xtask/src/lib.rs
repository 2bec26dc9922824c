//! Checks of the house itself, run by `cargo xtask tidy` and by this crate's tests.
//!
//! Each module holds one family of rules and returns [`Finding`]s; none of them changes a file.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod decisions;
mod files;
mod functions;
mod notices;
mod rooms;
mod unwraps;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use files::SourceFile;
pub use notices::notices;

/// One broken rule: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path from the repository's root, with a line number where there is one.
    pub place: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The folder that holds the workspace's `Cargo.toml`.
#[must_use]
pub fn repository_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Runs every rule over the repository at `root`.
///
/// # Errors
/// When the repository cannot be read: no git, no cargo, or a file that vanished meanwhile.
pub fn tidy(root: &Path) -> Result<Vec<Finding>> {
    let listed = files::listed(root)?;
    let mut findings = files::check_sizes(root, &listed);
    let sources = files::read_sources(root, &listed)?;
    for source in &sources {
        findings.extend(check_source(source)?);
    }
    findings.extend(rooms::check(root)?);
    findings.extend(decisions::check(root, &listed)?);
    findings.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(findings)
}

/// Runs the rules that look at one text file alone.
///
/// # Errors
/// When a Rust file does not parse.
pub fn check_source(source: &SourceFile) -> Result<Vec<Finding>> {
    let mut findings = Vec::from_iter(files::check_length(source));
    findings.extend(words::check(source));
    if source.path.ends_with(".rs") {
        let tree = syn::parse_file(&source.text)
            .with_context(|| format!("{} is not valid Rust", source.path))?;
        findings.extend(functions::check(source, &tree));
        if source.is_library_code() {
            findings.extend(unwraps::check(source, &tree));
        }
    }
    Ok(findings)
}

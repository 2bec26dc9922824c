//! Which files belong to the repository, how large each may be, and how long.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::Finding;

/// A file larger than this belongs in a package or a release, not in the history.
const MAX_BYTES: u64 = 600_000;
const MAX_RUST_LINES: usize = 500;
const MAX_TYPESCRIPT_LINES: usize = 350;

/// Text files that the rules on words read.
const TEXT_ENDINGS: [&str; 15] = [
    "rs", "ts", "tsx", "js", "mjs", "css", "html", "md", "toml", "json", "sh", "sql", "yml",
    "yaml", "py",
];

/// A text file of the repository.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path from the repository's root, with `/` between its parts.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// Code that other rooms call, as opposed to tests, benches, examples and programs.
    #[must_use]
    pub fn is_library_code(&self) -> bool {
        let rooms = self.path.strip_prefix("crates/");
        let Some((room, inside)) = rooms.and_then(|path| path.split_once('/')) else {
            return false;
        };
        // testkit is test code through and through.
        inside.starts_with("src/")
            && !inside.starts_with("src/bin/")
            && inside != "src/main.rs"
            && !inside.ends_with("/tests.rs")
            && !inside.contains("/tests/")
            && room != "testkit"
    }

    /// Written by a generator; its length is nobody's fault.
    fn is_generated(&self) -> bool {
        let head = self.text.lines().take(5);
        self.path
            .split('/')
            .any(|part| part.starts_with("generated"))
            || head.into_iter().any(|line| line.contains("auto-generated"))
    }
}

/// Every file that git tracks or would add, from the root, in order.
pub fn listed(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .context("git is needed to know which files belong to the repository")?;
    if !output.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    }
    let names = String::from_utf8(output.stdout).context("a file name that is not UTF-8")?;
    // A file that was deleted but not yet committed is listed and is not there.
    Ok(names
        .split('\0')
        .filter(|name| !name.is_empty() && root.join(name).is_file())
        .map(str::to_owned)
        .collect())
}

/// Files too large to be tracked.
pub fn check_sizes(root: &Path, listed: &[String]) -> Vec<Finding> {
    let large = |name: &&String| {
        root.join(name)
            .metadata()
            .is_ok_and(|meta| meta.len() > MAX_BYTES)
    };
    listed
        .iter()
        .filter(large)
        .map(|name| Finding::new(name, format!("larger than {} kB", MAX_BYTES / 1000)))
        .collect()
}

/// Reads the text files among `listed`.
pub fn read_sources(root: &Path, listed: &[String]) -> Result<Vec<SourceFile>> {
    listed
        .iter()
        .filter(|name| is_text(name))
        .map(|name| {
            let text = std::fs::read_to_string(root.join(name))
                .with_context(|| format!("reading {name}"))?;
            Ok(SourceFile {
                path: name.clone(),
                text,
            })
        })
        .collect()
}

fn is_text(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let ending = file.rsplit('.').next().unwrap_or(file);
    file == "Makefile" || TEXT_ENDINGS.contains(&ending)
}

/// Files that have grown past what one sitting can read.
pub fn check_length(source: &SourceFile) -> Option<Finding> {
    let ending = source.path.rsplit('.').next()?;
    let limit = match ending {
        "rs" => MAX_RUST_LINES,
        "ts" | "tsx" => MAX_TYPESCRIPT_LINES,
        _ => return None,
    };
    let lines = source.text.lines().count();
    (lines > limit && !source.is_generated()).then(|| {
        Finding::new(
            &source.path,
            format!("{lines} lines; split it, at most {limit}"),
        )
    })
}

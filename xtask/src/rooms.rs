//! The crates import one another exactly as the table in `ARCHITECTURE.md` says.
//!
//! The table stands between `<!-- rooms -->` and `<!-- /rooms -->`; its first column names rooms,
//! its last one says what they may import: `nothing`, `all`, or names with commas between.
//! A room is called by its folder under `crates/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::Finding;

const BEGIN: &str = "<!-- rooms -->";
const END: &str = "<!-- /rooms -->";
const DOCUMENT: &str = "ARCHITECTURE.md";

type Imports = BTreeMap<String, BTreeSet<String>>;

/// What one row of the table says.
#[derive(Debug, PartialEq, Eq)]
enum Allowed {
    /// Any room; it need not use them all.
    All,
    /// Exactly these.
    Only(BTreeSet<String>),
}

/// Differences between the table and the manifests, in both directions.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let Ok(text) = std::fs::read_to_string(root.join(DOCUMENT)) else {
        return Ok(vec![Finding::new(DOCUMENT, "missing")]);
    };
    Ok(compare(&table(&text), &manifests(root)?))
}

/// What the table allows each room.
fn table(text: &str) -> BTreeMap<String, Allowed> {
    let after = text.split_once(BEGIN).map_or("", |(_, after)| after);
    let body = after.split_once(END).map_or("", |(body, _)| body);
    let mut allowed = BTreeMap::new();
    for (names, imports) in body.lines().filter_map(row) {
        for name in names {
            allowed.insert(name, imported(&imports));
        }
    }
    allowed
}

/// One line of the table: the rooms it names, and its last cell. Head and rule are no rows.
fn row(line: &str) -> Option<(Vec<String>, String)> {
    let cells: Vec<&str> = line
        .trim()
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .collect();
    let names: Vec<String> = in_backticks(cells.first()?);
    let last = cells.last()?.trim().to_owned();
    (!names.is_empty()).then_some((names, last))
}

fn in_backticks(cell: &str) -> Vec<String> {
    let odd = cell.split('`').skip(1).step_by(2);
    odd.map(|name| name.trim_end_matches('/').to_owned())
        .collect()
}

fn imported(cell: &str) -> Allowed {
    let words = cell.split([',', ' ', '`']).filter(|word| !word.is_empty());
    let words: BTreeSet<String> = words.map(str::to_owned).collect();
    if words.contains("all") {
        return Allowed::All;
    }
    Allowed::Only(words.into_iter().filter(|word| word != "nothing").collect())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    /// The folder, when the dependency is of this workspace.
    path: Option<PathBuf>,
    /// Absent for an ordinary dependency; `dev` and `build` otherwise.
    kind: Option<String>,
}

/// What the manifests import, tests' own imports aside.
fn manifests(root: &Path) -> Result<Imports> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    if !output.status.success() {
        bail!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let rooms = metadata.packages.into_iter().filter_map(|package| {
        let room = room_in(root, package.manifest_path.parent()?)?;
        let ours = package.dependencies.into_iter().filter_map(|dependency| {
            let path = dependency.path.filter(|_| dependency.kind.is_none())?;
            room_in(root, &path)
        });
        Some((room, ours.collect()))
    });
    Ok(rooms.collect())
}

/// The name of the room at `folder`; `xtask` and other packages outside `crates/` are none.
fn room_in(root: &Path, folder: &Path) -> Option<String> {
    let name = folder.strip_prefix(root.join("crates")).ok()?;
    name.to_str().map(str::to_owned)
}

fn compare(allowed: &BTreeMap<String, Allowed>, actual: &Imports) -> Vec<Finding> {
    let rooms = actual.iter();
    rooms
        .flat_map(|(room, imports)| match allowed.get(room) {
            None => {
                let message = format!("the table of rooms does not name `{room}`");
                vec![Finding::new(DOCUMENT, message)]
            }
            Some(Allowed::All) => Vec::new(),
            Some(Allowed::Only(names)) => differences(room, names, imports),
        })
        .collect()
}

fn differences(room: &str, allowed: &BTreeSet<String>, actual: &BTreeSet<String>) -> Vec<Finding> {
    let extra = actual.difference(allowed).map(|name| {
        let message = format!("imports `{name}`, which the table of rooms does not allow");
        Finding::new(manifest(room), message)
    });
    let idle = allowed.difference(actual).map(|name| {
        let message = format!("the table lets `{room}` import `{name}`, which it does not");
        Finding::new(DOCUMENT, message)
    });
    extra.chain(idle).collect()
}

fn manifest(room: &str) -> String {
    format!("crates/{room}/Cargo.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "before\n<!-- rooms -->\n| room | what | may import |\n|---|---|---|\n\
        | `model` | words | nothing |\n| `evidence` | pure | model |\n\
        | `server` | binary | all |\n| `testkit` | tests | nothing |\n<!-- /rooms -->\n| `elsewhere` | x | `y` |\n";

    fn imports(rooms: &[(&str, &[&str])]) -> Imports {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        rooms
            .iter()
            .map(|(room, names)| ((*room).to_owned(), set(names)))
            .collect()
    }

    #[test]
    fn manifests_that_equal_the_table_pass() {
        let actual = imports(&[
            ("model", &[]),
            ("evidence", &["model"]),
            ("server", &["model"]),
        ]);
        assert_eq!(compare(&table(TABLE), &actual), []);
    }

    #[test]
    fn an_import_beyond_the_table_is_named_with_its_manifest() {
        let actual = imports(&[("model", &["evidence"])]);
        let findings = compare(&table(TABLE), &actual);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "crates/model/Cargo.toml");
    }

    #[test]
    fn an_import_that_is_allowed_and_not_used_is_found() {
        let actual = imports(&[("evidence", &[])]);
        let findings = compare(&table(TABLE), &actual);
        assert!(findings[0].message.contains("which it does not"));
    }

    #[test]
    fn a_room_that_the_table_forgot_is_found() {
        let actual = imports(&[("attic", &[])]);
        assert!(compare(&table(TABLE), &actual)[0].message.contains("attic"));
    }
}

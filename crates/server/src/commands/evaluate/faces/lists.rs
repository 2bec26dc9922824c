//! The lists of photographs and pairs.

use crate::commands::evaluate::lines;
use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// A photograph and who is on it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// As the list has it.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Whoever is in the middle of it.
    pub person: String,
}

#[derive(Deserialize)]
struct Row {
    path: String,
    person: String,
}

/// Two photographs.
#[derive(Clone, Debug, Deserialize)]
pub struct Pair {
    path_a: String,
    path_b: String,
    same: u8,
}

impl Pair {
    /// The names of both, as in the list of photographs.
    pub fn names(&self) -> [&str; 2] {
        [&self.path_a, &self.path_b]
    }

    /// Whether they show one person.
    pub fn same(&self) -> bool {
        self.same == 1
    }
}

/// The photographs of a list; paths are beside it.
///
/// # Errors
/// When the list cannot be read, is empty, or names a photograph twice.
pub fn images(list: &Path) -> Result<Vec<Listed>> {
    let folder = list.parent().unwrap_or(Path::new("."));
    let (mut listed, mut seen) = (Vec::new(), HashMap::new());
    let columns = ["path", "person"];
    lines::read(list, &columns, "path and person", |number, row: Row| {
        if let Some(before) = seen.insert(row.path.clone(), number) {
            bail!("{} stands in line {before} already", row.path);
        }
        listed.push(Listed {
            path: folder.join(&row.path),
            name: row.path,
            person: row.person,
        });
        Ok(())
    })?;
    ensure!(!listed.is_empty(), "{} names nothing", list.display());
    Ok(listed)
}

/// The pairs of a list of photographs that are `listed`.
///
/// # Errors
/// When the list cannot be read, is empty, or a pair is of other photographs or neither of one person nor of two.
pub fn pairs(list: &Path, listed: &[Listed]) -> Result<Vec<Pair>> {
    let known: HashSet<&str> = listed.iter().map(|image| &*image.name).collect();
    let columns = ["path_a", "path_b", "same"];
    let mut pairs = Vec::new();
    lines::read(
        list,
        &columns,
        "path_a, path_b and same",
        |_, pair: Pair| {
            for name in pair.names() {
                ensure!(known.contains(name), "{name} is not among the photographs");
            }
            ensure!(pair.same <= 1, "same is 1 or 0");
            pairs.push(pair);
            Ok(())
        },
    )?;
    ensure!(!pairs.is_empty(), "{} names nothing", list.display());
    Ok(pairs)
}

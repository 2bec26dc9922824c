//! The lists of photographs and pairs.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
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
/// When the list cannot be read or is empty.
pub fn images(list: &Path) -> Result<Vec<Listed>> {
    let folder = list.parent().unwrap_or(Path::new("."));
    let rows: Vec<Row> = rows(list)?;
    let listed = rows.into_iter().map(|row| Listed {
        path: folder.join(&row.path),
        name: row.path,
        person: row.person,
    });
    Ok(listed.collect())
}

/// The pairs of a list.
///
/// # Errors
/// When the list cannot be read or is empty.
pub fn pairs(list: &Path) -> Result<Vec<Pair>> {
    rows(list)
}

fn rows<T: for<'a> Deserialize<'a>>(list: &Path) -> Result<Vec<T>> {
    let shown = list.display();
    let mut reader = csv::Reader::from_path(list).with_context(|| shown.to_string())?;
    let rows: Result<Vec<T>, _> = reader.deserialize().collect();
    let rows = rows.with_context(|| shown.to_string())?;
    if rows.is_empty() {
        bail!("{shown} names nothing");
    }
    Ok(rows)
}

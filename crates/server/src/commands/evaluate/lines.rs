//! Lists to be evaluated: read line by line, refused as a whole with every line that is wrong.

use anyhow::{Context, Result, bail, ensure};
use csv::{ByteRecord, StringRecord};
use serde::de::DeserializeOwned;
use std::path::Path;

/// Wrong lines that are told; a list of another kind would fill the screen.
const TOLD: usize = 10;

/// Hands each line of a list with its number to `take`. The list has to have these `columns`; `all` says in words
/// which there may be.
///
/// # Errors
/// When the list cannot be read or lacks a column, or a line cannot be read or taken. Each wrong line is told by its
/// number.
pub fn read<T: DeserializeOwned>(
    list: &Path,
    columns: &[&str],
    all: &str,
    mut take: impl FnMut(u64, T) -> Result<()>,
) -> Result<()> {
    let name = || list.display().to_string();
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).from_path(list).with_context(name)?;
    let header = reader.headers().with_context(name)?.clone();
    for column in columns {
        ensure!(
            header.iter().any(|h| h == *column),
            "{}, line 1: no column {column:?}; the columns are {all}",
            name()
        );
    }
    let mut wrong = Vec::new();
    for record in reader.into_byte_records() {
        let record = record.with_context(name)?;
        let number = record.position().map_or(0, csv::Position::line);
        if let Err(error) = line(record, &header).and_then(|line| take(number, line)) {
            wrong.push(format!("line {number}: {error:#}"));
        }
    }
    if !wrong.is_empty() {
        let more = wrong.len().saturating_sub(TOLD);
        wrong.truncate(TOLD);
        if more > 0 {
            wrong.push(format!("and {more} more"));
        }
        bail!("{} cannot be evaluated\n{}", name(), wrong.join("\n"));
    }
    Ok(())
}

fn line<T: DeserializeOwned>(record: ByteRecord, header: &StringRecord) -> Result<T> {
    let record = StringRecord::from_byte_record(record)?;
    ensure!(
        record.len() == header.len(),
        "{} cells under {} columns",
        record.len(),
        header.len()
    );
    Ok(record.deserialize(Some(header))?)
}

//! The files on a classic controller's card: `/a_d.csv`, the identity registry, and
//! `/log.csv`, the fifteen-field log. Nothing in them is quoted.

mod import;
mod log;
mod people;

pub use import::{ImportSource, LogImport, import_log};
pub use log::{LogRow, log_rows, row_count};
pub use people::{
    CardPeople, FieldError, PersonRow, WrittenPeople, read_people, registry_line_of, write_people,
};

/// The first row of `/a_d.csv`.
pub const REGISTRY_HEADER: &str = "F_ID,Name,Age,Gender,DOB,A_No,Image,P_No,Address";

/// The first row of `/log.csv`.
pub const LOG_HEADER: &str =
    "F_ID,Name,Age,Gender,DOB,A_No,Image,P_No,Address,RFID,Date,E_Time,Ex_Time,Day,RTI";

/// A row that was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedRow {
    /// Line number in the file, from 1.
    pub line: u64,
    /// Why, in words without personal data.
    pub reason: String,
}

/// The rows of a file with their line numbers, from 1: without the header, empty lines, line
/// ends of either kind and a byte-order mark.
fn rows(file: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    file.split(|byte| *byte == b'\n')
        .zip(1_u64..)
        .map(|(row, line)| (line, row.strip_suffix(b"\r").unwrap_or(row)))
        .filter(|(_, row)| !row.trim_ascii().is_empty())
        .filter(|(line, row)| *line != 1 || !is_header(row))
}

fn is_header(row: &[u8]) -> bool {
    let first = row.split(|byte| *byte == b',').next().unwrap_or_default();
    first.trim_ascii().eq_ignore_ascii_case(b"F_ID")
}

//! CSV that a spreadsheet opens without running anything in it.

use crate::error::ApiError;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::Stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::borrow::Cow;

/// A cell that begins with one of these is taken for a formula by spreadsheets
/// (OWASP, "CSV Injection"); the full-width forms count in some of their languages.
const FORMULA_STARTS: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// `cell` with an apostrophe before it where a spreadsheet would run it as a formula.
pub(crate) fn neutral(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA_STARTS) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Rows as CSV text (RFC 4180), every cell neutral.
///
/// # Errors
/// [`ApiError::Internal`] when rows differ in length.
pub(crate) fn rows(rows: &[Vec<String>]) -> Result<Bytes, ApiError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| neutral(cell)).collect();
        writer
            .write_record(cells.iter().map(|cell| cell.as_bytes()))
            .map_err(|e| ApiError::Internal(e.to_string()))?;
    }
    let text = writer
        .into_inner()
        .map_err(|e| ApiError::Internal(e.to_string()))?;
    Ok(Bytes::from(text))
}

/// The names of columns as the first row.
pub(crate) fn header(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| (*column).to_owned()).collect()
}

/// A word as the JSON interface writes it.
pub(crate) fn word<T: Serialize>(word: &T) -> Result<String, ApiError> {
    let json = serde_json::to_value(word).map_err(|e| ApiError::Internal(e.to_string()))?;
    Ok(json.as_str().unwrap_or_default().to_owned())
}

/// An instant as RFC 3339 with the offset of the site's zone.
pub(crate) fn local_time(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}

/// A file to save, sent piece by piece as it is made.
pub(crate) fn download<S>(file_name: &str, pieces: S) -> Response
where
    S: Stream<Item = Result<Bytes, ApiError>> + Send + 'static,
{
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let disposition = format!("attachment; filename=\"{file_name}\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[&[&str]]) -> String {
        let lines: Vec<_> = lines.iter().map(|line| header(line)).collect();
        let bytes = rows(&lines).unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn a_name_that_looks_like_a_formula_is_not_run_by_a_spreadsheet() {
        let csv = text(&[&["=HYPERLINK(\"http://x\")", "@SUM(A1)", "Ada"]]);
        assert_eq!(csv, "\"'=HYPERLINK(\"\"http://x\"\")\",'@SUM(A1),Ada\r\n");
    }

    #[test]
    fn commas_quotes_and_line_ends_stay_inside_their_cell() {
        let csv = text(&[&["a,b", "c\"d", "e\nf"], &["1", "2", "3"]]);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(csv.as_bytes());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records[0], vec!["a,b", "c\"d", "e\nf"]);
        assert_eq!(records[1], vec!["1", "2", "3"]);
    }

    #[test]
    fn times_carry_the_offset_of_the_site() {
        let at: Timestamp = "2026-03-01T18:30:00Z".parse().unwrap();
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        assert_eq!(local_time(at, &zone), "2026-03-02T00:00:00+05:30");
    }

    proptest::proptest! {
        #[test]
        fn no_cell_of_any_text_begins_a_formula_and_none_is_lost(
            cells in proptest::collection::vec(".*", 2..6)
        ) {
            // Every file has a header: a byte order mark counts at the beginning only.
            let columns: Vec<_> = cells.iter().map(|_| "column").collect();
            let bytes = rows(&[header(&columns), cells.clone()]).unwrap();
            let mut reader = csv::Reader::from_reader(&*bytes);
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!(record.len(), cells.len());
            for (read, cell) in record.iter().zip(&cells) {
                assert!(!read.starts_with(FORMULA_STARTS));
                assert!(read == cell || read.strip_prefix('\'') == Some(cell));
            }
        }
    }
}

//! Rows in the text form of PostgreSQL's COPY, written as it writes them and read back: one line per row, tabs
//! between columns, `\N` for what is absent, bytes as `\x` and hexadecimal digits.

use bytes::{BufMut, BytesMut};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, TypeInfo, ValueRef};
use store::{Result, StoreError};

use crate::engine::fault::Fault;
use crate::engine::value::Value;

/// Appends a row as a line. Whether every text in it is as it was: a NUL, which PostgreSQL keeps in none, becomes
/// U+FFFD.
pub(super) fn write(row: &SqliteRow, out: &mut BytesMut) -> std::result::Result<bool, Fault> {
    let mut as_it_was = true;
    for place in 0..row.len() {
        if place > 0 {
            out.put_u8(b'\t');
        }
        let value = row.try_get_raw(place)?;
        if value.is_null() {
            out.put_slice(b"\\N");
            continue;
        }
        match value.type_info().name() {
            "INTEGER" => out.put_slice(row.try_get::<i64, _>(place)?.to_string().as_bytes()),
            "BLOB" => write_bytes(row.try_get(place)?, out),
            _ => as_it_was &= write_text(row.try_get(place)?, out),
        }
    }
    out.put_u8(b'\n');
    Ok(as_it_was)
}

fn write_bytes(bytes: &[u8], out: &mut BytesMut) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.put_slice(b"\\\\x");
    for byte in bytes {
        out.put_u8(DIGITS[usize::from(byte >> 4)]);
        out.put_u8(DIGITS[usize::from(byte & 15)]);
    }
}

fn write_text(text: &str, out: &mut BytesMut) -> bool {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.put_slice(b"\\\\"),
            8 => out.put_slice(b"\\b"),
            b'\n' => out.put_slice(b"\\n"),
            11 => out.put_slice(b"\\v"),
            12 => out.put_slice(b"\\f"),
            b'\r' => out.put_slice(b"\\r"),
            b'\t' => out.put_slice(b"\\t"),
            0 => out.put_slice("\u{fffd}".as_bytes()),
            byte => out.put_u8(byte),
        }
    }
    !text.contains('\0')
}

/// What a row is named by: what the first column of its line holds, bytes as hexadecimal digits.
pub(super) fn first(line: &[u8]) -> String {
    let field = line.split(|byte| *byte == b'\t').next().unwrap_or(line);
    let plain = field.strip_prefix(b"\\\\x").unwrap_or(field);
    String::from_utf8_lossy(plain.trim_ascii_end()).into_owned()
}

/// What a column of SQLite holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Number,
    Text,
    Bytes,
}

impl Kind {
    /// By the type that a migration gave it.
    pub(super) fn named(name: &str) -> Result<Self> {
        match name {
            "INTEGER" => Ok(Self::Number),
            "TEXT" => Ok(Self::Text),
            "BLOB" => Ok(Self::Bytes),
            _ => Err(broken(&format!("a column of type {name}"))),
        }
    }
}

/// The values of a line without its end.
pub(super) fn values(line: &[u8], kinds: &[Kind]) -> Result<Vec<Value>> {
    let mut fields = line.split(|byte| *byte == b'\t');
    let mut row = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let field = fields.next().ok_or_else(|| broken("too few columns"))?;
        row.push(value(field, *kind)?);
    }
    match fields.next() {
        Some(_) => Err(broken("too many columns")),
        None => Ok(row),
    }
}

fn value(field: &[u8], kind: Kind) -> Result<Value> {
    if field == b"\\N" {
        return Ok(Value::Null);
    }
    let plain = unescaped(field)?;
    match kind {
        Kind::Bytes => bytes(&plain).map(Value::Bytes),
        Kind::Text => String::from_utf8(plain)
            .map(Value::from)
            .map_err(|_| broken("text that is none")),
        Kind::Number => std::str::from_utf8(&plain)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .map(Value::Number)
            .ok_or_else(|| broken("a number that is none")),
    }
}

fn unescaped(field: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            plain.push(*byte);
            continue;
        }
        plain.push(match bytes.next() {
            Some(b'b') => 8,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'v') => 11,
            Some(b'f') => 12,
            Some(b'r') => b'\r',
            Some(b'\\') => b'\\',
            _ => return Err(broken("a backslash before something else")),
        });
    }
    Ok(plain)
}

fn bytes(text: &[u8]) -> Result<Vec<u8>> {
    let digits = text.strip_prefix(b"\\x").unwrap_or(b"?");
    crate::hex::read(digits).ok_or_else(|| broken("bytes that are none"))
}

fn broken(why: &str) -> StoreError {
    StoreError::Damaged(format!("a row of a backup is not right: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 3] = [Kind::Number, Kind::Text, Kind::Bytes];

    #[test]
    fn text_and_bytes_are_written_so_that_no_row_is_broken() {
        let mut out = BytesMut::new();
        let text = "a\tb\\c\nd\r\u{8}\u{b}\u{c}é";
        assert!(write_text(text, &mut out));
        out.put_u8(b'\t');
        write_bytes(&[0, 255], &mut out);
        let read = values(&out, &[Kind::Text, Kind::Bytes]).unwrap();
        assert_eq!(
            read,
            [Value::Text(text.to_owned()), Value::Bytes(vec![0, 255])]
        );
        let letters = "a\\tb\\\\c\\nd\\r\\b\\v\\fé\t\\\\x00ff";
        assert_eq!(&out[..], letters.as_bytes(), "as PostgreSQL writes them");
    }

    #[test]
    fn a_text_with_nul_is_told_apart_from_one_as_it_was() {
        let mut out = BytesMut::new();
        assert!(!write_text("a\0b", &mut out));
        assert_eq!(&out[..], "a\u{fffd}b".as_bytes());
    }

    #[test]
    fn a_row_is_named_by_its_first_column() {
        assert_eq!(first(b"\\\\x00ff\tb\tc\n"), "00ff");
        assert_eq!(first(b"boot 7\n"), "boot 7");
    }

    #[test]
    fn a_line_is_read_as_what_was_written() {
        let row = values(b"-7\ta\\tb\\\\N\\n\\b\t\\\\x00fF", &KINDS).unwrap();
        let text = "a\tb\\N\n\u{8}".to_owned();
        assert_eq!(
            row,
            [
                Value::Number(-7),
                Value::Text(text),
                Value::Bytes(vec![0, 255])
            ]
        );
    }

    #[test]
    fn absent_is_not_empty() {
        let row = values(b"\\N\t\t\\\\x", &KINDS).unwrap();
        assert_eq!(
            row,
            [
                Value::Null,
                Value::Text(String::new()),
                Value::Bytes(Vec::new())
            ]
        );
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for line in [
            "1\ta",
            "1\ta\t\\\\x00\tb",
            "x\ta\t\\\\x00",
            "1\ta\t00",
            "1\ta\t\\\\x0",
            "1\t\\q\t\\\\x00",
            "1\ta\\\t\\\\x00",
            "1\ta\t\\\\x\u{e9}",
        ] {
            assert!(values(line.as_bytes(), &KINDS).is_err(), "{line}");
        }
    }
}

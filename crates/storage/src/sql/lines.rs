//! Rows in the text form of PostgreSQL's COPY, read back: one line per row, tabs between columns, `\N`
//! for what is absent, bytes as `\x` and hexadecimal digits.

use store::{Result, StoreError};

use crate::engine::value::Value;

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

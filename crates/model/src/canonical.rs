//! Canonical encoding: JSON with sorted keys and no white space (the JSON Canonicalization
//! Scheme, RFC 8785, restricted to strings, integers, booleans and null), so that a third
//! party can recompute a commitment in any language.

use alloc::{string::String, string::ToString, vec::Vec};
use serde::Serialize;
use serde_json::Value;

/// Why a value has no canonical encoding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CanonicalError {
    /// It could not be turned into JSON.
    NotJson(String),
    /// It holds a floating-point number, whose text differs between languages.
    Float,
}

impl core::fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NotJson(why) => write!(f, "not representable as JSON: {why}"),
            Self::Float => f.write_str("floating-point numbers have no canonical encoding"),
        }
    }
}

impl core::error::Error for CanonicalError {}

/// The canonical encoding of `value`, as UTF-8 bytes.
///
/// # Errors
/// When `value` cannot be turned into JSON or holds a floating-point number.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(|e| CanonicalError::NotJson(e.to_string()))?;
    let mut out = String::new();
    write_value(&value, &mut out)?;
    Ok(out.into_bytes())
}

fn write_value(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Number(n) if n.is_f64() => return Err(CanonicalError::Float),
        Value::Array(items) => write_array(items, out)?,
        Value::Object(map) => write_object(map, out)?,
        scalar => out.push_str(&scalar.to_string()),
    }
    Ok(())
}

fn write_array(items: &[Value], out: &mut String) -> Result<(), CanonicalError> {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_value(item, out)?;
    }
    out.push(']');
    Ok(())
}

/// Keys are sorted here, because another crate may switch on serde_json's insertion order.
fn write_object(
    map: &serde_json::Map<String, Value>,
    out: &mut String,
) -> Result<(), CanonicalError> {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (i, key) in keys.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        out.push_str(&Value::String(key.clone()).to_string());
        out.push(':');
        write_value(&map[key], out)?;
    }
    out.push('}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_nothing_is_padded() {
        let bytes =
            canonical_json(&json!({"b": [1, null, true], "a": {"z": "ü", "y": -3}})).unwrap();
        assert_eq!(
            bytes,
            r#"{"a":{"y":-3,"z":"ü"},"b":[1,null,true]}"#.as_bytes()
        );
    }

    #[test]
    fn a_floating_point_number_is_refused() {
        assert_eq!(
            canonical_json(&json!({"score": 0.5})),
            Err(CanonicalError::Float)
        );
    }
}

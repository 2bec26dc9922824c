//! Text that people type in: trimmed, bounded, without control characters.

use crate::error::ApiError;

/// Longest text of one line, in characters.
const LINE_LIMIT: usize = 200;

/// A line that must say something.
///
/// # Errors
/// [`ApiError::Field`] naming `field` when nothing is left, or as [`line()`].
pub(crate) fn required(field: &str, text: &str) -> Result<String, ApiError> {
    let text = line(field, text)?;
    if text.is_empty() {
        return Err(ApiError::field(field, "This must not be empty."));
    }
    Ok(text)
}

/// A line that may be empty.
///
/// # Errors
/// [`ApiError::Field`] naming `field` when it is too long or holds control characters.
pub(crate) fn line(field: &str, text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.chars().count() > LINE_LIMIT {
        let detail = format!("At most {LINE_LIMIT} characters.");
        return Err(ApiError::field(field, detail));
    }
    if text.chars().any(char::is_control) {
        let detail = "One line, without control characters.";
        return Err(ApiError::field(field, detail));
    }
    Ok(text.to_owned())
}

/// A name that is also a part of MQTT topics: letters, digits, `-`, `_` and `.`.
///
/// # Errors
/// As [`required()`], and [`ApiError::Field`] naming `field` for any other character.
pub(crate) fn wire_name(field: &str, text: &str) -> Result<String, ApiError> {
    let name = required(field, text)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.chars().all(plain) {
        return Ok(name);
    }
    let detail = "Letters, digits, - _ and . only: it is part of MQTT topics.";
    Err(ApiError::field(field, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_must_say_something() {
        assert_eq!(required("name", "  Ada ").unwrap(), "Ada");
        assert!(required("name", "   ").is_err());
    }

    #[test]
    fn line_breaks_and_endless_texts_are_refused() {
        assert!(line("name", "a\nb").is_err());
        assert!(line("name", &"a".repeat(201)).is_err());
        assert!(line("name", &"ü".repeat(200)).is_ok());
    }

    #[test]
    fn a_device_name_cannot_reach_another_devices_topics() {
        assert_eq!(wire_name("name", "gate-1.north").unwrap(), "gate-1.north");
        for name in ["a/b", "+", "#", "a b", "ü"] {
            assert!(wire_name("name", name).is_err(), "{name}");
        }
    }
}

//! What the engine reports, in the words of the contract.

use std::io::ErrorKind;

use store::StoreError;

const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CONSTRAINT: i32 = 19;
const SQLITE_NOTADB: i32 = 26;
/// The shared-memory file beside the database could not grow.
const SQLITE_IOERR_SHMSIZE: i32 = 4874;

/// An engine's error that nothing more can be said about here.
pub(crate) fn fault(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Io(io) if io.kind() == ErrorKind::StorageFull => StoreError::Full,
        sqlx::Error::Database(reported) => {
            let code = reported.code().and_then(|code| code.parse().ok());
            of_code(code.unwrap_or(0), reported.message())
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::Damaged(error.to_string())
        }
        other => StoreError::Engine(other.to_string()),
    }
}

/// A constraint that is not the caller's mistake says that two stored rows contradict one another.
fn of_code(code: i32, message: &str) -> StoreError {
    match (code, code & 0xff) {
        (SQLITE_IOERR_SHMSIZE, _) | (_, SQLITE_FULL) => StoreError::Full,
        (_, SQLITE_CORRUPT | SQLITE_NOTADB) => StoreError::Corrupt(message.to_owned()),
        (_, SQLITE_CONSTRAINT) => StoreError::Damaged(message.to_owned()),
        _ => StoreError::Engine(format!("{message} (code {code})")),
    }
}

/// As [`fault`], where a value that another row has already is the caller's mistake.
pub(crate) fn taken(what: impl FnOnce() -> String) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(reported) if reported.is_unique_violation() => {
            StoreError::Conflict { what: what() }
        }
        _ => fault(error),
    }
}

/// As [`taken`], where the row refers to another one as well.
pub(crate) fn taken_or_dangling(
    what: impl FnOnce() -> String,
    referred: &'static str,
) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(reported) if reported.is_foreign_key_violation() => {
            StoreError::NotFound {
                what: referred.to_owned(),
            }
        }
        _ => taken(what)(error),
    }
}

/// Whether the write that failed leaves the transaction around it in doubt. What the caller asked
/// for wrongly, or a row that cannot be read, concerns that one write; what the engine reports
/// of its files concerns everything beside it.
pub(crate) const fn breaks_batch(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Full | StoreError::Engine(_) | StoreError::Corrupt(_)
    )
}

/// The same error for each of several callers.
pub(crate) fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Corrupt(what) => StoreError::Corrupt(what.clone()),
        other => StoreError::Engine(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_are_told_apart() {
        assert!(matches!(of_code(13, ""), StoreError::Full));
        assert!(matches!(of_code(4874, ""), StoreError::Full));
        assert!(matches!(of_code(779, ""), StoreError::Corrupt(_)));
        assert!(matches!(of_code(26, ""), StoreError::Corrupt(_)));
        assert!(matches!(of_code(1555, ""), StoreError::Damaged(_)));
        assert!(matches!(of_code(522, ""), StoreError::Engine(_)));
    }
}

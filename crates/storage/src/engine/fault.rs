//! What an engine reports, in the words of the contract.

use std::error::Error as _;
use std::io::ErrorKind;

use store::StoreError;
use tokio_postgres::error::SqlState;

const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CONSTRAINT: i32 = 19;
const SQLITE_NOTADB: i32 = 26;
/// The shared-memory file beside the database could not grow.
const SQLITE_IOERR_SHMSIZE: i32 = 4874;
/// PostgreSQL's class of integrity constraint violations.
const CONSTRAINT_CLASS: &str = "23";
/// Its classes of lost connections and of an operator who ends them.
const LOST_CLASSES: [&str; 2] = ["08", "57"];
/// Its states in which it takes nobody, or nobody more: it is there, and answers later.
const LATER: [SqlState; 4] = [
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
];
/// The class of connections that are lost or not to be had.
const CONNECTION_CLASS: &str = "08";

/// Why a statement failed, as its engine says it.
#[derive(Debug)]
pub(crate) enum Fault {
    /// SQLite.
    Sqlite(sqlx::Error),
    /// PostgreSQL.
    Postgres(tokio_postgres::Error),
    /// A statement that always gives a row gave none.
    NoRow,
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl Fault {
    /// Whether a transaction that was asked about was never heard of. A server that crashed comes up without those whose
    /// number had not reached its disk; what was committed has.
    pub(crate) fn is_never_heard_of(&self) -> bool {
        let code = match self {
            Self::Postgres(error) => error.code(),
            _ => None,
        };
        code == Some(&SqlState::INVALID_PARAMETER_VALUE)
    }

    /// Whether another row has the value already.
    fn is_taken(&self) -> bool {
        match self {
            Self::Sqlite(sqlx::Error::Database(reported)) => reported.is_unique_violation(),
            Self::Postgres(error) => error.code() == Some(&SqlState::UNIQUE_VIOLATION),
            _ => false,
        }
    }

    /// Whether the line to the server was lost, so that nobody knows what became of a commit.
    pub(crate) fn leaves_open(&self) -> bool {
        match self {
            Self::Postgres(error) => error.code().is_none_or(|state| {
                LOST_CLASSES
                    .iter()
                    .any(|class| state.code().starts_with(class))
            }),
            _ => false,
        }
    }

    /// Whether the row refers to one that is not there.
    fn is_dangling(&self) -> bool {
        match self {
            Self::Sqlite(sqlx::Error::Database(reported)) => reported.is_foreign_key_violation(),
            Self::Postgres(error) => error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION),
            _ => false,
        }
    }
}

/// An engine's error that nothing more can be said about here.
pub(crate) fn fault(error: impl Into<Fault>) -> StoreError {
    match error.into() {
        Fault::Sqlite(error) => of_sqlite(&error),
        Fault::Postgres(error) => of_postgres(&error),
        Fault::NoRow => StoreError::Damaged("a statement gave no row".to_owned()),
    }
}

fn of_sqlite(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Io(io) if io.kind() == ErrorKind::StorageFull => StoreError::Full,
        sqlx::Error::Database(reported) => {
            let code = reported.code().and_then(|code| code.parse().ok());
            of_sqlite_code(code.unwrap_or(0), reported.message())
        }
        sqlx::Error::PoolTimedOut => StoreError::Overloaded,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::Damaged(error.to_string())
        }
        other => StoreError::Engine(other.to_string()),
    }
}

/// A constraint that is not the caller's mistake says that two stored rows contradict one another.
fn of_sqlite_code(code: i32, message: &str) -> StoreError {
    match (code, code & 0xff) {
        (SQLITE_IOERR_SHMSIZE, _) | (_, SQLITE_FULL) => StoreError::Full,
        (_, SQLITE_CORRUPT | SQLITE_NOTADB) => StoreError::Corrupt(message.to_owned()),
        (_, SQLITE_CONSTRAINT) => StoreError::Damaged(message.to_owned()),
        _ => StoreError::Engine(format!("{message} (code {code})")),
    }
}

fn of_postgres(error: &tokio_postgres::Error) -> StoreError {
    let Some(reported) = error.as_db_error() else {
        // What is wrong with the line, or with a column, is behind what the client says of it.
        let why = error.source().map(|source| format!(": {source}"));
        let said = format!("{error}{}", why.unwrap_or_default());
        return match is_of_the_line(error) {
            true => StoreError::Unreachable(said),
            false => StoreError::Engine(said),
        };
    };
    of_state(reported.code(), reported.message())
}

/// Whether it is the line that failed, or that there is none; not what came over it.
fn is_of_the_line(error: &tokio_postgres::Error) -> bool {
    let by_system = |source: &(dyn std::error::Error + 'static)| source.is::<std::io::Error>();
    error.is_closed() || error.source().is_some_and(by_system)
}

fn of_state(state: &SqlState, message: &str) -> StoreError {
    match *state {
        SqlState::DISK_FULL => StoreError::Full,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => {
            StoreError::Corrupt(message.to_owned())
        }
        SqlState::PROGRAM_LIMIT_EXCEEDED
        | SqlState::CHARACTER_NOT_IN_REPERTOIRE
        | SqlState::UNTRANSLATABLE_CHARACTER => StoreError::Unfit(message.to_owned()),
        _ if state.code().starts_with(CONSTRAINT_CLASS) => StoreError::Damaged(message.to_owned()),
        _ if LATER.contains(state) || state.code().starts_with(CONNECTION_CLASS) => {
            StoreError::Unreachable(format!("{message} (SQLSTATE {})", state.code()))
        }
        _ => StoreError::Engine(format!("{message} (SQLSTATE {})", state.code())),
    }
}

/// As [`fault`], where a value that another row has already is the caller's mistake.
pub(crate) fn taken(what: impl FnOnce() -> String) -> impl FnOnce(Fault) -> StoreError {
    move |error| {
        if error.is_taken() {
            return StoreError::Conflict { what: what() };
        }
        fault(error)
    }
}

/// As [`taken`], where the row refers to another one as well.
pub(crate) fn taken_or_dangling(
    what: impl FnOnce() -> String,
    referred: &'static str,
) -> impl FnOnce(Fault) -> StoreError {
    move |error| {
        if error.is_dangling() {
            let what = referred.to_owned();
            return StoreError::NotFound { what };
        }
        taken(what)(error)
    }
}

/// Whether the write that failed leaves the transaction around it in doubt. What the caller asked
/// for wrongly, or a row that cannot be read, concerns that one write; what the engine reports
/// of its files concerns everything beside it.
pub(crate) const fn breaks_batch(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Full
            | StoreError::Engine(_)
            | StoreError::Corrupt(_)
            | StoreError::Unreachable(_)
    )
}

/// The same error for each of several callers.
pub(crate) fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Corrupt(what) => StoreError::Corrupt(what.clone()),
        StoreError::Unreachable(why) => StoreError::Unreachable(why.clone()),
        StoreError::InUseElsewhere => StoreError::InUseElsewhere,
        other => StoreError::Engine(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_are_told_apart() {
        assert!(matches!(of_sqlite_code(13, ""), StoreError::Full));
        assert!(matches!(of_sqlite_code(4874, ""), StoreError::Full));
        assert!(matches!(of_sqlite_code(779, ""), StoreError::Corrupt(_)));
        assert!(matches!(of_sqlite_code(26, ""), StoreError::Corrupt(_)));
        assert!(matches!(of_sqlite_code(1555, ""), StoreError::Damaged(_)));
        assert!(matches!(of_sqlite_code(522, ""), StoreError::Engine(_)));
    }

    #[test]
    fn a_file_whose_readers_are_all_at_work_is_overloaded() {
        let waited = of_sqlite(&sqlx::Error::PoolTimedOut);
        assert!(matches!(waited, StoreError::Overloaded));
    }

    #[test]
    fn the_same_states_mean_the_same_on_a_server() {
        assert!(matches!(
            of_state(&SqlState::DISK_FULL, ""),
            StoreError::Full
        ));
        let corrupted = of_state(&SqlState::INDEX_CORRUPTED, "");
        assert!(matches!(corrupted, StoreError::Corrupt(_)));
        let taken = of_state(&SqlState::UNIQUE_VIOLATION, "");
        assert!(matches!(taken, StoreError::Damaged(_)));
        let long = of_state(&SqlState::PROGRAM_LIMIT_EXCEEDED, "");
        assert!(matches!(long, StoreError::Unfit(_)));
        let cancelled = of_state(&SqlState::QUERY_CANCELED, "");
        assert!(matches!(cancelled, StoreError::Engine(_)));
    }

    #[test]
    fn a_server_that_stops_starts_or_takes_nobody_more_does_not_answer_now() {
        for state in LATER.iter().chain([&SqlState::CONNECTION_FAILURE]) {
            let told = of_state(state, "");
            assert!(matches!(told, StoreError::Unreachable(_)), "{state:?}");
            assert!(breaks_batch(&told));
            assert!(matches!(again(&told), StoreError::Unreachable(_)));
        }
    }
}

//! How a command ends: a clear sentence and an exit code.

use std::fmt;
use std::net::SocketAddr;
use store::StoreError;

/// A failure with an exit code of its own (numbers as in BSD `sysexits`).
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    sentence: String,
}

/// The log does not verify.
pub const NOT_VERIFIED: u8 = 3;
/// The data directory is unusable or full.
pub const CANNOT_CREATE: u8 = 73;
/// Already running, or a port is in use.
pub const TRY_AGAIN: u8 = 75;
/// The configuration is wrong.
pub const CONFIG: u8 = 78;

impl Failure {
    /// A failure with `code`.
    pub fn new(code: u8, sentence: impl Into<String>) -> Self {
        Self {
            code,
            sentence: sentence.into(),
        }
    }

    /// A port that cannot be bound.
    pub fn port(what: &str, address: SocketAddr, error: &std::io::Error) -> Self {
        let sentence = match error.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "{what}: {address} is in use by another program; stop it or choose another port"
            ),
            std::io::ErrorKind::PermissionDenied => format!(
                "{what}: {address} may not be opened by this user; choose a port above 1023"
            ),
            _ => format!("{what}: {address} cannot be opened: {error}"),
        };
        Self::new(TRY_AGAIN, sentence)
    }

    /// The exit code of any error.
    pub fn code_of(error: &anyhow::Error) -> u8 {
        if let Some(failure) = error.downcast_ref::<Self>() {
            return failure.code;
        }
        match error.downcast_ref::<StoreError>() {
            Some(StoreError::InUseElsewhere) => TRY_AGAIN,
            Some(StoreError::Full) => CANNOT_CREATE,
            _ => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

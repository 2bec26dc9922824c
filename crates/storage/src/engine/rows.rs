//! Between columns and the vocabulary: identities are 16 bytes, times are nanoseconds, words are
//! the vocabulary's own.

use model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Result, StoreError};
use uuid::Uuid;

use super::fault::fault;
use super::{Readable, Row};

/// Nanoseconds since 1970. Instants outside the years 1677 to 2262 are moved to the nearest end.
pub(crate) fn nanos(at: Timestamp) -> i64 {
    let nanos = at.as_nanosecond();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

/// The word by which a value without fields is written everywhere.
pub(crate) fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(StoreError::Unfit(format!("not a word: {other:?}"))),
    }
}

/// A record as JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Unfit(error.to_string()))
}

/// A record from JSON.
pub(crate) fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    serde_json::from_slice(text)
        .map_err(|error| StoreError::Damaged(format!("a record does not read: {error}")))
}

/// Numbers that the engine keeps signed.
pub(crate) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| StoreError::NotFound {
        what: format!("number {number}"),
    })
}

/// Reading columns by name.
pub(crate) trait Columns {
    /// The column as it is.
    fn col<'r, T: Readable<'r>>(&'r self, name: &str) -> Result<T>;

    /// An identity.
    fn id<T: From<Uuid>>(&self, name: &str) -> Result<T> {
        let bytes: &[u8] = self.col(name)?;
        identity(bytes)
    }

    /// An identity that may be absent.
    fn maybe_id<T: From<Uuid>>(&self, name: &str) -> Result<Option<T>> {
        let bytes: Option<&[u8]> = self.col(name)?;
        bytes.map(identity).transpose()
    }

    /// An instant.
    fn time(&self, name: &str) -> Result<Timestamp> {
        instant(self.col(name)?)
    }

    /// An instant that may be absent.
    fn maybe_time(&self, name: &str) -> Result<Option<Timestamp>> {
        let nanos: Option<i64> = self.col(name)?;
        nanos.map(instant).transpose()
    }

    /// A count or index.
    fn count(&self, name: &str) -> Result<u64> {
        let number: i64 = self.col(name)?;
        u64::try_from(number)
            .map_err(|_| StoreError::Damaged(format!("{name} is negative: {number}")))
    }

    /// A flag.
    fn flag(&self, name: &str) -> Result<bool> {
        Ok(self.count(name)? != 0)
    }

    /// A word of the vocabulary.
    fn word<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let text: String = self.col(name)?;
        serde_json::from_value(serde_json::Value::String(text))
            .map_err(|error| StoreError::Damaged(format!("{name}: {error}")))
    }

    /// A record kept as JSON.
    fn record<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let text: &str = self.col(name)?;
        from_json(text.as_bytes())
    }

    /// 32 bytes.
    fn digest(&self, name: &str) -> Result<[u8; 32]> {
        let bytes: &[u8] = self.col(name)?;
        bytes
            .try_into()
            .map_err(|_| StoreError::Damaged(format!("{name} has {} bytes", bytes.len())))
    }
}

impl Columns for Row {
    fn col<'r, T: Readable<'r>>(&'r self, name: &str) -> Result<T> {
        self.get(name).map_err(fault)
    }
}

fn identity<T: From<Uuid>>(bytes: &[u8]) -> Result<T> {
    let id = Uuid::from_slice(bytes);
    id.map(T::from)
        .map_err(|error| StoreError::Damaged(error.to_string()))
}

fn instant(nanos: i64) -> Result<Timestamp> {
    Timestamp::from_nanosecond(i128::from(nanos))
        .map_err(|error| StoreError::Damaged(error.to_string()))
}

//! Values on their way into a statement.

use std::error::Error;

use bytes::BytesMut;
use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::fault::Fault;

/// A value. Numbers are 64 bits, times and identities are kept as numbers and bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Value {
    /// Absent.
    Null,
    /// A number; a flag is 0 or 1.
    Number(i64),
    /// Text without NUL, which PostgreSQL does not keep: it is replaced as what cannot be shown.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// The type by which PostgreSQL is told of it; what is absent takes the type of its place.
    pub(crate) const fn kind(&self) -> Type {
        match self {
            Self::Null => Type::UNKNOWN,
            Self::Number(_) => Type::INT8,
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
        }
    }

    /// Appends it to the values of a statement of SQLite.
    pub(super) fn add_to(self, arguments: &mut SqliteArguments) -> Result<(), Fault> {
        let added: Result<(), BoxDynError> = match self {
            Self::Null => arguments.add(None::<i64>),
            Self::Number(number) => arguments.add(number),
            Self::Text(text) => arguments.add(text),
            Self::Bytes(bytes) => arguments.add(bytes),
        };
        added.map_err(|error| Fault::Sqlite(sqlx::Error::Encode(error)))
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        place: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            _ if self.kind() != *place => {
                Err(format!("a {} where a {place} stands", self.kind()).into())
            }
            Self::Number(number) => number.to_sql(place, out),
            Self::Text(text) => text.to_sql(place, out),
            Self::Bytes(bytes) => bytes.to_sql(place, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Number(i64::from(flag))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        if text.contains('\0') {
            return Self::Text(text.replace('\0', "\u{fffd}"));
        }
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.clone())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<uuid::Uuid> for Value {
    fn from(id: uuid::Uuid) -> Self {
        Self::Bytes(id.as_bytes().to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Clone + Into<Self>> From<&Option<T>> for Value {
    fn from(value: &Option<T>) -> Self {
        Self::from(value.clone())
    }
}

//! A session with a server.

use std::borrow::Cow;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures::TryStreamExt;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Statement};

use super::ServerAddress;
use crate::engine::fault::{Fault, fault};
use crate::engine::value::Value;

/// Statements kept prepared; lists of different lengths make different ones.
const PREPARED: usize = 500;

/// A session. Clones share it: what they ask is answered in the order asked.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

struct Inner {
    client: Client,
    prepared: Mutex<HashMap<Cow<'static, str>, Statement>>,
}

impl Session {
    /// Begins a session in which `settings` hold.
    ///
    /// # Errors
    /// As [`ServerAddress::connect`].
    pub(super) async fn begin(address: &ServerAddress, settings: &str) -> store::Result<Self> {
        let client = address.connect().await?;
        client.batch_execute(settings).await.map_err(fault)?;
        Ok(Self(Arc::new(Inner {
            client,
            prepared: Mutex::default(),
        })))
    }

    /// Whether the line to the server is gone.
    pub(crate) fn is_lost(&self) -> bool {
        self.0.client.is_closed()
    }

    /// How many share it, this one counted.
    pub(super) fn shared_by(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// Runs a statement; how many rows it concerned.
    pub(crate) async fn execute(
        &self,
        sql: &Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<u64, Fault> {
        let statement = self.prepared(sql, &values).await?;
        Ok(self.0.client.execute_raw(&statement, values).await?)
    }

    /// Runs a statement; the rows it gives.
    pub(crate) async fn fetch(
        &self,
        sql: &Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Fault> {
        let statement = self.prepared(sql, &values).await?;
        let rows = self.0.client.query_raw(&statement, values).await?;
        Ok(pin!(rows).try_collect().await?)
    }

    /// Runs several statements without values, which are text from this program alone.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Fault> {
        Ok(self.0.client.batch_execute(sql).await?)
    }

    async fn prepared(
        &self,
        sql: &Cow<'static, str>,
        values: &[Value],
    ) -> Result<Statement, Fault> {
        let known = self.cache().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let kinds: Vec<Type> = values.iter().map(Value::kind).collect();
        let statement = self.0.client.prepare_typed(&numbered(sql), &kinds).await?;
        let mut cache = self.cache();
        if cache.len() >= PREPARED {
            cache.clear();
        }
        cache.insert(sql.clone(), statement.clone());
        Ok(statement)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<Cow<'static, str>, Statement>> {
        // Whoever panicked in between left a map that is whole.
        self.0
            .prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The statement with its values numbered, as PostgreSQL wants them: `?` becomes `$1`, `$2`, …, and
/// `?7` becomes `$7`. No text of ours holds a question mark otherwise.
fn numbered(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + 16);
    let mut place = 0;
    let mut letters = sql.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '?' {
            text.push(letter);
            continue;
        }
        text.push('$');
        if !letters.peek().is_some_and(char::is_ascii_digit) {
            place += 1;
            text.push_str(&place.to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn values_are_numbered_in_order_or_as_told() {
        assert_eq!(
            numbered("a = ? AND b IN (?, ?)"),
            "a = $1 AND b IN ($2, $3)"
        );
        assert_eq!(numbered("x = ?1 OR y = ?2 + ?1"), "x = $1 OR y = $2 + $1");
    }
}

//! A session with a server.

use std::borrow::Cow;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::TryStreamExt;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, CopyInSink, CopyOutStream, Row, Statement};

use super::ServerAddress;
use super::pipeline::{Expected, Pipeline};
use crate::engine::fault::{Fault, fault};
use crate::engine::value::Value;

/// Statements kept prepared; lists of different lengths make different ones.
const PREPARED: usize = 500;

/// A session. Clones share the line to the server: what they ask is answered in the order asked.
pub(crate) struct Session {
    line: Arc<Line>,
    /// While several pieces of work are done together: what was sent and not heard of.
    pipeline: Option<Pipeline>,
}

impl Clone for Session {
    fn clone(&self) -> Self {
        Self::on(&self.line)
    }
}

struct Line {
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
        Ok(Self::on(&Arc::new(Line {
            client,
            prepared: Mutex::default(),
        })))
    }

    fn on(line: &Arc<Line>) -> Self {
        Self {
            line: Arc::clone(line),
            pipeline: None,
        }
    }

    /// Whether the line to the server is gone.
    pub(crate) fn is_lost(&self) -> bool {
        self.line.client.is_closed()
    }

    /// How many share it, this one counted.
    pub(super) fn shared_by(&self) -> usize {
        Arc::strong_count(&self.line)
    }

    /// Runs a statement; how many rows it concerned.
    pub(crate) async fn execute(
        &mut self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<u64, Fault> {
        let statement = self.line.prepared(sql, &values).await?;
        Ok(self.line.client.execute_raw(&statement, values).await?)
    }

    /// From now on [`Session::send`] does not wait, or does again.
    pub(crate) fn pipeline(&mut self, on: bool) {
        self.pipeline = on.then(Pipeline::default);
    }

    /// Sends a statement that has to concern so many rows. Whether it does, as far as is known: in
    /// a pipeline [`Session::heard`] tells.
    pub(crate) async fn send(
        &mut self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
        expected: Expected,
    ) -> Result<bool, Fault> {
        let Some(pipeline) = &mut self.pipeline else {
            let rows = self.execute(sql, values).await?;
            return Ok(expected.is_none_or(|expected| rows == expected));
        };
        let statement = self.line.prepared(sql, &values).await?;
        let line = Arc::clone(&self.line);
        let running = async move { Ok(line.client.execute_raw(&statement, values).await?) };
        pipeline.send(Box::pin(running), expected).await;
        Ok(true)
    }

    /// Waits for what was sent; whether each did what was expected of it.
    pub(crate) async fn heard(&mut self) -> Result<bool, Fault> {
        match &mut self.pipeline {
            Some(pipeline) => pipeline.heard().await,
            None => Ok(true),
        }
    }

    /// Runs a statement; the rows it gives.
    pub(crate) async fn fetch(
        &mut self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Fault> {
        let statement = self.line.prepared(sql, &values).await?;
        let rows = self.line.client.query_raw(&statement, values).await?;
        Ok(pin!(rows).try_collect().await?)
    }

    /// Begins to copy rows in, in the text form of COPY.
    pub(crate) async fn copy_in(&mut self, sql: &str) -> Result<CopyInSink<Bytes>, Fault> {
        Ok(self.line.client.copy_in(sql).await?)
    }

    /// Begins to copy rows out, in the text form of COPY; each item is a row.
    pub(crate) async fn copy_out(&mut self, sql: &str) -> Result<CopyOutStream, Fault> {
        Ok(self.line.client.copy_out(sql).await?)
    }

    /// Runs several statements without values, which are text from this program alone.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), Fault> {
        Ok(self.line.client.batch_execute(sql).await?)
    }
}

impl Line {
    async fn prepared(&self, sql: Cow<'static, str>, values: &[Value]) -> Result<Statement, Fault> {
        let known = self.cache().get(&sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let kinds: Vec<Type> = values.iter().map(Value::kind).collect();
        let statement = self.client.prepare_typed(&numbered(&sql), &kinds).await?;
        let mut cache = self.cache();
        if cache.len() >= PREPARED {
            cache.clear();
        }
        cache.insert(sql, statement.clone());
        Ok(statement)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<Cow<'static, str>, Statement>> {
        // Whoever panicked in between left a map that is whole.
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
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

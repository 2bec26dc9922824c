//! A connection to SQLite's file. The library runs each statement on a thread of its own, and two switches between threads cost
//! more than most statements: those whose outcome nobody waits for yet go there together.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use futures::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteArguments};
use sqlx::{AssertSqlSafe, Either, Executor, SqliteConnection};

use super::fault::Fault;
use super::value::Value;

/// The writer's own connection, or one lent by the pool.
pub(crate) struct File {
    line: Line,
    /// While several pieces of work are done together: what was not handed over yet.
    waiting: Option<Waiting>,
}

enum Line {
    Own(SqliteConnection),
    Lent(PoolConnection<Sqlite>),
}

/// Statements in the order of their coming, with their values in that order.
#[derive(Default)]
struct Waiting {
    sql: String,
    values: Vec<Value>,
    /// How many rows each has to concern, where that matters.
    expected: Vec<Option<u64>>,
    unexpected: bool,
}

impl From<SqliteConnection> for File {
    fn from(own: SqliteConnection) -> Self {
        Self::on(Line::Own(own))
    }
}

impl From<PoolConnection<Sqlite>> for File {
    fn from(lent: PoolConnection<Sqlite>) -> Self {
        Self::on(Line::Lent(lent))
    }
}

impl File {
    const fn on(line: Line) -> Self {
        Self {
            line,
            waiting: None,
        }
    }

    /// From now on [`File::send`] does not wait, or does again.
    pub(super) fn together(&mut self, on: bool) {
        self.waiting = on.then(Waiting::default);
    }

    /// Keeps a statement that has to concern so many rows for [`File::hand_over`]; false where nothing is done
    /// together.
    pub(super) fn keep(
        &mut self,
        sql: &str,
        values: &mut Vec<Value>,
        expected: Option<u64>,
    ) -> bool {
        let Some(waiting) = &mut self.waiting else {
            return false;
        };
        if !waiting.sql.is_empty() {
            waiting.sql.push_str("; ");
        }
        waiting.sql.push_str(sql);
        waiting.values.append(values);
        waiting.expected.push(expected);
        true
    }

    /// Does what was kept. The texts have to be few, for each is prepared once: so this is asked for after
    /// each piece of work, and before each statement whose outcome somebody waits for.
    pub(super) async fn hand_over(&mut self) -> Result<(), Fault> {
        let Some(waiting) = &mut self.waiting else {
            return Ok(());
        };
        if waiting.expected.is_empty() {
            return Ok(());
        }
        let mut expected = std::mem::take(&mut waiting.expected).into_iter();
        let sql = std::mem::take(&mut waiting.sql);
        let all = statement(sql.into(), std::mem::take(&mut waiting.values))?;
        let mut unexpected = false;
        let mut done = Executor::fetch_many(&mut **self, all);
        while let Some(outcome) = done.try_next().await? {
            if let Either::Left(outcome) = outcome {
                let wanted = expected.next().flatten();
                unexpected |= wanted.is_some_and(|wanted| outcome.rows_affected() != wanted);
            }
        }
        drop(done);
        if let Some(waiting) = &mut self.waiting {
            waiting.unexpected |= unexpected;
        }
        Ok(())
    }

    /// Does what was kept; whether each statement did what was expected of it.
    pub(super) async fn heard(&mut self) -> Result<bool, Fault> {
        self.hand_over().await?;
        Ok(self.waiting.as_ref().is_none_or(|all| !all.unexpected))
    }

    /// Closes the writer's connection.
    pub(super) async fn close(self) -> Result<(), Fault> {
        match self.line {
            Line::Own(own) => Ok(sqlx::Connection::close(own).await?),
            Line::Lent(_) => Ok(()),
        }
    }
}

/// A statement with its values.
pub(super) fn statement(
    sql: Cow<'static, str>,
    values: Vec<Value>,
) -> Result<sqlx::query::Query<'static, Sqlite, SqliteArguments>, Fault> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        value.add_to(&mut arguments)?;
    }
    Ok(sqlx::query_with(AssertSqlSafe(sql), arguments))
}

impl Deref for File {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match &self.line {
            Line::Own(db) => db,
            Line::Lent(db) => db,
        }
    }
}

impl DerefMut for File {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match &mut self.line {
            Line::Own(db) => db,
            Line::Lent(db) => db,
        }
    }
}

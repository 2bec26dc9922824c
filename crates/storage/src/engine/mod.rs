//! One way to speak to both engines: a statement with its values, rows with their columns.
//!
//! Statements are written once, with `?` for values, in the SQL that SQLite and PostgreSQL share.
//! Values and columns are of three kinds only (number, text, bytes), so that a row is the same
//! in both and can be copied from one to the other.

pub(crate) mod fault;
mod file;
pub(crate) mod postgres;
pub(crate) mod rows;
pub(crate) mod sqlite;
pub(crate) mod value;

use std::borrow::Cow;

use sqlx::Row as _;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqlitePool, SqliteRow};
use store::Result as StoreResult;
use tokio_postgres::types::FromSql;

use crate::DataDir;
use fault::Fault;
pub(crate) use file::File;
use file::statement;
use postgres::{Readers, ServerAddress, Session, outcome};
use value::Value;

/// Where connections come from.
#[derive(Clone)]
pub(crate) enum Engine {
    /// A file, and the pool of those who read it.
    Sqlite(SqliteConnectOptions, SqlitePool),
    /// A server, and the sessions of those who read.
    Postgres(ServerAddress, Readers),
}

impl Engine {
    /// The file of a data directory.
    pub(crate) fn file(dir: &DataDir, readers: u32) -> Self {
        let connect = sqlite::connect_options(dir);
        let readers = sqlite::readers(connect.clone(), readers);
        Self::Sqlite(connect, readers)
    }

    /// A database on a server.
    pub(crate) fn server(address: ServerAddress, readers: u32) -> Self {
        let readers = Readers::new(address.clone(), readers);
        Self::Postgres(address, readers)
    }

    /// The one connection that writes.
    ///
    /// # Errors
    /// [`store::StoreError::InUseElsewhere`] if another process has it, and as the engine.
    pub(crate) async fn writer(&self) -> StoreResult<Db> {
        match self {
            Self::Sqlite(connect, _) => sqlite::writer(connect).await,
            Self::Postgres(address, _) => postgres::writer(address).await,
        }
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// [`store::StoreError::Engine`] if there is none to be had.
    pub(crate) async fn reader(&self) -> StoreResult<Db> {
        match self {
            Self::Sqlite(_, readers) => {
                let lent = readers.acquire().await.map_err(fault::fault)?;
                Ok(Db::Sqlite(lent.into()))
            }
            Self::Postgres(_, readers) => Ok(Db::Postgres(readers.session().await?)),
        }
    }

    /// What begins a transaction that writes.
    pub(crate) const fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(..) => "BEGIN IMMEDIATE",
            Self::Postgres(..) => "BEGIN",
        }
    }

    /// Closes the connections of those who read.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(_, readers) => readers.close().await,
            Self::Postgres(_, readers) => readers.close().await,
        }
    }
}

/// A connection.
pub(crate) enum Db {
    /// To a file.
    Sqlite(File),
    /// To a server.
    Postgres(Session),
}

impl Db {
    /// Checks the engine's version and brings the tables up to date.
    ///
    /// # Errors
    /// [`store::StoreError::Damaged`] if a newer Gatebook wrote here, and as the engine.
    pub(crate) async fn prepare(&mut self) -> StoreResult<()> {
        match self {
            Self::Sqlite(file) => sqlite::prepare(file).await,
            Self::Postgres(session) => postgres::prepare(session).await,
        }
    }

    /// Whether it is SQLite's.
    pub(crate) const fn is_file(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Whether a new connection is needed.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(session) => session.is_lost(),
        }
    }

    /// Whether several pieces of work are done together, so that what is sent need not be heard of
    /// one by one.
    pub(crate) fn together(&mut self, on: bool) {
        match self {
            Self::Sqlite(file) => file.together(on),
            Self::Postgres(session) => session.pipeline(on),
        }
    }

    /// A piece of work is done: what waits to be handed to a file's thread is. To a server it was sent.
    pub(crate) async fn hand_over(&mut self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(file) => file.hand_over().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Waits for what was sent; whether each statement did what was expected of it.
    pub(crate) async fn heard(&mut self) -> Result<bool, Fault> {
        match self {
            Self::Sqlite(file) => file.heard().await,
            Self::Postgres(session) => session.heard().await,
        }
    }

    /// What the transaction is known by after the line to the server was lost. To a file there is no
    /// line to lose.
    pub(crate) async fn transaction(&mut self) -> Result<Option<String>, Fault> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(session) => outcome::name(session).await.map(Some),
        }
    }

    /// Whether a transaction that another line began was committed.
    pub(crate) async fn committed(&mut self, transaction: &str) -> Result<bool, Fault> {
        match self {
            Self::Sqlite(_) => Ok(false),
            Self::Postgres(session) => outcome::committed(session, transaction).await,
        }
    }

    /// Runs a statement without values.
    pub(crate) async fn run(&mut self, sql: &'static str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(_) => query(sql).execute(self).await.map(drop),
            Self::Postgres(session) => session.run(sql).await,
        }
    }

    /// Closes the writer's connection, and gives up what it held.
    pub(crate) async fn close(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(file) => file.close().await,
            Self::Postgres(session) if session.is_lost() => Ok(()),
            Self::Postgres(mut session) => session.run("SELECT pg_advisory_unlock_all()").await,
        }
    }
}

/// A row that a statement gave.
pub(crate) enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(tokio_postgres::Row),
}

/// What a column can be read as, whichever engine it comes from.
pub(crate) trait Readable<'r>:
    sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite> + FromSql<'r>
{
}

impl<'r, T> Readable<'r> for T where T: sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite> + FromSql<'r> {}

impl Row {
    /// The column of this name.
    pub(crate) fn get<'r, T: Readable<'r>>(&'r self, name: &str) -> Result<T, Fault> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(name)?),
            Self::Postgres(row) => Ok(row.try_get(name)?),
        }
    }
}

/// A statement on its way to an engine.
#[must_use]
pub(crate) struct Query {
    sql: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement; values stand as `?` in it, or as `?1` where one is used twice.
pub(crate) fn query(sql: impl Into<Cow<'static, str>>) -> Query {
    Query {
        sql: sql.into(),
        values: Vec::new(),
    }
}

impl Query {
    /// The next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// More text. It must not hold anything from outside: see [`Query::push_bind`].
    pub(crate) fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// One more value, and its place in the text.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.push("?")
    }

    /// As [`Query::push_list`], with the last value again until there are 1, 2, 4, 8, … of them: lists of any
    /// length then make few different statements. For values of which a second one changes nothing.
    pub(crate) fn push_set<V: Into<Value> + Clone>(&mut self, values: &[V]) {
        let last = values.last().into_iter().cloned();
        let more = values.len().next_power_of_two() - values.len();
        let filled = last.cycle().take(more);
        self.push_list(values.iter().cloned().chain(filled));
    }

    /// Several values with commas between them.
    pub(crate) fn push_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) {
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.push_bind(value);
        }
    }

    /// Runs it; how many rows it concerned.
    pub(crate) async fn execute(self, db: &mut Db) -> Result<u64, Fault> {
        match db {
            Db::Sqlite(file) => {
                file.hand_over().await?;
                let done = statement(self.sql, self.values)?
                    .execute(&mut **file)
                    .await?;
                Ok(done.rows_affected())
            }
            Db::Postgres(session) => session.execute(self.sql, self.values).await,
        }
    }

    /// Runs it, and hears of it with the others of its group: see [`Db::heard`]. Places with numbers (`?1`) must not
    /// be sent: handed over with other statements, they would count through the text of all.
    pub(crate) async fn send(self, db: &mut Db) -> Result<(), Fault> {
        self.sent(db, None).await.map(drop)
    }

    /// As [`Query::send`]; whether it concerned exactly one row, as far as is known yet.
    pub(crate) async fn send_for_one(self, db: &mut Db) -> Result<bool, Fault> {
        self.sent(db, Some(1)).await
    }

    async fn sent(mut self, db: &mut Db, expected: Option<u64>) -> Result<bool, Fault> {
        match db {
            Db::Sqlite(file) => {
                if file.keep(&self.sql, &mut self.values, expected) {
                    return Ok(true);
                }
                let rows = self.execute(db).await?;
                Ok(expected.is_none_or(|expected| rows == expected))
            }
            Db::Postgres(session) => session.send(self.sql, self.values, expected).await,
        }
    }

    /// Runs it; all rows.
    pub(crate) async fn fetch_all(self, db: &mut Db) -> Result<Vec<Row>, Fault> {
        match db {
            Db::Sqlite(file) => {
                file.hand_over().await?;
                let asked = statement(self.sql, self.values)?;
                let rows = asked.fetch_all(&mut **file).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Db::Postgres(session) => {
                let rows = session.fetch(self.sql, self.values).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Runs it; the first row, if any.
    pub(crate) async fn fetch_optional(self, db: &mut Db) -> Result<Option<Row>, Fault> {
        match db {
            Db::Sqlite(file) => {
                file.hand_over().await?;
                let asked = statement(self.sql, self.values)?;
                let row = asked.fetch_optional(&mut **file).await?;
                Ok(row.map(Row::Sqlite))
            }
            Db::Postgres(session) => {
                let rows = session.fetch(self.sql, self.values).await?;
                Ok(rows.into_iter().next().map(Row::Postgres))
            }
        }
    }

    /// Runs it; the first row, which has to be there.
    pub(crate) async fn fetch_one(self, db: &mut Db) -> Result<Row, Fault> {
        self.fetch_optional(db).await?.ok_or(Fault::NoRow)
    }
}

//! Looking at a server before it is used.

use store::Result;

use super::opening::locked;
use super::{ServerAddress, Session, migrations};
use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, query};

/// `server_version_num` of the oldest PostgreSQL that is tested.
const OLDEST: i64 = 150_000;

/// What a server and its database are like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// The server's version, as it says it.
    pub version: String,
    /// Whether it is new enough.
    pub new_enough: bool,
    /// How the database keeps text; `UTF8` is needed.
    pub encoding: String,
    /// Whether tables can be made: there is a schema, and the right to.
    pub may_create: bool,
    /// Whether a commit survives a failure of power: the server's `fsync` and `full_page_writes`.
    pub durable: bool,
    /// Migrations that the next start applies; all of them in an empty database.
    pub migrations: usize,
}

impl Inspection {
    pub(super) async fn of(session: &mut Session) -> Result<Self> {
        let sql = "SELECT current_setting('server_version') AS version, \
                       current_setting('server_version_num')::bigint AS number, \
                       current_setting('server_encoding') AS encoding, \
                       coalesce(has_schema_privilege(current_schema(), 'CREATE'), \
                           false)::int::bigint AS may_create, \
                       (current_setting('fsync') = 'on' AND \
                           current_setting('full_page_writes') = 'on')::int::bigint AS durable";
        let row = query(sql)
            .fetch_one(&mut Db::Postgres(session.clone()))
            .await
            .map_err(fault)?;
        Ok(Self {
            version: row.col("version")?,
            new_enough: is_new_enough(row.col("number")?),
            encoding: row.col("encoding")?,
            may_create: row.flag("may_create")?,
            durable: row.flag("durable")?,
            migrations: migrations::missing(session).await?.count(),
        })
    }
}

/// Whether a server with this `server_version_num` is one that is tested.
const fn is_new_enough(number: i64) -> bool {
    number >= OLDEST
}

impl ServerAddress {
    /// Looks at the server and the database; changes nothing.
    ///
    /// # Errors
    /// [`store::StoreError::Engine`] if the server cannot be reached or lets nobody in,
    /// [`store::StoreError::InUseElsewhere`] if a Gatebook writes to this database now,
    /// [`store::StoreError::Damaged`] if a newer one wrote to it.
    pub async fn inspect(&self) -> Result<Inspection> {
        let mut session = Session::begin(self, "SET default_transaction_read_only = on").await?;
        if !locked(&mut session).await? {
            return Err(store::StoreError::InUseElsewhere);
        }
        Inspection::of(&mut session).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_is_the_oldest_version_that_is_taken() {
        let taken = [90_624, 140_022, 149_999, 150_000, 150_008, 180_001].map(is_new_enough);
        assert_eq!(taken, [false, false, false, true, true, true]);
    }
}

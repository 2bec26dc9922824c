//! Strangers: sightings with sealed templates.

use async_trait::async_trait;
use model::{EventId, PictureId, StrangerId, Timestamp};
use store::{Result, Stranger, StrangerSeen, Strangers};

use super::SqlStore;
use super::keys::Keys;
use super::people_written::exists;
use super::writer::{Tx, Work};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, nanos};
use crate::engine::{Db, Row, query};

#[async_trait]
impl Strangers for SqlStore {
    async fn keep_stranger(&self, seen: &StrangerSeen) -> Result<()> {
        self.write(Keeping(seen.clone())).await
    }

    async fn strangers_seen(&self) -> Result<Vec<StrangerSeen>> {
        let mut db = self.read().await?;
        let sql = "SELECT * FROM strangers ORDER BY seen_at, picture";
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(|row| read(self.keys(), row)).collect()
    }

    async fn strangers(&self, limit: u32) -> Result<Vec<Stranger>> {
        let mut db = self.read().await?;
        let sql = "SELECT stranger, min(seen_at) AS first_seen, max(seen_at) AS last_seen, \
                   count(*) AS times, (SELECT newest.picture FROM strangers newest \
                       WHERE newest.stranger = strangers.stranger \
                       ORDER BY newest.seen_at DESC, newest.picture LIMIT 1) AS picture \
                   FROM strangers GROUP BY stranger \
                   ORDER BY max(seen_at) DESC, stranger LIMIT ?";
        let rows = query(sql).bind(i64::from(limit)).fetch_all(&mut db).await;
        let one = |row: &Row| {
            Ok(Stranger {
                id: row.id("stranger")?,
                first_seen: row.time("first_seen")?,
                last_seen: row.time("last_seen")?,
                times: row.count("times")?,
                picture: row.id("picture")?,
            })
        };
        rows.map_err(fault)?.iter().map(one).collect()
    }

    async fn stranger(&self, id: StrangerId) -> Result<Vec<(StrangerSeen, Option<EventId>)>> {
        let mut db = self.read().await?;
        let sql = "SELECT strangers.*, (SELECT observations.event FROM pictures_named \
                       JOIN observations ON observations.id = pictures_named.by \
                       WHERE pictures_named.picture = strangers.picture \
                       AND observations.event IS NOT NULL LIMIT 1) AS event \
                   FROM strangers WHERE stranger = ? ORDER BY seen_at DESC, picture";
        let id = id.0.as_bytes().as_slice();
        let rows = query(sql)
            .bind(id)
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        let one = |row: &Row| Ok((read(self.keys(), row)?, row.maybe_id("event")?));
        rows.iter().map(one).collect()
    }

    async fn stranger_on(&self, picture: PictureId) -> Result<Option<StrangerId>> {
        let mut db = self.read().await?;
        let row = query("SELECT stranger FROM strangers WHERE picture = ?")
            .bind(picture.0.as_bytes().as_slice())
            .fetch_optional(&mut db)
            .await
            .map_err(fault)?;
        row.map(|row| row.id("stranger")).transpose()
    }

    async fn forget_strangers(&self, before: Timestamp) -> Result<Vec<StrangerSeen>> {
        self.write(Forgetting(before)).await
    }
}

struct Keeping(StrangerSeen);

impl Work for Keeping {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let seen = &self.0;
        let picture = seen.picture.0.as_bytes().as_slice();
        let sealed = tx.keys.strangers.seal(picture, &seen.template)?;
        let sql = "INSERT INTO strangers (picture, stranger, seen_at, model, sealed) \
                   VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let done = query(sql)
            .bind(picture)
            .bind(seen.stranger.0.as_bytes().as_slice())
            .bind(nanos(seen.at))
            .bind(&seen.model)
            .bind(sealed)
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(fault)
    }
}

struct Forgetting(Timestamp);

impl Work for Forgetting {
    type Output = Vec<StrangerSeen>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output> {
        let before = nanos(self.0);
        let rows = query("SELECT * FROM strangers WHERE seen_at < ? ORDER BY seen_at, picture")
            .bind(before)
            .fetch_all(&mut *tx.db)
            .await
            .map_err(fault)?;
        let gone: Result<Vec<_>> = rows.iter().map(|row| read(tx.keys, row)).collect();
        let done = query("DELETE FROM strangers WHERE seen_at < ?")
            .bind(before)
            .execute(&mut *tx.db)
            .await;
        done.map_err(fault)?;
        gone
    }
}

/// All sightings of one.
pub(super) async fn forget(db: &mut Db, id: StrangerId) -> Result<()> {
    let done = query("DELETE FROM strangers WHERE stranger = ?")
        .bind(id.0.as_bytes().as_slice())
        .execute(db)
        .await
        .map_err(fault)?;
    exists(done, || format!("stranger {id}"))
}

fn read(keys: &Keys, row: &Row) -> Result<StrangerSeen> {
    let picture: PictureId = row.id("picture")?;
    let sealed: &[u8] = row.col("sealed")?;
    let template = keys.strangers.open(picture.0.as_bytes(), sealed)?;
    Ok(StrangerSeen {
        picture,
        stranger: row.id("stranger")?,
        at: row.time("seen_at")?,
        model: row.col("model")?,
        template,
    })
}

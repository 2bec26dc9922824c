//! Strangers: sightings with sealed templates.

use async_trait::async_trait;
use model::{EventId, PictureId, StrangerId, Timestamp};
use store::{Result, Stranger, StrangerGone, StrangerSeen, Strangers};

use super::SqlStore;
use super::keys::Keys;
use super::people_written::exists;
use super::picture_names;
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
        let mut sql = query(COUNTED);
        sql.push("GROUP BY stranger ORDER BY max(seen_at) DESC, stranger LIMIT ")
            .push_bind(i64::from(limit));
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(counted).collect()
    }

    async fn find_stranger(&self, id: StrangerId) -> Result<Option<Stranger>> {
        let mut db = self.read().await?;
        let mut sql = query(COUNTED);
        sql.push("WHERE stranger = ")
            .push_bind(id.0.as_bytes().as_slice())
            .push(" GROUP BY stranger");
        let row = sql.fetch_optional(&mut db).await.map_err(fault)?;
        row.as_ref().map(counted).transpose()
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

    async fn erase_strangers(&self, before: Timestamp) -> Result<Vec<StrangerGone>> {
        self.write(Erasing(before)).await
    }

    async fn take_back_stranger(&self, picture: PictureId) -> Result<Option<StrangerGone>> {
        self.write(TakingBack(picture)).await
    }

    async fn event_on(&self, picture: PictureId) -> Result<Option<EventId>> {
        let mut db = self.read().await?;
        let sql = "SELECT observations.event FROM pictures_named \
                   JOIN observations ON observations.id = pictures_named.by \
                   WHERE pictures_named.picture = ? AND observations.event IS NOT NULL LIMIT 1";
        let row = query(sql)
            .bind(picture.0.as_bytes().as_slice())
            .fetch_optional(&mut db)
            .await
            .map_err(fault)?;
        row.map(|row| row.id("event")).transpose()
    }
}

/// Strangers without their templates; what groups them follows.
const COUNTED: &str = "SELECT stranger, min(seen_at) AS first_seen, max(seen_at) AS last_seen, \
    count(*) AS times, (SELECT newest.face FROM strangers newest \
        WHERE newest.stranger = strangers.stranger \
        ORDER BY newest.seen_at DESC, newest.picture LIMIT 1) AS face \
    FROM strangers ";

fn counted(row: &Row) -> Result<Stranger> {
    Ok(Stranger {
        id: row.id("stranger")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
        times: row.count("times")?,
        face: row.id("face")?,
    })
}

fn gone(row: &Row) -> Result<StrangerGone> {
    Ok(StrangerGone {
        stranger: row.id("stranger")?,
        picture: row.id("picture")?,
        face: row.id("face")?,
    })
}

struct Keeping(StrangerSeen);

impl Work for Keeping {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let seen = &self.0;
        let picture = seen.picture.0.as_bytes().as_slice();
        let sealed = tx.keys.strangers.seal(picture, &seen.template)?;
        picture_names::add(tx.db, seen.face, seen.picture.0).await?;
        let sql = "INSERT INTO strangers (picture, face, stranger, seen_at, model, sealed) \
                   VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let done = query(sql)
            .bind(picture)
            .bind(seen.face.0.as_bytes().as_slice())
            .bind(seen.stranger.0.as_bytes().as_slice())
            .bind(nanos(seen.at))
            .bind(&seen.model)
            .bind(sealed)
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(fault)
    }
}

struct Erasing(Timestamp);

impl Work for Erasing {
    type Output = Vec<StrangerGone>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output> {
        let before = nanos(self.0);
        let sql = "SELECT stranger, picture, face FROM strangers WHERE seen_at < ? \
                   ORDER BY seen_at, picture";
        let rows = query(sql).bind(before).fetch_all(&mut *tx.db).await;
        let all: Result<Vec<_>> = rows.map_err(fault)?.iter().map(gone).collect();
        let all = all?;
        for one in &all {
            unname(tx.db, one.picture).await?;
            unname(tx.db, one.face).await?;
        }
        let done = query("DELETE FROM strangers WHERE seen_at < ?")
            .bind(before)
            .execute(&mut *tx.db)
            .await;
        done.map_err(fault)?;
        Ok(all)
    }
}

struct TakingBack(PictureId);

impl Work for TakingBack {
    type Output = Option<StrangerGone>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output> {
        let row = query("SELECT stranger, picture, face FROM strangers WHERE picture = ?")
            .bind(self.0.0.as_bytes().as_slice())
            .fetch_optional(&mut *tx.db)
            .await
            .map_err(fault)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let one = gone(&row)?;
        known(tx.db, one.stranger, &[one.picture]).await?;
        Ok(Some(one))
    }
}

/// No row names the picture any longer: should its file not be removed by who erases, it is swept.
async fn unname(db: &mut Db, picture: PictureId) -> Result<()> {
    let done = query("DELETE FROM pictures_named WHERE picture = ?")
        .bind(picture.0.as_bytes().as_slice())
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

/// Those sightings of one go, and their pictures.
pub(super) async fn erase(db: &mut Db, id: StrangerId, pictures: &[PictureId]) -> Result<()> {
    for picture in known(db, id, pictures).await? {
        unname(db, picture).await?;
    }
    Ok(())
}

/// Those sightings of one go; the pictures of the passages stay. Those that were still there.
pub(super) async fn known(
    db: &mut Db,
    id: StrangerId,
    pictures: &[PictureId],
) -> Result<Vec<PictureId>> {
    let mut went = Vec::new();
    for picture in pictures {
        let done = query("DELETE FROM strangers WHERE picture = ? AND stranger = ?")
            .bind(picture.0.as_bytes().as_slice())
            .bind(id.0.as_bytes().as_slice())
            .execute(&mut *db)
            .await;
        if done.map_err(fault)? > 0 {
            picture_names::drop_all(db, picture.0).await?;
            went.push(*picture);
        }
    }
    exists(went.len() as u64, || format!("stranger {id}"))?;
    Ok(went)
}

fn read(keys: &Keys, row: &Row) -> Result<StrangerSeen> {
    let picture: PictureId = row.id("picture")?;
    let sealed: &[u8] = row.col("sealed")?;
    // Of a damaged one, everything but the template is of use, above all that it can be erased.
    let template = keys.strangers.open(picture.0.as_bytes(), sealed);
    Ok(StrangerSeen {
        picture,
        face: row.id("face")?,
        stranger: row.id("stranger")?,
        at: row.time("seen_at")?,
        model: row.col("model")?,
        template: template.unwrap_or_default(),
    })
}

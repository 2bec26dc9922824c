//! Which rows name which pictures, so that a file that none names can be told.

use model::PictureId;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::HashSet;
use store::Result;
use uuid::Uuid;

use super::SqliteStore;
use super::fault::fault;
use super::rows::Columns;

/// The row `by` names the picture.
pub(super) async fn add(db: &mut SqliteConnection, picture: PictureId, by: Uuid) -> Result<()> {
    let done = sqlx::query("INSERT OR IGNORE INTO pictures_named (picture, by) VALUES (?, ?)")
        .bind(picture.0.as_bytes().as_slice())
        .bind(by.as_bytes().as_slice())
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

/// The row `by` names no picture any longer.
pub(super) async fn drop_all(db: &mut SqliteConnection, by: Uuid) -> Result<()> {
    let done = sqlx::query("DELETE FROM pictures_named WHERE by = ?")
        .bind(by.as_bytes().as_slice())
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

impl SqliteStore {
    /// Those of the given pictures that no row names, in the order given.
    ///
    /// # Errors
    /// [`store::StoreError::Engine`] and what else reading can report.
    pub async fn unnamed_pictures(&self, pictures: &[PictureId]) -> Result<Vec<PictureId>> {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "SELECT DISTINCT picture FROM pictures_named WHERE picture IN (",
        );
        let mut list = sql.separated(", ");
        for picture in pictures {
            list.push_bind(picture.0.as_bytes().to_vec());
        }
        list.push_unseparated(")");
        let mut db = self.read().await?;
        let rows = sql.build().fetch_all(&mut *db).await.map_err(fault)?;
        let named: Result<HashSet<PictureId>> = rows.iter().map(|row| row.id("picture")).collect();
        let named = named?;
        let unnamed = pictures.iter().filter(|picture| !named.contains(*picture));
        Ok(unnamed.copied().collect())
    }
}

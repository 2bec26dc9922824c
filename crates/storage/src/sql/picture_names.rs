//! Which rows name which pictures, so that a file that none names can be told.

use model::PictureId;
use std::collections::HashSet;
use store::Result;
use uuid::Uuid;

use super::SqlStore;
use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, query};

/// The row `by` names the picture.
pub(super) async fn add(db: &mut Db, picture: PictureId, by: Uuid) -> Result<()> {
    let done =
        query("INSERT INTO pictures_named (picture, by) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(picture.0.as_bytes().as_slice())
            .bind(by.as_bytes().as_slice())
            .send(db)
            .await;
    done.map_err(fault)
}

/// The row `by` names no picture any longer.
pub(super) async fn drop_all(db: &mut Db, by: Uuid) -> Result<()> {
    let done = query("DELETE FROM pictures_named WHERE by = ?")
        .bind(by.as_bytes().as_slice())
        .send(db)
        .await;
    done.map_err(fault)
}

impl SqlStore {
    /// Those of the given pictures that no row names, in the order given.
    ///
    /// # Errors
    /// [`store::StoreError::Engine`] and what else reading can report.
    pub async fn unnamed_pictures(&self, pictures: &[PictureId]) -> Result<Vec<PictureId>> {
        let mut sql = query("SELECT DISTINCT picture FROM pictures_named WHERE picture IN (");
        sql.push_list(pictures.iter().map(|picture| picture.0.as_bytes().to_vec()));
        sql.push(")");
        let mut db = self.read().await?;
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        let named: Result<HashSet<PictureId>> = rows.iter().map(|row| row.id("picture")).collect();
        let named = named?;
        let unnamed = pictures.iter().filter(|picture| !named.contains(*picture));
        Ok(unnamed.copied().collect())
    }
}

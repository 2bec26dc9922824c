//! Pictures: sealed files apart from the database.

use crate::Result;
use async_trait::async_trait;
use model::PictureId;

/// A place for pictures. Trusted: no (each is sealed). Losable: yes, an event then shows that its
/// picture is gone. Rebuilt from: nothing.
#[async_trait]
pub trait Pictures: Send + Sync + 'static {
    /// Seals and keeps `jpeg`; durable when it returns. Call it before the row that names it.
    async fn put(&self, jpeg: &[u8]) -> Result<PictureId>;

    /// The picture's bytes; `None` when there is none.
    async fn get(&self, id: PictureId) -> Result<Option<Vec<u8>>>;

    /// Removes a picture; removing none is no error.
    async fn remove(&self, id: PictureId) -> Result<()>;
}

//! Where fingers are kept, the gallery included.

use super::prints::Prints;
use crate::clock::SystemClock;
use api::keeping::{NewFinger, keep_finger};
use api::ports::Clock;
use model::Author;
use std::sync::Arc;
use storage::PictureFiles;
use store::{Result, Store};
use tokio::sync::Mutex;

/// Where fingers are kept. Clones share it.
#[derive(Clone)]
pub struct Shelf {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The pictures.
    pub pictures: Arc<PictureFiles>,
    /// The gallery.
    pub prints: Arc<Prints>,
    /// Held from the look whose a finger is until it is kept: so a finger does not become two people's at once.
    pub turn: Arc<Mutex<()>>,
}

impl Shelf {
    /// Keeps a finger, and knows it from then on.
    ///
    /// # Errors
    /// As [`keep_finger`].
    pub async fn keep(&self, finger: &NewFinger, author: Author) -> Result<()> {
        let now = SystemClock.now();
        let kept = keep_finger((&*self.store, &*self.pictures), finger, author, now).await?;
        let (prints, position) = (self.prints.clone(), finger.position);
        let known = tokio::task::spawn_blocking(move || prints.put(position, &kept.templates));
        if let Err(error) = known.await {
            tracing::error!(%error, "a finger that was kept is known from the next start on");
        }
        Ok(())
    }
}

//! Where fingers are kept, the gallery included: for the command line and for imports.

use super::prints::Prints;
use crate::clock::SystemClock;
use api::keeping::{NewFinger, keep_finger};
use api::ports::Clock;
use model::Author;
use storage::PictureFiles;
use store::{Result, Store};

/// Where fingers are kept.
#[derive(Clone, Copy)]
pub struct Shelf<'a> {
    /// The database.
    pub store: &'a dyn Store,
    /// The pictures.
    pub pictures: &'a PictureFiles,
    /// The gallery.
    pub prints: &'a Prints,
}

impl Shelf<'_> {
    /// Keeps a finger, and knows it from then on.
    ///
    /// # Errors
    /// As [`keep_finger`].
    pub async fn keep(&self, finger: &NewFinger, author: Author) -> Result<()> {
        let now = SystemClock.now();
        let kept = keep_finger((self.store, self.pictures), finger, author, now).await?;
        self.prints.put(finger.position, &kept.templates);
        Ok(())
    }
}

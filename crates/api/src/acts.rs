//! Administrative acts: an entry of the log together with what it writes.

use crate::error::ApiError;
use crate::state::House;
use model::{Act, Author, Entry, Record};
use std::sync::Arc;
use store::{Append, Committed, Write};
use uuid::Uuid;

/// A fresh identity: random, without meaning.
pub(crate) fn fresh<T: From<Uuid>>() -> T {
    T::from(Uuid::new_v4())
}

impl House {
    /// Appends `act` by `author` with the registry writes that belong to it; durable on return.
    pub(crate) async fn act(
        &self,
        author: Author,
        act: Act,
        writes: Vec<Write>,
    ) -> Result<Arc<Committed>, ApiError> {
        self.record(author, Record::Act(act), writes).await
    }

    /// Appends any record by `author`; durable on return.
    pub(crate) async fn record(
        &self,
        author: Author,
        record: Record,
        writes: Vec<Write>,
    ) -> Result<Arc<Committed>, ApiError> {
        let entry = Entry {
            id: fresh(),
            written_at: self.clock.now(),
            author,
            record,
        };
        let append = Append {
            writes,
            ..Append::entry(entry)
        };
        Ok(self.store.append(append).await?)
    }
}

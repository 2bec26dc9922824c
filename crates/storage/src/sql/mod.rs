//! The tables of a site, the same on both engines: one writer behind a bounded queue, connections for
//! reading beside it. The statements are in the SQL that both engines share.

mod accounts;
mod accounts_written;
mod append;
mod book;
mod columns;
mod copying;
mod devices;
mod filling;
mod finger_passages;
mod fingers;
mod incidents;
mod ingest;
mod keys;
mod known;
mod ledger_rows;
mod lines;
mod network_cameras;
mod opening;
mod people;
mod people_written;
mod picture_names;
mod places;
mod places_written;
mod project;
mod projected;
mod rebuild;
mod sameness;
mod search;
mod sequence;
mod settle;
mod snapshot;
mod strangers;
mod stretches;
mod surrogates;
mod templates;
mod unreadable;
mod writer;
mod written;

pub(crate) use copying::TABLES;
pub use copying::{Moved, Replaced, move_to_server};
pub(crate) use filling::Filling;
pub use snapshot::devices_beside;
pub(crate) use snapshot::{Snapshot, schema};

use std::fs::File;
use std::sync::{Arc, Mutex};

use store::{Committed, Result};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::engine::fault::fault;
use crate::engine::{Db, Engine};
use keys::Keys;
use known::Known;
use writer::{Queue, Work};

/// How the store is sized. The defaults suit a site of a few gates on a small machine.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Writes that may wait; one more is answered [`store::StoreError::Overloaded`].
    pub queue: usize,
    /// Connections for reading.
    pub readers: u32,
    /// Commits that a slow subscriber may lag behind before it has to fetch again.
    pub backlog: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 4096,
            readers: 4,
            backlog: 1024,
        }
    }
}

/// A site's database. Clones share it.
#[derive(Clone)]
pub struct SqlStore(Arc<Inner>);

struct Inner {
    queue: Mutex<Option<Queue>>,
    writer: Mutex<Option<JoinHandle<Db>>>,
    engine: Engine,
    keys: Arc<Keys>,
    known: Arc<Known>,
    news: broadcast::Sender<Arc<Committed>>,
    _lock: Arc<File>,
}

impl SqlStore {
    /// Finishes what is queued, then closes the database; calls after this fail.
    ///
    /// # Errors
    /// [`store::StoreError::Engine`] if the writer ended badly or the database does not close.
    pub async fn close(&self) -> Result<()> {
        drop(take(&self.0.queue));
        let Some(writer) = take(&self.0.writer) else {
            return Ok(());
        };
        let db = writer.await;
        self.0.engine.close().await;
        let db = db.map_err(|error| store::StoreError::Engine(error.to_string()))?;
        db.close().await.map_err(fault)
    }

    async fn write<W: Work>(&self, work: W) -> Result<W::Output> {
        let queue = self
            .0
            .queue
            .lock()
            .map(|queue| queue.clone())
            .ok()
            .flatten();
        match queue {
            Some(queue) => queue.submit(work).await,
            None => Err(store::StoreError::Engine("the store is closed".to_owned())),
        }
    }

    async fn read(&self) -> Result<Db> {
        self.0.engine.reader().await
    }

    fn keys(&self) -> &Keys {
        &self.0.keys
    }

    fn known(&self) -> &Known {
        &self.0.known
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().ok().and_then(|mut held| held.take())
}

//! From deliveries to log entries: observation → evidence → decision → entry.
//!
//! [`intake`] makes observations durable and answers their devices; [`bookkeeper`] turns them into
//! entries, one task for the whole site. After a crash the bookkeeper gets the observations that are
//! not settled, in their order, before any new one: recovery is the same path.

mod bookkeeper;
pub mod compare;
mod facts;
mod intake;
mod points;
mod verdict;

use anyhow::Result;
use bookkeeper::Bookkeeper;
use compare::Comparer;
use devices::Delivery;
use std::sync::Arc;
use store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Committed observations that wait for the bookkeeper.
const COMMITTED: usize = 4_096;

/// Starts the pipeline. It ends when nobody delivers any more, or after `closing`.
///
/// # Errors
/// When the store cannot be read.
pub async fn start(
    store: &Arc<dyn Store>,
    comparer: Comparer,
    deliveries: mpsc::Receiver<Delivery>,
    closing: &CancellationToken,
) -> Result<JoinSet<()>> {
    let (committed, observations) = mpsc::channel(COMMITTED);
    let books = Bookkeeper::open(store.clone(), comparer).await?;
    let mut tasks = JoinSet::new();
    tasks.spawn(intake::run(
        store.clone(),
        deliveries,
        committed,
        closing.clone(),
    ));
    tasks.spawn(books.run(observations));
    Ok(tasks)
}

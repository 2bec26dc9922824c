//! From deliveries to log entries: observation → evidence → decision → entry.
//!
//! [`intake`] makes observations durable and answers their devices; [`arrivals`] puts them back into
//! the order of their receipt; [`bookkeeper`] turns them into entries, one task for the whole site.
//! After a crash the observations that are not settled arrive before any new one: recovery is the
//! same path. [`recovery`] only tells the bookkeeper what passed lately.

mod arrivals;
mod bookkeeper;
pub mod compare;
mod facts;
mod intake;
mod points;
mod recovery;
mod verdict;

use crate::fingers::Reads;
use anyhow::Result;
use bookkeeper::Bookkeeper;
use compare::Comparer;
use devices::Delivery;
use std::sync::Arc;
use store::Store;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Committed observations that wait for the bookkeeper.
const COMMITTED: usize = 4_096;

/// Starts the pipeline, which notes the tags that were read in `reads`. It ends when nobody delivers any more, or after `closing`.
///
/// # Errors
/// When the store cannot be read.
pub async fn start(
    store: &Arc<dyn Store>,
    comparer: Comparer,
    deliveries: mpsc::Receiver<Delivery>,
    reads: &Arc<Reads>,
    closing: &CancellationToken,
) -> Result<JoinSet<()>> {
    let (committed, observations) = mpsc::channel(COMMITTED);
    let (tell, pending) = watch::channel(None);
    let books = Bookkeeper::open(store.clone(), comparer, observations, pending).await?;
    let mut tasks = JoinSet::new();
    tasks.spawn(intake::run(
        (store.clone(), reads.clone()),
        deliveries,
        committed,
        tell,
        closing.clone(),
    ));
    tasks.spawn(books.run());
    Ok(tasks)
}

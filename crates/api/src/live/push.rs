//! Pushes what is committed, in the order of the log.

use super::messages::{CommittedPush, Resync};
use super::view::{Day, committed_push};
use super::viewer::{DETAILED, PLAIN};
use super::{LIVE, emit};
use crate::error::ApiError;
use crate::names::Names;
use crate::state::House;
use socketioxide::SocketIo;
use std::sync::Arc;
use std::time::Duration;
use store::Committed;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// Most entries looked up together; more at once are left out and clients fetch the snapshot.
const MOST: usize = 64;
/// At most so often are clients asked to fetch the snapshot again.
const RESYNC_PAUSE: Duration = Duration::from_secs(1);

/// What has come in since the last look.
enum Arrived {
    Some(Vec<Arc<Committed>>),
    TooMany,
    Closed,
}

/// Pushes until the store closes.
pub(super) async fn run(house: House, io: SocketIo) {
    let mut commits = house.store.commits();
    loop {
        match arrived(&mut commits).await {
            Arrived::Closed => return,
            _ if nobody_looks(&io) => {}
            Arrived::Some(batch) => {
                if let Err(error) = push(&house, &io, &batch).await {
                    tracing::warn!(%error, "entries could not be pushed");
                    resync(&house, &io).await;
                }
            }
            Arrived::TooMany => {
                resync(&house, &io).await;
                tokio::time::sleep(RESYNC_PAUSE).await;
            }
        }
    }
}

async fn arrived(commits: &mut Receiver<Arc<Committed>>) -> Arrived {
    let mut batch = match commits.recv().await {
        Ok(first) => vec![first],
        Err(RecvError::Lagged(_)) => return drained(commits),
        Err(RecvError::Closed) => return Arrived::Closed,
    };
    loop {
        match commits.try_recv() {
            Ok(next) if batch.len() < MOST => batch.push(next),
            Ok(_) | Err(TryRecvError::Lagged(_)) => return drained(commits),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Arrived::Some(batch),
        }
    }
}

/// Lets go of everything that waits: the snapshot has it.
fn drained(commits: &mut Receiver<Arc<Committed>>) -> Arrived {
    *commits = commits.resubscribe();
    Arrived::TooMany
}

fn nobody_looks(io: &SocketIo) -> bool {
    io.of(LIVE).is_none_or(|live| live.sockets().is_empty())
}

async fn push(house: &House, io: &SocketIo, batch: &[Arc<Committed>]) -> Result<(), ApiError> {
    let mut names = Names::load(house).await?;
    let day = Day::now(house).await?;
    for committed in batch {
        let full = committed_push(house, &mut names, &day, committed).await?;
        metrics::counter!("gatebook_live_pushes_total").increment(1);
        to_rooms(io, full).await;
    }
    Ok(())
}

/// The same push with and without personal details.
async fn to_rooms(io: &SocketIo, push: CommittedPush) {
    let Some(live) = io.of(LIVE) else { return };
    let detailed = live.clone().to(DETAILED).emit("committed", &push).await;
    let plain = live.to(PLAIN).emit("committed", &push.plain()).await;
    for error in [detailed.err(), plain.err()].into_iter().flatten() {
        tracing::debug!(%error, "some clients missed a push");
    }
}

async fn resync(house: &House, io: &SocketIo) {
    match house.store.size().await {
        Ok(sequence) => emit(io, "resync", &Resync { sequence }).await,
        Err(error) => tracing::warn!(%error, "the log's size is not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::fresh;
    use model::{Act, Author, Entry, Record, Timestamp};
    use tokio::sync::broadcast::{Sender, channel};

    fn commit(sender: &Sender<Arc<Committed>>, indexes: std::ops::Range<u64>) {
        for index in indexes {
            let entry = Entry {
                id: fresh(),
                written_at: Timestamp::UNIX_EPOCH,
                author: Author::System,
                record: Record::Act(Act::SiteFounded),
            };
            let committed = Committed {
                index,
                entry,
                changes: Vec::new(),
            };
            sender.send(Arc::new(committed)).unwrap();
        }
    }

    #[tokio::test]
    async fn what_waits_is_pushed_together_in_order() {
        let (sender, mut commits) = channel(256);
        commit(&sender, 0..MOST as u64);
        let Arrived::Some(batch) = arrived(&mut commits).await else {
            panic!("a batch");
        };
        assert!(batch.iter().map(|c| c.index).eq(0..MOST as u64));
    }

    #[tokio::test]
    async fn more_than_a_page_would_read_is_let_go_and_what_follows_is_pushed_again() {
        let (sender, mut commits) = channel(256);
        commit(&sender, 0..MOST as u64 + 1);
        assert!(matches!(arrived(&mut commits).await, Arrived::TooMany));
        commit(&sender, 65..67);
        let Arrived::Some(batch) = arrived(&mut commits).await else {
            panic!("a batch");
        };
        assert!(batch.iter().map(|c| c.index).eq(65..67));
    }

    #[tokio::test]
    async fn a_reader_that_fell_behind_lets_go_and_a_closed_store_ends_it() {
        let (sender, mut commits) = channel(4);
        commit(&sender, 0..9);
        assert!(matches!(arrived(&mut commits).await, Arrived::TooMany));
        drop(sender);
        assert!(matches!(arrived(&mut commits).await, Arrived::Closed));
    }
}

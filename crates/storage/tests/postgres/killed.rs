//! A server that is killed under load and started again, while Gatebook runs on.

use std::sync::Arc;

use storage::SqlStore;
use store::{Append, Book, Ingest, StoreError};

use crate::make::{counted, new_id};
use crate::own::Server;
use crate::support::connect;
use crate::{findings, sign};

const CLIENTS: usize = 16;
const KILLS: usize = 3;

/// A device that reports until it was acknowledged so often, delivering again what was not, each
/// observation ending in an entry. How many errors it was told.
async fn device(store: Arc<SqlStore>, boot: String, reports: u64) -> usize {
    let device = new_id();
    let mut refused = 0;
    for sequence in 1..=reports {
        let draft = counted(device, &boot, sequence);
        let seen = loop {
            match store.commit(draft.clone()).await {
                Ok(commit) => break commit.observation,
                Err(StoreError::Unreachable(_) | StoreError::Overloaded) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
            tokio::task::yield_now().await;
        };
        let mut append = Append::entry(crate::make::act(model::Act::SettingsChanged));
        append.settles.push(seen.id);
        loop {
            match store.append(append.clone()).await {
                // It was durable although nobody could say so.
                Ok(_) | Err(StoreError::Conflict { .. }) => break,
                Err(StoreError::Unreachable(_) | StoreError::Overloaded) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
            tokio::task::yield_now().await;
        }
    }
    refused
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_missing_or_doubled_after_the_server_was_killed() {
    let (server, url) = Server::started();
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(connect(dir.path(), &url).await.unwrap());
    let mut refused = 0;
    let reports = 60;
    for kill in 0..KILLS {
        let before = store.size().await.unwrap();
        let mut commits = store.commits();
        let mut devices = tokio::task::JoinSet::new();
        for n in 0..CLIENTS {
            devices.spawn(device(Arc::clone(&store), format!("{kill} {n}"), reports));
        }
        for _ in 0..100 {
            commits.recv().await.unwrap();
        }
        server.kill();
        server.script("start");
        while let Some(done) = devices.join_next().await {
            refused += done.unwrap();
        }
        let after = store.size().await.unwrap();
        assert_eq!(after - before, reports * u64::try_from(CLIENTS).unwrap());
    }
    assert!(refused > 0, "nobody was ever told of a failure");
    assert!(store.unsettled().await.unwrap().observations.is_empty());
    sign(&store).await;
    assert_eq!(findings(&store).await, []);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_away_reading_and_writing_say_so_and_both_go_on_when_it_is_back() {
    let (server, url) = Server::started();
    let dir = tempfile::tempdir().unwrap();
    let store = connect(dir.path(), &url).await.unwrap();
    let change = || Append::entry(crate::make::act(model::Act::SettingsChanged));
    store.append(change()).await.unwrap();
    assert_eq!(store.size().await.unwrap(), 1);
    server.kill();
    // Again and again: the first finds the line ended, the next ones find none.
    for _ in 0..3 {
        let read = store.size().await;
        assert!(matches!(read, Err(StoreError::Unreachable(_))), "{read:?}");
    }
    let written = store.append(change()).await;
    assert!(
        matches!(written, Err(StoreError::Unreachable(_))),
        "{written:?}"
    );
    server.script("start");
    store.append(change()).await.unwrap();
    while store.size().await.is_err() {}
    assert_eq!(store.size().await.unwrap(), 2);
}

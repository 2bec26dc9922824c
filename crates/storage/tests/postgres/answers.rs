//! A line to the server that is cut in the middle of a commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use store::{Append, Book};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};

use crate::make::act;
use crate::support::{connect, new_database};

const PASS: u8 = 0;
/// The next commit does not reach the server.
const CUT_BEFORE: u8 = 1;
/// The next commit reaches the server, its answer does not come back.
const CUT_AFTER: u8 = 2;

/// Stands between Gatebook and the server, on a socket of its own.
struct Line {
    folder: tempfile::TempDir,
    cut: Arc<AtomicU8>,
}

impl Line {
    fn to(server: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cut = Arc::new(AtomicU8::new(PASS));
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let shared = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&server).await.unwrap();
                tokio::spawn(pass(client, server, Arc::clone(&shared)));
            }
        });
        Self { folder, cut }
    }

    fn url(&self, url: &str) -> String {
        let (before, _) = url.split_once("host=").unwrap();
        format!("{before}host={}", self.folder.path().display())
    }
}

async fn pass(client: UnixStream, server: UnixStream, cut: Arc<AtomicU8>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let answers = tokio::spawn(back(from_server, to_client));
    let last = forth(from_client, to_server, &cut).await;
    if let Some((last, mut to_server)) = last {
        answers.abort();
        let _ = answers.await;
        // Nothing goes back any more; the server does what it was told, and notices the end.
        to_server.write_all(&last).await.unwrap();
    } else {
        answers.abort();
    }
}

async fn back(mut from_server: OwnedReadHalf, mut to_client: OwnedWriteHalf) {
    let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
}

/// Passes on until a commit is to be cut; then what is still to be told the server.
async fn forth(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    cut: &AtomicU8,
) -> Option<(Vec<u8>, OwnedWriteHalf)> {
    let mut chunk = vec![0; 1 << 16];
    loop {
        let length = from
            .read(&mut chunk)
            .await
            .ok()
            .filter(|length| *length > 0)?;
        let said = &chunk[..length];
        if said.windows(7).any(|word| word == b"COMMIT\0") {
            match cut.swap(PASS, Ordering::SeqCst) {
                CUT_BEFORE => return None,
                CUT_AFTER => return Some((said.to_vec(), to)),
                _ => {}
            }
        }
        to.write_all(said).await.ok()?;
    }
}

async fn site() -> (tempfile::TempDir, Line, storage::SqlStore) {
    let url = new_database().await;
    let (_, folder) = url.split_once("host=").unwrap();
    let line = Line::to(Path::new(folder).join(".s.PGSQL.5432"));
    let dir = tempfile::tempdir().unwrap();
    let store = connect(dir.path(), &line.url(&url)).await.unwrap();
    (dir, line, store)
}

fn entry() -> Append {
    Append::entry(act(model::Act::SettingsChanged))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_was_lost_is_found_out_and_told_to_everybody() {
    let (_dir, line, store) = site().await;
    let mut commits = store.commits();
    store.append(entry()).await.unwrap();
    line.cut.store(CUT_AFTER, Ordering::SeqCst);
    let appended = store.append(entry()).await.unwrap();
    assert_eq!(appended.index, 1);
    for index in 0..2 {
        assert_eq!(commits.recv().await.unwrap().index, index);
    }
    assert_eq!(store.append(entry()).await.unwrap().index, 2);
    assert_eq!(store.size().await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_did_not_reach_the_server_is_an_error_and_leaves_nothing() {
    let (_dir, line, store) = site().await;
    store.append(entry()).await.unwrap();
    line.cut.store(CUT_BEFORE, Ordering::SeqCst);
    store.append(entry()).await.unwrap_err();
    assert_eq!(store.size().await.unwrap(), 1);
    assert_eq!(store.append(entry()).await.unwrap().index, 1);
}
